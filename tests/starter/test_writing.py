"""From what was typed to what is sent: bodies from flags and files, keys, and the line that repeats a command."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import create_model

from domain.case.commands import COMMANDS
from domain.ids import COMMAND_ID_PATTERN
from starter.commands.writing import WriteOptions, new_key, read_body
from starter.failures import Exit, Failure
from starter.sending import repeat_line

TRIAGE, OPEN, AGREEMENT = COMMANDS["triage"], COMMANDS["open"], COMMANDS["draft-agreement"]


def options(file: Path | None = None) -> WriteOptions:
    return WriteOptions(from_=file)


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder / name


def failure(model: Any, typed: dict[str, Any], file: Path | None = None) -> Failure:
    with pytest.raises(Failure) as failed:
        read_body(model, typed, options(file))
    assert failed.value.exit_code is Exit.USAGE
    return failed.value


def test_a_body_comes_from_flags() -> None:
    assert read_body(TRIAGE, {"tier": "light"}, options()) == {"tier": "light"}


def test_what_was_not_given_is_not_sent_so_that_a_new_flag_changes_no_old_line() -> None:
    """The same line with the same key must stay the same command when the program is brought up to date."""
    grown = create_model("Grown", __base__=TRIAGE, afterthought=(str | None, None))
    assert read_body(grown, {"tier": "light"}, options()) == read_body(TRIAGE, {"tier": "light"}, options())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("values.toml", 'tier = "light"\nurgency = "urgent"\n'),
        ("values.json", '{"tier":"light","urgency":"urgent"}'),
    ],
)
def test_a_body_comes_from_a_file_and_what_a_flag_says_wins(tmp_path: Path, name: str, text: str) -> None:
    file = written(tmp_path, name, text)
    assert read_body(TRIAGE, {"tier": "standard"}, options(file)) == {"tier": "standard", "urgency": "urgent"}


def test_one_term_of_an_agreement_can_be_changed_by_a_flag(tmp_path: Path) -> None:
    from datetime import date

    from starter.sample.stories import STORIES

    terms = next(s for s in STORIES[0].steps if s.verb == "draft-agreement").values(date(2026, 9, 15))[
        "terms"
    ]
    lines = [f"{name} = {value!r}" for name, value in terms.items() if name != "years"]
    years = "years = [{financial_year = '2026-27', quarter_days = 16}]"
    file = written(tmp_path, "agreement.toml", "\n".join(["[terms]", *lines, years]))
    body = read_body(AGREEMENT, {"travel": "99.50"}, options(file))
    assert body["terms"]["travel_minor"] == 9950
    assert body["terms"]["cover_minor"] == terms["cover_minor"]


def test_a_fund_that_is_typed_with_its_year_is_refused_in_words() -> None:
    failed = failure(AGREEMENT, {"fund": "laeg.2026-27"})
    assert "--fund: must be the code of a fund without its year, such as laeg" in (
        failed.message,
        *failed.details,
    )


def test_a_person_that_is_typed_wrong_is_told_as_a_person() -> None:
    failed = failure(AGREEMENT, {"safeguarding-contact": "Head of Hill"})
    assert "--safeguarding-contact: must be a person id, such as sip.carys" in (
        failed.message,
        *failed.details,
    )


def test_every_missing_flag_is_named_by_its_own_name() -> None:
    failed = failure(OPEN, {"programme": "EAS", "route": "sip"})
    assert failed.message == "--recipient is missing."
    assert failed.details == (
        "--area is missing",
        "--phase is missing: one of nursery, primary, middle, secondary, special",
        "--support-language is missing: one of cy, en, fil, either",
        "--need is missing",
        "--desired-start is missing",
        "The same line with --help says what each flag means.",
    )


def test_an_agreement_without_terms_says_how_to_give_them() -> None:
    assert failure(AGREEMENT, {}).message.startswith("The terms of the agreement are missing: --start, --end")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"tier": "heavy"}, "--tier: must be light, standard or intensive."),
        ({"tier": "light", "urgency": "now"}, "--urgency: must be normal or urgent."),
    ],
)
def test_a_wrong_value_is_answered_with_the_right_ones(typed: dict[str, Any], message: str) -> None:
    assert failure(TRIAGE, typed).message == message


def test_a_value_is_never_repeated_in_the_answer(tmp_path: Path) -> None:
    file = written(tmp_path, "values.toml", 'tier = "Mrs Example"\n')
    failed = failure(TRIAGE, {}, file)
    assert "Example" not in failed.message + "".join(failed.details)


def test_a_field_that_the_command_does_not_have_is_named(tmp_path: Path) -> None:
    file = written(tmp_path, "values.toml", 'tier = "light"\ncolour = "red"\n')
    assert failure(TRIAGE, {}, file).message == "colour is no value of this command."


def test_keys_are_new_sortable_and_of_the_right_form() -> None:
    keys = [new_key() for _ in range(100)]
    assert len(set(keys)) == 100
    assert all(re.fullmatch(COMMAND_ID_PATTERN, key) for key in keys)
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", key)
        for key in keys
    )
    assert [key[:13] for key in keys] == sorted(key[:13] for key in keys)


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        (["case", "submit", "REF"], "brokerage case submit REF --key K"),
        (["case", "submit", "REF", "--key", "mine"], "brokerage case submit REF --key mine"),
        (["case", "submit", "REF", "--key=mine"], "brokerage case submit REF --key=mine"),
        (
            ["case", "withdraw", "--reason", "it's over"],
            "brokerage case withdraw --reason 'it'\"'\"'s over' --key K",
        ),
    ],
)
def test_the_line_that_repeats_a_command_carries_its_key_once(
    monkeypatch: pytest.MonkeyPatch, typed: list[str], line: str
) -> None:
    monkeypatch.setattr("sys.argv", ["/somewhere/brokerage", *typed])
    assert repeat_line("K") == line


def test_a_choice_that_is_missing_is_named_with_its_choices() -> None:
    assert failure(TRIAGE, {}).message == "--tier is missing: one of light, standard, intensive."
    assert failure(TRIAGE, {}).details == ()


def test_who_leaves_out_several_flags_is_sent_to_the_help() -> None:
    assert failure(OPEN, {}).details[-1] == "The same line with --help says what each flag means."


def test_one_wrong_rating_is_one_error() -> None:
    wrong = failure(COMMANDS["review"], {"rating": ("1|not|seen",), "partnership": "5", "satisfaction": "5"})
    assert wrong.message == "--rating: must be not-met, partly-met, met, exceeded or not-assessable."
    assert wrong.details == ()
    none = failure(COMMANDS["review"], {"partnership": "5", "satisfaction": "5"})
    assert none.message.startswith("--rating")
