"""What a worker's log says against its own workflows. The SDK only warns; in a test that is a failure."""

import re
from pathlib import Path
from typing import Final

_COMPLAINT: Final = re.compile(r"TMPRL110[02]|Unfinished(Update|Signal)HandlersWarning|NondeterminismError")
"""Workflows that did on replay what they had not done before, or ended over a command they were taking."""


def workflow_complaints(log: Path) -> list[str]:
    """The lines of a worker's log that no worker of ours may write."""
    return [line for line in log.read_text("utf-8").splitlines() if _COMPLAINT.search(line)]
