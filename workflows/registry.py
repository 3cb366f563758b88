"""Every workflow a worker serves."""

from typing import Final

from workflows.bulk import BulkWorkflow
from workflows.case import CaseWorkflow
from workflows.command import CommandWorkflow

WORKFLOWS: Final[list[type]] = [CaseWorkflow, CommandWorkflow, BulkWorkflow]
