"""Checks of one event after the other: bytes, columns, payload, chain, and the command behind it."""

from hashlib import sha256
from operator import itemgetter
from typing import Any, Final

import orjson

from activities.event_log.canonical_check import canonical_but_floats, canonical_value
from activities.event_log.instants import is_instant
from activities.event_log.report import Code, Finding, Found, VerifyReport, shown
from activities.event_log.schema import event
from activities.event_log.verify_commands import Claim, KeysOnRecord
from domain.canonical import NotCanonicalError, leaf_hash
from domain.envelope import Envelope
from domain.ids import event_id, stream_key

_FIELDS: Final = tuple(sorted(Envelope.model_fields))
_COLUMNS: Final = tuple(event.c.keys())
_MOST_SHAPES: Final = 100_000
_KEY_EVENTS: Final = frozenset({"PersonRegistered", "KeyReplaced"})
_BEHALF: Final = ("person", "method", "evidence")
_parts_of_few_values = itemgetter(
    "v", "clock", "schema_version", "actor", "programme", "calendar", "reason", "language"
)


class EventCheck:
    """Walks the events and reports what does not fit. Remembers the head of every stream.

    Writes into `keys` what the events say of people's public keys.
    """

    def __init__(self, report: VerifyReport, keys: KeysOnRecord) -> None:
        self._report = report
        self._keys = keys
        self._heads: dict[str, tuple[int, str | None]] = {}
        self._shapes: set[Any] = set()
        self._next_position = 1
        self._recorded_at = ""

    def missing(self, claim: Claim) -> None:
        """A command caused an event here, and there is none."""
        message = "the event that its command recorded here is missing"
        self._report.add(Finding(claim.position, claim.number, claim.stream, "position", message))

    def check(self, row: Any, claim: Claim | None) -> None:
        """Check the row of one event, and against the command that claims its position."""
        position, stream, payload, data, hash_ = row[0], row[2], row[10], row[11], row[12]
        report = self._report
        report.events += 1

        def found(code: Code, message: str) -> None:
            number = claim.number if claim else None
            report.add(Finding(position, number, shown(stream), code, message))

        if position != self._next_position:
            found("position", f"position {self._next_position} is missing or out of order")
        self._next_position = position + 1
        if type(data) is not bytes or type(payload) is not bytes:
            found("shape", "the envelope or the payload is not kept as bytes")
            return
        actual = leaf_hash(data)
        report.head_position, report.head_hash = position, actual
        if actual != hash_:
            found("hash", "the hash beside the envelope is not the hash of the envelope")
        try:
            envelope = self._envelope(data)
        except (ValueError, TypeError, AttributeError) as error:
            code: Code = "canonical" if isinstance(error, NotCanonicalError) else "shape"
            found(code, f"not an envelope: {type(error).__name__}")
            return
        self._columns(row, envelope, found)
        said = self._payload(payload, envelope["payload_hash"], found)
        if envelope["type"] in _KEY_EVENTS:
            self._remember_key(envelope, said)
        self._order(envelope, actual.hex(), found)
        if (envelope["log"], envelope["clock"]) != (report.log, report.clock):
            found("log", "the event belongs to another log or another clock")
        if claim is None:
            found("command", "no command says that it caused this event")
            return
        caused = (envelope["command"], envelope["command_hash"], envelope["stream"])
        if caused != (claim.id, claim.hash, claim.stream):
            found("command", "the event names another command than the one that claims it")
        if envelope["recorded_at"] != claim.recorded_at:
            found("time", "recorded at another instant than its command")
        if claim.occurred_at is not None and envelope["occurred_at"] != claim.occurred_at:
            found("time", "occurred at another instant than its command says")
        actor = envelope["actor"]
        if actor["person"] != claim.person:
            found("actor", "the person is not the one whose command it was")
        if not _same_behalf(actor["on_behalf_of"], claim.on_behalf_of):
            found("actor", "recorded for another person, or on other evidence, than its command says")
        if envelope["id"] != event_id(envelope["stream"], claim.id, claim.place):
            found("event-id", "the id does not follow from stream, command and place")

    def _envelope(self, data: bytes) -> dict[str, Any]:
        """The envelope as plain JSON, its parts of few values judged by the model once per combination.

        All other parts are texts and numbers that `check` compares with a column or with what it
        computed itself: where they are equal they are of the right type as well.
        """
        envelope = canonical_but_floats(data)
        if type(envelope) is not dict or tuple(envelope) != _FIELDS:
            raise ValueError("not the fields of an envelope")
        parts = _parts_of_few_values(envelope)
        engine = envelope["engine"]
        shape = (
            type(envelope["position"]) is type(envelope["version"]) is int,
            type(envelope["stream"]) is type(envelope["type"]) is str,
            engine and (*engine, *map(type, engine.values())),
            orjson.dumps(parts),
        )
        if shape not in self._shapes:
            Envelope.model_validate_json(data, strict=True)
            if len(self._shapes) < _MOST_SHAPES:
                self._shapes.add(shape)
        if not (is_instant(envelope["occurred_at"]) and is_instant(envelope["recorded_at"])):
            raise ValueError("an instant is not in canonical form")
        return envelope

    def _columns(self, row: Any, envelope: dict[str, Any], found: Found) -> None:
        stated = (
            envelope["position"],
            envelope["id"],
            envelope["stream"],
            envelope["version"],
            envelope["type"],
            envelope["schema_version"],
            envelope["occurred_at"],
            envelope["recorded_at"],
            envelope["command"],
            envelope["actor"]["person"],
        )
        if row[:10] != stated:
            for name, column, value in zip(_COLUMNS, row, stated, strict=False):
                if column != value:
                    found("column", f"column {name} contradicts the envelope")

    def _payload(self, payload: bytes, payload_hash: str, found: Found) -> Any:
        if sha256(payload).hexdigest() != payload_hash:
            found("payload", "the payload is not the one that the envelope names")
        try:
            value = canonical_value(payload)
        except NotCanonicalError:
            found("canonical", "the payload is not in canonical form")
            return None
        if type(value) is not dict:
            found("shape", "the payload is not an object")
        return value

    def _remember_key(self, envelope: dict[str, Any], payload: Any) -> None:
        """A key counts from the command after the one that brought it; a person is registered once."""
        stream = envelope["stream"]
        once = envelope["type"] == "KeyReplaced" or envelope["version"] == 1
        if type(payload) is dict and once and stream.startswith("person/"):
            self._keys[stream_key(stream)] = payload.get("public_key")

    def _order(self, envelope: dict[str, Any], hash_: str, found: Found) -> None:
        stream = envelope["stream"]
        version, prev = self._heads.get(stream, (0, None))
        if version == 0:
            self._report.streams += 1
        if envelope["version"] != version + 1:
            found("version", f"version {version + 1} of {stream} is missing or out of order")
        if envelope["prev"] != prev:
            found("prev", "the link to the stream's event before does not fit")
        self._heads[stream] = (envelope["version"], hash_)
        if envelope["recorded_at"] < self._recorded_at:
            found("time", "recorded before the event before it")
        self._recorded_at = envelope["recorded_at"]


def _same_behalf(one: dict[str, str] | None, other: dict[str, str] | None) -> bool:
    """Whether both speak of the same person, told in the same way, on the same evidence, or of nobody."""
    if one is None or other is None:
        return one is other
    return all(one.get(name) == other.get(name) for name in _BEHALF)
