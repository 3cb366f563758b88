"""Networks on a real log: places are counted under the lock, given back, and every row is what the log says."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from activities.mail.case_mail import read_case_mail
from activities.mail.wording import worded
from activities.read_models.networks import places_taken
from activities.read_models.outbox import read_unsent
from activities.read_models.schema import network_use
from domain.ids import stream_key
from domain.messages import Refused
from starter.sample.stories import STORIES
from starter.sample.story import Story
from tests.activities.builders import ADMIN, NewOffice, Office

ENROLLED = next(story for story in STORIES if story.ends == "enrolled")
SIGNPOSTED = next(story for story in STORIES if story.ends == "signposted")
ONE_PLACE: dict[str, Any] = {
    "programme": "EAS",
    "form": "course",
    "title": {"en": "One place", "cy": "Un lle"},
    "areas": ["humanities", "health-wellbeing"],
    "languages": ["cy", "en"],
    "places": 1,
    "how": {"en": "Write to us.", "cy": "Ysgrifennwch atom."},
}


@pytest.fixture
def office(new_office: NewOffice, tmp_path: Path) -> Iterator[Office]:
    with new_office(tmp_path / "home") as own:
        own.done(ADMIN, "open", ONE_PLACE, stream="network/one-place")
        yield own
        own.check()


def at_triage(office: Office, story: Story) -> str:
    office.tell(story, before=story.steps[-1].verb)
    return office.stream


def taken(office: Office) -> int:
    with office.reading.connect() as connection:
        return places_taken(connection, "one-place")


def test_of_two_who_want_the_last_place_one_gets_it_and_the_other_is_told(office: Office) -> None:
    streams = [at_triage(office, story) for story in (ENROLLED, SIGNPOSTED)]
    sent = [
        office.sign("broker.dylan", "enrol", {"network": "one-place"}, stream=stream) for stream in streams
    ]
    with ThreadPoolExecutor(2) as threads:
        answers = [handled.answer for handled in threads.map(office.handle, sent)]
    (lost,) = [answer for answer in answers if isinstance(answer, Refused)]
    assert lost.code == "R-PLACES"
    assert lost.message == "Places of the network one-place: 1; taken: 1; left: 0; asked for: 1."
    assert taken(office) == 1


def test_the_place_of_a_school_that_left_is_free_again(office: Office) -> None:
    first, second = (at_triage(office, story) for story in (ENROLLED, SIGNPOSTED))
    office.done("broker.dylan", "enrol", {"network": "one-place"}, stream=first)
    office.refused("broker.dylan", "enrol", {"network": "one-place"}, stream=second)
    office.done("head.6990015", "end-enrolment", {"outcome": "left"}, stream=first)
    assert taken(office) == 0
    office.done("broker.dylan", "enrol", {"network": "one-place"}, stream=second)


def test_fewer_places_than_are_taken_cannot_be_offered(office: Office) -> None:
    office.tell(ENROLLED)
    stream = "network/calm-classrooms"
    assert office.refused(ADMIN, "change", {"places": 1}, stream=stream).code == "R-PLACES"
    assert office.done(ADMIN, "change", {"places": 2}, stream=stream).events == ("NetworkChanged",)


def test_a_case_that_was_pointed_to_a_network_is_found_there(office: Office) -> None:
    office.tell(SIGNPOSTED)
    with office.reading.connect() as connection:
        row = connection.execute(select(network_use)).one()
    assert (row.reference, row.network, row.how, row.places) == (
        stream_key(office.stream),
        "dyniaethau-cymraeg",
        "signposted",
        0,
    )


def test_the_heads_mail_says_what_it_is_when_and_how_to_join(office: Office) -> None:
    office.tell(ENROLLED)
    with office.reading.connect() as connection:
        unsent = read_unsent(connection, stream_key(office.stream))
        (row,) = [row for row in unsent if row.notice.template == "request_enrolled"]
        subject = read_case_mail(connection, row, office.now).subject
    welsh = "\n".join(worded(subject, "cy").paragraphs)
    assert "Dosbarthiadau tawel: rheoleiddio a pherthnasoedd" in welsh
    assert "2 le" in welsh
    assert "4 Chwefror 2027" in welsh
