"""What had happened by a time: of late entries too, and nothing that could not have been."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.case import events as e
from domain.case.effective import NotTellableError, Telling
from domain.case.stages import Stage
from domain.case.state import CaseState, evolve, fold
from domain.parties import Party
from tests.domain.case.office import SPEAKER, Office, Route
from tests.domain.case.test_walks import MOVES, STARTS, Move, run

Told = tuple[str, e.CaseEvent, datetime]


def told(events: list[Told]) -> CaseState:
    telling = Telling()
    for command, event, at in events:
        telling.add(command, event, at)
    return telling.state


def each_its_own(office: Office) -> list[Told]:
    """The history as if each event were a command's only one."""
    return [(str(number), event, at) for number, (event, at) in enumerate(office.log)]


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    route=st.sampled_from(["sip", "school"]),
    start=st.sampled_from(STARTS),
    moves=st.lists(MOVES, min_size=4, max_size=25),
)
def test_told_as_it_was_recorded_every_case_is_its_fold(
    route: Route, start: Stage, moves: list[Move]
) -> None:
    office = Office(route).at(start)
    begun = len(office.log)
    for move in moves:
        run(office, move)
    groups: list[Told] = [
        (str(command), event, at) for command, (event, at) in zip(office.commands, office.log, strict=True)
    ]
    telling = Telling()
    state = fold(((event, at) for _, event, at in groups[:begun]))
    telling.state = state
    for command, event, at in groups[begun:]:
        telling.add(command, event, at)
        state = evolve(state, event, at)
        assert telling.state == state


def test_an_event_that_rests_on_a_later_one_cannot_be_told() -> None:
    events = each_its_own(Office("sip").at(Stage.TRIAGE))
    consent = next(n for n, (_, event, _) in enumerate(events) if isinstance(event, e.HeadConsentGiven))
    with pytest.raises(NotTellableError, match=r"HeadConsentGiven had occurred, .* the case is draft"):
        told([events[0], events[consent]])


def test_nothing_can_be_told_before_the_case_was_opened() -> None:
    events = each_its_own(Office("sip").at(Stage.TRIAGE))
    with pytest.raises(NotTellableError, match="the case is not open"):
        told(events[1:2])


def test_a_paused_case_takes_nothing_but_what_a_pause_allows() -> None:
    office = Office().at(Stage.TRIAGE)
    before = len(office.log)
    office.done(SPEAKER[Party.BROKER], "pause", review_on=office.now.date() + timedelta(days=7))
    paused = [("pause", event, at) for event, at in office.log[before:]]
    accepted = e.TriageAccepted(tier="light", urgency="normal")
    telling = Telling()
    telling.state = fold(office.log[:before])
    for command, event, at in paused:
        telling.add(command, event, at)
    with pytest.raises(NotTellableError, match="TriageAccepted"):
        telling.add("triage", accepted, office.now)
