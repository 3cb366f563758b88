"""What a register changes does not hang on the order of its rows, and read again it changes nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.directory.schools import RegisterSchool, SchoolState, evolve, registered
from starter.commands.school_import import parse_schools, school_entries
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
        if not entry.same:
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
