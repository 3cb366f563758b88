"""How an event is read that was stored in an earlier form: the bytes stay, a pure function brings the rest.

A type has one form in code, its current schema version. For each earlier version there is one function
that gives the next one; reading goes through them one after the other. They are checked when a kind of
stream is put together, which is when any program of ours starts: a version without a way to the current
one stops the program, not the replay in which it first turns up.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

Payload = dict[str, Any]


class UnknownEventError(ValueError):
    """The log holds an event type or version this code does not know. Nothing may be derived from it."""


class UpcasterError(ValueError):
    """The functions for earlier versions do not lead each of them to the current one; names each fault."""


class EventModel(Protocol):
    """What a class of events must have to be read from the log; its name is the type's name there."""

    schema_version: ClassVar[int]

    @classmethod
    def model_validate(cls, obj: Any, /) -> Self:
        """The event a payload is; raises pydantic's ValidationError."""


ModelT = TypeVar("ModelT", bound=EventModel)


@dataclass(frozen=True)
class Upcaster:
    """A payload of one version of a type, given as the next version has it. Pure: no clock, no log, no vault.

    Sealed texts may be moved, never opened; what the old form did not say must not be guessed.
    """

    type: str
    reads: int
    gives: int
    change: Callable[[Payload], Payload]

    def __str__(self) -> str:
        return f"{self.type} {self.reads} → {self.gives}"


class EventTypes(Generic[ModelT]):
    """The events that one kind of stream may hold, in all the versions in which they may be stored."""

    def __init__(self, kind: str, models: Iterable[type[ModelT]], upcasters: Iterable[Upcaster] = ()) -> None:
        """Raises UpcasterError unless each earlier version of each type has its one way to the current one."""
        self.kind = kind
        self._models = {model.__name__: model for model in models}
        functions = tuple(upcasters)
        faults = _faults({name: model.schema_version for name, model in self._models.items()}, functions)
        if faults:
            raise UpcasterError(f"events of a {kind} stream: {'; '.join(faults)}")
        self._functions = {(function.type, function.reads): function.change for function in functions}

    def __iter__(self) -> Iterator[str]:
        return iter(self._models)

    def current(self, type_name: str) -> int:
        """The schema version in which events of that type are written today."""
        return self._models[type_name].schema_version

    def stored_forms(self) -> Iterator[tuple[str, int]]:
        """Each type with each version of it that a log may hold."""
        for name in self._models:
            for version in range(1, self.current(name) + 1):
                yield name, version

    def read(self, type_name: str, schema_version: int, payload: Payload) -> ModelT:
        """The event a stored payload is; the payload itself stays as it is.

        Raises UnknownEventError for a type or version this code does not know, and pydantic's
        ValidationError for a payload that is not of its form.
        """
        model = self._models.get(type_name)
        if model is None or not 1 <= schema_version <= model.schema_version:
            raise UnknownEventError(
                f"event type {type_name} version {schema_version} in a {self.kind} stream"
                " is not known to this code"
            )
        if schema_version < model.schema_version:
            payload = copy.deepcopy(payload)
            for version in range(schema_version, model.schema_version):
                payload = self._functions[type_name, version](payload)
        return model.model_validate(payload)


def _faults(current: dict[str, int], upcasters: Sequence[Upcaster]) -> list[str]:
    """What is wrong with a set of functions, each fault in words."""
    faults = [f"{name} {version}: versions begin at 1" for name, version in current.items() if version < 1]
    known: dict[tuple[str, int], Upcaster] = {}
    for each in upcasters:
        if each.type not in current:
            faults.append(f"{each}: there is no such type")
        elif not 1 <= each.reads < current[each.type]:
            faults.append(
                f"{each}: reads no earlier version of {each.type}, which stands at {current[each.type]}"
            )
        elif (each.type, each.reads) in known:
            faults.append(f"{each}: a second function for the same version")
        elif each.gives <= each.reads:
            faults.append(f"{each}: goes back, so reading would go in a circle")
        elif each.gives != each.reads + 1:
            faults.append(f"{each}: leaves out a version")
        known.setdefault((each.type, each.reads), each)
    for name, version in current.items():
        faults += [f"{name} {v}: no function reads it" for v in range(1, version) if (name, v) not in known]
    return faults
