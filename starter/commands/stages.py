"""Stages as people type them."""

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from domain.case.stages import Stage
from starter.failures import Exit, Failure
from starter.nearest import did_you_mean

if TYPE_CHECKING:
    StageName = str
else:
    _STAGES = Literal[tuple(stage.value for stage in Stage)]
    StageName = Annotated[_STAGES | str, Parameter(metavar="STAGE", show_choices=False)]
    """A stage as it is typed: shells complete the names, `check_stage` judges what was typed."""


def check_stage(name: str) -> str:
    """The stage that was typed, also as lists show it: 'in delivery', or 'in-delivery'. Raises Failure with the nearest one."""
    name = name.strip().lower().replace(" ", "_").replace("-", "_")
    if name in set(Stage):
        return name
    raise Failure(
        Exit.USAGE,
        "E-STAGE",
        f"There is no stage {name!r}.{did_you_mean(name, Stage)}",
        (f"Stages: {', '.join(Stage)}",),
    )
