"""How partners were chosen: counted from what offers say of the ranking and of the recipient's own wish."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.activities.builders import WHOLE, Office, steps_of
from tests.starter.shell import typed

BROKER = "broker.dylan"
REPORT = ("report", "matching")


@pytest.fixture
def looking(office: Office) -> Iterator[Office]:
    """An office whose case looks for a partner."""
    office.tell(before="offer")
    yield office
    office.check()


def ranking(office: Office) -> list[str]:
    shown = typed(office, "case", "match", office.stream.partition("/")[2], "--json").json
    return [one["school"] for one in shown["candidates"]]


def counted(office: Office) -> dict[str, Any]:
    (row,) = typed(office, *REPORT, "--json").json
    return {name: row[name] for name in ("offers", "ranked", "first", "named", "single", "overrides")}


def test_nothing_is_counted_where_nothing_was_offered(looking: Office) -> None:
    assert set(counted(looking).values()) == {0}
    assert "Against the ranking\t0" in typed(looking, *REPORT).out


def test_an_offer_to_the_best_is_counted_as_one_and_another_as_an_override(looking: Office) -> None:
    best, *_, last = ranking(looking)
    looking.done(BROKER, "offer", {"provider": last, "reason": "They know each other."})
    looking.done(f"head.{last}", "decline-offer", {"reason_code": "capacity", "reason": "Not this term."})
    looking.done(BROKER, "offer", {"provider": best, "reason": "The best."})
    found = counted(looking)
    assert (found["offers"], found["ranked"], found["first"], found["overrides"]) == (2, 2, 1, 1)
    offers = typed(looking, *REPORT, "--rows", "offer", "--json").json
    assert [(one["provider"], one["overrides"], one["outcome"]) for one in offers] == [
        (last, True, "declined"),
        (best, False, "open"),
    ]
    assert (offers[0]["rank"], offers[0]["candidates"], offers[0]["offered_by"]) == (3, 3, BROKER)
    told = typed(looking, *REPORT)
    assert "First in the ranking\t1 of 2 (50 %)" in told.out
    assert f"\t{last}\t3 of 3\t" in told.out
    assert "They know each other" not in told.out


def test_the_only_one_that_could_be_asked_is_told_from_the_best_of_several(looking: Office) -> None:
    for number in ranking(looking)[1:]:
        body = {"programme": "EAS", "reason_code": "staffing"}
        looking.done("adviser.meinir", "suspend", body, stream=f"provider/{number}")
    (only,) = ranking(looking)
    looking.done(BROKER, "offer", {"provider": only, "reason": "Nobody else."})
    found = counted(looking)
    assert (found["first"], found["single"], found["overrides"]) == (1, 1, 0)


@pytest.mark.parametrize(("wished", "named"), [("6990105", 1), ("6990107", 0)])
def test_an_offer_to_the_school_that_the_recipient_named_is_counted_as_named(
    office: Office, wished: str, named: int
) -> None:
    office.speak_of(WHOLE)
    for step in steps_of(WHOLE, office.now.date()):
        if step.verb == "offer":
            break
        office.done(step.person, step.verb, office.body_of(step))
        if step.verb == "open":
            office.done(step.person, "amend", {"preferred_provider": wished})
    office.done(BROKER, "offer", {"provider": "6990105", "reason": "They know each other."})
    assert counted(office)["named"] == named


def test_offers_belong_to_the_financial_year_of_their_day(looking: Office) -> None:
    looking.done(BROKER, "offer", {"provider": ranking(looking)[0], "reason": "The best."})
    for year, number in (("2025-26", 0), ("2026-27", 1), ("2027-28", 0)):
        (row,) = typed(looking, *REPORT, "--year", year, "--json").json
        assert (row["year"], row["offers"]) == (year, number)
    assert typed(looking, *REPORT, "--year", "2026").code == 2
