"""What every command of a case is."""

from typing import ClassVar

from domain.case.values import Value


class CaseCommand(Value):
    """Base of the commands of a case. The docstring of each is its help."""

    verb: ClassVar[str]
    group: ClassVar[str]
