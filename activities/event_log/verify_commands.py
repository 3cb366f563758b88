"""Checks of one command after the other: bytes, columns, chain, facts, whose key it is, signature."""

import base64
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from activities.event_log.canonical_check import canonical_but_floats, has_float
from activities.event_log.command_record import CommandRecord
from activities.event_log.instants import is_instant
from activities.event_log.report import Code, Finding, Found, VerifyReport, shown
from domain.canonical import NotCanonicalError, leaf_hash
from domain.messages import signed_bytes

_FIELDS: Final = tuple(sorted(CommandRecord.model_fields))


KeysOnRecord = dict[str, str | None]
"""The public key of each person, as far as the log has been walked; None for one without a key."""


class Claim(NamedTuple):
    """A position that a command says it filled: what the event there must say of the command."""

    position: int
    place: int
    """Among the events of its command, from 0."""
    number: int
    id: str
    hash: str
    stream: str
    recorded_at: str
    person: str
    on_behalf_of: dict[str, str] | None
    occurred_at: str | None


class CommandCheck:
    """Walks the commands, reports what does not fit, and yields the positions that they claim.

    `keys` holds the public key on record for each person; whoever walks the events keeps it up to date,
    so that a command is judged by the keys of its moment.
    """

    def __init__(
        self,
        report: VerifyReport,
        created_at: str | None,
        keys: KeysOnRecord,
        *,
        signatures: bool,
    ) -> None:
        self._report = report
        self._created_at = created_at
        self._on_record = keys
        self._founded = False
        self._signatures = signatures
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._shapes: set[Any] = set()
        self._next_number = 1
        self._next_position = 1
        self._prev: str | None = None
        self._recorded_at = ""

    def claims(self, rows: Iterator[Any]) -> Iterator[Claim]:
        """Check all rows of the table `command`, in order of their numbers."""
        for row in rows:
            yield from self._check(row)

    def _check(self, row: Any) -> Iterator[Claim]:
        number, _, stream, _, _, data, hash_ = row
        report = self._report
        report.commands += 1

        def found(code: Code, message: str) -> None:
            report.add(Finding(None, number, shown(stream), code, message))

        if number != self._next_number:
            found("position", f"command {self._next_number} is missing or out of order")
        self._next_number = number + 1
        prev, self._prev = self._prev, None
        if type(data) is not bytes:
            found("shape", "the record is not kept as bytes")
            return
        actual = leaf_hash(data)
        self._prev = actual.hex()
        report.command_head_hash = actual
        if actual != hash_:
            found("hash", "the hash beside the record is not the hash of the record")
        try:
            record = self._record(data)
        except (ValueError, TypeError) as error:
            code: Code = "canonical" if isinstance(error, NotCanonicalError) else "shape"
            found(code, f"not a record: {type(error).__name__}")
            return
        stated = (record["number"], record["id"], record["stream"], record["verb"], record["outcome"])
        if row[:5] != stated:
            for name, column, value in zip(row._fields, row, stated, strict=False):
                if column != value:
                    found("column", f"column {name} contradicts the record")
        if number == 1:
            self._founding(record["recorded_at"])
        if record["log"] != report.log:
            found("log", "the record belongs to another log")
        if record["prev"] != prev:
            found("prev", "the link to the record before does not fit")
        if record["recorded_at"] < self._recorded_at:
            found("time", "recorded before the command before it")
        self._recorded_at = record["recorded_at"]
        if record["outcome"] == "refused":
            report.refusals += 1
        for fact in record["facts"]:
            if type(fact) is not int or not 1 <= fact < self._next_position:
                found("facts", "the decision rests on a position that was not there yet")
        self._signer(record, found)
        if self._signatures:
            self._signature(record, found)
        claimed = record["events"]
        start = self._next_position
        if not claimed:
            return
        if claimed != list(range(start, start + len(claimed))) or record["outcome"] != "done":
            found("position", "the positions that the command claims are not the next ones")
            if not _later_run(claimed, start):
                return
        self._next_position = claimed[-1] + 1
        for place, position in enumerate(claimed):
            yield Claim(
                position,
                place,
                number,
                record["id"],
                self._prev,
                record["stream"],
                record["recorded_at"],
                record["person"],
                record["on_behalf_of"],
                record["occurred_at"],
            )

    def _record(self, data: bytes) -> dict[str, Any]:
        """The record as plain JSON. The model judges each shape once; values are checked one by one."""
        record = canonical_but_floats(data)
        if type(record) is not dict or tuple(record) != _FIELDS:
            raise ValueError("not the fields of a record")
        shape = (
            *map(type, record.values()),
            orjson.dumps((record["v"], record["on_behalf_of"], record["outcome"])),
        )
        if shape not in self._shapes:
            CommandRecord.model_validate_json(data, strict=True)
            self._shapes.add(shape)
        for name in ("occurred_at", "recorded_at"):
            if not (record[name] is None or is_instant(record[name])):
                raise ValueError(f"{name} is not an instant")
        if any(type(position) is not int for position in record["events"]):
            raise ValueError("a position is not a number")
        if has_float(record["body"]) or has_float(record["answer"]):
            raise NotCanonicalError("a float has no canonical form")
        return record

    def _founding(self, recorded_at: str) -> None:
        if self._created_at is None:
            self._report.add(Finding(None, 1, None, "identity", "the identity of the log is missing"))
        elif self._created_at != recorded_at:
            message = "the log says it was founded at another instant than that of its first command"
            self._report.add(Finding(None, 1, None, "identity", message))

    def _signer(self, record: dict[str, Any], found: Found) -> None:
        """The key is the one on record for the person; the first entry of a log brings its own."""
        person, key = record["person"], record["public_key"]
        if not self._founded:
            self._founded = True
            self._on_record[person] = key
        elif self._on_record.get(person) != key:
            found("signer", f"signed with another key than the one on record for {shown(person)} then")

    def _signature(self, record: dict[str, Any], found: Found) -> None:
        self._report.signatures += 1
        text = record["public_key"]
        try:
            key = self._keys.get(text)
            if key is None:
                raw = base64.b64decode(text, validate=True)
                key = self._keys[text] = Ed25519PublicKey.from_public_bytes(raw)
            signature = base64.b64decode(record["signature"], validate=True)
            key.verify(signature, signed_bytes(record["id"], record["body_hash"]))
        except (InvalidSignature, ValueError):
            found("signature", "the signature does not fit the key and the body hash")


def _later_run(claimed: list[int], start: int) -> bool:
    """Whether the positions are one run from `start` or later, so that the walk can go on from them."""
    return claimed[0] >= start and claimed == list(range(claimed[0], claimed[0] + len(claimed)))
