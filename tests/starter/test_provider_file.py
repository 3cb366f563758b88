"""A file of providers: whatever its lines say of one school can all be true together, or none of it is sent."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendars.half_terms import period_at
from domain.directory.providers import CapacityDeclared, with_declared
from starter.commands.provider import parse_providers, provider_entries

HEADER = "School Number,Areas,Designated From,Designated To,Half Term From,Half Term To,Days Per Half Term"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("providers")


def told(folder: Path, *lines: str) -> list[str]:
    """What is wrong with a file of these lines, in the order of the file."""
    file = folder / "providers.csv"
    file.write_text("\n".join([HEADER, *lines, ""]), "utf-8")
    return [problem.words(file.name) for problem in sorted(parse_providers(file).problems)]


def test_half_terms_of_one_school_that_overlap_are_refused_on_both_lines(folder: Path) -> None:
    assert told(
        folder,
        "6990101,,,,2026-autumn-1,2027-spring-1,4",
        "6990102,,,,2026-autumn-1,2027-spring-1,4",
        "6990101,,,,2027-spring-1,2027-summer-2,6",
    ) == [
        "providers.csv:2 · Half Term To · these half terms reach into those of line 4",
        "providers.csv:4 · Half Term From · the half terms of line 2 reach into these",
    ]


def test_days_without_an_end_leave_no_room_for_later_ones(folder: Path) -> None:
    assert told(folder, "6990101,,,,2027-spring-1,,6", "6990101,,,,2026-autumn-1,,4") == [
        "providers.csv:2 · Half Term From · the half terms of line 3 reach into these",
        "providers.csv:3 · Half Term To · these half terms reach into those of line 2",
    ]
    assert told(folder, "6990101,,,,2027-spring-1,,6", "6990101,,,,2026-autumn-1,2026-autumn-2,4") == []


def test_a_school_is_designated_in_one_way(folder: Path) -> None:
    assert told(
        folder,
        "6990101,numeracy;literacy,2026-09-01,,,,",
        "6990101,literacy;numeracy,2026-09-01,,2026-autumn-1,,4",
        "6990101,numeracy,2026-09-01,2027-08-31,,,",
    ) == [
        "providers.csv:2 · Areas · line 4 says otherwise",
        "providers.csv:2 · Designated To · line 4 says otherwise",
        "providers.csv:3 · Areas · line 4 says otherwise",
        "providers.csv:3 · Designated To · line 4 says otherwise",
        "providers.csv:4 · Areas · line 2 says otherwise",
        "providers.csv:4 · Designated To · line 2 says otherwise",
    ]


def test_lines_that_designate_a_school_alike_do_it_once(folder: Path) -> None:
    file = folder / "providers.csv"
    assert (
        told(
            folder,
            "6990101,numeracy;literacy,2026-09-01,,2026-autumn-1,2026-autumn-2,4",
            "6990101,literacy;numeracy,2026-09-01,,2027-spring-1,,6",
        )
        == []
    )
    entries = provider_entries(parse_providers(file), "EAS")
    assert [(entry.where.line, entry.verb) for entry in entries] == [
        (2, "designate"),
        (2, "declare-capacity"),
        (3, "declare-capacity"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "6990101,,,,2027-spring-1,2026-autumn-1,4",
        "6990101,,,,,2026-autumn-1,",
        "6990101,numeracy,2026-09-01,2026-08-31,,,",
        "6990101,,,2027-08-31,2026-autumn-1,,4",
    ],
)
def test_an_end_comes_after_its_beginning(folder: Path, line: str) -> None:
    assert [words.partition(" · ")[0] for words in told(folder, line)] == ["providers.csv:2"]


_SPANS = st.tuples(st.integers(12160, 12172), st.none() | st.integers(0, 4), st.integers(0, 9))


@settings(deadline=None)
@given(st.lists(_SPANS, min_size=1, max_size=6), st.randoms())
def test_what_is_left_of_a_file_says_the_same_in_any_order(
    folder: Path, spans: list[tuple[int, int | None, int]], order: object
) -> None:
    file = folder / "any.csv"
    lines = [
        f"6990101,,,,{period_at(first)},{'' if more is None else period_at(first + more)},{days}"
        for first, more, days in spans
    ]
    file.write_text("\n".join([HEADER, *lines, ""]), "utf-8")
    declared = [
        CapacityDeclared.model_validate({"last": None} | entry.body)
        for entry in provider_entries(parse_providers(file), "EAS")
    ]
    shuffled = list(declared)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert stands(declared) == stands(shuffled)


def stands(declared: list[CapacityDeclared]) -> tuple[CapacityDeclared, ...]:
    standing: tuple[CapacityDeclared, ...] = ()
    for one in declared:
        standing = with_declared(standing, one)
    return standing
