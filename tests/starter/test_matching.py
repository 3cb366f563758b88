"""`brokerage case match` and `brokerage provider`: read without a key, a worker or Temporal."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from domain.calendars.half_terms import order_of
from domain.ids import stream_key
from starter.register.providers import ProviderRow
from tests.activities.builders import Office
from tests.starter.shell import Typed, typed

BROKER = "broker.dylan"


@pytest.fixture
def looking(office: Office) -> Office:
    """An office whose case looks for a partner."""
    office.tell(before="offer")
    return office


def match(office: Office, *words: str) -> Typed:
    return typed(office, "case", "match", stream_key(office.stream), *words)


def test_before_anything_is_kept_the_ranking_is_shown_as_it_would_be_now(looking: Office) -> None:
    shown = match(looking).out
    assert "; not on record." in shown
    assert "1. " in shown
    assert "Travel 7.5 of 15: The way between the schools is not known." in shown
    assert "Rhydbarcud Comprehensive (6990102): It is not designated for Numeracy." in shown
    assert shown.splitlines()[-1].endswith(f"brokerage case match {stream_key(looking.stream)} --score")
    assert "MatchCandidatesScored" not in looking.types()


def test_what_is_kept_is_shown_and_later_facts_do_not_change_it(looking: Office) -> None:
    looking.done(BROKER, "match")
    kept = match(looking, "--json").json
    assert kept["kept_as_event"] == len(looking.events())
    suspended = {"programme": "EAS", "reason_code": "staffing"}
    looking.done("adviser.meinir", "suspend", suspended, stream="provider/6990103")
    assert match(looking, "--json").json == kept
    looking.done("head.6990004", "object-to", {"provider": "6990107", "reason": "…"})
    now = match(looking, "--json").json
    assert now["kept_as_event"] is None
    assert {x["school"]: x["code"] for x in now["excluded"]}.items() >= {
        "6990103": "suspended", "6990107": "objected",
    }.items()  # fmt: skip
    then = match(looking, "--json", "--as-of", f"event:{kept['kept_as_event']}").json
    assert then == kept


def test_a_sentence_for_each_line_in_each_language_of_the_programme(looking: Office) -> None:
    looking.done(BROKER, "match")
    for language in ("en", "cy"):
        entry = match(looking, "--json", "--language", language).json["candidates"][0]
        assert len(entry["lines"]) == 7
        assert all(line["sentence"].endswith(".") for line in entry["lines"])
    assert sum(float(line["points"]) for line in entry["lines"]) == pytest.approx(
        float(entry["points"]), abs=0.7
    )


def test_why_not_that_school_has_an_answer_and_who_was_not_looked_at_has_none(looking: Office) -> None:
    assert "not designated for Numeracy" in match(looking, "--why", "6990102").out
    assert "Expertise" in match(looking, "--why", "6990103").out
    nobody = match(looking, "--why", "6990001")
    assert (nobody.code, "E-SCHOOL" in nobody.err) == (3, True)


def test_a_case_that_was_never_matched_has_no_ranking(office: Office) -> None:
    office.tell(before="triage")
    answer = match(office)
    assert (answer.code, "E-RANKING" in answer.err) == (3, True)


def test_scoring_can_be_tried_and_looks_only_forward(looking: Office) -> None:
    tried = match(looking, "--score", "--dry-run", "--profile", BROKER)
    assert "Of 10 schools, 3 could be asked" in tried.out
    assert "MatchCandidatesScored" not in looking.types()
    assert match(looking, "--score", "--why", "6990103").code == 2


def test_who_can_offer_what_is_found_with_the_days_left(office: Office) -> None:
    def found(*words: str) -> list[str]:
        rows = typed(office, "provider", "find", "--area", "numeracy", "--json", *words).json
        return sorted(row["school"] for row in rows)

    assert found() == ["6990103", "6990105", "6990107"]
    assert found("--language", "cy") == ["6990107"]
    assert found("--phase", "secondary") == []
    assert found("--days", "20") == ["6990103", "6990105"]
    assert found("--near", "6990103") == ["6990105", "6990107"]
    soon, later = (
        typed(office, "provider", "find", "--area", "humanities", "--from", day, "--json").json[0]
        for day in ("today", "+53w")
    )
    assert order_of(later["half_terms"][0]) > order_of(soon["half_terms"][-1])
    assert set(soon["free"]) == {"5"}
    assert found("--from", "2150-01-11") == ["6990103", "6990105", "6990107"]
    assert typed(office, "provider", "find", "--area", "latin").code == 3
    assert typed(office, "provider", "find", "--area", "numeracy", "--days", "-1").code == 2
    assert typed(office, "provider", "find", "--area", "numeracy", "--near", "6999999").code == 3


def test_a_school_that_offers_nothing_is_marked_and_told_how_that_is_mended(looking: Office) -> None:
    designated = {"programme": "EAS", "areas": ["numeracy"], "since": "2025-09-01"}
    days = {"programme": "EAS", "first": "2025-autumn-1", "quarter_days": "5"}
    looking.done("adviser.meinir", "designate", designated, stream="provider/6990008")
    looking.done("adviser.meinir", "declare-capacity", days, stream="provider/6990008")
    found = typed(looking, "provider", "find", "--area", "numeracy")
    (row,) = (line for line in found.out.splitlines() if line.startswith("6990008"))
    assert row.split("\t")[3] == "no offer"
    assert "brokerage provider import offers.csv" in found.err
    why = match(looking, "--why", "6990008").out
    assert "It offers nothing yet, so no language is on record in which it helps; English is needed." in why
    assert "brokerage provider import offers.csv" in why
    refusal = looking.refused(BROKER, "offer", {"provider": "6990008", "reason": "…"})
    assert (refusal.code, "offers nothing yet" in refusal.message) == ("R-LANGUAGE", True)
    assert refusal.hint == "An administrator records what it offers: brokerage provider import offers.csv"


def test_a_school_that_is_not_in_the_register_is_said_to_be_no_school(looking: Office) -> None:
    nobody = match(looking, "--why", "9999999")
    assert (nobody.code, "School 9999999 is not in the register." in nobody.err) == (3, True)


def test_who_was_objected_to_lately_is_not_found_for_that_school(looking: Office) -> None:
    looking.now = max(looking.now, datetime.now(UTC))  # the program reads the real clock
    looking.done("head.6990004", "object-to", {"provider": "6990107", "reason": "…"})

    def found(*words: str) -> list[str]:
        rows = typed(looking, "provider", "find", "--area", "numeracy", "--json", *words).json
        return sorted(row["school"] for row in rows)

    assert found("--near", "6990103") == ["6990105", "6990107"], "only that school's head objected"
    assert found("--near", "6990004") == ["6990103", "6990105"]
    rested = (looking.now + timedelta(days=366)).date().isoformat()
    assert found("--near", "6990004", "--from", rested) == ["6990103", "6990105", "6990107"]
    assert found("--near", "6990004", "--language", "cy") == []


def test_a_provider_is_shown_with_the_cases_that_take_its_days(looking: Office) -> None:
    looking.done(BROKER, "offer", {"provider": "6990103", "reason": "…"})
    view = typed(looking, "provider", "show", "6990103", "--json").json
    assert view["designated_for"] == ["digital-competence", "numeracy", "teaching-learning"]
    spring = next(row for row in view["half_terms"] if row["half_term"] == "2027-spring-1")
    assert spring == {
        "half_term": "2027-spring-1", "declared": "8", "free": "4",
        "taken_by": f"{stream_key(looking.stream)} (4)",
    }  # fmt: skip
    assert typed(looking, "provider", "show", "6999999").code == 3


def test_who_is_inspected_is_not_found_until_five_school_days_after_the_visit(office: Office) -> None:
    office.now = max(office.now, datetime.now(UTC))  # the program reads the real clock
    today, until = office.now.date(), office.now.date() + timedelta(days=7)
    visit = {"since": today.isoformat(), "until": until.isoformat()}
    office.done(BROKER, "announce-inspection", visit, stream="provider/6990103")

    def found(start: date) -> Typed:
        return typed(office, "provider", "find", "--area", "numeracy", "--from", start.isoformat())

    assert "6990103" not in found(today).out
    assert "inspection 1" in found(today).err
    view = typed(office, "provider", "show", "6990103", "--json").json
    assert (view["inspection_since"], view["inspection_until"]) == (visit["since"], visit["until"])
    free = date.fromisoformat(view["inspection_free_from"])
    assert free >= until + timedelta(days=5)
    assert f"Asked again\tfrom {free} on" in typed(office, "provider", "show", "6990103").out
    assert "6990103" not in found(free - timedelta(days=1)).out
    assert "6990103" in found(free).out
    office.done(BROKER, "withdraw-inspection", stream="provider/6990103")
    assert "6990103" in found(today).out
    assert "Inspection" not in typed(office, "provider", "show", "6990103").out


def test_an_inspection_that_is_over_is_shown_no_more(office: Office) -> None:
    visit = {"since": "2026-01-05", "until": "2026-01-16"}
    office.done(BROKER, "announce-inspection", visit, stream="provider/6990103")
    assert typed(office, "provider", "show", "6990103", "--json").json["inspection_since"] is None


def test_the_ranking_says_of_what_days_the_inspection_is(looking: Office) -> None:
    visit = {"since": "2026-09-10", "until": "2026-09-18"}
    looking.done(BROKER, "announce-inspection", visit, stream="provider/6990103")
    looking.done(BROKER, "match")
    for language, said in (
        ("en", "It had notice of an inspection on 10 Sep 2026; the visit ends on 18 Sep 2026"),
        ("cy", "Cafodd rybudd o arolygiad ar 10 Medi 2026"),
    ):
        excluded = match(looking, "--json", "--language", language).json["excluded"]
        (out,) = [each for each in excluded if each["school"] == "6990103"]
        assert out["code"] == "inspection"
        assert out["figures"] == ["2026-09-10", "2026-09-18", "2026-09-25"]
        assert said in out["sentence"]


def test_a_designation_for_next_year_changes_nothing_today(office: Office) -> None:
    office.now = max(office.now, datetime.now(UTC))  # the program reads the real clock
    now = office.now.date()
    later = (now + timedelta(days=200)).isoformat()
    body = {"programme": "EAS", "areas": ["humanities"], "since": later}
    office.done("adviser.meinir", "designate", body, stream="provider/6990107")
    view = typed(office, "provider", "show", "6990107", "--json").json
    assert "expressive-arts" in view["designated_for"]
    assert view["designated_until"] == (now + timedelta(days=199)).isoformat()
    assert [one["since"] for one in view["designations"]] == ["2025-09-01", later]
    assert f"Humanities, from {later}" in typed(office, "provider", "show", "6990107").out

    def found(area: str, *words: str) -> list[str]:
        rows = typed(office, "provider", "find", "--area", area, *words, "--json").json
        return [row["school"] for row in rows]

    assert "6990107" in found("expressive-arts")
    assert "6990107" not in found("expressive-arts", "--from", later)
    assert "6990107" in found("humanities", "--from", later)
    office.check()


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("capacity 6990103 --first 2027-spring-1 --days 3", 0, "were declared"),
        ("capacity 6990103 --first 2027-spring-9 --days 3", 2, "--first: must look like 2027-spring-1"),
        ("capacity 6990103 --first 2027-spring-1 --days -3", 2, "--days"),
        ("capacity 6990103 --first 2027-spring-1 --days 900", 2, "--days"),
        ("designate 6990103 --area numeracy --since 2026-09-01", 4, "R-POST"),
        ("designate 6990103 --area latin --since 2026-09-01 --profile admin", 4, "R-AREA"),
        ("designate 69901 --area numeracy --since 2026-09-01", 2, "E-SCHOOL"),
        (
            "end-designation 6990103 --until 2027-07-20 --profile adviser.meinir",
            0,
            "was recorded: none is left after 2027-07-20.",
        ),
        ("conflict 6990103 6990004 --note Sisters", 0, "A conflict"),
        ("conflict 6990103 6990004", 2, "--note"),
        ("clear-conflict 6990103 6990004", 4, "R-NOTHING"),
        ("suspend 6990103 --reason staffing --profile adviser.meinir", 0, "no new cases"),
        ("resume 6990103 --profile adviser.meinir", 4, "R-NOTHING"),
        (
            "inspection 6990103 --since yesterday --until today",
            0,
            "no new cases until five school days after",
        ),
        ("inspection 6990103 --since -1d --until +2w", 0, "Notice of an inspection of school 6990103"),
        ("inspection 6990103 --since today", 2, "--until"),
        ("inspection 6990103 --since today --until yesterday", 2, "the day of the notice or later"),
        ("inspection 6990103 --since today --until 9999-12-31", 2, "within a year"),
        ("inspection 6990103 --since +3d --until +2w", 4, "R-DATES"),
        ("inspection 6990103 --since today --until today --profile head.6990103", 4, "R-POST"),
        ("inspection 6990103 --withdraw", 4, "R-NOTHING"),
        ("inspection 6990103 --withdraw --until today", 2, "--withdraw takes no days"),
    ],
)
def test_what_is_put_on_record_of_a_provider_is_tried_first(
    office: Office, line: str, code: int, said: str
) -> None:
    profile = [] if "--profile" in line else ["--profile", BROKER]
    answer = typed(office, "provider", *line.split(), "--dry-run", *profile)
    assert answer.code == code, answer
    assert said in answer.out + answer.err


def test_a_list_of_providers_is_imported_and_what_is_on_record_stays(office: Office, tmp_path: Path) -> None:
    header = (
        "School Number,Areas,Designated From,Designated To,Half Term From,Half Term To,Days Per Half Term\n"
    )
    known = "6990103,digital-competence;numeracy;teaching-learning,2025-09-01,,2025-autumn-1,,8.00\n"
    changed = "6990105,numeracy,2026-09-01,2027-07-20,2027-spring-1,2027-spring-2,3.25\n"
    only_days = "6990107,,,,2027-summer-1,2027-summer-1,0\n"
    file = tmp_path / "providers.csv"
    file.write_text(header + known + changed + only_days)
    said = typed(office, "provider", "import", str(file), "--dry-run", "--profile", "admin")
    assert (said.code, "Providers: 3 new or changed, 2 as on record, 0 refused." in said.out) == (0, True), (
        said
    )
    file.write_text(header + "6990103,numeracy,,,,,\n6990105,,,,2027-spring-1,,-2\n6990107,,,,,,\n")
    wrong = typed(office, "provider", "import", str(file), "--dry-run", "--profile", "admin")
    assert wrong.code == 7
    for line, problem in ((2, "go together"), (3, "Days Per Half Term"), (4, "neither areas nor days")):
        assert any(f"providers.csv:{line}" in each and problem in each for each in wrong.err.splitlines()), (
            wrong.err
        )


def test_a_line_stands_for_what_it_says_and_no_more() -> None:
    row = ProviderRow.model_validate({"school": "6990103", "first": "2027-spring-1", "quarter_days": "2"})
    assert [verb for verb, _ in row.commands("EAS")] == ["declare-capacity"]


def test_time_passes_and_what_expired_is_found_no_more(office: Office) -> None:
    until = {"programme": "EAS", "until": (office.now + timedelta(days=1)).date().isoformat()}
    office.done("adviser.meinir", "end-designation", until, stream="provider/6990107")
    rows = typed(
        office, "provider", "find", "--area", "expressive-arts", "--from", "2030-01-07", "--json"
    ).json
    assert rows == []
