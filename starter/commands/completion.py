"""`brokerage completion`: what a shell needs to complete this program's words."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from starter.failures import Exit, Failure
from starter.output import note, say

Shell = Literal["bash", "zsh", "fish"]


def completion(
    shell: Annotated[Shell, Parameter(help="Your shell.")],
    /,
    *,
    install: Annotated[
        bool, Parameter(negative="", help="Put the script where the shell looks, and load it at its start.")
    ] = False,
) -> int:
    """Print the script that completes commands, flags and their values in a shell.

    For this shell only: source <(brokerage completion bash). References, schools, areas and people are
    looked up in the home as you type; everything else is in the script.
    """
    from starter.cli import build

    app = build()
    if not install:
        say(app.generate_completion(shell=shell).rstrip("\n"))
        return Exit.DONE
    try:
        path: Path = app.install_completion(shell=shell)
    except OSError as error:
        raise Failure(
            Exit.USAGE,
            "E-FILE",
            f"{error.filename} cannot be written: {error.strerror}.",
            next_lines=(f"brokerage completion {shell}",),
        ) from error
    note(f"✓ Completion for {shell} is in {path}. It works in shells that you open from now on.")
    return Exit.DONE
