"""The last payment: what is left when delivery ends waits for the final reviews, where the programme says so."""

from domain.case.money_owed import payments_are_held
from domain.case.situation import Refusal, Situation
from domain.parties import Party


def payment_is_not_held(s: Situation) -> Refusal | None:
    """The last payment waits for the final reviews of both sides, where the programme says so."""
    if not payments_are_held(s.state):
        return None
    given = {review.party for review in s.state.reviews}
    missing = [s.word(p) for p in (Party.RECIPIENT_HEAD, Party.PROVIDER_HEAD) if p not in given]
    return Refusal(
        "R-REVIEWS",
        f"What is left is paid when both sides have reviewed; awaited: {', '.join(missing)}.",
        f"Where that is overdue, the {s.word(Party.PRINCIPAL_ADVISER)} may close the case with --unevaluated.",
    )
