"""Open cases of inactive schools are a filter of the rows, on both databases, and are found by way of the few schools."""

from pathlib import Path

from sqlalchemy import select, text

from activities.event_log.read import LogReader
from activities.read_models.schema import case_row, school
from starter.reading import Office as Reading
from starter.sample.stories import STORIES
from starter.views.inactive_schools import inactive_query, inactive_schools
from tests.activities.builders import ADMIN, NewOffice, Office


def expected(office: Reading) -> set[tuple[str, str, str]]:
    """School, case and part, by looking at every case."""
    closed = set(office.connection.execute(select(school.c.number).where(~school.c.open)).scalars())
    return {
        (number, case.reference, part)
        for case in office.connection.execute(select(case_row).where(case_row.c.open))
        for part in ("recipient", "provider")
        for number in (getattr(case, part),)
        if number in closed
    }


def test_every_open_case_of_an_inactive_school_is_on_the_list_and_no_other(
    new_office: NewOffice, tmp_path: Path
) -> None:
    with new_office(tmp_path / "home") as office:
        for story in STORIES[:4]:
            office.tell(story, before="complete")
        with office.reading.connect() as connection:
            taking_part = sorted(
                {row.recipient for row in connection.execute(select(case_row))}
                | {row.provider for row in connection.execute(select(case_row)) if row.provider}
            )
        for number in taking_part[::2]:
            office.done(ADMIN, "close", {"on": "2026-09-14"}, stream=f"school/{number}")
        for number in taking_part[1::3]:
            office.done(ADMIN, "mark-missing", {"register_name": "wales"}, stream=f"school/{number}")
        with office.reading.connect() as connection:
            view = Reading(office.settings, office.reading, LogReader(office.reading), connection)
            rows = inactive_schools(view)
            found = {(row["school"], row["reference"], row["part"]) for row in rows}
            assert found == expected(view)
            assert len(rows) == len(found) > 0
            one = rows[0]
            narrowed = inactive_schools(view, programme=one["programme"], authority=one["authority"])
            assert narrowed == [
                row
                for row in rows
                if (row["programme"], row["authority"]) == (one["programme"], one["authority"])
            ]


def test_the_list_begins_at_the_schools_that_are_not_open(office: Office) -> None:
    """Not at every case there is."""
    with office.reading.connect() as connection:
        query = inactive_query().compile(office.reading, compile_kwargs={"literal_binds": True})
        plan = " ".join(row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")))
    assert "USING INDEX school_open" in plan
    assert "SCAN case_row" not in plan
