"""Need and partner: scoping, offers and their answers. Transitions 9 to 13.

Who could be asked, and in which order, stands in candidates.py, what days a school has in capacity_rules.py;
these rules check what the case and the register themselves can tell.
"""

from domain.case import commands as c
from domain.case import events as e
from domain.case.commands import expect
from domain.case.situation import Refusal, Situation
from domain.parties import Party, Post


def objectives_within_limit(s: Situation) -> Refusal | None:
    command = expect(s.command, c.Scope)
    most = s.programme.rules.most_objectives
    if len(command.objectives) > most:
        return Refusal("R-OBJECTIVES", f"{len(command.objectives)} objectives; {most} are the most.")
    return None


def scoped_by_the_route(s: Situation) -> Refusal | None:
    entitled = (s.state.duties.scope, Party.RECIPIENT_HEAD)
    if s.party in entitled:
        return None
    allowed = " or the ".join(s.word(party) for party in entitled)
    return Refusal("R-POST", f"On this route the need is scoped by the {allowed}.")


def those_needed_were_present(s: Situation) -> Refusal | None:
    present = expect(s.command, c.Scope).present or s.state.duties.present
    missing = [party for party in s.state.duties.present if party not in present]
    if missing:
        words = " and the ".join(s.word(party) for party in missing)
        return Refusal("R-PRESENT", f"A scoping meeting needs the {words}.")
    return None


def meeting_has_been(s: Situation) -> Refusal | None:
    command = expect(s.command, c.Scope)
    if command.met_on > s.facts.today:
        return Refusal("R-DATES", f"The meeting of {command.met_on.isoformat()} has not been held yet.")
    return None


def provider_can_be_asked(s: Situation) -> Refusal | None:
    """Nothing bars it, and it is not excluded in this case."""
    number = expect(s.command, c.Offer).provider
    name = s.facts.schools[number].name if number in s.facts.schools else number
    if number in s.state.objected:
        return Refusal("R-EXCLUDED", f"The {s.word(Party.RECIPIENT_HEAD)} objected to {name}.")
    answered = next((o for o in s.state.offers if o.provider == number and o.outcome != "rescinded"), None)
    if answered is not None:
        return Refusal(
            "R-EXCLUDED", f"{name} was offered this case before; that offer was {answered.outcome}."
        )
    return barred_provider(s, number, s.state.recipient)


def barred_provider(s: Situation, number: str, recipient_number: str) -> Refusal | None:
    """Why a school cannot help another: closed, the same one, one head for both, no head, or the SIP's own."""
    school = s.facts.schools.get(number)
    if school is None or not school.open:
        return Refusal(
            "R-SCHOOL",
            f"School {number} is not an open school of the register.",
            "See: brokerage school list",
        )
    if number == recipient_number:
        return Refusal("R-SAME-SCHOOL", "A school cannot be its own partner.")
    recipient = s.facts.schools[recipient_number]
    if set(school.heads) & set(recipient.heads):
        return Refusal(
            "R-SAME-HEAD",
            f"{school.name} and {recipient.name} share a {s.post(Post.HEAD)}, who would sign for both.",
        )
    if school.federation and school.federation == recipient.federation:
        return Refusal("R-SAME-HEAD", f"{school.name} and {recipient.name} belong to one federation.")
    if not school.heads:
        return Refusal("R-VACANT", f"{school.name} has no {s.post(Post.HEAD)} on record who could answer.")
    if set(recipient.sips) & set(school.staff):
        return Refusal(
            "R-SEPARATION", f"The {s.word(Party.SIP)} of {recipient.name} holds a post at {school.name}."
        )
    return None


def objection_names_another_school(s: Situation) -> Refusal | None:
    number = expect(s.command, c.ObjectTo).provider
    if number == s.state.recipient or number not in s.facts.schools:
        return Refusal("R-SCHOOL", f"School {number} is not another school of the register.")
    if number in s.state.objected:
        return Refusal("R-ALREADY", f"The objection to school {number} is on record already.")
    return None


def conflict_is_described(s: Situation) -> Refusal | None:
    command = expect(s.command, c.AcceptOffer)
    if command.conflict == "declared" and command.conflict_note is None:
        return Refusal(
            "R-CONFLICT", "A declared conflict of interest must be described.", "Add --conflict-note."
        )
    if command.conflict == "none" and command.conflict_note is not None:
        return Refusal("R-CONFLICT", "The declaration says 'none' and yet describes a conflict.")
    return None


def enough_offers_failed(s: Situation) -> Refusal | None:
    """Enough offers failed, or the principal adviser states that there is no school left to ask."""
    failed, least = _offers_failed(s), s.programme.rules.offers_before_no_partner
    if failed < least and not expect(s.command, c.NoPartner).nobody_left:
        return Refusal(
            "R-OFFERS",
            f"Offers that failed: {failed}. A case ends without a partner after {least}, or when nobody is left.",
            "If no school is left to ask, add --nobody-left.",
        )
    return None


def scope(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.Scope)
    event = e.NeedScoped(
        objectives=command.objectives,
        estimated_quarter_days=command.quarter_days,
        present=command.present or s.state.duties.present,
        met_on=command.met_on,
        plan=command.plan,
    )
    return (event,)


def object_to(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.ObjectTo)
    return (e.CandidateObjected(provider=command.provider, reason=command.reason),)


def accept_offer(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.AcceptOffer)
    provider, number = _open_offer(s)
    event = e.OfferAccepted(
        provider=provider, offer=number, conflict=command.conflict, conflict_note=command.conflict_note
    )
    return (event,)


def decline_offer(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.DeclineOffer)
    provider, number = _open_offer(s)
    event = e.OfferDeclined(
        provider=provider, offer=number, reason_code=command.reason_code, reason=command.reason
    )
    return (event,)


def rescind_offer(s: Situation) -> tuple[e.CaseEvent, ...]:
    provider, number = _open_offer(s)
    reason = expect(s.command, c.RescindOffer).reason
    return (e.OfferRescinded(provider=provider, offer=number, reason=reason),)


def no_partner(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.NoPartner)
    event = e.NoPartnerFound(
        widening=command.widening,
        offers_failed=_offers_failed(s),
        nobody_left=command.nobody_left,
        explanation=command.explanation,
    )
    return (event,)


def _offers_failed(s: Situation) -> int:
    return sum(offer.outcome in {"declined", "expired"} for offer in s.state.offers)


def _open_offer(s: Situation) -> tuple[str, int]:
    if s.state.open_offer is None:
        raise ValueError("the log is not a lawful history: no open offer in this stage")
    return s.state.open_offer.provider, s.state.open_offer.number
