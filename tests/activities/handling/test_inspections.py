"""Inspections on a real log: read with the pool, counted on the school's own days, and over by themselves."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import event, select

from activities.read_models.rebuilding import rebuild_rows
from activities.read_models.schema import inspection
from starter.sample.deped_stories import DEPED_STORIES
from tests.activities.builders import ADMIN, NewOffice, Office, steps_of

BROKER: Final = "broker.dylan"
SEA: Final = "6990103"
OFFER: Final = {"provider": SEA, "reason": "…"}
VISIT: Final = {"since": "2026-09-10", "until": "2026-09-18"}
"""The office's clock stands at the 15th, a Tuesday; the fifth school day after the visit is the 25th."""


@pytest.fixture
def office(new_office: NewOffice, tmp_path: Path) -> Iterator[Office]:
    with new_office(tmp_path / "home") as own:
        yield own
        own.check()


@pytest.fixture
def looking(office: Office) -> Office:
    """An office whose case looks for a partner, and where a school was given notice."""
    office.tell(before="offer")
    announce(office)
    return office


def announce(office: Office, number: str = SEA, person: str = BROKER, **visit: str) -> None:
    office.done(person, "announce-inspection", VISIT | visit, stream=f"provider/{number}")


def why_left_out(office: Office) -> dict[str, tuple[str, list[Any]]]:
    """Of the schools that a ranking of this moment leaves out: why."""
    office.done(BROKER, "match")
    payload = [r.payload for r in office.events() if r.envelope.type == "MatchCandidatesScored"][-1]
    return {out["school"]: (out["code"], out["figures"]) for out in payload["excluded"]}


def test_the_school_is_left_out_with_its_days_and_no_offer_to_it_is_accepted(looking: Office) -> None:
    assert why_left_out(looking)[SEA] == ("inspection", ["2026-09-10", "2026-09-18", "2026-09-25"])
    no = looking.refused(BROKER, "offer", OFFER)
    assert no.code == "R-INSPECTION"
    assert no.message.endswith(
        "has had notice of an inspection since 2026-09-10; the visit ends on 2026-09-18, "
        "and it can be asked from 2026-09-25 on."
    )


def test_an_inspection_that_came_after_the_ranking_bars_all_the_same(office: Office) -> None:
    office.tell(before="offer")
    office.done(BROKER, "match")
    announce(office)
    assert office.refused(BROKER, "offer", OFFER).code == "R-INSPECTION"


def test_it_is_over_by_itself_on_the_fifth_school_day_after_the_visit(looking: Office) -> None:
    looking.days_pass(7)
    assert looking.now.date() == date(2026, 9, 24)
    assert looking.refused(BROKER, "offer", OFFER).code == "R-INSPECTION"
    looking.days_pass(1)
    assert "PartnerOffered" in looking.done(BROKER, "offer", OFFER).events


def test_the_schools_own_days_are_counted_and_not_the_offices(looking: Office) -> None:
    inset = {"inset": ["2026-09-22"]}
    looking.done(ADMIN, "set-school-days", {"school": SEA, "days": inset}, stream="calendar/wales")
    assert why_left_out(looking)[SEA][1][-1] == "2026-09-28"


def test_what_is_corrected_or_withdrawn_counts_no_more(looking: Office) -> None:
    announce(looking, person="adviser.meinir", until="2026-09-21")
    assert why_left_out(looking)[SEA][1][1:] == ["2026-09-21", "2026-09-28"]
    looking.done(BROKER, "withdraw-inspection", stream=f"provider/{SEA}")
    with looking.reading.connect() as connection:
        assert connection.execute(select(inspection)).all() == []
    looking.done(BROKER, "offer", OFFER)


def test_an_offer_that_was_open_before_may_still_be_accepted(office: Office) -> None:
    office.tell(before="accept-offer")
    assert office.state().provider == SEA
    announce(office)
    office.done(f"head.{SEA}", "accept-offer", {"conflict": "none"})


def test_no_school_may_announce_its_own(office: Office) -> None:
    no = office.refused(f"head.{SEA}", "announce-inspection", VISIT, stream=f"provider/{SEA}")
    assert no.code == "R-POST"


def test_a_leader_school_with_notice_begins_no_case(office: Office) -> None:
    story = DEPED_STORIES[0]
    office.speak_of(story)
    opening = steps_of(story, office.now.date())[0]
    body = office.body_of(opening)
    announce(office, body["provider"], ADMIN)
    assert office.refused(opening.person, "open", body).code == "R-INSPECTION"
    office.done(ADMIN, "withdraw-inspection", stream=f"provider/{body['provider']}")
    office.done(opening.person, "open", body)


def test_more_inspections_are_read_in_no_more_statements(looking: Office) -> None:
    def statements() -> int:
        seen: list[str] = []

        def executed(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: bool) -> None:
            seen.append(statement)

        event.listen(looking.engine, "before_cursor_execute", executed)
        looking.done(BROKER, "match")
        event.remove(looking.engine, "before_cursor_execute", executed)
        return len(seen)

    of_one = statements()
    for number in ("6990102", "6990105", "6990107"):
        announce(looking, number)
    assert statements() == of_one
    assert sum(code == "inspection" for code, _ in why_left_out(looking).values()) >= 3


def test_the_row_is_derived_anew_with_the_others(looking: Office) -> None:
    with looking.reading.connect() as connection:
        before = connection.execute(select(inspection)).all()
    assert [tuple(row)[:3] for row in before] == [(SEA, "2026-09-10", "2026-09-18")]
    with looking.engine.begin() as connection:
        connection.execute(inspection.delete())
    rebuild_rows(looking.reading, looking.engine)
    with looking.reading.connect() as connection:
        assert connection.execute(select(inspection)).all() == before
