"""A worker that is killed once a mail server has the mail, and before the log knows: one duplicate at most."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from activities.kill_points import KillPoint
from domain.ids import stream_key
from tests.activities.builders import Office
from tests.mail_server import PostOffice

_DELIVER: Final = """
import sys
from datetime import timedelta
from pathlib import Path
from activities import kill_points
from activities.mail.deliver import HandedOver, Postman
from tests.activities.builders import Office

home, port, reference, point = sys.argv[1:]
office = Office(Path(home))
kill_points.arm(point or None)
settings = office.settings.model_copy(update={
    "smtp_host": "127.0.0.1", "smtp_port": int(port), "smtp_tls": "none", "mail_from": "office@office.example",
})
Postman(office.handler, settings, lambda: office.now).deliver(reference, "run-1", HandedOver())
office.close()
"""


def deliver(office: Office, post: PostOffice, kill_at: KillPoint | None) -> int:
    """One attempt by a process of its own; the code it ended with."""
    words = [str(office.settings.home), str(post.port), stream_key(office.stream), kill_at or ""]
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", _DELIVER, *words], cwd=root, timeout=60, check=False
    ).returncode


def test_a_worker_killed_between_the_servers_answer_and_the_commit_repeats_one_mail(office: Office) -> None:
    office.tell(before="consent")
    with PostOffice() as post:
        assert deliver(office, post, "after_sending") == -signal.SIGKILL
        assert "MailAccepted" not in office.types()
        assert deliver(office, post, None) == 0
        assert deliver(office, post, None) == 0
    first, second = post.ids
    assert first == second
    assert office.types().count("MailAccepted") == 1
    office.check()


def test_a_worker_killed_before_or_after_its_commit_loses_and_doubles_nothing_in_the_log(
    office: Office,
) -> None:
    office.tell(before="consent")
    with PostOffice() as post:
        assert deliver(office, post, "before_commit") == -signal.SIGKILL
        assert deliver(office, post, "after_commit") == -signal.SIGKILL
        assert deliver(office, post, None) == 0
    assert len(post.ids) == 2
    assert len(set(post.ids)) == 1
    assert office.types().count("MailAccepted") == 1
    office.check()
