"""Stages as people type them."""

from domain.case.stages import Stage
from starter.failures import Exit, Failure
from starter.nearest import did_you_mean


def check_stage(name: str) -> str:
    """The stage that was typed, also as lists show it: 'in delivery'. Raises Failure with the nearest one."""
    name = name.strip().lower().replace(" ", "_")
    if name in set(Stage):
        return name
    raise Failure(
        Exit.USAGE,
        "E-STAGE",
        f"There is no stage {name!r}.{did_you_mean(name, Stage)}",
        (f"Stages: {', '.join(Stage)}",),
    )
