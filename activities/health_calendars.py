"""Whether every programme counts on a calendar that is on record, and that reaches far enough."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from activities.health import Check

if TYPE_CHECKING:
    from sqlalchemy import Connection

REACHES: Final = timedelta(days=120)
"""How far ahead a calendar should be published: some sixty school days, the longest wait there is, and a holiday."""


def check_calendars(connection: "Connection", now: datetime) -> Check:
    """Due dates are counted without a calendar too, but on weekdays; beyond its last day they are provisional."""
    from sqlalchemy import select

    from activities.read_models.days import parsed_calendar
    from activities.read_models.schema import calendar, programme
    from domain.calendars.weekdays import WEEKDAYS_1
    from domain.programmes.model import Programme

    known = {row.code: row for row in connection.execute(select(calendar))}
    reach = []
    for row in connection.execute(select(programme.c.content).order_by(programme.c.code)):
        rules = Programme.model_validate_json(row.content)
        if rules.calendar == WEEKDAYS_1:
            reach.append(f"{rules.code} on weekdays")
            continue
        if rules.calendar not in known:
            what = f"{rules.code} counts on {rules.calendar}, which is no calendar on record: weekdays are counted."
            fix = f"Publish it: brokerage calendar publish {rules.calendar}"
            return Check("calendars", False, what, fix, needed=False)
        content = parsed_calendar(known[rules.calendar].content)
        if content.time_zone != rules.time_zone:
            what = f"{rules.code} is in {rules.time_zone}, and its calendar {content.code} in {content.time_zone}."
            fix = "Publish a next version of the programme: brokerage programme publish"
            return Check("calendars", False, what, fix, needed=False)
        if content.last < (now.astimezone(ZoneInfo(content.time_zone)) + REACHES).date():
            what = f"{content.code} ends on {content.last}: due dates beyond are provisional."
            fix = "Publish its next year: brokerage calendar publish FILE"
            return Check("calendars", False, what, fix, needed=False)
        reach.append(f"{content.code} to {content.last}")
    return Check(
        "calendars", True, f"Calendars: {', '.join(dict.fromkeys(reach)) or 'no programme needs one yet'}."
    )
