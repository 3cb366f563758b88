"""Every workflow a worker serves."""

from typing import Final

from workflows.bulk import BulkWorkflow
from workflows.case import CaseWorkflow
from workflows.command import CommandWorkflow
from workflows.nightly import NightlyWorkflow
from workflows.wakes import WakesWorkflow

WORKFLOWS: Final[list[type]] = [CaseWorkflow, CommandWorkflow, BulkWorkflow, WakesWorkflow, NightlyWorkflow]
