"""Time that passes in a demonstration, and the sweep of its nights, as people type them."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.business_clock import offset_file
from starter.sample.stories import STORIES
from tests.drills.parts import hold_keys_of_everybody
from tests.end_to_end.office import ZONES, RunningOffice


@pytest.fixture(scope="module")
def moving(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    """An office whose time can be moved, with everybody's keys."""
    home = tmp_path_factory.mktemp("moving") / "home"
    shutil.copytree(demo_home, home)
    hold_keys_of_everybody(home)
    with RunningOffice(home, BROKERAGE_CLOCK="demo") as office:
        yield office


def test_a_month_passes_and_everything_happens_at_its_own_time(moving: RunningOffice) -> None:
    references = [
        moving.bring(STORIES[0], area, "awaiting_head_consent")[0] for area in ("numeracy", "literacy")
    ]
    begun = datetime.now(UTC)
    done = moving.cli("admin", "clock", "--forward", "30").well()
    assert "ahead of the real clock" in done.out
    steps = [line for line in done.err.splitlines() if "something happens in" in line]
    assert steps
    for reference in references:
        chased = [
            event.envelope
            for event in moving.events(reference)
            if event.envelope.type in {"ReminderIssued", "EscalationRaised", "DeadlinePassed"}
        ]
        assert chased, "somebody was to be reminded of something in a month"
        assert all(event.clock == "demo" for event in chased)
        assert chased[0].occurred_at > begun + timedelta(days=1)
        assert chased[-1].occurred_at < begun + timedelta(days=31)
        occurred = [event.envelope.occurred_at for event in moving.events(reference)]
        assert occurred == sorted(occurred)
    said = moving.cli("admin", "clock", "--json").json
    assert timedelta(days=29) < timedelta(seconds=said["ahead_seconds"]) < timedelta(days=31)
    doctor = moving.cli("doctor").out
    assert "Clock: demo, 30 days" in doctor or "Clock: demo, 29 days" in doctor


def test_every_instant_on_the_way_is_the_one_that_the_log_had_named(moving: RunningOffice) -> None:
    """Not a month late, all at once: each is on record within seconds of when it was due."""
    reference, _ = moving.bring(STORIES[0], "science-technology", "awaiting_head_consent")
    due = moving.workflow_status(reference).chase_at
    assert due is not None
    moving.cli("admin", "clock", "--to", due.isoformat()).well()
    last = [e.envelope for e in moving.events(reference) if e.envelope.actor.person == "system"][-1]
    assert due <= last.occurred_at < due + timedelta(seconds=30)


def test_today_is_the_day_by_the_clock_of_the_home(moving: RunningOffice) -> None:
    """With the clock ahead, a day counted from the real one has passed."""
    reference, _ = moving.bring(STORIES[0], "humanities", "awaiting_head_consent")
    moving.cli("admin", "clock", "--forward", "3").well()
    line = ("case", "pause", reference, "--reason-code", "weather", "--review-on", "tomorrow")
    moving.cli(*line, profile="broker.mali").well()
    (paused,) = [event for event in moving.events(reference) if event.envelope.type == "CasePaused"]
    day = paused.envelope.occurred_at.astimezone(ZONES["EAS"]).date()
    assert paused.payload["review_on"] == (day + timedelta(days=1)).isoformat()
    # So do the lines that are printed to be typed again, and lines about no case.
    many = ("bulk", "pause", "--programme", "EAS", "--reason", "weather", "--review-on=+1w", "--dry-run")
    again = moving.cli(*many, profile="broker.mali").out
    assert f"--review-on={day + timedelta(days=7)}" in again
    rate = ("fund", "set-rate", "eas-2026", "--programme", "EAS", "--day-rate", "240.00", "--dry-run")
    seen = [
        moving.cli(*rate, "--since", since, profile="finance.gwilym")
        for since in ("yesterday", "-1d", "today")
    ]
    assert [done.code for done in seen] == [4, 4, 0], "what a day cost that has passed stays so"
    assert f"--since {day}" in seen[-1].out


def test_time_goes_forward_only(moving: RunningOffice) -> None:
    before = offset_file(moving.settings).read_bytes() if offset_file(moving.settings).exists() else b""
    done = moving.here("admin", "clock", "--to", "2026-01-01")
    assert done.code == 4
    assert "time goes forward only" in done.err
    for words in (("--to", "soon"), ("--forward", "0"), ("--forward", "1", "--to", "2030-01-01")):
        assert moving.here("admin", "clock", *words).code == 2
    after = offset_file(moving.settings).read_bytes() if offset_file(moving.settings).exists() else b""
    assert after == before


def test_the_clock_of_an_office_is_not_moved(running: RunningOffice) -> None:
    done = running.here("admin", "clock", "--forward", "1")
    assert done.code == 4
    assert "H-CLOCK" in done.err
    assert not offset_file(running.settings).exists()
    assert "by the real clock" in running.here("admin", "clock").well().out


def test_a_sweep_is_had_at_once_and_finds_nothing_amiss(running: RunningOffice) -> None:
    running.bring(STORIES[0], "languages-literacy-communication", "awaiting_head_consent")
    found = running.cli("admin", "sweep", "--json").json
    assert (found["lost"], found["late"], found["silent"], found["unreached"]) == (0, 0, 0, 0)
    table = running.cli("admin", "sweep").well().out
    assert "silent\t0" in table


def test_doctor_sees_the_night_and_the_silence(running: RunningOffice) -> None:
    checks = {check["name"]: check for check in running.cli("doctor", "--json").json["checks"]}
    assert checks["schedule"]["ok"]
    assert checks["schedule"]["what"].startswith("Nightly sweep: next ")
    assert checks["silence"]["ok"]
    toggle = ("schedule", "toggle", "--schedule-id", "brokerage-nightly", "--reason", "test")
    try:
        assert running.temporal(*toggle, "--pause").returncode == 0
        paused = running.cli("doctor")
        assert paused.code == 0, "nothing that is needed is missing"
        (line,) = [line for line in paused.out.splitlines() if "schedule is paused" in line]
        assert "temporal schedule toggle --unpause" in line
    finally:
        running.temporal(*toggle, "--unpause")
