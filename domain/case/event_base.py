"""What every event of a case is."""

from typing import Any, ClassVar

from domain.canonical import plain
from domain.case.values import Value


class CaseEvent(Value):
    """Base of the events of a case."""

    schema_version: ClassVar[int] = 1

    @classmethod
    def type_name(cls) -> str:
        """The name in the log."""
        return cls.__name__

    def payload(self) -> dict[str, Any]:
        """The payload as plain JSON values."""
        return plain(self.model_dump())  # type: ignore[no-any-return]
