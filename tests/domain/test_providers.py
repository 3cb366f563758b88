"""Providers: who may designate them, declare their days, say what stands between schools, and suspend them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.calendars.half_terms import order_of, period_at
from domain.directory.base import entitling_post
from domain.directory.providers import (
    CapacityDeclared,
    DeclareCapacity,
    DesignationEnded,
    ProviderDesignated,
    ProviderState,
    evolve,
    with_declared,
    with_designated,
)
from domain.parties import HeldPost, Post
from tests.domain.test_directory import ADMIN, Stream

FACTS = replace(ADMIN, schools=frozenset({"6990001", "6990002"}))
BROKER = replace(FACTS, person="dylan", posts=(HeldPost(post=Post.BROKER, programme="EAS"),))
ADVISER = replace(FACTS, person="meinir", posts=(HeldPost(post=Post.PRINCIPAL_ADVISER, programme="EAS"),))
ELSEWHERE = replace(
    FACTS,
    posts=(
        HeldPost(post=Post.BROKER, programme="DEPED"),
        HeldPost(post=Post.PRINCIPAL_ADVISER, programme="DEPED"),
    ),
)
DESIGNATION: dict[str, Any] = {"programme": "EAS", "areas": ["numeracy"], "since": "2026-09-01"}
DAYS: dict[str, Any] = {"programme": "EAS", "first": "2027-spring-1", "quarter_days": "6"}


def provider() -> Stream:
    return Stream("provider", "6990001")


GIVERS: dict[str, tuple[dict[str, Any], bool, bool]] = {
    "designate": (DESIGNATION, False, True),
    "declare-capacity": (DAYS, True, True),
    "declare-conflict": ({"school": "6990002", "note": "A governor of both."}, True, True),
    "suspend": ({"programme": "EAS", "reason_code": "staffing"}, False, True),
    "record-offer": (
        {"programme": "EAS", "area": "numeracy", "languages": ["en"], "quarter_days": "6"},
        False,
        False,
    ),
}


@pytest.mark.parametrize("verb", GIVERS)
def test_administrators_may_and_whose_post_in_that_programme_it_is(verb: str) -> None:
    values, broker, adviser = GIVERS[verb]
    for facts, may in ((FACTS, True), (BROKER, broker), (ADVISER, adviser)):
        assert (provider().say(verb, facts, **values) != "R-POST") == may
    nobody = replace(FACTS, posts=())
    assert provider().say(verb, nobody, **values) == "R-POST"


@pytest.mark.parametrize("verb", ["designate", "declare-capacity", "suspend"])
def test_a_post_in_another_programme_entitles_to_nothing(verb: str) -> None:
    assert provider().say(verb, ELSEWHERE, **GIVERS[verb][0]) == "R-POST"


def test_the_post_that_entitles_is_the_one_that_is_recorded() -> None:
    command = DeclareCapacity.model_validate(DAYS)
    assert entitling_post(command, BROKER) == BROKER.posts[0]
    both = replace(BROKER, posts=(*BROKER.posts, *ADMIN.posts))
    assert entitling_post(command, both) == ADMIN.posts[0]
    assert entitling_post(command, ELSEWHERE) is None


def test_a_designation_names_known_areas_and_is_ended_or_replaced() -> None:
    school = provider()
    assert school.say("designate", FACTS, **DESIGNATION | {"areas": ["latin"]}) == "R-AREA"
    assert school.say("designate", FACTS, **DESIGNATION | {"programme": "XYZ"}) == "R-PROGRAMME"
    assert school.say("end-designation", FACTS, programme="EAS", until="2027-07-20") == "R-DESIGNATION"
    assert school.say("designate", FACTS, **DESIGNATION) == ["ProviderDesignated"]
    assert school.say("designate", FACTS, **DESIGNATION) == []
    assert school.say("end-designation", FACTS, programme="EAS", until="2026-08-31") == "R-DATES"
    assert school.say("end-designation", FACTS, programme="EAS", until="2027-07-20") == ["DesignationEnded"]
    assert school.say("end-designation", FACTS, programme="EAS", until="2027-07-20") == []
    assert school.say("end-designation", FACTS, programme="EAS", until="2027-08-31") == "R-DATES"
    assert [str(one.until) for one in school.state.designations] == ["2027-07-20"]
    with pytest.raises(ValidationError):
        school.say("designate", FACTS, **DESIGNATION | {"until": "2026-08-31"})


def test_only_a_school_of_the_register_is_a_provider() -> None:
    assert Stream("provider", "6990009").say("designate", FACTS, **DESIGNATION) == "R-SCHOOL"


@pytest.mark.parametrize("days", ["-1", "0.3", "200.25", "many"])
def test_days_that_cannot_be_are_refused_at_the_boundary(days: str) -> None:
    with pytest.raises(ValidationError):
        provider().say("declare-capacity", FACTS, **DAYS | {"quarter_days": days})


def test_no_days_in_a_half_term_is_an_answer() -> None:
    school = provider()
    assert school.say("declare-capacity", FACTS, **DAYS | {"quarter_days": "0"}) == ["CapacityDeclared"]
    with pytest.raises(ValidationError):
        school.say("declare-capacity", FACTS, **DAYS | {"last": "2026-autumn-2"})


def test_less_than_cases_hold_cannot_be_declared() -> None:
    school = provider()
    held = replace(FACTS, taken={"EAS": {"2027-spring-2": 10}, "DEPED": {"2027-spring-1": 99}})
    assert school.say("declare-capacity", held, **DAYS | {"quarter_days": "2"}) == "R-CAPACITY"
    assert school.say("declare-capacity", held, **DAYS | {"quarter_days": "2.5"}) == ["CapacityDeclared"]
    before = {"last": "2027-spring-1", "quarter_days": "0"}
    assert school.say("declare-capacity", held, **DAYS | before) == ["CapacityDeclared"], (
        "nothing is held there"
    )


def test_more_can_be_declared_even_where_visits_that_slipped_took_more_than_there_was() -> None:
    school = provider()
    school.say("declare-capacity", FACTS, **DAYS | {"quarter_days": "2"})
    given = replace(FACTS, taken={"EAS": {"2027-spring-1": 14}})
    assert school.say("declare-capacity", given, **DAYS | {"quarter_days": "1.75"}) == "R-CAPACITY"
    assert school.say("declare-capacity", given, **DAYS | {"quarter_days": "3"}) == ["CapacityDeclared"]


def test_a_conflict_is_between_two_schools_and_can_be_cleared() -> None:
    school = provider()
    assert school.say("declare-conflict", FACTS, school="6990001", note="…") == "R-SAME-SCHOOL"
    assert school.say("declare-conflict", FACTS, school="6990009", note="…") == "R-SCHOOL"
    assert school.say("clear-conflict", FACTS, school="6990002") == "R-NOTHING"
    assert school.say("declare-conflict", FACTS, school="6990002", note="Two sisters.") == [
        "ConflictDeclared"
    ]
    assert school.say("declare-conflict", FACTS, school="6990002", note="Cousins.") == ["ConflictDeclared"]
    assert len(school.state.conflicts) == 1, "what is declared later replaces what was"
    assert school.say("clear-conflict", FACTS, school="6990002") == ["ConflictCleared"]
    assert school.state.conflicts == ()


def test_a_suspension_is_of_one_programme_and_ends() -> None:
    school = provider()
    assert school.say("resume", FACTS, programme="EAS") == "R-NOTHING"
    assert school.say("suspend", FACTS, programme="EAS", reason_code="inspection") == ["ProviderSuspended"]
    assert school.say("suspend", FACTS, programme="EAS", reason_code="inspection") == []
    assert school.say("resume", FACTS, programme="EAS") == ["ProviderResumed"]
    assert school.state.suspended == ()


def test_days_can_be_declared_until_the_last_half_term_that_has_a_name_for_it() -> None:
    school = provider()
    school.say("declare-capacity", FACTS, **DAYS)
    last = {"last": "2099-autumn-2", "quarter_days": "0"}
    assert school.say("declare-capacity", FACTS, **DAYS | last) == ["CapacityDeclared"]
    assert [(one.first, one.quarter_days) for one in school.state.capacity] == [
        ("2027-spring-1", 0), ("2100-spring-1", 24),
    ]  # fmt: skip


FIRST = order_of("2026-autumn-1")
SPANS = st.builds(
    lambda programme, first, length, days: CapacityDeclared(
        programme=programme,
        first=period_at(FIRST + first),
        last=None if length is None else period_at(FIRST + first + length),
        quarter_days=days,
    ),
    st.sampled_from(["EAS", "EAS", "DEPED"]),
    st.integers(0, 8),
    st.none() | st.integers(0, 6),
    st.integers(0, 3),
)


def holds(span: CapacityDeclared, programme: str, order: int) -> bool:
    return (
        span.programme == programme
        and order_of(span.first) <= order
        and (span.last is None or order <= order_of(span.last))
    )


@given(st.lists(SPANS, max_size=8))
def test_of_two_declarations_for_a_half_term_the_later_one_holds_and_spans_never_overlap(
    declared: list[CapacityDeclared],
) -> None:
    spans: tuple[CapacityDeclared, ...] = ()
    for each in declared:
        spans = with_declared(spans, each)
        assert with_declared(spans, each) == spans, "to say it again changes nothing"
    for programme, order in product(("EAS", "DEPED"), range(FIRST, FIRST + 20)):
        wanted = next(
            (each.quarter_days for each in reversed(declared) if holds(each, programme, order)), None
        )
        assert [span.quarter_days for span in spans if holds(span, programme, order)] == (
            [] if wanted is None else [wanted]
        )
    for nth, each in enumerate(declared):
        if not any(overlap(each, later) for later in declared[nth + 1 :]):
            assert with_declared(spans, each) == spans, "nor does what no later one has replaced"


def overlap(one: CapacityDeclared, other: CapacityDeclared) -> bool:
    return any(
        holds(one, one.programme, order) and holds(other, one.programme, order)
        for order in range(FIRST, FIRST + 20)
    )


def span(since: str, until: str | None = None) -> dict[str, Any]:
    return {"programme": "EAS", "areas": ["numeracy"], "since": since, "until": until}


def designated(school: Stream) -> list[tuple[str, str | None]]:
    return [(str(one.since), str(one.until) if one.until else None) for one in school.state.designations]


def test_next_years_designation_leaves_this_years_in_force_until_the_day_before_it() -> None:
    school = provider()
    school.say("designate", FACTS, **span("2025-09-01"))
    school.say("designate", FACTS, **span("2026-09-01", "2027-08-31"))
    assert designated(school) == [("2025-09-01", "2026-08-31"), ("2026-09-01", "2027-08-31")]
    assert school.say("designate", FACTS, **span("2025-09-01")) == [], "last year's list changes nothing"
    school.say("designate", FACTS, **span("2026-09-01"))
    assert designated(school)[1:] == [("2026-09-01", None)], "the same first day corrects"


SPRING = replace(FACTS, now=datetime(2026, 4, 15, 8, tzinfo=UTC))


def test_an_end_is_the_end_of_what_would_begin_later_too_until_it_is_said_anew() -> None:
    school = provider()
    for since in ("2025-09-01", "2026-09-01"):
        school.say("designate", SPRING, **span(since))
    assert school.say("end-designation", SPRING, programme="EAS", until="2026-07-20") == ["DesignationEnded"]
    assert designated(school) == [("2025-09-01", "2026-07-20")]
    assert school.say("end-designation", SPRING, programme="EAS", until="2026-07-20") == []
    assert school.say("end-designation", SPRING, programme="EAS", until="2026-07-31") == "R-DATES", (
        "an end does not lengthen what has ended"
    )
    school.say("designate", SPRING, **span("2026-09-01"))
    assert designated(school) == [("2025-09-01", "2026-07-20"), ("2026-09-01", None)]
    school.say("end-designation", SPRING, programme="EAS", until="2026-08-15")
    assert designated(school) == [("2025-09-01", "2026-07-20")], "nor does one that only drops the next"


def test_what_has_not_begun_is_dropped_and_what_has_is_not_undone() -> None:
    for facts, answer, left in (
        (SPRING, ["DesignationEnded"], []),
        (FACTS, "R-DATES", [("2026-09-01", None)]),
    ):
        school = provider()
        school.say("designate", facts, **span("2026-09-01"))
        assert school.say("end-designation", facts, programme="EAS", until="2026-03-31") == answer
        assert designated(school) == left
    school.say("designate", FACTS, **span("2025-09-01"))
    assert school.say("end-designation", FACTS, programme="EAS", until="2026-03-31") == "R-DATES"
    assert designated(school) == [("2025-09-01", "2026-08-31"), ("2026-09-01", None)]


def test_a_designation_that_an_old_log_replaced_by_an_earlier_one_does_not_come_back_when_that_ends() -> None:
    state = ProviderState()
    for event in (
        ProviderDesignated(programme="EAS", areas=("numeracy",), since=date(2026, 9, 1), until=None),
        ProviderDesignated(programme="EAS", areas=("numeracy",), since=date(2026, 5, 1), until=None),
        DesignationEnded(programme="EAS", until=date(2026, 7, 31)),
    ):
        state = evolve(state, event)
    assert [(one.since, one.until) for one in state.designations] == [(date(2026, 5, 1), date(2026, 7, 31))]


def test_an_end_that_an_old_log_made_later_stays_later() -> None:
    state = ProviderState()
    until = date(2026, 12, 31)
    for event in (
        ProviderDesignated(programme="EAS", areas=("numeracy",), since=date(2026, 9, 1), until=until),
        DesignationEnded(programme="EAS", until=date(2027, 7, 20)),
    ):
        state = evolve(state, event)
    assert [one.until for one in state.designations] == [date(2027, 7, 20)]


DAY_ONE = date(2026, 9, 1)
DESIGNATIONS = st.lists(
    st.builds(
        lambda programme, first, length, area: ProviderDesignated(
            programme=programme,
            areas=(area,),
            since=DAY_ONE + timedelta(days=first),
            until=None if length is None else DAY_ONE + timedelta(days=first + length),
        ),
        st.sampled_from(["EAS", "EAS", "DEPED"]),
        st.integers(0, 12),
        st.none() | st.integers(0, 8),
        st.sampled_from(["numeracy", "literacy"]),
    ),
    max_size=6,
    unique_by=lambda one: (one.programme, one.since),
)


@settings(deadline=None)
@given(DESIGNATIONS, st.randoms(use_true_random=False))
def test_on_each_day_that_designation_counts_that_began_last_whatever_the_order_they_were_said_in(
    said: list[ProviderDesignated], chance: Random
) -> None:
    shuffled = list(said)
    chance.shuffle(shuffled)
    spans: tuple[ProviderDesignated, ...] = ()
    for one in shuffled:
        spans = with_designated(spans, one)
        assert with_designated(spans, one) == spans, "to say it again changes nothing"
    for one in shuffled:
        assert with_designated(spans, one) == spans, "nor does any that was said before"
    for programme in ("EAS", "DEPED"):
        for day in (DAY_ONE + timedelta(days=n) for n in range(24)):
            begun = [one for one in said if one.programme == programme and one.since <= day]
            latest = max(begun, key=lambda one: one.since, default=None)
            holds = latest is not None and (latest.until is None or day <= latest.until)
            in_force = [
                one
                for one in spans
                if one.programme == programme and one.since <= day and (one.until is None or day <= one.until)
            ]
            assert [one.areas for one in in_force] == ([latest.areas] if latest and holds else [])
