"""Whatever people do, in whatever order, with time passing: what always holds of a case.

Each walk is a list of moves, run in two offices side by side whose texts are sealed under different keys:
where they ever differed, a rule would have read a text.
"""

from datetime import timedelta
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.calendars.due import days_left
from domain.calendars.weekdays import Weekdays
from domain.case import events as e
from domain.case.commands import COMMANDS, SYSTEM_VERBS, Recount
from domain.case.events import read_case_event
from domain.case.lifecycle import LIFECYCLE, row_at
from domain.case.money_owed import live_money
from domain.case.situation import Decision, Refusal
from domain.case.stages import Stage
from domain.case.state import CaseState, evolve
from domain.case.status import case_status
from domain.case.waits import awaited, awaited_keys, falling_due
from domain.ids import SYSTEM_PERSON
from domain.parties import Party
from domain.text.sentences import sentence
from domain.text.voice import Voice
from tests.domain.case.office import (
    DALE,
    DEADLINES,
    GLEN,
    SEA,
    SPEAKER,
    Office,
    Route,
    masked,
    refolded,
    sealed,
)
from tests.domain.case.test_lifecycle import in_plain_words

PEOPLE: Final = (*(p for p in SPEAKER.values() if p != SYSTEM_PERSON), "head.dale", "auditor")
VERBS: Final = tuple(verb for verb in COMMANDS if verb not in {"open", *SYSTEM_VERBS})
LAST: Final = frozenset({"withdraw", "signpost", "enrol", "decline", "refuse-consent"})
"""Verbs that end a case before it has lived; a walk tries them only when it says 'ask'."""
STARTS: Final = (
    Stage.DRAFT, Stage.TRIAGE, Stage.MATCHING, Stage.PARTNER_OFFERED, Stage.AGREEMENT_DRAFTING,
    Stage.AWAITING_SIGNATURES, Stage.AGREED, Stage.IN_DELIVERY, Stage.IN_DELIVERY, Stage.FINAL_REVIEW, Stage.FINAL_REVIEW, Stage.CLOSED,
)  # fmt: skip

_OF_MATCHING: Final = frozenset({Stage.MATCHING, Stage.PARTNER_OFFERED})
"""Stages that a case does not pass through whose provider began it."""

Move = tuple[str, int]
MOVES: Final = st.one_of(
    st.tuples(st.just("step"), st.integers(0, 3)),
    st.tuples(st.just("act"), st.integers(0, 999)),
    st.tuples(st.just("act"), st.integers(0, 999)),
    st.tuples(st.just("act"), st.integers(0, 999)),
    st.tuples(st.just("ask"), st.integers(0, len(VERBS) * len(PEOPLE) - 1)),
    st.tuples(st.just("days"), st.integers(0, 25)),
)


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    route=st.sampled_from(["sip", "school", "leader"]),
    start=st.sampled_from(STARTS),
    moves=st.lists(MOVES, min_size=8, max_size=40),
)
def test_what_always_holds(route: Route, start: Stage, moves: list[Move]) -> None:
    start = Stage.TRIAGE if route == "leader" and start in _OF_MATCHING else start
    here = Office(route).at(start)
    there = Office(route, seal=lambda text: sealed(text, "another key")).at(start)
    for move in moves:
        before = here.state
        given_before = before.model_dump()
        first, second = run(here, move), run(there, move)
        assert first == second, "a rule read a text"
        assert before.model_dump() == given_before, "the state was changed in place"
        check(here)
    assert [masked(event) for event, _ in here.log] == [masked(event) for event, _ in there.log]
    check_history(here)


def run(office: Office, move: Move) -> str:
    """What came of a move, in words that must be the same in both offices."""
    kind, number = move
    before = office.state
    if kind == "days":
        office.days_pass(number)
        return str(office.now)
    if kind == "step":
        steps = office.steps(SEA, DALE, GLEN)
        if not steps:
            return "no step"
        step = steps[number % len(steps)]
        person, verb, values = str(step.person), step.verb, step.values
        row = row_at(before.stage, verb)
        assert row is not None
        assert Party(step.party) in row.who or Party(step.party) in stand_ins(before)
        assert person in office.facts("").holders[Party(step.party)]
    elif kind == "act":
        rows = [
            row for row in LIFECYCLE if before.stage in row.stages and row.command.verb in {*VERBS} - LAST
        ]
        if not rows:
            return "nothing to do"
        row = rows[number * 7919 % len(rows)]
        verb, values = row.command.verb, variety(office, row.command.verb, number)
        people = [p for party in row.who for p in office.facts("").holders.get(party, ())] or ["auditor"]
        person = people[number // len(rows) % len(people)]
    else:
        person, verb, values = PEOPLE[number % len(PEOPLE)], VERBS[number // len(PEOPLE)], {}
        row = row_at(before.stage, verb)
    answer = office.give(person, office.command(verb, **values))
    if isinstance(answer, Refusal):
        assert kind != "step", f"suggested and yet refused: {verb} by {person} – {answer}"
        assert office.state is before
        assert in_plain_words(answer), answer
        return answer.code
    assert row is not None
    assert {type(event) for event in answer.events} <= {*row.events, *DEADLINES}
    assert office.state.stage in {*row.to, before.stage}
    assert not before.ended or verb in {"reopen", "end-enrolment"} or before.money is not None
    assert not before.paused or row.while_paused
    return " ".join(event.type_name() for event in answer.events)


def stand_ins(state: CaseState) -> set[Party]:
    """Who has taken over what others let lie."""
    return {item.owner for item in awaited(state) if item.part is not None}


def variety(office: Office, verb: str, number: int) -> dict[str, Any]:
    """Values that differ from the usual ones, some of them against a rule."""
    today = office.now.date()
    varied: dict[str, dict[str, Any]] = {
        "triage": {"urgency": ("normal", "urgent")[number % 2]},
        "offer": {"provider": (SEA, DALE, GLEN)[number % 3]},
        "no-partner": {"nobody_left": number % 2 == 0},
        "schedule-visit": {"on": today + timedelta(days=number % 40 - 2)},
        "record-visit": {"quarter_days": number % 4 + 1},
        "resolve-dispute": {"counted_quarter_days": number % 5},
        "mid-review": {"decision": ("continue", "change", "exit")[number % 3]},
        "propose-variation": {"quarter_days": number % 20 + 1},
        "extend": {"quarter_days": number % 12 + 1},
        "complete": {"waive_disputes": number % 5 == 0},
        "close": {
            "follow_up": ("none", "extend")[number % 2],
            "unevaluated": number % 3 == 0,
            "outcome": "not-assessable",
        },
        "pause": {"review_on": today + timedelta(days=number % 30)},
        "reschedule-visit": {"on": today + timedelta(days=number % 40 - 2)},
        "assign": {
            "party": ("broker", "sip", "finance")[number % 3],
            "to": ("broker", "broker.two", "sip.hill")[number // 3 % 3],
        },
        "record-contact": {
            "party": ("recipient_head", "provider_head", "broker")[number % 3],
            "reached": number % 2 == 0,
        },
        "acknowledge": {"escalation": number % 3 + 1},
    }
    return varied.get(verb, {})


def check(office: Office) -> None:
    """What holds of a case at any moment."""
    state, programme = office.state, office.programme
    waits = [item.wait for item in awaited(state)]
    assert len(waits) == len(set(waits))
    dated = {deadline.wait for deadline in state.deadlines}
    assert dated <= set(waits)
    assert dated == set(waits) or state.paused, "a wait without a due date"
    assert dated >= {item.wait for item in falling_due(state)}
    assert len(state.deadlines) == len(dated)
    settling = state.ended and live_money(state) is not None
    assert bool(waits) == (settling or not state.ended), "a silent case, or one that ended and still waits"
    for item in awaited(state):
        deadline = state.deadline(item.wait)
        assert deadline is None or deadline.owner is item.owner
    running = [d for d in state.deadlines if not d.passed and d.kept_days is None]
    if state.paused:
        chased = {d.wait for d in state.deadlines if d.next_at is not None}
        about_the_pause = {f"escalation:{raised.number}" for raised in state.escalations}
        assert chased <= {"pause_review"} | about_the_pause
    else:
        assert all(d.kept_days is None for d in state.deadlines)
        late = [d for d in running if d.due_at <= office.now]
        assert all(d.days is None for d in late), "counted days that were over when they began"
    assert sum(offer.outcome == "open" for offer in state.offers) == (state.stage is Stage.PARTNER_OFFERED)
    if state.agreement is not None:
        assert state.held_quarter_days <= state.agreement.all_quarter_days
        people = [signature.person for signature in state.agreement.signatures]
        assert len(people) == len(set(people))
        if state.agreement.active:
            assert set(state.agreement.signed) == set(state.agreement.signatories)
    assert not waits or state.next_chase is not None, "awaited, and nobody is ever chased for it again"
    if not state.ended:
        unmoved = office.ask(SYSTEM_PERSON, Recount(position=1))
        assert isinstance(unmoved, Decision)
        assert unmoved.events == (), "counted again on the same calendar it moves"
    status = case_status(state, programme)
    assert status.awaited == bool(waits)
    assert not status.awaited or status.waiting_on


def check_history(office: Office) -> None:
    """What holds of the history as a whole."""
    assert refolded(office) == office.state
    state, stored = CaseState(), CaseState()
    hashes: dict[int, set[str]] = {}
    answers: dict[int, int] = {}
    voice = Voice(office.programme, {})
    kept: dict[str, int] = {}
    resuming = False
    for event, at in office.log:
        before = state
        state = evolve(state, event, at)
        stored = evolve(stored, read_case_event(event.type_name(), event.schema_version, event.payload()), at)
        assert state == stored, "an event does not come back from the log as it went in"
        assert state.version == before.version + 1
        words = sentence(event, voice)
        assert words.endswith(".")
        assert "None" not in words
        match event:
            case e.AgreementDrafted():
                hashes[event.agreement_version] = set()
            case e.AgreementSigned() | e.AlignmentEndorsed():
                hashes[event.agreement_version].add(event.content_hash)
            case e.AgreementActivated():
                assert before.agreement is not None
                assert set(before.agreement.signed) == set(before.agreement.signatories)
                assert hashes[event.agreement_version] == {event.content_hash}
            case e.OfferAccepted() | e.OfferDeclined() | e.OfferExpired() | e.OfferRescinded():
                answers[event.offer] = answers.get(event.offer, 0) + 1
            case e.DeadlinePassed():
                assert (
                    not before.paused or event.wait == "pause_review" or event.wait.startswith("escalation")
                )
                assert event.due_at <= at
                assert event.wait in awaited_keys(before)
            case e.CasePaused():
                kept = {item.wait: item.days_left for item in event.kept}
                for item in event.kept:
                    known = before.deadline(item.wait)
                    assert known is not None
                    left = days_left(Weekdays(office.programme.time_zone), at, known.due_at, "working_days")
                    assert item.days_left == (0 if known.passed else max(0, left))
            case e.DeadlineSet() if resuming and event.wait in kept and event.days is not None:
                assert event.days == max(1, kept[event.wait])
                assert (
                    days_left(Weekdays(office.programme.time_zone), at, event.due_at, "working_days")
                    == event.days
                )
        resuming = isinstance(event, e.CaseResumed) or (resuming and isinstance(event, e.DeadlineSet))
    assert all(count == 1 for count in answers.values()), "an offer has one outcome"


def test_the_usual_course_is_what_is_suggested() -> None:
    """Doing only what is printed brings a case from draft to archive, time passing where it must."""
    openers: tuple[tuple[Route, str], ...] = (
        ("school", "head.hill"),
        ("sip", "sip.hill"),
        ("leader", "head.sea"),
    )
    for route, opener in openers:
        office = Office(route)
        office.done(opener, "open", **({} if route == "leader" else {"preferred_provider": SEA}))
        for _ in range(60):
            steps = office.steps()
            if not steps:
                office.days_pass(1)
                continue
            step = steps[0]
            answer = office.give(str(step.person), office.command(step.verb, **step.values))
            assert isinstance(answer, Decision), answer
        assert office.state.stage is Stage.ARCHIVED, office.state.stage
