"""A day is the day of a place: a suite that was green at noon in London was red there at four."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

from tests.end_to_end.office import today

ROOT = Path(__file__).parent.parent
PLACES = ("activities", "bench", "domain", "starter", "tests", "workflows")
WRITTEN = [file for place in PLACES for file in (ROOT / place).rglob("*.py")]
DAY_OF_UTC = re.compile(
    r"(now\(UTC\)|business_now\([^()]*\))(?:(?!astimezone).)*?\.(date\(\)|year|month|day\b)"
)


def test_stories_are_told_on_the_day_where_the_programme_is() -> None:
    for hour, there in ((15, date(2026, 11, 22)), (16, date(2026, 11, 23))):
        at = datetime(2026, 11, 22, hour, tzinfo=UTC)
        assert (today("EAS", at), today("DEPED", at)) == (date(2026, 11, 22), there)


def test_no_file_takes_the_day_of_utc() -> None:
    """It is nobody's day: not the school's, not that of whoever types."""
    assert WRITTEN
    assert not [str(file) for file in WRITTEN if DAY_OF_UTC.search(file.read_text("utf-8"))]


def test_the_day_of_utc_is_known_when_it_is_seen() -> None:
    now = "datetime.now(" + "UTC)"
    for line in (
        f"{now}.date()",
        f"({now} + timedelta(days=3)).date()",
        "business_" + "now(settings).date()",
    ):
        assert DAY_OF_UTC.search(line)
    assert not DAY_OF_UTC.search(f"{now}.astimezone(zone).date()")
