"""Intake: from a draft that is submitted to triage. Transitions 2 to 8 of the canonical case."""

from domain.case import commands as c
from domain.case import events as e
from domain.case.commands import expect
from domain.case.matching import barred_provider
from domain.case.request import authority_problem
from domain.case.situation import Refusal, Situation
from domain.parties import Party, Post


def overview_is_cited(s: Situation) -> Refusal | None:
    """Where the route asks for it and no alignment step follows, the request itself must cite it."""
    route = s.route
    if route.overview_cited and route.step != "alignment" and s.state.priority is None:
        return Refusal(
            "R-OVERVIEW",
            f"The request must cite a priority of the {s.noun('overview')} and the version that was read.",
            f"Add both: brokerage case amend {s.state.reference}",
        )
    return None


def cited_overview_is_on_record(s: Situation) -> Refusal | None:
    """Where versions of the recipient's overview are on record, the one that is cited is among them."""
    command = expect(s.command, c.Align)
    return overview_problem(s, command.priority, command.overview_version)


def overview_problem(s: Situation, priority: str, version: str) -> Refusal | None:
    """Why that version cannot have been read so; None also where no version is on record at all."""
    known = {one.version: one for one in s.facts.overviews}
    if not known:
        return None
    if version not in known:
        return Refusal(
            "R-OVERVIEW",
            f"Version {version} of the {s.noun('overview')} is not on record; the latest is {s.facts.overviews[-1].version}.",
            f"See: brokerage overview show {s.state.recipient}",
        )
    if priority not in known[version].priorities:
        return Refusal(
            "R-OVERVIEW",
            f"Version {version} of the {s.noun('overview')} has no priority {priority}; "
            f"it has {', '.join(sorted(known[version].priorities))}.",
            f"See: brokerage overview show {s.state.recipient}",
        )
    return None


def submitted_by_the_route(s: Situation) -> Refusal | None:
    route = s.route
    if s.party not in route.submitted_by:
        allowed = " or ".join(s.word(party) for party in route.submitted_by)
        return Refusal(
            "R-POST", f"On the route '{route.title.en}' only the {allowed} may submit the request."
        )
    return None


def need_is_not_open_already(s: Situation) -> Refusal | None:
    if s.facts.open_same_need:
        other = s.facts.open_same_need[0]
        return Refusal(
            "R-DUPLICATE",
            f"{_school(s, s.state.recipient)} already has an open request for {s.state.area}: {other}.",
            f"See: brokerage case show {other}",
        )
    return None


def provider_still_suits(s: Situation) -> Refusal | None:
    """A draft may lie for weeks: what barred a provider that begins, when it was opened, is asked again."""
    if s.state.provider is None:
        return None
    return barred_provider(s, s.state.provider, s.state.recipient) or authority_problem(
        s, s.route, s.state.recipient, s.state.provider
    )


def provider_has_no_other_partner(s: Situation) -> Refusal | None:
    """Where the route gives each provider one partner: a case that is open elsewhere stands in the way."""
    route = s.route
    if not route.one_partner or not s.facts.open_as_provider:
        return None
    other = s.facts.open_as_provider[0]
    return Refusal(
        "R-ONE-PARTNER",
        f"{_school(s, s.state.provider or '')} supports another {s.noun('recipient')} already: {other}.",
        f"See: brokerage case show {other}",
    )


def recipient_is_still_open(s: Situation) -> Refusal | None:
    """A school may close, or go missing from its register, while the draft lies."""
    school = s.facts.schools.get(s.state.recipient)
    if school is not None and school.open:
        return None
    return Refusal("R-SCHOOL", f"{_school(s, s.state.recipient)} is not open in the register.")


def recipient_has_a_head(s: Situation) -> Refusal | None:
    route = s.route
    if route.step == "head_consent" and not s.facts.schools[s.state.recipient].heads:
        return Refusal(
            "R-VACANT",
            f"{_school(s, s.state.recipient)} has no {s.post(Post.HEAD)} on record who could consent.",
            "An administrator records one: brokerage person post",
        )
    return None


def request_version_was_read(s: Situation) -> Refusal | None:
    command = _of(s, c.Consent)
    if command.request_version != s.state.request_version:
        return Refusal(
            "R-REQUEST-VERSION",
            f"Consent to version {command.request_version} of the request; version {s.state.request_version} stands.",
        )
    return None


def urgent_is_the_advisers(s: Situation) -> Refusal | None:
    command = _of(s, c.Triage)
    urgent = command.urgency == "urgent" or s.state.urgency == "urgent"
    if urgent and s.party is not Party.PRINCIPAL_ADVISER:
        return Refusal("R-POST", f"An urgent request is triaged by the {s.word(Party.PRINCIPAL_ADVISER)}.")
    return None


def submit(s: Situation) -> tuple[e.CaseEvent, ...]:
    """The request, and at once the question to the head or to the SIP."""
    version = s.state.request_version + 1
    submitted = e.RequestSubmitted(request_version=version)
    route = s.route
    if route.step == "head_consent":
        return submitted, e.HeadConsentRequested(request_version=version)
    has_sip = bool(s.facts.schools[s.state.recipient].sips)
    return submitted, e.AlignmentRequested(owner=Party.SIP if has_sip else Party.PRINCIPAL_ADVISER)


def consent(s: Situation) -> tuple[e.CaseEvent, ...]:
    return (e.HeadConsentGiven(request_version=_of(s, c.Consent).request_version),)


def refuse_consent(s: Situation) -> tuple[e.CaseEvent, ...]:
    return (e.HeadConsentRefused(reason=_of(s, c.RefuseConsent).reason),)


def align(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = _of(s, c.Align)
    return (e.AlignmentConfirmed(priority=command.priority, overview_version=command.overview_version),)


def except_alignment(s: Situation) -> tuple[e.CaseEvent, ...]:
    return (e.AlignmentExceptionGranted(reason=_of(s, c.ExceptAlignment).reason),)


def triage(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = _of(s, c.Triage)
    return (e.TriageAccepted(tier=command.tier, urgency=command.urgency or s.state.urgency),)


def decline(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = _of(s, c.Decline)
    return (e.RequestDeclined(reason_code=command.reason_code, explanation=command.explanation),)


def _school(s: Situation, number: str) -> str:
    school = s.facts.schools.get(number)
    return school.name if school else f"School {number}"


def _of(s: Situation, kind: type[c.CommandT]) -> c.CommandT:
    return c.expect(s.command, kind)
