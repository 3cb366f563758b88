"""A whole Brokerage on one machine: Temporal's dev server and a worker, started, watched and stopped."""

from starter.stack.stack import Stack

__all__ = ["Stack"]
