"""`brokerage mail`: what was caught, in the order in which it came, and what the log says of it."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from activities.health_mail import check_mail
from activities.mail.caught import keep
from activities.mail.deliver import HandedOver, Postman
from domain.ids import stream_key
from starter.__main__ import run
from starter.failures import Exit
from tests.activities.builders import Office
from tests.mail_server import PostOffice

HEAD = "head.6990004"


@pytest.fixture
def told(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A case of which the visits were told, its mail caught in the home as `brokerage up` would."""
    office.tell(before="schedule-visit")
    planned = {"on": (office.now.date() + timedelta(days=7)).isoformat(), "quarter_days": 2}
    office.done("partner.eleri", "schedule-visit", planned)
    with PostOffice() as post:
        given = {
            "smtp_host": "127.0.0.1",
            "smtp_port": post.port,
            "smtp_tls": "none",
            "mail_from": "o@office.example",
        }
        settings = office.settings.model_copy(update=given)
        Postman(office.handler, settings, lambda: office.now).deliver(
            stream_key(office.stream), "run-1", HandedOver()
        )
        for _, message in post.taken:
            keep(office.settings.caught_mail, message.as_bytes())
    monkeypatch.setenv("BROKERAGE_HOME", str(office.settings.home))
    return office


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert run(list(words)) == code
    captured = capsys.readouterr()
    return captured.out if code == 0 else captured.err


def listed(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = orjson.loads(said(capsys, "mail", "list", "--json", *words))
    return rows


def test_the_list_is_in_the_order_of_arrival_and_can_be_cut(
    told: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = listed(capsys)
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    assert {row["case"] for row in rows} == {stream_key(told.stream)}
    to_head = listed(capsys, "--to", HEAD, "--case", stream_key(told.stream))
    assert {row["person"] for row in to_head} == {HEAD}
    assert [row["calendar"] for row in to_head].count("REQUEST") == 1
    assert listed(capsys, "--case", "EAS-0000000-0") == []


def test_a_mail_is_shown_as_text_as_html_and_as_its_calendar_entry(
    told: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    invited = next(row for row in listed(capsys, "--to", HEAD) if row["calendar"])
    number = str(invited["number"])
    text = said(capsys, "mail", "show", number)
    assert f"Subject: {invited['subject']}" in text
    assert "Dear colleague" in text
    assert said(capsys, "mail", "show", number, "--html").startswith("<!doctype html>")
    assert said(capsys, "mail", "show", invited["message_id"], "--ics").startswith("BEGIN:VCALENDAR")
    plain = next(row for row in listed(capsys) if not row["calendar"])
    assert "no calendar entry" in said(
        capsys, "mail", "show", str(plain["number"]), "--ics", code=Exit.NOT_FOUND
    )


def test_a_mail_that_there_is_not_is_not_found(told: Office, capsys: pytest.CaptureFixture[str]) -> None:
    for word in ("0", "999", "nobody@nowhere"):
        assert "E-MAIL" in said(capsys, "mail", "show", word, code=Exit.NOT_FOUND)


def test_the_status_says_what_was_told_to_whom_and_what_waits(
    told: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    told.done(
        "partner.eleri", "cancel-visit", {"visit": "V1", "because_of": "provider", "reason_code": "illness"}
    )
    rows = orjson.loads(said(capsys, "mail", "status", stream_key(told.stream), "--json"))
    outcomes = {(row["template"], row["party"]): row["outcome"] for row in rows}
    assert outcomes["visit_scheduled", "recipient_head"] == "accepted"
    assert outcomes["visit_cancelled", "recipient_head"] == "waits"


def test_reading_mail_needs_no_temporal(told: Office) -> None:
    look = "import sys; from starter.__main__ import run; run(['mail', 'list']); sys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, timeout=60, check=True
    )
    assert not {"temporalio", "icalendar", "aiosmtpd", "cryptography"} & set(done.stderr.split())


def test_doctor_names_what_is_wrong_with_mail_and_what_waits(office: Office, tmp_path: Path) -> None:
    office.tell(before="consent")
    none_set = check_mail(office.settings)
    assert (none_set.ok, none_set.needed) == (False, False)
    assert "1 notice waits." in none_set.what
    assert "BROKERAGE_SMTP_HOST" in none_set.fix

    def finding(**changes: Any) -> str:
        check = check_mail(office.settings.model_copy(update=changes))
        return f"{check.ok} {check.what} {check.fix}"

    assert "BROKERAGE_MAIL_FROM" in finding(smtp_host="127.0.0.1")
    sender = {"smtp_host": "127.0.0.1", "mail_from": "o@office.example", "smtp_tls": "none"}
    with PostOffice() as post:
        assert finding(**sender, smtp_port=post.port).startswith("True Mail is sent by 127.0.0.1:")
    assert "cannot be reached" in finding(**sender, smtp_port=post.port)
    assert "SMTP_PASSWORD_FILE" in finding(**sender, smtp_user="office")
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    secret.chmod(0o644)
    assert "chmod go=" in finding(**sender, smtp_user="office", smtp_password_file=secret)
    elsewhere = sender | {"smtp_host": "mail.office.example"}
    assert "in clear" in finding(**elsewhere, smtp_user="office", smtp_password_file=secret)
