"""Stages as people type them."""

from domain.case.stages import Stage
from starter.failures import Exit, Failure


def check_stage(name: str) -> None:
    """Raise Failure (exit 2) where there is no such stage, with the nearest one that there is."""
    if name in set(Stage):
        return
    from difflib import get_close_matches

    near = get_close_matches(name, list(Stage), 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    raise Failure(
        Exit.USAGE, "E-STAGE", f"There is no stage {name!r}.{meant}", (f"Stages: {', '.join(Stage)}",)
    )
