"""Next steps as lines to type, each with the person whose step it is."""

from collections.abc import Sequence

from domain.case.commands import COMMANDS
from domain.ids import stream_key
from domain.messages import NextStep
from starter.flags import command_line, show_values

MOST_LINES = 3


def step_line(step: NextStep) -> str:
    """The command line of one step, signed as the person who holds the part."""
    words = ["brokerage", "case", step.verb, stream_key(step.stream)]
    words += show_values(COMMANDS[step.verb], step.values)
    if step.person:
        words += ["--profile", step.person]
    return command_line(words)


def step_lines(steps: Sequence[NextStep]) -> tuple[str, ...]:
    """The first few steps as lines."""
    return tuple(step_line(step) for step in steps[:MOST_LINES])
