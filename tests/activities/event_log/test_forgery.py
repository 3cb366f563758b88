"""A forger who knows the format: every hash and link is made anew. What still contradicts itself is found."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, text

from activities.event_log.engine import open_reader
from activities.event_log.report import VerifyReport
from activities.event_log.sqlite import TRIGGERS
from activities.event_log.verify import verify_log
from domain.canonical import leaf_hash, sha256_hex
from tests.activities.event_log.builders import fresh_log, small_log

Rows = dict[int, dict[str, Any]]
Change = Callable[[Rows, Rows, dict[int, bytes]], object]


WRONG_LINK = "0" * 64
"""A forger leaves this one link as it is."""


def written(value: Any) -> bytes:
    """As canonical JSON is written, without asking whether the value has a canonical form."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def forge(path: Path, change: Change) -> VerifyReport:
    """Rewrite the log from end to end with the change in it, all hashes fitting, and verify the result.

    `change` gets the records by number, the envelopes by position and the payloads by position.
    """
    engine = fresh_log(path)
    small_log(engine)
    with engine.begin() as connection:
        for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type='trigger'")).scalars():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        rows = connection.execute(text("SELECT number, record FROM command")).all()
        records = {number: orjson.loads(record) for number, record in rows}
        found = connection.execute(text("SELECT position, envelope, payload FROM event")).all()
        envelopes = {position: orjson.loads(envelope) for position, envelope, _ in found}
        payloads = {position: payload for position, _, payload in found}
        change(records, envelopes, payloads)
        store(connection, records, envelopes, payloads)
        for statement in TRIGGERS:
            connection.exec_driver_sql(statement)
    engine.dispose()
    return verify_log(open_reader(path))


def store(connection: Connection, records: Rows, envelopes: Rows, payloads: dict[int, bytes]) -> None:
    connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    connection.execute(text("DELETE FROM command"))
    connection.execute(text("DELETE FROM event"))
    prev, hashes = None, {}
    for number, record in records.items():
        record["prev"] = prev
        data = written(record)
        prev = hashes[record["id"]] = leaf_hash(data).hex()
        row = {"n": number, "r": data, "h": bytes.fromhex(prev)} | {
            key: record[key] for key in ("id", "stream", "verb", "outcome")
        }
        connection.execute(
            text("INSERT INTO command VALUES (:n, :id, :stream, :verb, :outcome, :r, :h)"), row
        )
    heads: dict[str, str] = {}
    for position, envelope in envelopes.items():
        envelope["command_hash"] = hashes[envelope["command"]]
        envelope["payload_hash"] = sha256_hex(payloads[position])
        if envelope["prev"] != WRONG_LINK:
            envelope["prev"] = heads.get(str(envelope["stream"]))
        data = written(envelope)
        heads[str(envelope["stream"])] = leaf_hash(data).hex()
        columns = {key: value for key, value in envelope.items() if not isinstance(value, dict)}
        row = {key: str(value) if isinstance(value, list) else value for key, value in columns.items()} | {
            "n": position,
            "a": envelope["actor"]["person"],
            "p": payloads[position],
            "e": data,
            "h": leaf_hash(data),
        }
        connection.execute(
            text(
                "INSERT INTO event VALUES (:n, :id, :stream, :version, :type, :schema_version, :occurred_at,"
                " :recorded_at, :command, :a, :p, :e, :h)"
            ),
            row,
        )


def test_the_forger_of_these_tests_leaves_no_trace_of_its_own(tmp_path: Path) -> None:
    assert forge(tmp_path / "log.db", lambda records, envelopes, payloads: None).findings == []


EARLY = "2026-09-16T08:29:59.999Z"
LATE = "2026-09-16T08:30:00.001Z"


@pytest.mark.parametrize(
    ("position", "code", "change"),
    [
        (2, "event-id", lambda c, e, p: e[2].update(id="6f0c6f3e-6d0c-5c56-9a4e-000000000000")),
        (2, "time", lambda c, e, p: e[2].update(recorded_at=LATE)),
        (3, "time", lambda c, e, p: e[2].update(recorded_at=LATE)),
        (2, "log", lambda c, e, p: e[2].update(log="log-0000000000000000")),
        (2, "log", lambda c, e, p: e[2].update(clock="demo")),
        (2, "command", lambda c, e, p: e[2].update(command="work-1")),
        (7, "command", lambda c, e, p: c[8].update(events=[])),
        (2, "prev", lambda c, e, p: e[2].update(prev=WRONG_LINK)),
        (6, "position", lambda c, e, p: (e.pop(5), c[4].update(events=[4]))),
        (7, "version", lambda c, e, p: e[7].update(version=6)),
        (2, "canonical", lambda c, e, p: p.update({2: b'{"b":1,"a":2}'})),
        (2, "canonical", lambda c, e, p: p.update({2: b'{"a":0.5}'})),
        (2, "shape", lambda c, e, p: p.update({2: b"[]"})),
        (2, "shape", lambda c, e, p: e[2].update(more=1)),
        (2, "shape", lambda c, e, p: e[2].update(type=[])),
        (2, "shape", lambda c, e, p: e[2].update(stream=["x"])),
        (2, "shape", lambda c, e, p: e[2].pop("reason")),
        (2, "shape", lambda c, e, p: e[2].update(schema_version=0)),
        (2, "shape", lambda c, e, p: e[2].update(language="de")),
        (2, "shape", lambda c, e, p: e[2].update(occurred_at="2026-02-30T00:00:00.000Z")),
        (2, "shape", lambda c, e, p: e[2].update(occurred_at="2026-09-16T08:30:00Z")),
        (2, "shape", lambda c, e, p: e[2]["actor"].update(person="P Jones")),
        (2, "shape", lambda c, e, p: e[2]["engine"].update(more="x")),
        (1, "shape", lambda c, e, p: e[1].update(version=True)),
        (2, "canonical", lambda c, e, p: e[2]["actor"].update(post="e\u0301")),
    ],
)
def test_a_forged_event_is_found(tmp_path: Path, position: int, code: str, change: Change) -> None:
    report = forge(tmp_path / "log.db", change)
    assert (position, code) in {(finding.position, finding.code) for finding in report.findings}


@pytest.mark.parametrize(
    ("number", "code", "change"),
    [
        (4, "signature", lambda c, e, p: c[4].update(body_hash="0" * 64)),
        (4, "signature", lambda c, e, p: c[4].update(signature=c[5]["signature"])),
        (4, "signature", lambda c, e, p: c[4].update(signature="?")),
        (4, "signature", lambda c, e, p: c[4].update(public_key="")),
        (3, "time", lambda c, e, p: c[3].update(recorded_at=EARLY)),
        (1, "identity", lambda c, e, p: c[1].update(recorded_at=EARLY)),
        (4, "facts", lambda c, e, p: c[4].update(facts=[4])),
        (4, "facts", lambda c, e, p: c[4].update(facts=[0])),
        (4, "log", lambda c, e, p: c[4].update(log="log-0000000000000000")),
        (4, "position", lambda c, e, p: c[4].update(events=[5])),
        (4, "position", lambda c, e, p: c[4].update(outcome="refused")),
        (4, "column", lambda c, e, p: c[4].update(number=5)),
        (4, "shape", lambda c, e, p: c[4].update(more=1)),
        (4, "shape", lambda c, e, p: c[4].update(events=["4"])),
        (4, "shape", lambda c, e, p: c[4].update(outcome="maybe")),
        (4, "shape", lambda c, e, p: c[4].update(person=None)),
        (4, "shape", lambda c, e, p: c[4].update(recorded_at="now")),
        (4, "canonical", lambda c, e, p: c[4].update(body={"share": 0.5})),
    ],
)
def test_a_forged_command_is_found(tmp_path: Path, number: int, code: str, change: Change) -> None:
    report = forge(tmp_path / "log.db", change)
    assert (number, code) in {(finding.command_number, finding.code) for finding in report.findings}


def test_signatures_can_be_left_out(tmp_path: Path) -> None:
    forge(tmp_path / "log.db", lambda c, e, p: c[4].update(signature="?"))
    report = verify_log(open_reader(tmp_path / "log.db"), signatures=False)
    assert (report.clean, report.signatures) == (True, 0)
