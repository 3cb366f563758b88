"""Stages as people type them."""

from domain.case.stages import Stage
from starter.failures import Exit, Failure


def check_stage(name: str) -> str:
    """The stage that was typed, also as lists show it: 'in delivery'. Raises Failure with the nearest one."""
    name = name.strip().lower().replace(" ", "_")
    if name in set(Stage):
        return name
    from difflib import get_close_matches

    near = get_close_matches(name, list(Stage), 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    raise Failure(
        Exit.USAGE, "E-STAGE", f"There is no stage {name!r}.{meant}", (f"Stages: {', '.join(Stage)}",)
    )
