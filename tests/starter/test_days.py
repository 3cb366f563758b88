"""Days as people type them are days of the place that the line is about, by the clock of the home."""

import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain.case.commands import Open
from starter.flags import show_values
from starter.sample.deped_stories import DEPED_STORIES
from tests.activities.builders import Office
from tests.end_to_end.office import opening
from tests.starter.shell import typed

MANILA = ZoneInfo("Asia/Manila")


@pytest.mark.parametrize("machine", ["Etc/GMT+12", "Pacific/Kiritimati"])
@pytest.mark.parametrize("programme", ["DEPED", "deped", ""])
def test_yesterday_is_the_day_before_this_one_where_the_programme_is(
    office: Office, machine: str, programme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typed or in a file, on one of these machines it is another day than in Manila, whatever the time is."""
    step = opening(DEPED_STORIES[1], "pedagogy")
    values = step.values(date.today())  # noqa: DTZ011 – opens on none
    words = show_values(Open, values | ({"programme": programme} if programme else {}))
    words[words.index("--desired-start") + 1] = "yesterday"
    if not programme:
        (file := tmp_path / "case.toml").write_text('programme = "DEPED"\n')
        place = words.index("--programme")
        words = [*words[:place], *words[place + 2 :], "--from", str(file)]
    monkeypatch.setenv("TZ", machine)
    time.tzset()
    try:
        before = datetime.now(MANILA).date()
        shown = typed(office, "case", "open", *words, "--dry-run", "--profile", step.person)
        after = datetime.now(MANILA).date()
    finally:
        monkeypatch.undo()
        time.tzset()
    told = [f"from {day - timedelta(days=1)}: today is {day}." for day in (before, after)]
    assert any(words in shown.err for words in told), shown
