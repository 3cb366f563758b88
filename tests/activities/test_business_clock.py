"""Business time: moved in a demonstration, never in an office."""

from datetime import timedelta

import pytest

from activities.business_clock import business_now, offset_file, read_offset, running_offset
from activities.health import check_home
from activities.home_files import HomeFileError
from activities.settings import Settings
from domain.ids import stream_key
from domain.messages import LoadCase
from tests.activities.builders import Office
from workflows.converter import PayloadKeys

DAYS = 40
AHEAD = timedelta(days=DAYS)


def put(settings: Settings, text: str) -> None:
    offset_file(settings).write_text(text, "ascii")


def keys_of(settings: Settings) -> tuple[bool, str]:
    (found,) = [check for check in check_home(settings, PayloadKeys.parse) if check.name == "keys"]
    return found.ok, found.line()


def test_without_its_file_a_home_lives_in_real_time(office: Office, demo_office: Office) -> None:
    for own in (office, demo_office):
        assert read_offset(own.settings) == 0
        own.tell(before="consent")
        assert own.load().clock_offset == 0


def test_a_moved_clock_counts_from_the_next_command_on_and_every_answer_says_so(demo_office: Office) -> None:
    demo_office.tell(before="consent")
    put(demo_office.settings, f"{AHEAD.days * 86_400}\n")
    handled = demo_office.handle(demo_office.sign("head.6990004", "consent"))
    last = demo_office.events()[-1].envelope
    assert last.recorded_at == last.occurred_at == demo_office.now + AHEAD, "the run did not know of it yet"
    assert last.clock == "demo"
    assert handled.status.clock_offset == demo_office.load().clock_offset == AHEAD.total_seconds()
    demo_office.check()


def test_of_a_case_that_is_not_there_the_clock_is_told_too(demo_office: Office) -> None:
    put(demo_office.settings, "60")
    found = demo_office.handler.load(LoadCase(reference=stream_key(demo_office.stream)))
    assert (found.version, found.clock_offset) == (0, 60)


def test_a_home_on_the_real_clock_refuses_to_be_moved(office: Office) -> None:
    put(office.settings, "60")
    with pytest.raises(HomeFileError, match="runs on the real one") as refused:
        running_offset(office.settings)
    assert refused.value.fix == f"Remove it: rm {offset_file(office.settings)}"
    well, line = keys_of(office.settings)
    assert not well
    assert "runs on the real one" in line


@pytest.mark.parametrize("text", ["", "-60", "1.5", "soon", "٦٠", str(10**12)])
def test_a_file_that_holds_no_number_of_seconds_is_refused(demo_office: Office, text: str) -> None:
    offset_file(demo_office.settings).write_text(text, "utf-8")
    with pytest.raises(HomeFileError):
        read_offset(demo_office.settings)
    assert not keys_of(demo_office.settings)[0]


def test_who_only_reads_is_not_kept_out_by_it(office: Office, demo_office: Office) -> None:
    put(office.settings, "3600")
    put(demo_office.settings, "soon")
    apart = business_now(demo_office.settings) - business_now(office.settings)
    assert abs(apart) < timedelta(minutes=1)
    put(demo_office.settings, "3600")
    assert business_now(demo_office.settings) - business_now(office.settings) > timedelta(minutes=59)
