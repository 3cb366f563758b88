"""Cutting one decision into parts: nothing is lost, nothing comes twice, everything can be carried."""

import re

from hypothesis import given
from hypothesis import strategies as st

from domain.bulk import (
    BATCH,
    LARGEST_PART,
    LARGEST_PART_BYTES,
    batches_of,
    bulk_command_id,
    command_id_prefix,
    part_id_prefix,
    part_workflow_id,
    parts_of,
)
from domain.ids import COMMAND_ID_PATTERN, case_reference, case_stream
from domain.messages import LARGEST_COMMAND_BYTES, Command


def command(number: int, text: str = "") -> Command:
    reference = case_reference("EAS", f"case {number}")
    return Command(
        command_id=bulk_command_id("storm", reference),
        stream=case_stream(reference),
        verb="pause",
        body={"note": text},
        person="adviser.meinir",
        salt="0" * 64,
        body_hash="0" * 64,
        signature="A" * 86 + "==",
    )


@given(st.lists(st.integers(0, 4000), max_size=60), st.integers(1, 20), st.integers(1500, 9000))
def test_parts_hold_every_command_once_in_order_and_within_both_limits(
    lengths: list[int], most: int, most_bytes: int
) -> None:
    commands = [command(number, "x" * length) for number, length in enumerate(lengths)]
    parts = list(parts_of("storm", commands, most, most_bytes))
    assert [one for part in parts for one in part.commands] == commands
    for part in parts:
        sizes = [len(one.model_dump_json().encode()) for one in part.commands]
        assert len(sizes) <= most
        assert sum(sizes) <= most_bytes or len(sizes) == 1


@given(st.integers(0, 3 * BATCH + 1))
def test_batches_hold_every_command_once_in_order(count: int) -> None:
    commands = [command(number) for number in range(count)]
    batches = list(batches_of(commands))
    assert [one for batch in batches for one in batch.commands] == commands
    assert all(0 < len(batch.commands) <= BATCH for batch in batches)


def test_thousands_of_ordinary_commands_make_few_parts_far_below_what_temporal_takes() -> None:
    parts = list(parts_of("storm", [command(number) for number in range(2 * LARGEST_PART + 1)]))
    assert [len(part.commands) for part in parts] == [LARGEST_PART, LARGEST_PART, 1]
    assert max(len(part.model_dump_json()) for part in parts) < 2_000_000 / 3
    assert LARGEST_PART_BYTES > LARGEST_COMMAND_BYTES


def test_the_longest_key_and_programme_make_a_command_id_that_is_one() -> None:
    longest = bulk_command_id("x" * 60, case_reference("ABCDEFGH", "any"))
    assert re.fullmatch(COMMAND_ID_PATTERN, longest)


def test_ids_of_one_bulk_begin_as_no_others_do() -> None:
    (part,) = parts_of("storm", [command(1)])
    assert part_workflow_id(part).startswith(part_id_prefix("storm"))
    assert not part_workflow_id(part).startswith(part_id_prefix("stor"))
    assert not command(1).command_id.startswith(command_id_prefix("stor"))
    assert part_workflow_id(part) == part_workflow_id(next(parts_of("storm", [command(1)])))
    assert part_workflow_id(part) != part_workflow_id(next(parts_of("storm", [command(2)])))
