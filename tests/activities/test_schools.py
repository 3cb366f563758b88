"""Schools in a real log, on both databases: who is told that one closed or moved, and what is refused from then on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from sqlalchemy import delete, event, select

from activities.event_log import read
from activities.read_models.schema import school, wake
from domain.ids import case_reference, stream_key
from starter.sample.stories import STORIES
from tests.activities.builders import ADMIN, NewOffice, Office
from tests.activities.test_calendars import forget_wakes, set_days, woken

RECIPIENT, PROVIDER = "6990004", "6990103"
YESTERDAY = "2026-09-14"


@pytest.fixture
def office(new_office: NewOffice, tmp_path: Path) -> Iterator[Office]:
    with new_office(tmp_path / "home") as own:
        yield own


def entry(office: Office, number: str, **changed: Any) -> None:
    """Register a school anew as it is on record, but for what changed."""
    with office.reading.connect() as connection:
        row = connection.execute(select(school).where(school.c.number == number)).one()
    body = {"name": row.name, "authority": row.authority, "phase": row.phase, "town": row.town}
    office.done(ADMIN, "register", body | changed, stream=f"school/{number}")


def close(office: Office, number: str) -> None:
    office.done(ADMIN, "close", {"on": YESTERDAY}, stream=f"school/{number}")


def test_a_school_that_closes_or_is_missing_or_is_back_wakes_its_cases_and_no_others(office: Office) -> None:
    office.tell(STORIES[1], before="consent")
    office.tell(before="accept-offer")
    reference = stream_key(office.stream)
    for number in (RECIPIENT, PROVIDER):
        for verb, body in (
            ("close", {"on": "2026-09-10"}),
            ("reopen", {"on": "2026-09-11"}),
            ("mark-missing", {"register_name": "wales"}),
        ):
            office.done(ADMIN, verb, body, stream=f"school/{number}")
            assert set(woken(office)) == {reference}, verb
            forget_wakes(office)
        entry(office, number)
        assert set(woken(office)) == {reference}
        forget_wakes(office)
    office.check()


def test_a_school_that_goes_to_another_authority_wakes_its_cases_and_a_new_name_wakes_none(
    office: Office,
) -> None:
    office.tell(before="accept-offer")
    entry(office, RECIPIENT, name="Ysgol Newydd")
    assert woken(office) == {}
    entry(office, RECIPIENT, authority="Aberwennol")
    assert set(woken(office)) == {stream_key(office.stream)}


def test_a_new_head_in_the_middle_wakes_the_cases_of_the_school(office: Office) -> None:
    office.tell(before="accept-offer")
    held = {"post": "head", "school": PROVIDER}
    office.done(ADMIN, "end-post", held | {"until": YESTERDAY}, stream=f"person/head.{PROVIDER}")
    assert set(woken(office)) == {stream_key(office.stream)}
    forget_wakes(office)
    office.done(ADMIN, "assign-post", held | {"since": "2026-09-15"}, stream="person/partner.eleri")
    assert set(woken(office)) == {stream_key(office.stream)}
    forget_wakes(office)
    office.done(
        ADMIN, "assign-post", {"post": "broker", "since": "2026-09-15"}, stream="person/partner.eleri"
    )
    assert woken(office) == {}


def test_a_school_that_is_not_open_gets_no_new_case_and_no_new_offer(office: Office) -> None:
    office.tell(before="offer")
    close(office, PROVIDER)
    offered = {"provider": PROVIDER, "reason": "Offers numeracy."}
    assert office.refused("broker.dylan", "offer", offered).code == "R-SCHOOL"
    close(office, RECIPIENT)
    story = STORIES[0]
    office.stream = f"case/{case_reference('EAS', 'another')}"
    office.tag = ""
    body = {
        "programme": "EAS", "route": "sip", "recipient": RECIPIENT, "area": "literacy", "phase": "primary",
        "support_language": "en", "desired_start": "2027-01-11", "need": "Help.",
    }  # fmt: skip
    assert office.refused(story.opener, "open", body, key="another").code == "R-SCHOOL"


def test_only_what_changed_is_read_and_written_where_one_of_many_schools_sets_its_days(
    office: Office,
) -> None:
    """All of them stand in one stream: doing it for each of them must not take the square of their number."""
    numbers = [f"69900{number:02}" for number in range(1, 25)]
    for number in numbers:
        set_days(office, number, inset=["2027-01-04"])
    written: list[str] = []

    def executed(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.startswith("INSERT INTO calendar_school"):
            written.extend(["row"] * (len(parameters) if many else 1))

    event.listen(office.engine, "before_cursor_execute", executed)
    with mock.patch.object(read, "event_of_row", wraps=read.event_of_row) as seen:
        set_days(office, numbers[0], inset=["2027-01-05"])
    assert len(written) == 1
    assert seen.call_count < 10
    office.check()


def test_a_log_that_lost_what_was_remembered_is_folded_anew(new_office: NewOffice, tmp_path: Path) -> None:
    """Two logs in one process have a stream of the same name, and neither may decide on the other's."""
    with new_office(tmp_path / "one") as one, new_office(tmp_path / "two") as two:
        for number in range(1, 25):
            set_days(one, f"69900{number:02}", inset=["2027-01-04"])
        set_days(two, "6990001", inset=["2027-01-04"])
        assert len(two.events("calendar/wales")) == 2
        set_days(one, "6990001", inset=["2027-01-05"])
        one.check()
        two.check()


def test_wakes_are_left_where_nothing_is_awaited(office: Office) -> None:
    with office.engine.begin() as connection:
        connection.execute(delete(wake))
    close(office, RECIPIENT)
    assert woken(office) == {}
