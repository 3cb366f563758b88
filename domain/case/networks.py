"""Requests that end in something open to many: signposted to it, or enrolled in it. Transition 8."""

from domain.case import commands as c
from domain.case import events as e
from domain.case.commands import expect
from domain.case.situation import NetworkFact, Refusal, Situation


def something_is_pointed_to(s: Situation) -> Refusal | None:
    command = expect(s.command, c.Signpost)
    if command.to is None and command.offer is None:
        return Refusal(
            "R-NOTHING", "Nothing is said of what the school is pointed to.", "Add --offer or --to."
        )
    return None


def offer_pointed_to_fits(s: Situation) -> Refusal | None:
    code = expect(s.command, c.Signpost).offer
    return None if code is None else _unfit(s, code)


def network_fits(s: Situation) -> Refusal | None:
    return _unfit(s, expect(s.command, c.Enrol).network)


def school_is_not_enrolled_there(s: Situation) -> Refusal | None:
    network = _network(s)
    if network.enrolled:
        other = network.enrolled[0]
        return Refusal(
            "R-DUPLICATE",
            f"{_recipient(s)} is enrolled in {network.code} already: {other}.",
            f"See: brokerage case show {other}",
        )
    return None


def places_are_left(s: Situation) -> Refusal | None:
    """Never more than were offered: who comes too late is told how many are left."""
    network, asked = _network(s), expect(s.command, c.Enrol).places
    if network.places is None or network.taken + asked <= network.places:
        return None
    return Refusal(
        "R-PLACES",
        f"Places of the network {network.code}: {network.places}; taken: {network.taken}; "
        f"left: {max(0, network.places - network.taken)}; asked for: {asked}.",
        "Ask for fewer, or point the school to it until a place is free: brokerage case signpost",
    )


def signpost(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.Signpost)
    return (e.RequestSignposted(to=command.to, offer=command.offer),)


def enrol(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.Enrol)
    return (e.RequestEnrolled(network=command.network, places=command.places, since=s.facts.today),)


def enrolment_runs(s: Situation) -> Refusal | None:
    enrolment = s.state.enrolment
    if enrolment is not None and enrolment.outcome is not None:
        return Refusal("R-ALREADY", f"The enrolment in {enrolment.network} has ended already.")
    return None


def end_enrolment(s: Situation) -> tuple[e.CaseEvent, ...]:
    if s.state.enrolment is None:
        raise ValueError("the log is not a lawful history: enrolled without an enrolment")
    command = expect(s.command, c.EndEnrolment)
    event = e.EnrolmentEnded(
        network=s.state.enrolment.network, outcome=command.outcome, on=s.facts.today, note=command.note
    )
    return (event,)


def _unfit(s: Situation, code: str) -> Refusal | None:
    """Why a request of this case cannot end in that: not there, closed, over, or for others."""
    network, state = s.facts.networks.get(code), s.state
    if network is None or network.programme != state.programme:
        return Refusal(
            "R-OFFER", f"{state.programme} offers no network '{code}'.", "See: brokerage network list"
        )
    if not network.open:
        return Refusal("R-OFFER", f"The network {code} is closed.", "See: brokerage network list")
    if network.last_date is not None and network.last_date < s.facts.today:
        return Refusal(
            "R-OFFER", f"The network {code} is over: its last day was {network.last_date.isoformat()}."
        )
    if state.area not in network.areas:
        return Refusal(
            "R-AREA",
            f"The network {code} is about {', '.join(network.areas)}; the request is about {state.area}.",
        )
    if network.phases and state.phase not in network.phases:
        return Refusal(
            "R-PHASE",
            f"The network {code} is for {', '.join(network.phases)} schools; the request is for {state.phase}.",
        )
    return None


def _network(s: Situation) -> NetworkFact:
    return s.facts.networks[expect(s.command, c.Enrol).network]


def _recipient(s: Situation) -> str:
    school = s.facts.schools.get(s.state.recipient)
    return school.name if school else f"School {s.state.recipient}"
