"""What is said where a line about many things ends before all of them have answered."""

from starter.failures import Exit, Failure


def interrupted(does: str, *lines: str) -> Failure:
    """Somebody pressed Ctrl-C. `does` is what the line does to each, such as 'opens each case'; `lines` go on."""
    return Failure(
        Exit.INTERRUPTED,
        "U-INTERRUPTED",
        "Interrupted. What was handed over goes on.",
        (f"Safe to repeat: this line {does} once, however often.",),
        lines,
    )


def not_answered(count: str, does: str, *lines: str) -> Failure:
    """So many have not answered in time; the others as in `interrupted`."""
    return Failure(
        Exit.UNKNOWN_OUTCOME,
        "U-TIMEOUT",
        f"{count} not answered; what was handed over goes on.",
        (
            "Is a worker running? brokerage doctor",
            f"Safe to repeat: this line {does} once, however often.",
        ),
        lines,
    )
