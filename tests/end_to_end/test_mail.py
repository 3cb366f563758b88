"""From a line that somebody types to the mail that somebody else reads: the whole way, on this machine."""

import time
from typing import Any

from starter.sample.stories import STORIES
from tests.end_to_end.office import RunningOffice, opening, words_of

HEAD = "head.6990004"


def caught(office: RunningOffice, reference: str, person: str) -> list[dict[str, Any]]:
    """Mail of a case to somebody, once there is some; pytest's own time-out ends a wait in vain."""
    while not (rows := office.here("mail", "list", "--case", reference, "--to", person, "--json").json):
        time.sleep(0.05)
    found: list[dict[str, Any]] = rows
    return found


def test_a_head_who_is_asked_reads_it_in_the_mailbox_of_the_home(running: RunningOffice) -> None:
    words = words_of(opening(STORIES[0], "humanities"), None)
    reference = running.here(*words, "--json").json["reference"]
    running.here("case", "submit", reference, profile="sip.carys").well()
    (mail,) = caught(running, reference, HEAD)
    shown = running.here("mail", "show", mail["message_id"]).well().out
    assert f"brokerage case consent {reference}" in shown
    while "accepted" not in {
        row["outcome"] for row in running.here("mail", "status", reference, "--json").json
    }:
        time.sleep(0.05)
    told = running.here("mail", "status", reference).well().out
    assert HEAD in told
    assert "Mail is caught in" in running.here("doctor").out
    folder = running.settings.caught_mail
    assert {oct(path.stat().st_mode & 0o777) for path in (folder, folder / "new")} == {"0o700"}
    running.here("case", "withdraw", reference, "--reason", "It was a test.", profile="sip.carys").well()
