"""Entry point: runs a command, prints a failure in words, and ends the process without a crash.

A process that has used Temporal's client ends by flush and `os._exit`: the SDK's native threads can
otherwise take it down after the work is done, with an exit code that says the opposite.
"""

import os
import re
import sys
from typing import Final, NoReturn

from starter.failures import Exit, Failure

_WORKLISTS: Final = (
    "mine", "unassigned", "overdue", "due-this-week", "waiting-on-school", "waiting-on-provider", "stuck",
    "inactive-schools",
)  # fmt: skip
_CHOOSES_FIELDS: Final = {
    ("case", "show"),
    ("case", "history"),
    ("audit", "replay"),
    ("mail", "status"),
    ("provider", "find"),
    ("report", "division"),
    ("report", "overview-drift"),
    ("report", "matching"),
    *(("work", name) for name in _WORKLISTS),
    *(("fund", name) for name in ("status", "statement", "rates")),
}
"""Beside every list."""


def main() -> NoReturn:
    """Run `brokerage` with the process's arguments and exit with its code."""
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before there was anything to interrupt
        code = int(Exit.INTERRUPTED)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (BrokenPipeError, ValueError):
            devnull = os.open(os.devnull, os.O_WRONLY)
            os.dup2(devnull, stream.fileno())
    if "temporalio" in sys.modules:
        os._exit(code)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code. Never raises."""
    from cyclopts import CycloptsError, UnknownCommandError

    from starter.cli import build
    from starter.output import note, print_failure

    unread = next((word for word in arguments if not _is_text(word)), None)
    if unread is not None:
        note(f"✗ {unread!r} is not text in UTF-8.  E-USAGE")
        return int(Exit.USAGE)
    verbose = "-v" in arguments
    arguments = _with_all_fields([word for word in arguments if word != "-v"])
    try:
        result = build()(arguments)
        return int(result) if isinstance(result, int) else Exit.DONE
    except Failure as failure:
        print_failure(failure)
        if verbose:
            _traceback()
        return int(failure.exit_code)
    except CycloptsError as error:
        note(f"✗ {_usage(str(error))}  E-USAGE")
        words = _command_words(arguments)
        if isinstance(error, UnknownCommandError):
            words = words[:-1]
        note(f"  See: {' '.join(['brokerage', *words, '--help'])}")
        return int(Exit.USAGE)
    except KeyboardInterrupt:
        return int(Exit.INTERRUPTED)
    except (BrokenPipeError, SystemExit):
        # rich, which prints our help, turns a broken pipe into an exit with 1.
        return int(Exit.DONE)
    except Exception as error:
        if (closed := _closed(error)) is not None:
            print_failure(closed)
            if verbose:
                _traceback()
            return int(closed.exit_code)
        wrong = _wrong_settings(error)
        if wrong:
            for line in wrong:
                note(line)
            return int(Exit.USAGE)
        note(f"✗ A bug in brokerage: {type(error).__name__}.  B-BUG")
        if verbose:
            _traceback()
        else:
            note("  Run it again with -v for the details to report.")
        return int(Exit.BUG)


def _closed(error: Exception) -> Failure | None:
    """The failure where something of the home is closed to this user; None where it is another error."""
    if not isinstance(error, PermissionError) or error.filename is None:
        return None
    from pathlib import Path

    from activities.settings import Settings
    from starter.access import no_access

    path = Path(os.fsdecode(error.filename)).absolute()
    return no_access(path) if path.is_relative_to(Settings().home.absolute()) else None


def _wrong_settings(error: Exception) -> list[str]:
    """A line for each variable of our environment that cannot be used; none where it is another error."""
    from pydantic import ValidationError

    from domain.problems import in_words

    if not isinstance(error, ValidationError) or error.title != "Settings":
        return []
    return [
        f"✗ BROKERAGE_{'_'.join(map(str, problem['loc'][:1])).upper()}: "
        f"{in_words(problem).removeprefix('Value error, ')}.  E-SETTING"
        for problem in error.errors(include_input=False, include_url=False)
    ]


def _is_text(word: str) -> bool:
    """Whether the shell gave text; bytes that are none arrive as halves of characters, which nothing takes."""
    return not any("\ud800" <= c <= "\udfff" for c in word)


def _with_all_fields(arguments: list[str]) -> list[str]:
    """`--json` alone asks for all fields, where fields can be named: the parser wants a value there.

    What follows it is a value, unless it is a flag or looks like the reference of a case or a fund of a year.
    """
    if arguments[1:2] != ["list"] and tuple(arguments[:2]) not in _CHOOSES_FIELDS:
        return arguments
    following = [*arguments[1:], "-"]
    return [
        "--json=all" if word == "--json" and re.match(r"-|[A-Za-z]+-|[a-z0-9-]+\.20", after) else word
        for word, after in zip(arguments, following, strict=True)
    ]


def _command_words(arguments: list[str]) -> list[str]:
    words = []
    for word in arguments[:2]:
        if word.startswith("-") or not word.isascii() or not word.replace("-", "").isalpha():
            break
        words.append(word)
    return words


def _usage(message: str) -> str:
    """The parser's message in one line and in our words."""
    message = " ".join(message.split())
    message = re.sub(
        r'^Command "[^"]*" parameter (\S+) requires an argument\.$', r"\1 needs a value.", message
    )
    message = re.sub(
        r"^Unused Tokens: \[(.*)\]\.$",
        r"Nothing can be done with \1; put a value that holds spaces in quotes.",
        message,
    )
    message = re.sub(
        r'^Invalid value for (\S+): unable to convert ".*" into bool\.$', r"\1 takes no value.", message
    )
    return re.sub(r"^Unknown option:", "There is no flag", message)


def _traceback() -> None:
    import traceback

    traceback.print_exc()


if __name__ == "__main__":
    main()
