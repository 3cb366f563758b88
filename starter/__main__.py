"""Entry point: runs a command, prints a failure in words, and ends the process without a crash.

A process that has used Temporal's client ends by flush and `os._exit`: the SDK's native threads can
otherwise take it down after the work is done, with an exit code that says the opposite.
"""

import os
import sys
from typing import NoReturn

from starter.failures import Exit, Failure


def main() -> NoReturn:
    """Run `brokerage` with the process's arguments and exit with its code."""
    code = run(sys.argv[1:])
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
    from cyclopts import CycloptsError

    from starter.cli import build
    from starter.output import note, print_failure

    verbose = "-v" in arguments
    arguments = [word for word in arguments if word != "-v"]
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
        note(f"  See: brokerage {' '.join(_command_words(arguments))} --help".replace("  --help", " --help"))
        return int(Exit.USAGE)
    except KeyboardInterrupt:
        return int(Exit.INTERRUPTED)
    except BrokenPipeError:
        return int(Exit.DONE)
    except Exception as error:
        note(f"✗ A bug in brokerage: {type(error).__name__}.  B-BUG")
        if verbose:
            _traceback()
        else:
            note("  Run it again with -v for the details to report.")
        return int(Exit.BUG)


def _command_words(arguments: list[str]) -> list[str]:
    words = []
    for word in arguments[:2]:
        if word.startswith("-") or not word.isascii() or not word.replace("-", "").isalpha():
            break
        words.append(word)
    return words


def _usage(message: str) -> str:
    return " ".join(message.split())


def _traceback() -> None:
    import traceback

    traceback.print_exc()


if __name__ == "__main__":
    main()
