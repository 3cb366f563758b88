"""What a register changes does not hang on the order of its rows, and read again it changes nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.directory.schools import RegisterSchool, SchoolState, evolve, registered
from starter.commands.school_import import missing_from, parse_schools, school_entries
from starter.register.profile import shipped

NOW = datetime(2026, 9, 15, 9, tzinfo=UTC)
_CELLS = st.tuples(
    st.sampled_from(["Ysgol A", "Ysgol B"]),
    st.sampled_from(["Cwm Enfys", "Trefwawr"]),
    st.sampled_from(["Primary", "Secondary", "Tea"]),
    st.sampled_from(["", "Open", "Closed"]),
    st.sampled_from(["", "Dual", "Dual; Special"]),
)
registers = st.dictionaries(st.integers(6990001, 6990012), _CELLS, max_size=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("registers")


def entered(path: Path, rows: list[tuple[int, tuple[str, ...]]], known: dict[str, SchoolState]) -> int:
    """Read the register into what is known; how many entries were sent."""
    header = "School Number,School Name,LA Name,Phase,Status,Welsh Medium Type"
    path.write_text("\n".join([header, *(",".join((str(n), *cells)) for n, cells in rows), ""]), "utf-8")
    sent = 0
    for entry in school_entries(parse_schools(path, shipped("wales")), known, NOW):
        number = entry.stream.removeprefix("school/")
        if entry.new:
            sent += 1
            state = known.get(number, SchoolState())
            for event in registered(state, RegisterSchool.model_validate(entry.body), number, NOW):
                state = evolve(state, event)
            known[number] = state
    return sent


@given(registers, registers, st.randoms())
def test_any_order_of_rows_makes_the_same_register_and_a_second_reading_none(
    folder: Path, first: dict[int, tuple[str, ...]], then: dict[int, tuple[str, ...]], order: object
) -> None:
    one: dict[str, SchoolState] = {}
    other: dict[str, SchoolState] = {}
    for each in (first, then):
        shuffled = list(each.items())
        order.shuffle(shuffled)  # type: ignore[attr-defined]
        entered(folder / "one.csv", list(each.items()), one)
        entered(folder / "other.csv", shuffled, other)
        assert one == other
        assert entered(folder / "again.csv", shuffled, other) == 0


def on_record(folder: Path, *rows: str) -> dict[str, SchoolState]:
    known: dict[str, SchoolState] = {}
    entered(
        folder / "before.csv", [(int(row), ("Ysgol", "Cwm Enfys", "Primary", "", "")) for row in rows], known
    )
    return known


def missing(folder: Path, known: dict[str, SchoolState], *lines: str) -> list[str]:
    """The schools on record that a whole register of these lines lacks."""
    path = folder / "whole.csv"
    path.write_text("\n".join(["School Number,School Name,LA Name,Phase,Town", *lines, ""]), "utf-8")
    return missing_from(parse_schools(path, shipped("wales")), known)


def test_a_school_is_in_the_register_whatever_space_stands_around_its_number(folder: Path) -> None:
    known = on_record(folder, "6990001", "6990002")
    assert (
        missing(folder, known, " 6990001 ,Ysgol,Cwm Enfys,Primary,", "6990002\u00a0,Ysgol,Cwm Enfys,Tea,")
        == []
    )


def test_a_number_in_another_column_puts_no_school_into_the_register(folder: Path) -> None:
    known = on_record(folder, "6990001", "6990002")
    assert missing(folder, known, "6990001,Ysgol,Cwm Enfys,Primary,6990002") == ["6990002"]


def test_nobody_becomes_inactive_while_a_row_cannot_be_told_from_any_other(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = on_record(folder, "6990001", "6990002")
    assert (
        missing(folder, known, "6990001,Ysgol,Cwm Enfys,Primary,", "6990002.0,Ysgol,Cwm Enfys,Primary,") == []
    )
    assert "No school becomes inactive: whole.csv:3 may be any of them." in capsys.readouterr().err
