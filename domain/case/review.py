"""Review and end: both sides' ratings, the SIP's validation, closing, follow-up. Transitions 23 and 24."""

from domain.case import commands as c
from domain.case import events as e
from domain.case.commands import expect
from domain.case.settlement import archived_if_settled
from domain.case.situation import Refusal, Situation
from domain.case.values import ObjectiveRating
from domain.case.waits import REVIEWING_SIDES
from domain.parties import Party

_EVALUATION = frozenset({"final_review", "validation"})
_SIDE = {
    Party.RECIPIENT_HEAD: Party.RECIPIENT_HEAD,
    Party.PROVIDER_HEAD: Party.PROVIDER_HEAD,
    Party.PROVIDER_LEAD: Party.PROVIDER_HEAD,
}
"""For which side a reviewer speaks."""


def every_objective_is_rated(s: Situation) -> Refusal | None:
    ratings: tuple[ObjectiveRating, ...] = expect(s.command, c.Review).ratings
    return _ratings_problem(s, ratings)


def every_objective_is_validated(s: Situation) -> Refusal | None:
    return _ratings_problem(s, expect(s.command, c.Validate).ratings)


def side_has_not_reviewed(s: Situation) -> Refusal | None:
    if _SIDE[s.party] in {review.party for review in s.state.reviews}:
        return Refusal("R-ALREADY", f"The review of the {s.word(_SIDE[s.party])}'s side is in already.")
    return None


def both_sides_have_reviewed(s: Situation) -> Refusal | None:
    given = {review.party for review in s.state.reviews}
    missing = [s.word(party) for party in REVIEWING_SIDES if party not in given]
    if missing:
        return Refusal(
            "R-REVIEWS", f"Impact is validated when both sides have reviewed; awaited: {', '.join(missing)}."
        )
    if s.state.validated:
        return Refusal("R-ALREADY", "The impact was validated already.")
    return None


def impact_is_validated(s: Situation) -> Refusal | None:
    """Closed on validated impact; or, where that is overdue, unevaluated by the principal adviser."""
    command = expect(s.command, c.Close)
    if s.state.validated:
        if command.unevaluated:
            return Refusal("R-REVIEWS", "The impact was validated, so the case is not closed unevaluated.")
        return None
    if not command.unevaluated:
        return Refusal(
            "R-REVIEWS",
            f"A case is closed when the {s.word(Party.SIP)} has validated its impact.",
            f"Where that is overdue, the {s.word(Party.PRINCIPAL_ADVISER)} may close it with --unevaluated.",
        )
    if s.party is not Party.PRINCIPAL_ADVISER:
        return Refusal("R-POST", f"Only the {s.word(Party.PRINCIPAL_ADVISER)} may close a case unevaluated.")
    if not any(d.passed for d in s.state.deadlines if d.wait.partition(":")[0] in _EVALUATION):
        return Refusal("R-EARLY", "Neither a review nor the validation is overdue yet.")
    if command.outcome != "not-assessable":
        return Refusal("R-REVIEWS", "A case that was not evaluated closes as not-assessable.")
    return None


def no_dispute_is_left(s: Situation) -> Refusal | None:
    disputed = [visit.id for visit in s.state.visits if visit.status == "disputed"]
    if disputed and not s.state.disputes_waived:
        return Refusal(
            "R-DISPUTE",
            f"Still disputed: {', '.join(disputed)}.",
            f"Next: brokerage case resolve-dispute {s.state.reference}",
        )
    return None


def review(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.Review)
    return (e.ReviewSubmitted(**dict(command), party=_SIDE[s.party], given_as=s.party),)


def validate(s: Situation) -> tuple[e.CaseEvent, ...]:
    """The SIP's ratings beside the schools'; where any two differ, the objective is named."""
    command = expect(s.command, c.Validate)
    voices = [{r.objective: r.rating for r in given.ratings} for given in s.state.reviews]
    voices.append({r.objective: r.rating for r in command.ratings})
    differing = tuple(
        number
        for number in range(1, len(s.state.objectives) + 1)
        if len({voice[number] for voice in voices if number in voice}) > 1
    )
    return (e.ImpactValidated(ratings=command.ratings, disagreements=differing, note=command.note),)


def close(s: Situation) -> tuple[e.CaseEvent, ...]:
    """Closed; where no follow-up is wanted and its money is settled, the case is archived at once."""
    command = expect(s.command, c.Close)
    closed = e.CaseClosed(
        outcome=command.outcome, follow_up=command.follow_up, unevaluated=command.unevaluated
    )
    return (closed, *archived_if_settled(s.state)) if command.follow_up == "none" else (closed,)


def follow_up_is_wanted(s: Situation) -> Refusal | None:
    """Once, and where one was decided on; a closed case may stay open for its money alone."""
    if s.state.followed_up:
        return Refusal(
            "R-ALREADY", "The follow-up was made or given up already; the money is not settled yet."
        )
    if s.state.follow_up == "none":
        return Refusal("R-NOTHING", "No follow-up was wanted; the case waits for its money only.")
    return None


def record_follow_up(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.RecordFollowUp)
    recorded = e.FollowUpRecorded(sustained=command.sustained, note=command.note)
    return recorded, *archived_if_settled(s.state)


def _ratings_problem(s: Situation, ratings: tuple[ObjectiveRating, ...]) -> Refusal | None:
    rated, wanted = sorted(r.objective for r in ratings), list(range(1, len(s.state.objectives) + 1))
    if rated != wanted:
        return Refusal(
            "R-RATINGS",
            f"Each objective is rated once: wanted {_list(wanted)}, given {_list(rated)}.",
        )
    return None


def _list(numbers: list[int]) -> str:
    return ", ".join(str(number) for number in numbers) or "none"
