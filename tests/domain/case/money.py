"""Cases with money, and what tests of it ask of them."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from domain.case.situation import Decision, Refusal
from domain.case.stages import Stage
from domain.case.waits import awaited
from domain.funding.facts import FundFact, RateFact
from tests.domain.case.courses import approved_and_signed
from tests.domain.case.office import ZONE, Office


def fund(code: str = "laeg", year: str = "2026-27", **has: Any) -> FundFact:
    usual = {"programme": "EAS", "title": "Grant", "currency": "GBP", "allocated": 9_000_00}
    return FundFact.model_validate({"code": code, "year": year} | usual | has)


def drafting(*funds: FundFact, route: Any = "school") -> Office:
    office = Office(route).at(Stage.AGREEMENT_DRAFTING)
    if funds:
        office.money = replace(office.money, funds=funds)
    return office


def draft(office: Office, **terms: Any) -> Decision | Refusal:
    return office.say("broker", "draft-agreement", terms=office.terms(**terms))


def moved(answer: Decision | Refusal) -> list[tuple[str, list[tuple[str, int]]]]:
    """Each event that moves money, with how much of which fund and year."""
    assert isinstance(answer, Decision), answer
    return [
        (event.type_name(), [(f"{share.fund}.{share.year}", share.amount_minor) for share in event.shares])
        for event in answer.events
        if hasattr(event, "shares")
    ]


def has(office: Office, *names: str) -> tuple[int, ...]:
    money = office.state.money
    assert money is not None
    return tuple(money.total(name) for name in names)


def waits(office: Office) -> set[str]:
    return {item.wait for item in awaited(office.state)}


def over_two_years(office: Office) -> dict[str, Any]:
    end = office.now.date() + timedelta(weeks=40)
    return {
        "end": end,
        "final_review_on": end + timedelta(weeks=2),
        "years": [
            {"financial_year": "2026-27", "quarter_days": "3"},
            {"financial_year": "2027-28", "quarter_days": "1"},
        ],
        "cover_minor": "1000.01",
    }


def rate(since: str, minor: int) -> RateFact:
    return RateFact(
        code="eas-2026",
        programme="EAS",
        since=date.fromisoformat(since),
        until=None,
        day_rate_minor=minor,
        currency="GBP",
    )


def agreed(office: Office, **terms: Any) -> None:
    """Drafted with these terms, approved and signed."""
    assert isinstance(draft(office, **terms), Decision)
    approved_and_signed(office)


def held(office: Office, day: date, **visit: Any) -> None:
    """A visit of a whole day, on that day."""
    office.now = datetime.combine(day, time(15, 0), ZONE)
    office.done("lead.sea", "record-visit", **{"quarter_days": "1"} | visit)


def closed(**terms: Any) -> Office:
    """A closed case with one visit of half a day confirmed, at two hundred pounds a day."""
    office = Office().at(Stage.AGREEMENT_DRAFTING)
    office.money = replace(office.money, rates=(rate("2026-01-01", 200_00), rate("2027-01-01", 300_00)))
    draft(office, **{"cover_minor": "800.00"} | terms)
    course = (
        ("finance", "approve-funding"), ("head.hill", "sign"), ("head.sea", "sign"), ("sip.hill", "sign"),
        ("lead.sea", "record-visit"), ("lead.hill", "confirm-visit"), ("sip.hill", "mid-review"), ("head.hill", "complete"),
        ("head.sea", "complete"), ("head.hill", "review"), ("lead.sea", "review"), ("sip.hill", "validate"), ("broker", "close"),
    )  # fmt: skip
    for person, verb in course:
        office.done(person, verb)
    return office


def with_travel() -> Office:
    """An agreement of four days for GBP 800.00 of cover and GBP 200.00 of travel."""
    office = drafting()
    office.money = replace(office.money, rates=(rate("2026-01-01", 200_00),))
    agreed(office, cover_minor="800.00", travel_minor="200.00")
    return office


def two_visits(threshold: int) -> Office:
    """Two confirmed days of GBP 200.00 each, where finance approves up to that."""
    office = with_travel()
    office.rule(finance_approves_up_to_minor=threshold)
    held(office, date(2026, 9, 22))
    office.done("sip.hill", "mid-review")
    held(office, date(2026, 9, 23))
    for visit in ("V1", "V2"):
        office.done("lead.hill", "confirm-visit", visit=visit)
    return office
