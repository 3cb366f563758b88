"""Flags come from the command models: whatever a command takes can be typed, and is shown as it is typed."""

import re
import time
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.canonical import plain
from domain.case.commands import COMMANDS, SYSTEM_VERBS
from starter.days import days_from, read_day, today
from starter.flags import FlagError, absolute_days, command_line, flags_of, read_values, show_values
from starter.sample.stories import STORIES
from starter.sample.story import Step

VERBS = sorted(set(COMMANDS) - SYSTEM_VERBS)
STEPS = [step for story in STORIES for step in story.steps if step.verb != "sign"]


def typed(words: list[str]) -> dict[str, Any]:
    """What the parser makes of flags and their values."""
    values: dict[str, Any] = {}
    for flag, value in zip(words[::2], words[1::2], strict=True):
        values.setdefault(flag.removeprefix("--"), []).append(value)
    return values


def read_back(step: Step) -> dict[str, Any]:
    model, body = COMMANDS[step.verb], step.values(date(2026, 9, 15))
    words = show_values(model, body)
    switches = {flag.name for flag in flags_of(model) if flag.kind == "switch"}
    on = {name: True for name in switches if f"--{name}" in words}
    values = typed([word for word in words if word.removeprefix("--") not in switches])
    many = {flag.name for flag in flags_of(model) if flag.kind == "many"}
    return read_values(model, on | {n: tuple(v) if n in many else v[0] for n, v in values.items()})


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.verb)
def test_what_is_shown_can_be_typed_and_means_the_same(step: Step) -> None:
    model = COMMANDS[step.verb]
    given = plain(model.model_validate(step.values(date(2026, 9, 15))).model_dump())
    assert plain(model.model_validate(read_back(step)).model_dump()) == given


@pytest.mark.parametrize("verb", VERBS)
def test_every_flag_says_what_it_is_for(verb: str) -> None:
    for flag in flags_of(COMMANDS[verb]):
        assert re.match(r"\S.+[.)]$", flag.help), flag.name
        assert re.fullmatch(r"[a-z][a-z-]*", flag.name)
        assert all(choice in flag.help for choice in flag.choices), flag.name
        assert flag.help.endswith("(required)") == flag.required


@pytest.mark.parametrize("verb", VERBS)
def test_no_flag_stands_for_two_things(verb: str) -> None:
    names = [flag.name for flag in flags_of(COMMANDS[verb])]
    taken = {"profile", "timeout", "lang", "as", "method", "evidence", "occurred", "key", "from", "json"}
    assert len(names) == len(set(names))
    assert not taken & set(names)


def read(verb: str, **values: Any) -> dict[str, Any]:
    return read_values(COMMANDS[verb], {name.replace("_", "-"): value for name, value in values.items()})


def test_days_and_money_are_typed_as_people_write_them() -> None:
    body = read("record-visit", days="0.5", cover="180.00", objective=("1", "2"), safeguarding_briefed=True)
    assert body == {
        "quarter_days": "0.5",
        "cover_minor": "180.00",
        "objectives": [1, 2],
        "safeguarding_briefed": True,
    }
    shown = show_values(
        COMMANDS["record-visit"], {"quarter_days": 2, "cover_minor": 18000, "safeguarding_briefed": False}
    )
    assert shown == ["--days", "0.5", "--cover", "180.00"]


def test_small_structures_are_typed_in_one_word() -> None:
    terms = read("draft-agreement", year=("2026-27=6", "2027-28 = 2.5"), period=("2027-spring-1=4",))["terms"]
    assert terms["years"] == [
        {"financial_year": "2026-27", "quarter_days": "6"},
        {"financial_year": "2027-28", "quarter_days": "2.5"},
    ]
    assert terms["periods"] == [{"period": "2027-spring-1", "quarter_days": "4"}]
    shown = show_values(
        COMMANDS["draft-agreement"], {"terms": {"periods": [{"period": "2027-spring-1", "quarter_days": 16}]}}
    )
    assert shown == ["--period", "2027-spring-1=4"]


@pytest.mark.parametrize(
    ("verb", "values", "message"),
    [
        ("scope", {"objective": ("aim | baseline",)}, "--objective: must read 'aim | baseline | how success"),
        ("scope", {"objective": ("aim | | success",)}, "--objective: must read"),
        ("review", {"rating": ("met",)}, "--rating: must read 'objective | rating | evidence'"),
        ("review", {"rating": ("one | met | seen",)}, "--rating: must read"),
        (
            "draft-agreement",
            {"year": ("6 days",)},
            "--year: must read 'financial year=days', such as 2026-27=6",
        ),
        (
            "draft-agreement",
            {"period": ("spring",)},
            "--period: must read 'period=days', such as 2027-spring-1=4",
        ),
        ("consent", {"request_version": "first"}, "--request-version: 'first' is not a whole number"),
        ("resolve-dispute", {"days": "a third"}, "--days: must be days in quarters"),
    ],
)
def test_what_cannot_be_read_is_named_with_what_could(
    verb: str, values: dict[str, Any], message: str
) -> None:
    with pytest.raises(FlagError) as failed:
        read(verb, **values)
    assert str(failed.value).startswith(message)


def test_days_can_be_counted_from_today() -> None:
    today = date.fromisoformat(read("schedule-visit", on="today")["on"])
    assert read("schedule-visit", on="+2w")["on"] == (today + timedelta(weeks=2)).isoformat()
    assert read("schedule-visit", on="-3d")["on"] == (today - timedelta(days=3)).isoformat()
    assert read("schedule-visit", on="2026-09-15")["on"] == "2026-09-15"


def test_what_was_not_typed_is_not_in_the_body() -> None:
    assert read("triage", tier="light", urgency=None) == {"tier": "light"}
    assert read("no-partner", widening=(), nobody_left=False) == {}


def test_a_line_survives_the_shell() -> None:
    assert (
        command_line(["brokerage", "--reason", "it's $HOME; no"])
        == "brokerage --reason 'it'\"'\"'s $HOME; no'"
    )


def test_days_counted_from_today_are_spelt_out_in_a_line_that_is_to_be_repeated() -> None:
    today = datetime.now().astimezone().date()
    words = ["case", "record-visit", "EAS-1", "--on", "today", "--done", "today", "--days", "+1d"]
    assert absolute_days(words) == [
        "case", "record-visit", "EAS-1", "--on", today.isoformat(), "--done", "today", "--days", "+1d",
    ]  # fmt: skip


def test_days_are_spelt_out_in_either_form_of_a_flag_and_in_lines_about_rates() -> None:
    today = datetime.now().astimezone().date()
    later = (today + timedelta(days=7)).isoformat()
    words = ["fund", "set-rate", "eas-2026", "--since", "+1w", "--until=+1w", "--title=+1w"]
    assert absolute_days(words) == [*words[:4], later, f"--until={later}", "--title=+1w"]


def test_the_days_beside_today_have_names() -> None:
    today = datetime.now().astimezone().date()
    named = [read_day(word) for word in ("yesterday", "today", "tomorrow")]
    assert named == [(today + timedelta(days=days)).isoformat() for days in (-1, 0, 1)]
    assert read_day("Monday") == "Monday"


def test_today_is_the_day_where_the_case_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a machine on the other side of the world, too; and the line to repeat names the same day."""
    monkeypatch.setenv("TZ", "Etc/GMT+12")
    time.tzset()
    try:
        here = today()
        with days_from(datetime.now(ZoneInfo("Pacific/Kiritimati"))):
            there = today()
            assert there > here
            assert absolute_days(["--met-on", "today"]) == ["--met-on", there.isoformat()]
        assert today() == here
    finally:
        monkeypatch.undo()
        time.tzset()
