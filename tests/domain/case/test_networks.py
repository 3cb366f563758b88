"""Requests that end in something open to many: only where it fits, and never beyond its places."""

from datetime import date
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case.situation import Decision
from domain.case.stages import Stage
from tests.domain.case.office import NETWORK, Office


def at_triage(**changes: Any) -> Office:
    office = Office().at(Stage.TRIAGE)
    office.networks = {NETWORK.code: NETWORK.model_copy(update=changes)}
    return office


def test_an_enrolment_is_an_end_of_its_own_with_its_own_record() -> None:
    office = at_triage()
    assert office.done("broker", "enrol", places=2) == ("RequestEnrolled",)
    assert office.state.stage is Stage.ENROLLED
    enrolment = office.state.enrolment
    assert enrolment is not None
    assert (enrolment.network, enrolment.places, enrolment.since) == ("numeracy-leads", 2, date(2026, 9, 15))
    assert office.state.deadlines == ()


def test_a_case_for_which_nobody_was_found_may_end_in_a_network() -> None:
    office = Office().at(Stage.MATCHING)
    assert office.done("adviser", "enrol") == ("RequestEnrolled",)


def test_how_it_went_is_recorded_once_by_the_school_or_those_who_look_after_it() -> None:
    office = at_triage()
    office.done("broker", "enrol")
    office.days_pass(30)
    assert office.done("head.hill", "end-enrolment", outcome="left") == ("EnrolmentEnded",)
    enrolment = office.state.enrolment
    assert enrolment is not None
    assert (enrolment.outcome, enrolment.until) == ("left", office.now.date())
    assert office.refused("broker", "end-enrolment").code == "R-ALREADY"
    assert office.refused("head.sea", "end-enrolment").code == "R-POST"


UNFIT: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "closed": ({"open": False}, "R-OFFER"),
    "over": ({"last_date": date(2026, 9, 14)}, "R-OFFER"),
    "another programme's": ({"programme": "DEPED"}, "R-OFFER"),
    "about something else": ({"areas": ("literacy", "humanities")}, "R-AREA"),
    "for other schools": ({"phases": ("secondary",)}, "R-PHASE"),
}


@pytest.mark.parametrize("what", UNFIT)
def test_no_request_ends_in_a_network_that_is(what: str) -> None:
    changes, code = UNFIT[what]
    office = at_triage(**changes)
    assert office.refused("broker", "enrol").code == code
    assert office.refused("broker", "signpost", offer=NETWORK.code).code == code


def test_a_signpost_names_an_offer_on_record_or_says_it_in_words() -> None:
    office = at_triage()
    assert office.done("broker", "signpost", offer=NETWORK.code, to=None) == ("RequestSignposted",)
    assert office.state.signposted_to == NETWORK.code
    office = at_triage()
    office.done("broker", "signpost")
    assert office.state.signposted_to is None


def test_a_full_network_can_still_be_pointed_to() -> None:
    office = at_triage(taken=20)
    refusal = office.refused("broker", "enrol")
    assert refusal.message == "Places of the network numeracy-leads: 20; taken: 20; left: 0; asked for: 1."
    assert office.done("broker", "signpost", offer=NETWORK.code) == ("RequestSignposted",)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(places=st.integers(1, 40), taken=st.integers(0, 40), asked=st.integers(1, 40))
def test_places_are_never_more_than_were_offered(places: int, taken: int, asked: int) -> None:
    office = _TRIAGED.networks
    _TRIAGED.networks = {NETWORK.code: NETWORK.model_copy(update={"places": places, "taken": taken})}
    answer = _TRIAGED.ask("broker", _TRIAGED.command("enrol", places=asked))
    _TRIAGED.networks = office
    assert isinstance(answer, Decision) == (taken + asked <= places)


_TRIAGED: Final = Office().at(Stage.TRIAGE)
