"""The ranking: deterministic, whole, and fair to what is not known."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.canonical import canonical_bytes
from domain.matching.filters import exclusion, free_days, standing
from domain.matching.inspection import Inspection
from domain.matching.provider import DeclaredSpan, Designation, Provider, Use
from domain.matching.ranking import rank
from domain.matching.score import Compared, lines_of, milli_points
from domain.programmes.model import Matching, Weights
from tests.domain.case.office import eas
from tests.domain.matching.pool import POOLS, RECIPIENT, SCHOOLS, past, provider, school, wanted


def _rules() -> Matching:
    rules = eas().matching
    assert rules is not None
    return rules


RULES: Final = _rules()


@given(POOLS, st.integers())
def test_the_same_pool_gives_the_same_ranking_in_whatever_order_it_is_given(
    pool: list[Provider], seed: int
) -> None:
    shuffled = list(pool)
    Random(seed).shuffle(shuffled)
    first, again = (rank(eas(), wanted(), order, SCHOOLS) for order in (pool, shuffled))
    assert canonical_bytes(first.payload()) == canonical_bytes(again.payload())


@given(POOLS)
def test_every_school_of_the_pool_is_ranked_or_left_out_with_a_reason_and_none_is_both(
    pool: list[Provider],
) -> None:
    ranking = rank(eas(), wanted(), pool, SCHOOLS)
    ranked, out = {c.school for c in ranking.candidates}, {x.school for x in ranking.excluded}
    assert ranked | out == {each.number for each in pool}
    assert not ranked & out
    points = [each.milli_points for each in ranking.candidates]
    assert points == sorted(points, reverse=True)
    assert all(0 <= each <= 100_000 for each in points)
    assert all(0 <= line.per_mille <= 1000 for each in ranking.candidates for line in each.lines)


@given(POOLS)
def test_the_points_are_the_sum_of_the_lines_under_the_weights_that_are_kept(pool: list[Provider]) -> None:
    ranking = rank(eas(), wanted(), pool, SCHOOLS)
    weights = [criterion.weight for criterion in ranking.criteria]
    assert sum(weights) == 100
    for each in ranking.candidates:
        assert each.milli_points == sum(
            weight * line.per_mille for weight, line in zip(weights, each.lines, strict=True)
        )


@given(POOLS, st.integers(1, 400))
@settings(max_examples=60)
def test_more_days_never_leave_a_school_out(pool: list[Provider], more: int) -> None:
    with_more = [
        replace(
            each,
            capacity=tuple(DeclaredSpan(s.first, s.last, s.quarter_days + more) for s in each.capacity),
        )
        for each in pool
    ]
    before = {x.school for x in rank(eas(), wanted(), pool, SCHOOLS).excluded}
    after = {x.school for x in rank(eas(), wanted(), with_more, SCHOOLS).excluded}
    assert after <= before


LEFT_OUT: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "not designated at all": ({"designations": ()}, {}, "not-designated"),
    "designated for something else": ({}, {"area": "literacy"}, "area"),
    "designated later": ({"designations": (Designation(frozenset({"numeracy"}), date(2026, 10, 1), None),)}, {}, "not-yet"),
    "designated until lately": (
        {"designations": (Designation(frozenset({"numeracy"}), date(2025, 9, 1), date(2026, 9, 14)),)}, {}, "expired",
    ),
    "suspended": ({"suspended": "inspection"}, {}, "suspended"),
    "inspected": (
        {"inspection": Inspection(date(2026, 9, 15), date(2026, 9, 18), date(2026, 9, 25))}, {}, "inspection",
    ),
    "without the language": ({}, {"language": "cy"}, "language"),
    "of another phase": ({}, {"phase": "secondary"}, "phase"),
    "close to the recipient": ({"conflict": True}, {}, "conflict"),
    "objected to half a year ago": ({"objected_on": date(2026, 3, 1)}, {}, "rests"),
    "objected to in this case": ({}, {"objected": frozenset({"6990101"})}, "objected"),
    "asked before": ({}, {"answered": {"6990101": "declined"}}, "answered"),
    "barred by another rule": ({}, {"barred": {"6990101": "same-head"}}, "same-head"),
    "without the days": ({}, {"quarter_days": 97}, "days"),
}  # fmt: skip


@pytest.mark.parametrize("what", LEFT_OUT)
def test_a_school_is_left_out_that_is(what: str) -> None:
    known, asked, code = LEFT_OUT[what]
    out = exclusion(provider(**known), school("6990101"), wanted(**asked))
    assert out is not None
    assert out.code == code


def test_a_school_suits_on_the_last_day_of_its_designation_and_once_it_has_rested() -> None:
    last_day = Designation(frozenset({"numeracy"}), date(2026, 9, 15), date(2026, 9, 15))
    rested = provider(designations=(last_day,), objected_on=date(2025, 9, 15))
    assert exclusion(rested, school("6990101"), wanted()) is None


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2025, 8, 31), "not-yet"), (date(2026, 7, 20), None), (date(2026, 7, 21), "area"),
        (date(2026, 9, 1), "area"), (date(2027, 9, 1), "expired"),
    ],
)  # fmt: skip
def test_the_designation_of_the_day_counts_and_between_two_the_next_to_come(
    day: date, code: str | None
) -> None:
    spans = (
        Designation(frozenset({"numeracy"}), date(2025, 9, 1), date(2026, 7, 20)),
        Designation(frozenset({"literacy"}), date(2026, 9, 1), date(2027, 8, 31)),
    )
    area = "literacy" if code == "expired" else "numeracy"
    found = [each for each, _ in standing(provider(designations=spans), area, day)]
    assert found == ([] if code is None else [code])


def test_a_school_of_all_ages_counts_for_every_phase() -> None:
    for phase in ("nursery", "primary", "secondary", "special"):
        assert exclusion(provider(), school("6990101", phase="middle"), wanted(phase=phase)) is None


def test_days_that_other_cases_take_are_not_free() -> None:
    taken = (Use("EAS-A", "2026-autumn-2", 20, "dylan"), Use("EAS-B", "2026-autumn-2", 20, None))
    assert free_days(provider(uses=taken), wanted()) == 3 * 24
    assert provider(uses=taken).free("2026-autumn-2") == 0


BETTER: dict[str, Callable[[], tuple[Provider, Provider]]] = {
    "offers the area": lambda: (provider(), provider(offers={"literacy": ("en",)})),
    "did well there before": lambda: (
        provider(past=past(date(2025, 9, 1), (1000,), in_the_area=True)), provider(),
    ),
    "has the days at once": lambda: (
        provider(), provider(uses=(Use("EAS-A", "2026-autumn-2", 24, None),)),
    ),
    "gave less this year": lambda: (
        provider(), provider(uses=(Use("EAS-A", "2026-autumn-1", 24, None),)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BETTER)
def test_a_school_gets_more_points_that(what: str) -> None:
    better, worse = BETTER[what]()
    compared = Compared(RULES, wanted(), [better, worse])
    more, less = (
        milli_points(lines_of(each, school("6990101"), compared), RULES) for each in (better, worse)
    )
    assert more > less


def test_the_near_school_comes_before_the_far_one_and_the_unknown_way_lies_between() -> None:
    compared = Compared(RULES, wanted(), [provider()])

    def travel(latitude: int | None) -> tuple[int, str]:
        line = lines_of(provider(), school("6990101", latitude=latitude, longitude=-3_000_000), compared)[3]
        return line.per_mille, line.code

    assert travel(51_600_000) == (1000, "minutes")
    assert travel(52_900_000) == (0, "minutes")
    assert travel(None) == (500, "way_unknown")


def test_one_good_case_does_not_make_a_record() -> None:
    one = provider("6990101", past=past(date(2025, 9, 1), (1000,)))
    many = provider("6990102", past=past(date(2025, 9, 1), (900,) * 9))
    poor = provider("6990103", past=past(date(2025, 9, 1), (100,) * 9))
    compared = Compared(RULES, wanted(), [one, many, poor])
    record = [lines_of(each, school(each.number), compared)[5].per_mille for each in (one, many, poor)]
    assert record[1] > record[0] > record[2]


def test_of_schools_alike_the_one_not_used_for_longest_comes_first_then_who_is_drawn() -> None:
    schools = {number: school(number) for number in ("6990101", "6990102", "6990103")}
    old, new = date(2024, 9, 1), date(2026, 6, 1)
    pool = [
        provider("6990101", past=past(new)),
        provider("6990102", past=past(old)),
        provider("6990103"),
    ]
    ranking = rank(eas(), wanted(), pool, schools)
    assert [c.school for c in ranking.candidates] == ["6990103", "6990102", "6990101"]
    assert ranking.seed == "EAS-K7QX4MZ-R"
    alike = [provider(number) for number in schools]
    orders = {
        tuple(c.school for c in rank(eas(), wanted(reference=f"EAS-{n}"), alike, schools).candidates)
        for n in range(40)
    }
    assert len(orders) == 6, "another case draws another order"


def test_a_school_that_the_recipient_has_in_mind_is_marked_and_gets_no_point_for_it() -> None:
    schools = {number: school(number) for number in ("6990101", "6990102")}
    ranking = rank(eas(), wanted(preferred="6990102"), [provider("6990101"), provider("6990102")], schools)
    by_school = {c.school: c for c in ranking.candidates}
    assert [by_school[n].preferred for n in ("6990101", "6990102")] == [False, True]
    assert by_school["6990101"].milli_points == by_school["6990102"].milli_points


def test_other_weights_give_another_order() -> None:
    near = school("6990101", latitude=RECIPIENT.latitude, longitude=RECIPIENT.longitude)
    schools = {"6990101": near, "6990102": school("6990102", latitude=52_900_000, longitude=-3_000_000)}
    pool = [
        provider("6990101", offers={"literacy": ("en",)}),
        provider("6990102", past=past(date(2025, 9, 1), (1000,), in_the_area=True)),
    ]
    zero = dict.fromkeys(Weights.model_fields, 0)
    first = []
    for name in ("travel", "expertise"):
        weights = Weights(**zero | {name: 100})
        rules = eas().model_copy(update={"matching": RULES.model_copy(update={"weights": weights})})
        first.append(rank(rules, wanted(), pool, schools).candidates[0].school)
    assert first == ["6990101", "6990102"]


def test_a_programme_that_ranks_nobody_is_not_asked_to() -> None:
    with pytest.raises(ValueError, match="ranks no providers"):
        rank(eas().model_copy(update={"matching": None}), wanted(), [], {})
