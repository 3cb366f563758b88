"""`brokerage help`: the help of any command, and what the exit codes mean."""

from typing import Annotated

from cyclopts import Parameter

from starter.failures import MEANINGS, Exit, Failure
from starter.nearest import did_you_mean
from starter.output import say_table

EXIT_CODES = "exit-codes"


def help_(
    *topic: Annotated[str, Parameter(help=f"A command, such as 'case triage', or {EXIT_CODES}.")],
) -> int:
    """Show the help of a command, or what the exit codes mean."""
    from starter.cli import build

    if topic == (EXIT_CODES,):
        say_table(((str(int(code)), words) for code, words in MEANINGS.items()), ("CODE", "MEANING"))
        return Exit.DONE
    app = build()
    _, apps, unused = app.parse_commands(list(topic))
    if unused:
        words = [name for name in apps[-1] if not name.startswith("-")]
        known = words if apps[1:] else [*words, EXIT_CODES]
        raise Failure(
            Exit.USAGE,
            "E-TOPIC",
            f"There is no help on {' '.join(topic)!r}.{did_you_mean(unused[0], known)}",
            next_lines=(
                " ".join(["brokerage", *topic[: len(apps) - 1], "--help"]),
                f"brokerage help {EXIT_CODES}",
            ),
        )
    app.help_print(list(topic))
    return Exit.DONE
