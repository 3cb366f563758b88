"""Personal data: text that names a person or that somebody wrote. Sealed before it reaches the log.

Every identity and every free-text field of a command or event has the type `Personal`. A command
arrives with it in clear, inside an encrypted payload; the worker seals it under a key of its subject
before any rule sees it; events hold it only sealed. No rule reads it, so a dry-run needs no key and
erasing a key breaks no replay. Its `repr` never shows the text, so no log line can.
"""

import unicodedata
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from domain.characters import holds_controls, is_blank

SEALED_KEY = "$sealed"
WITHHELD = "‹withheld›"

ModelT = TypeVar("ModelT", bound=BaseModel)


class Sealed(BaseModel):
    """Ciphertext of one text. `subject` names the key, `place` (command id and path) is bound to it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    subject: str
    place: str
    nonce: str
    """96 bits, base64."""
    text: str
    """AES-256-GCM ciphertext and tag, base64."""


class Personal:
    """A text in clear or sealed, never both."""

    __slots__ = ("clear", "sealed")

    def __init__(self, value: "str | Sealed") -> None:
        self.clear: str | None = None if isinstance(value, Sealed) else value
        self.sealed: Sealed | None = value if isinstance(value, Sealed) else None

    def __repr__(self) -> str:
        return WITHHELD

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Personal) and (self.clear, self.sealed) == (other.clear, other.sealed)

    def __hash__(self) -> int:
        return hash((self.clear, self.sealed))

    def plain(self) -> Any:
        """What stands in JSON: the text, or an object with the one key '$sealed'."""
        return self.clear if self.sealed is None else {SEALED_KEY: self.sealed.model_dump()}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _validate,
            serialization=core_schema.plain_serializer_function_ser_schema(Personal.plain),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "description": "personal: sealed in the log"}


class LongestText:
    """Limit of a personal text in characters, given beside the type: `Annotated[Personal, LongestText(80)]`."""

    def __init__(self, characters: int) -> None:
        self.characters = characters

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            self._check,
            handler(source),
            serialization=core_schema.plain_serializer_function_ser_schema(Personal.plain),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.characters}

    def _check(self, value: Personal) -> Personal:
        if value.clear is not None and len(value.clear) > self.characters:
            raise PydanticCustomError(
                "text_too_long",
                "the text has {given} characters; {most} are the most",
                {"given": len(value.clear), "most": self.characters},
            )
        return value


PersonName = Annotated[Personal, LongestText(120)]
FreeText = Annotated[Personal, LongestText(2000)]


def map_personal(model: ModelT, change: Callable[[Personal, str], Personal], path: str = "") -> ModelT:
    """A copy of the model with every personal text, at whatever depth, replaced by `change(text, path)`."""
    updates: dict[str, Any] = {}
    for name in type(model).model_fields:
        before = getattr(model, name)
        after = _map_value(before, change, f"{path}.{name}" if path else name)
        if after is not before:
            updates[name] = after
    return model.model_copy(update=updates) if updates else model


def _map_value(value: Any, change: Callable[[Personal, str], Personal], path: str) -> Any:
    if isinstance(value, Personal):
        return change(value, path)
    if isinstance(value, BaseModel):
        return map_personal(value, change, path)
    if isinstance(value, tuple):
        mapped = tuple(_map_value(item, change, f"{path}.{index}") for index, item in enumerate(value))
        return mapped if any(a is not b for a, b in zip(mapped, value, strict=True)) else value
    return value


def _validate(value: Any) -> Personal:
    if isinstance(value, Personal):
        return value
    if isinstance(value, dict) and set(value) == {SEALED_KEY}:
        return Personal(Sealed.model_validate(value[SEALED_KEY]))
    if not isinstance(value, str):
        raise PydanticCustomError("text_type", "must be text")
    text = unicodedata.normalize("NFC", value).strip()
    if is_blank(text):
        raise PydanticCustomError("text_empty", "must not be empty")
    if holds_controls(text):
        raise PydanticCustomError("text_control", "must not hold control characters")
    return Personal(text)
