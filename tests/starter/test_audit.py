"""What an auditor is told: of a whole log, of a damaged one, of one that grows meanwhile, of who looked."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from activities.event_log import report
from activities.event_log.sqlite import TRIGGERS
from domain.canonical import leaf_hash
from domain.case.earlier_forms import CASE_UPCASTERS
from domain.case.events import CASE_EVENTS, HeadConsentGiven
from domain.ids import stream_key
from domain.upcasting import EventTypes, UnknownEventError, Upcaster
from starter.__main__ import run
from tests.activities.builders import ADMIN, Office, seed_of
from tests.activities.event_log.forger import command, event, insert

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(office: Office) -> Office:
    """An office with one case from request to archive."""
    office.tell()
    # Who administers is no party to a case; an auditor may read its texts.
    held = {"post": "auditor", "since": "2026-01-05"}
    office.done(ADMIN, "assign-post", held, stream=f"person/{ADMIN}")
    return office


@pytest.fixture
def cli(office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Runs a command line in the office's home: exit code, standard output, standard error."""
    monkeypatch.setenv("BROKERAGE_HOME", str(office.settings.home))

    def call(*words: str) -> tuple[int, str, str]:
        code = run(list(words))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def tamper(office: Office, *statements: str, **values: object) -> None:
    """Change rows as whoever owns the file can, and leave the guards as they were."""
    with office.engine.begin() as connection:
        for statement in TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER {statement.split()[2]}")
        for statement in statements:
            assert connection.execute(text(statement), values).rowcount
        for statement in TRIGGERS:
            connection.exec_driver_sql(statement)


def unknown_event(office: Office) -> int:
    """Put an event of a type that nobody knows into the case; its position."""
    insert(
        office,
        command(office.seed(ADMIN), stream=office.stream),
        replace(event(), type="TeleportationGranted", payload={}),
    )
    return office.size()[0]


def test_a_whole_log(told: Office, cli: Cli) -> None:
    held = {"post": "broker", "since": "2026-09-01"}
    told.refused("sip.carys", "assign-post", held, stream="person/sip.carys")
    events, commands = told.size()
    code, out, err = cli("audit", "verify")
    assert (code, err) == (0, "")
    assert out.startswith(
        f"✓ The log holds: {events} events, {commands} commands, 1 of them refused, every byte chained"
    )
    found = orjson.loads(cli("audit", "verify", "--json")[1])
    assert (found["found"], found["findings"], found["refusals"]) == (0, [], 1)


def test_a_log_that_grows_meanwhile_raises_no_alarm(office: Office, cli: Cli) -> None:
    done, grown = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def write() -> None:
        number = 0
        try:
            while not done.is_set():
                number += 1
                office.tag = f"-{number}"
                office.tell()
                grown.set()
        except BaseException as error:
            failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert grown.wait(30)
        before = office.size()
        for _ in range(10):
            code, out, err = cli("audit", "verify")
            assert (code, err) == (0, ""), out + err
        assert office.size() > before, "there was somebody writing"
    finally:
        done.set()
        writer.join(30)
    assert failed == []


@pytest.mark.parametrize("words", [("case", "show"), ("case", "history"), ("audit", "replay")])
def test_a_damaged_event_is_no_bug(told: Office, cli: Cli, words: tuple[str, str]) -> None:
    position = told.events()[3].position
    tamper(told, f"UPDATE event SET payload = x'7b7d' WHERE position = {position}")
    code, out, err = cli(*words, stream_key(told.stream))
    assert (code, out) == (8, "")
    assert err == (
        f"✗ The log is damaged: position {position}: the payload is not the one that was recorded.  A-DAMAGED\n"
        "  Next: brokerage audit verify\n"
    )


@pytest.mark.parametrize("words", [("case", "show"), ("case", "history"), ("audit", "replay")])
def test_an_unknown_event_is_no_bug(told: Office, cli: Cli, words: tuple[str, str]) -> None:
    position = unknown_event(told)
    code, out, err = cli(*words, stream_key(told.stream))
    assert (code, out) == (8, "")
    assert f"position {position}: event type TeleportationGranted version 1" in err
    assert err.splitlines()[0].endswith("A-UNKNOWN")
    assert err.splitlines()[-1] == "  Next: brokerage audit verify"


def test_what_cannot_be_folded_is_a_finding(told: Office, cli: Cli) -> None:
    position = unknown_event(told)
    code, out, err = cli("audit", "verify")
    assert code == 8
    assert f"the fold stopped at position {position}: UnknownEventError" in err
    assert "1 finding " in out


def test_a_payload_of_another_shape_is_a_finding(told: Office, cli: Cli) -> None:
    insert(told, command(told.seed(ADMIN)), replace(event(), payload={"post": 7}))
    code, _, err = cli("audit", "verify")
    assert code == 8
    assert f"the fold stopped at position {told.size()[0]}: ValidationError" in err


def test_a_replay_says_how_far_it_has_looked(told: Office, cli: Cli) -> None:
    code, out, _ = cli("audit", "replay", stream_key(told.stream))
    assert code == 0
    assert out.splitlines()[-1] == "Chain of this case: whole. The whole log: brokerage audit verify"


def test_a_rewritten_event_is_not_replayed(told: Office, cli: Cli) -> None:
    """Its own hash was made anew; the event after it still names the old one."""
    changed, after = told.events()[3:5]
    envelope = orjson.loads(changed.envelope_bytes)
    envelope["actor"]["person"] = "head.6990001"
    data = orjson.dumps(envelope, option=orjson.OPT_SORT_KEYS)
    tamper(
        told,
        f"UPDATE event SET envelope = :e, hash = :h, actor = 'head.6990001' WHERE position = {changed.position}",
        e=data,
        h=leaf_hash(data),
    )
    code, out, err = cli("audit", "replay", stream_key(told.stream))
    assert (code, out) == (8, "")
    assert f"position {after.position}: version 5 of {told.stream} does not follow" in err
    assert "A-DAMAGED" in err


def test_an_event_taken_out_is_not_replayed_over(told: Office, cli: Cli) -> None:
    gone, after = told.events()[3:5]
    tamper(told, f"DELETE FROM event WHERE position = {gone.position}")
    code, out, err = cli("audit", "replay", stream_key(told.stream))
    assert (code, out) == (8, "")
    assert f"position {after.position}: version 5 of {told.stream} stands where version 4 belongs" in err


def test_a_trigger_that_somebody_added(told: Office, cli: Cli) -> None:
    with told.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER quiet AFTER INSERT ON event BEGIN UPDATE case_row SET stage = 'agreed'; END"
        )
    told.done(ADMIN, "assign-post", {"post": "broker", "since": "2026-09-01"}, stream="person/sip.carys")
    code, out, err = cli("audit", "verify")
    assert code == 8
    assert "✗ log: a trigger or view that is not ours: quiet on event  schema" in err
    assert f"the list entry case_row {stream_key(told.stream)} is not what the log says  read-model" in err
    assert "2 findings" in out


def test_a_finding_says_where(told: Office, cli: Cli) -> None:
    insert(told, command(seed_of("a forger")), event("head.6990004"))
    events, commands = told.size()
    _, _, err = cli("audit", "verify")
    assert f"✗ position {events}, command {commands}, person/sip.carys: the person is not" in err
    assert f"✗ command {commands}, person/sip.carys: signed with another key" in err


def test_findings_past_the_most_that_are_kept_are_counted(
    told: Office, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MOST_FINDINGS", 3)
    tamper(told, "UPDATE event SET payload = '{}'")
    code, out, err = cli("audit", "verify")
    assert code == 8
    found = orjson.loads(cli("audit", "verify", "--json")[1])
    assert found["found"] > len(found["findings"]) == 3
    assert out.startswith(f"✗ The log does not hold: {found['found']} findings")
    assert err.splitlines()[-1] == f"  … and {found['found'] - 3} more."


def test_who_looked(told: Office, cli: Cli) -> None:
    reference = stream_key(told.stream)
    assert cli("audit", "looks", "--json")[:2] == (0, "[]\n")
    assert cli("case", "read", reference)[0] == 0
    code, out, err = cli("audit", "looks", "--json")
    assert (code, err) == (0, "")
    (look, *others) = orjson.loads(out)
    assert set(look) == {"number", "at", "reader", "purpose", "subject"}
    assert (look["number"], look["reader"], look["purpose"]) == (1, ADMIN, f"case read {reference}")
    assert [other["number"] for other in others] == list(range(2, len(others) + 2))
    line = cli("audit", "looks")[1].splitlines()[0].split("\t")
    assert (line[0], *line[2:]) == ("1", ADMIN, f"case read {reference}", look["subject"])


@pytest.mark.parametrize("words", [("audit", "looks"), ("case", "read", "REFERENCE")])
def test_a_missing_vault_is_said_and_none_is_made(
    told: Office, cli: Cli, words: tuple[str, ...], tmp_path: Path
) -> None:
    told.close()
    vault = told.settings.vault_file
    vault.rename(tmp_path / "elsewhere.db")
    words = tuple(stream_key(told.stream) if word == "REFERENCE" else word for word in words)
    code, out, err = cli(*words)
    assert (code, out) == (6, "")
    assert err.startswith(f"✗ There is no vault at {vault}.  U-VAULT")
    assert not vault.exists()


def test_a_replay_says_in_which_form_an_event_is_stored_and_in_which_it_is_read(
    told: Office, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a release in which an event has changed: here one that adds nothing."""
    reference = stream_key(told.stream)
    assert "HeadConsentGiven v1  (position" in cli("audit", "replay", reference)[1]
    head = orjson.loads(cli("audit", "verify", "--json")[1])["head_hash"]
    monkeypatch.setattr(HeadConsentGiven, "schema_version", 2)
    added = Upcaster("HeadConsentGiven", 1, 2, dict)
    changed = EventTypes("case", CASE_EVENTS.values(), (*CASE_UPCASTERS, added))
    monkeypatch.setattr("domain.case.events.CASE_EVENT_TYPES", changed)
    monkeypatch.setattr("domain.streams.CASE_EVENT_TYPES", changed)
    out = cli("audit", "replay", reference)[1]
    assert "HeadConsentGiven v1, read as v2  (position" in out
    assert "TriageAccepted v1  (position" in out
    entries = orjson.loads(cli("audit", "replay", reference, "--json")[1])
    forms = {(entry["type"], entry["schema_version"], entry["read_as"]) for entry in entries}
    assert {("HeadConsentGiven", 1, 2), ("TriageAccepted", 1, 1)} < forms
    verified = orjson.loads(cli("audit", "verify", "--json")[1])
    assert (verified["findings"], verified["head_hash"]) == ([], head), "the bytes are as they were"


def test_an_event_of_a_later_version_stops_everything_that_would_derive_from_it(
    told: Office, cli: Cli
) -> None:
    insert(
        told,
        command(told.seed(ADMIN), stream=told.stream),
        replace(event(), type="CaseArchived", schema_version=2, payload={}),
    )
    reference, size = stream_key(told.stream), told.size()
    for words in (("case", "show"), ("case", "history"), ("audit", "replay")):
        code, out, err = cli(*words, reference)
        assert (code, out) == (8, "")
        assert f"position {size[0]}: event type CaseArchived version 2 in a case stream is not known" in err
    assert "UnknownEventError" in cli("audit", "verify")[2]
    with pytest.raises(UnknownEventError):
        told.give("broker.dylan", "withdraw", {"reason": "…"})
    assert told.size() == size
