"""Delivery as a whole: mid review, variation, extension and completion. Transitions 20 and 22."""

from domain.case import commands as c
from domain.case import events as e
from domain.case.agreement import agreement_of, varied_hash
from domain.case.capacity_rules import extension_by_period, varied_by_period
from domain.case.commands import expect
from domain.case.situation import Refusal, Situation
from domain.case.waits import REVIEWING_SIDES
from domain.parties import Party


def mid_review_is_due_once(s: Situation) -> Refusal | None:
    if s.state.mid_review is not None:
        return Refusal("R-ALREADY", f"The mid review was held; its decision was '{s.state.mid_review}'.")
    return None


def exit_leaves_no_dispute(s: Situation) -> Refusal | None:
    """Leaving at the mid review settles the days as any other end does."""
    return _open_disputes(s) if expect(s.command, c.MidReview).decision == "exit" else None


def variation_changes_something(s: Situation) -> Refusal | None:
    command = expect(s.command, c.ProposeVariation)
    agreement = agreement_of(s)
    if s.state.variation is not None:
        return Refusal(
            "R-ALREADY",
            "A variation is proposed already and awaits agreement.",
            f"A head who does not want it refuses it: brokerage case refuse-variation {s.state.reference}",
        )
    end, days = command.end or agreement.end, command.quarter_days or agreement.quarter_days
    if (end, days) == (agreement.end, agreement.quarter_days):
        return Refusal("R-NOTHING", "The variation would change nothing.", "Give --end, --days or both.")
    if end < s.facts.today or end < agreement.terms.start:
        return Refusal("R-DATES", f"The new end ({end.isoformat()}) has passed already.")
    held = s.state.held_quarter_days - agreement.extended_by
    if days < held:
        return Refusal("R-DAYS", f"{s.state.held_quarter_days / 4:g} days have been delivered already.")
    if days > agreement.quarter_days:
        return Refusal(
            "R-DAYS",
            "More days than agreed are an extension, with its own approval.",
            f"The {s.word(Party.PRINCIPAL_ADVISER)} extends delivery: brokerage case extend",
        )
    return None


def variation_awaits_this_side(s: Situation) -> Refusal | None:
    if s.state.variation is None:
        return Refusal("R-NOTHING", "No variation is proposed.")
    if s.party in s.state.variation.agreed:
        return Refusal("R-ALREADY", f"The {s.word(s.party)} has agreed to the variation already.")
    return None


def variation_was_read(s: Situation) -> Refusal | None:
    read, variation = expect(s.command, c.AgreeVariation).content_hash, s.state.variation
    if read is not None and variation is not None and read != variation.content_hash:
        return Refusal(
            "R-HASH",
            f"That is not the variation that is proposed: its hash is {variation.content_hash[:12]}….",
            f"Read it first: brokerage case show {s.state.reference}",
        )
    return None


def variation_still_fits(s: Situation) -> Refusal | None:
    """Visits go on while a variation awaits its answers, and its end may come."""
    variation, agreement = s.state.variation, agreement_of(s)
    if variation is None:
        return None
    refuse = f"Refuse it and propose another: brokerage case refuse-variation {s.state.reference}"
    held = s.state.held_quarter_days
    if variation.quarter_days + agreement.extended_by < held:
        return Refusal("R-DAYS", f"{held / 4:g} days have been delivered since it was proposed.", refuse)
    if variation.end < s.facts.today:
        return Refusal("R-DATES", f"The new end ({variation.end.isoformat()}) has passed meanwhile.", refuse)
    return None


def variation_is_proposed(s: Situation) -> Refusal | None:
    return Refusal("R-NOTHING", "No variation is proposed.") if s.state.variation is None else None


def extension_is_allowed(s: Situation) -> Refusal | None:
    command = expect(s.command, c.Extend)
    agreement = agreement_of(s)
    most = agreement.quarter_days * s.programme.rules.longest_extension_per_mille // 1000
    if agreement.extended_by:
        return Refusal("R-ALREADY", "Delivery was extended once; more support is a new request.")
    if s.state.mid_review is None:
        return Refusal("R-MID-REVIEW", "An extension needs the interim judgement of the mid review.")
    if command.quarter_days > most:
        return Refusal("R-DAYS", f"An extension is at most {most / 4:g} days here.")
    if command.until < agreement.end or command.until < s.facts.today:
        return Refusal(
            "R-DATES", f"The extension would end ({command.until.isoformat()}) before the agreement does."
        )
    return None


def no_dispute_is_open(s: Situation) -> Refusal | None:
    command = expect(s.command, c.Complete)
    if command.waive_disputes and s.party is not Party.PRINCIPAL_ADVISER:
        return Refusal("R-POST", f"Only the {s.word(Party.PRINCIPAL_ADVISER)} may waive a dispute.")
    return None if command.waive_disputes else _open_disputes(s)


def something_was_delivered(s: Situation) -> Refusal | None:
    if not s.state.counted_quarter_days:
        return Refusal("R-DAYS", "Nothing has been delivered yet that counts.")
    return None


def completion_is_this_sides(s: Situation) -> Refusal | None:
    if not _may_end_alone(s) and s.party not in REVIEWING_SIDES:
        return Refusal(
            "R-EARLY",
            "Days are left and the end is not reached: both heads must say that delivery is complete.",
            f"The agreed end is {agreement_of(s).end.isoformat()}.",
        )
    if s.party in s.state.completion_agreed:
        return Refusal("R-ALREADY", f"The {s.word(s.party)} has said so already; the other head has not.")
    return None


def mid_review(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.MidReview)
    held = e.MidReviewRecorded(decision=command.decision, present=command.present, note=command.note)
    if command.decision == "exit":
        return held, _completed(s, "mid-review-exit")
    return (held,)


def propose_variation(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.ProposeVariation)
    agreement = agreement_of(s)
    version = agreement.version + 1
    end, days = command.end or agreement.end, command.quarter_days or agreement.quarter_days
    event = e.VariationProposed(
        agreement_version=version,
        end=end,
        quarter_days=days,
        content_hash=varied_hash(agreement, version, end, days),
        reason=command.reason,
        proposed_as=s.party,
    )
    return (event,)


def agree_variation(s: Situation) -> tuple[e.CaseEvent, ...]:
    """One head's agreement; with the second the agreement is varied in the same step."""
    variation = s.state.variation
    if variation is None:
        raise ValueError("guarded by variation_awaits_this_side")
    agreed = e.VariationAgreed(
        agreement_version=variation.agreement_version, party=s.party, content_hash=variation.content_hash
    )
    if {*variation.agreed, s.party} != set(REVIEWING_SIDES):
        return (agreed,)
    varied = e.AgreementVaried(
        agreement_version=variation.agreement_version,
        end=variation.end,
        quarter_days=variation.quarter_days,
        content_hash=variation.content_hash,
        periods=varied_by_period(s),
    )
    return agreed, varied


def refuse_variation(s: Situation) -> tuple[e.CaseEvent, ...]:
    """One head's refusal is enough; the agreement stays as it is and another variation may be proposed."""
    variation = s.state.variation
    if variation is None:
        raise ValueError("guarded by variation_is_proposed")
    reason = expect(s.command, c.RefuseVariation).reason
    return (e.VariationRefused(agreement_version=variation.agreement_version, party=s.party, reason=reason),)


def extend(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.Extend)
    event = e.DeliveryExtended(
        quarter_days=command.quarter_days,
        until=command.until,
        reason=command.reason,
        periods=extension_by_period(s),
    )
    return (event,)


def complete(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.Complete)
    if _may_end_alone(s):
        all_used = s.state.counted_quarter_days >= agreement_of(s).all_quarter_days
        return (_completed(s, "last-day" if all_used else "end-date", command.waive_disputes),)
    agreed = e.CompletionAgreed(party=s.party)
    if {*s.state.completion_agreed, s.party} == set(REVIEWING_SIDES):
        return agreed, _completed(s, "both-heads", command.waive_disputes)
    return (agreed,)


def _completed(s: Situation, cause: str, waived: bool = False) -> e.DeliveryCompleted:
    return e.DeliveryCompleted(
        cause=cause,
        confirmed_quarter_days=s.state.confirmed_quarter_days,
        agreed_quarter_days=agreement_of(s).all_quarter_days,
        disputes_waived=waived,
        delivery_ended_on=s.facts.today,
    )


def _open_disputes(s: Situation) -> Refusal | None:
    disputed = [visit.id for visit in s.state.visits if visit.status == "disputed"]
    if not disputed:
        return None
    return Refusal(
        "R-DISPUTE",
        f"Still disputed: {', '.join(disputed)}.",
        f"The {s.word(Party.BROKER)} settles it: brokerage case resolve-dispute {s.state.reference}",
    )


def _may_end_alone(s: Situation) -> bool:
    """All agreed days are used, or the agreed end has come: then one voice is enough."""
    agreement = agreement_of(s)
    return s.state.counted_quarter_days >= agreement.all_quarter_days or s.facts.today >= agreement.end
