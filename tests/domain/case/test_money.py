"""A case's money: reserved with the draft, committed with the last signature, claimed or accounted for, settled."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from domain.case import events as e
from domain.case.situation import Decision, Refusal
from domain.case.stages import Stage
from domain.case.waits import awaited
from domain.funding.facts import FundFact, GrantUse, OpenAdvance, RateFact
from domain.parties import Party
from tests.domain.case.office import PLENTY, ZONE, Office


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


@pytest.mark.parametrize(
    ("funds", "left"),
    [
        ((fund(year="2025-26"),), "no fund of 2026-27 or later is open"),
        (
            (fund(year="2025-26"), fund(committed=9_000_00)),
            "Fund laeg.2026-27 has GBP 0.00 left of GBP 9,000.00",
        ),
    ],
)
def test_no_request_is_taken_on_for_what_a_past_year_has_left(funds: tuple[FundFact, ...], left: str) -> None:
    office = Office().at(Stage.TRIAGE)
    office.money = replace(office.money, funds=funds)
    assert office.refused("broker", "triage").message == f"Nothing is left for schools of Cwm Enfys: {left}."
    office.money = replace(office.money, funds=(*funds, fund(year="2027-28")))
    assert office.done("broker", "triage") == ("TriageAccepted",)


def test_a_request_for_support_in_the_next_year_is_taken_on_before_that_year_has_a_fund() -> None:
    office = Office()
    office.done("head.hill", "open", desired_start=date(2027, 4, 12))
    office.done("head.hill", "submit")
    office.done("sip.hill", "align")
    office.money = replace(office.money, funds=(fund(),))
    assert office.done("broker", "triage") == ("TriageAccepted",)


def test_a_draft_reserves_its_amount_over_the_financial_years_by_their_days() -> None:
    office = drafting(fund(), fund(year="2027-28"))
    assert moved(draft(office, **over_two_years(office))) == [
        ("BudgetReserved", [("laeg.2026-27", 750_01), ("laeg.2027-28", 250_00)])
    ]
    agreement = office.state.agreement
    assert agreement is not None
    assert agreement.terms.fund == "laeg", "the draft names the fund that was chosen"


def test_what_a_fund_has_not_is_refused_with_the_figure_and_who_holds_the_rest() -> None:
    held = fund(allocated=50_000_00, committed=49_200_00, holders=(("EAS-0000000-0", 49_200_00),))
    refusal = draft(drafting(held))
    assert isinstance(refusal, Refusal)
    assert refusal.message == (
        "Fund laeg.2026-27 has GBP 800.00 left of GBP 50,000.00; GBP 1,000.00 are asked for."
    )
    assert refusal.hint == "Most of it is held by EAS-0000000-0 (GBP 49,200.00)."


@pytest.mark.parametrize(
    ("funds", "message"),
    [
        (
            (fund(authorities=("Dyffryn",)),),
            "No open fund of EAS in 2026-27 may pay for schools of Cwm Enfys.",
        ),
        ((fund(open=False),), "No open fund of EAS in 2026-27 may pay for schools of Cwm Enfys."),
        ((fund(), fund("rural")), "Several funds may pay: laeg and rural."),
    ],
)
def test_without_one_fund_that_may_pay_none_is_guessed(funds: tuple[FundFact, ...], message: str) -> None:
    refusal = draft(drafting(*funds))
    assert isinstance(refusal, Refusal)
    assert refusal.message == message


@pytest.mark.parametrize(
    ("named", "code"),
    [
        (fund("rural", open=False), "R-FUND"),
        (fund("rural", authorities=("Dyffryn",)), "R-FUND"),
        (fund("rural", currency="PHP"), "R-CURRENCY"),
        (fund("rural", year="2027-28"), "R-FUND"),
    ],
)
def test_a_fund_that_is_named_must_be_fit_to_pay(named: FundFact, code: str) -> None:
    refusal = draft(drafting(fund(), named), fund="rural")
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


def test_an_agreement_that_costs_nothing_needs_no_fund() -> None:
    office = drafting(fund(allocated=0))
    assert moved(draft(office, cover_minor="0.00")) == []
    assert office.state.money is None


def test_cover_above_what_the_days_cost_is_refused_with_both_figures() -> None:
    office = drafting()
    office.money = replace(office.money, rates=(rate("2026-01-01", 220_00),))
    refusal = draft(office)
    assert isinstance(refusal, Refusal)
    assert (
        refusal.message == "Cover of GBP 1,000.00 is more than 4 days cost at GBP 220.00 a day: GBP 880.00."
    )


def rate(since: str, minor: int) -> RateFact:
    return RateFact(
        code="eas-2026",
        programme="EAS",
        since=date.fromisoformat(since),
        until=None,
        day_rate_minor=minor,
        currency="GBP",
    )


def test_a_leader_schools_agreements_of_one_year_stay_within_its_grant_together() -> None:
    office = Office("leader").at(Stage.AGREEMENT_DRAFTING)
    office.money = replace(
        office.money, grants=(GrantUse(reference="DEPED-0000000-0", year="2026", amount=139_500_00),)
    )
    refusal = office.say("head.sea", "draft-agreement")
    assert isinstance(refusal, Refusal)
    assert refusal.code == "R-GRANT"
    assert (
        "PHP 139,500.00 of 2026 (DEPED-0000000-0); PHP 1,000.00 more exceed the grant of PHP 140,000.00"
        in refusal.message
    )
    office.money = replace(
        office.money, grants=(GrantUse(reference="DEPED-0000000-0", year="2025", amount=139_500_00),)
    )
    assert office.done("head.sea", "draft-agreement") == ("AgreementDrafted",)


def test_what_came_back_unspent_is_no_part_of_the_grant_of_the_case_itself() -> None:
    office = Office("leader").at(Stage.AGREED)
    finance = office.programme.finance
    assert finance is not None
    exhausted = finance.model_copy(update={"grant_minor": 1_000_00})
    office.programme = office.programme.model_copy(update={"finance": exhausted})
    for person, verb in (
        ("finance", "release-funds"),
        ("lead.sea", "record-visit"),
        ("sip.hill", "mid-review"),
    ):
        office.done(person, verb)
    until = date(2026, 12, 18)
    assert office.refused("adviser", "extend", until=until).code == "R-GRANT"
    office.done("finance", "return-funds", amount_minor="400.00")
    assert office.done("adviser", "extend", until=until) == ("DeliveryExtended",)


@pytest.mark.parametrize(
    ("stage", "person", "verb"),
    [
        (Stage.FUNDING_APPROVAL, "finance", "return-funding"),
        (Stage.AWAITING_SIGNATURES, "head.sea", "request-changes"),
        (Stage.AWAITING_SIGNATURES, "head.hill", "withdraw"),
    ],
)
def test_what_was_reserved_is_free_again_where_the_draft_falls(stage: Stage, person: str, verb: str) -> None:
    office = Office().at(stage)
    assert moved(office.say(person, verb)) == [("BudgetReleased", [("laeg.2026-27", 1000_00)])]
    assert has(office, "reserved", "committed") == (0, 0)
    assert "settlement" not in waits(office)


def test_a_lapse_frees_the_reservation() -> None:
    office = Office().at(Stage.AWAITING_SIGNATURES)
    office.done("head.sea", "sign")
    office.done("sip.hill", "sign")
    for _ in range(30):
        office.days_pass(1)
        for item in awaited(office.state):
            if item.name == "escalation":
                who = {"broker": "broker", "principal_adviser": "adviser"}[item.owner.value]
                office.done(who, "acknowledge", escalation=int(item.wait.partition(":")[2]))
    assert office.state.stage is Stage.LAPSED
    assert has(office, "reserved") == (0,)


def test_the_last_signature_commits_what_was_reserved_and_none_before() -> None:
    office = Office().at(Stage.AWAITING_SIGNATURES)
    assert moved(office.say("head.hill", "sign")) == []
    office.done("head.sea", "sign")
    assert moved(office.say("sip.hill", "sign")) == [("BudgetCommitted", [("laeg.2026-27", 1000_00)])]
    assert has(office, "reserved", "committed") == (0, 1000_00)


def test_more_days_cost_more_and_fewer_days_free_money_at_the_agreed_price() -> None:
    office = Office().at(Stage.IN_DELIVERY)
    office.done("sip.hill", "mid-review")
    assert moved(office.say("adviser", "extend")) == [
        ("BudgetReserved", [("laeg.2026-27", 250_00)]),
        ("BudgetCommitted", [("laeg.2026-27", 250_00)]),
    ]
    office.done("broker", "propose-variation", quarter_days="3")
    office.done("head.hill", "agree-variation")
    assert moved(office.say("head.sea", "agree-variation")) == [
        ("BudgetReleased", [("laeg.2026-27", 250_00)])
    ]
    assert has(office, "committed") == (1000_00,)


def test_a_case_withdrawn_in_delivery_keeps_what_was_delivered_and_waits_for_its_payment() -> None:
    office = Office().at(Stage.IN_DELIVERY)
    assert moved(office.say("head.hill", "withdraw")) == [("BudgetReleased", [("laeg.2026-27", 875_00)])]
    assert waits(office) == {"visit_confirmation:V1"}
    office.done("lead.hill", "confirm-visit")
    assert waits(office) == {"claim"}
    assert office.refused("finance", "settle").code == "R-EARLY"
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim")
    office.done("finance", "record-payment")
    assert office.done("finance", "settle") == ("BudgetReconciled",)
    assert office.state.stage is Stage.WITHDRAWN
    assert waits(office) == set()
    assert has(office, "committed", "paid") == (0, 125_00)


def test_days_that_slipped_over_the_years_end_are_paid_when_the_case_is_withdrawn() -> None:
    office = drafting()
    in_one_year = [{"financial_year": "2026-27", "quarter_days": "4"}]
    agreed(office, **over_two_years(office) | {"years": in_one_year, "cover_minor": "1000.00"})
    held(office, date(2027, 4, 12))
    assert moved(office.say("head.hill", "withdraw")) == [("BudgetReleased", [("laeg.2026-27", 750_00)])]
    office.done("lead.hill", "confirm-visit")
    assert moved(office.say("head.sea", "claim")) == [("ClaimSubmitted", [("laeg.2026-27", 250_00)])]


@pytest.mark.parametrize(
    ("days", "released"),
    [
        ([date(2027, 4, 12)], [("laeg.2026-27", 750_01)]),
        ([date(2027, 3, 15)], [("laeg.2026-27", 500_01), ("laeg.2027-28", 250_00)]),
        ([date(2027, 3, 15), date(2027, 4, 12)], [("laeg.2026-27", 500_01)]),
        ([date(2027, 4, 12), date(2027, 4, 13)], [("laeg.2026-27", 500_01)]),
    ],
)
def test_what_is_kept_of_a_withdrawn_case_is_of_the_years_of_its_visits_as_far_as_it_goes(
    days: list[date], released: list[tuple[str, int]]
) -> None:
    office = drafting()
    agreed(office, **over_two_years(office))
    for day in days:
        held(office, day)
    assert moved(office.say("head.hill", "withdraw")) == [("BudgetReleased", released)]


def test_a_variation_takes_nothing_from_the_year_of_visits_that_are_not_claimed_yet() -> None:
    office = drafting()
    half = [{"financial_year": year, "quarter_days": "2"} for year in ("2026-27", "2027-28")]
    agreed(office, **over_two_years(office) | {"years": half, "cover_minor": "1000.00"})
    held(office, date(2027, 4, 12))
    office.done("sip.hill", "mid-review")
    held(office, date(2027, 4, 13))
    office.done("broker", "propose-variation", quarter_days="2")
    office.done("head.hill", "agree-variation")
    assert moved(office.say("head.sea", "agree-variation")) == [
        ("BudgetReleased", [("laeg.2026-27", 500_00)])
    ]


def test_money_of_a_case_that_is_withdrawn_while_paused_is_awaited_again() -> None:
    office = Office().at(Stage.IN_DELIVERY)
    office.done("lead.sea", "record-visit")
    office.done("lead.hill", "confirm-visit", visit="V1")
    office.done("head.sea", "claim")
    office.done("broker", "pause")
    office.done("head.hill", "withdraw")
    assert waits(office) == {"claim_decision:C1", "visit_confirmation:V2"}
    assert {d.wait for d in office.state.deadlines if d.next_at is not None} == waits(office)
    office.days_pass(30)
    assert all(d.passed for d in office.state.deadlines)


def test_money_that_is_claimed_in_a_pause_is_decided_on_in_it_and_chased_only_after_it() -> None:
    office = Office().at(Stage.IN_DELIVERY)
    office.done("lead.hill", "confirm-visit")
    office.done("broker", "pause")
    answer = office.say("head.sea", "claim")
    assert isinstance(answer, Decision)
    assert not any(isinstance(event, e.DeadlineSet) for event in answer.events)
    assert "claim_decision:C1" in waits(office)
    before = len(office.log)
    office.days_pass(12)
    chased = [
        event for event, _ in office.log[before:] if isinstance(event, e.DeadlinePassed | e.ReminderIssued)
    ]
    assert {event.wait for event in chased} <= {"pause_review", "escalation:1"}
    office.done("finance", "approve-claim")
    office.done("broker", "resume")
    assert (payment := office.state.deadline("payment:C1")) is not None
    assert payment.days == 20, "all of its days are left"


def test_a_case_withdrawn_before_anything_was_delivered_has_nothing_to_settle() -> None:
    office = Office().at(Stage.AGREED)
    assert office.done("head.hill", "withdraw") == ("CaseWithdrawn", "BudgetReconciled")
    assert waits(office) == set()


def agreed(office: Office, **terms: Any) -> None:
    """Drafted with these terms, approved and signed."""
    assert isinstance(draft(office, **terms), Decision)
    for person, verb in (
        ("finance", "approve-funding"),
        ("head.hill", "sign"),
        ("head.sea", "sign"),
        ("sip.hill", "sign"),
    ):
        office.done(person, verb)


def held(office: Office, day: date, **visit: Any) -> None:
    """A visit of a whole day, on that day."""
    office.now = datetime.combine(day, time(15, 0), ZONE)
    office.done("lead.sea", "record-visit", **{"quarter_days": "1"} | visit)


def with_another_fund_before(code: str) -> Office:
    """In delivery, paid by one fund, where an earlier draft had named another."""
    office = drafting(*PLENTY.funds, *(fund(code, year) for year in ("2026-27", "2027-28")))
    draft(office, fund=code)
    office.done("finance", "return-funding")
    agreed(office, fund="laeg")
    office.done("lead.sea", "record-visit")
    office.done("sip.hill", "mid-review")
    return office


def test_an_extension_is_paid_by_the_fund_of_the_agreement_not_of_an_earlier_draft() -> None:
    assert moved(with_another_fund_before("rural").say("adviser", "extend")) == [
        ("BudgetReserved", [("laeg.2026-27", 250_00)]),
        ("BudgetCommitted", [("laeg.2026-27", 250_00)]),
    ]


def test_money_is_moved_within_the_fund_of_the_agreement_not_of_an_earlier_draft() -> None:
    office = with_another_fund_before("annex")
    assert moved(office.say("finance", "move-money", amount_minor="100.00")) == [
        ("BudgetReleased", [("laeg.2026-27", 100_00)]),
        ("BudgetReserved", [("laeg.2027-28", 100_00)]),
        ("BudgetCommitted", [("laeg.2027-28", 100_00)]),
    ]
    office.done("finance", "move-money", from_year="2027-28", to_year="2026-27", amount_minor="100.00")
    assert office.refused("finance", "move-money", amount_minor="1000.01").code == "R-FUND"


# Claims


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


def test_a_claim_is_what_its_confirmed_days_are_worth_at_the_rate_of_their_day() -> None:
    office = closed()
    answer = office.say("head.sea", "claim")
    assert moved(answer) == [("ClaimSubmitted", [("laeg.2026-27", 100_00)])]
    claimed = next(event for event, _ in reversed(office.log) if isinstance(event, e.ClaimSubmitted))
    assert [(v.visit, v.day_rate_minor, v.worth_minor) for v in claimed.visits] == [("V1", 200_00, 100_00)]


def test_more_than_the_confirmed_days_are_worth_is_refused_with_both_figures() -> None:
    refusal = closed().refused("head.sea", "claim", amount_minor="100.01")
    assert refusal.message == "GBP 100.01 are claimed; 0.5 confirmed days are worth GBP 100.00."


def test_less_may_be_claimed_and_a_visit_is_claimed_once() -> None:
    office = closed()
    assert moved(office.say("head.sea", "claim", amount_minor="80.00")) == [
        ("ClaimSubmitted", [("laeg.2026-27", 80_00)])
    ]
    assert (
        office.refused("head.sea", "claim", visits=["V1"]).message == "Visit V1 was claimed already, in C1."
    )
    office.done("finance", "return-claim")
    office.done("head.sea", "claim")
    assert has(office, "claimed") == (100_00,)


def test_visits_that_nobody_confirmed_are_refused_by_name() -> None:
    office = Office().at(Stage.IN_DELIVERY)
    assert office.refused("head.sea", "claim", visits=["V1"]).message == (
        "Visit V1 is recorded, not confirmed: it cannot be claimed."
    )
    assert "Not confirmed yet: V1" in office.refused("head.sea", "claim").hint


def test_travel_and_supplies_are_claimed_within_what_was_agreed_for_them() -> None:
    office = closed(travel_minor="60.00", supplies_minor="40.00")
    refusal = office.refused("head.sea", "claim", travel_minor="60.01")
    assert refusal.message == (
        "GBP 60.00 were agreed for travel, GBP 0.00 are claimed already; GBP 60.01 more exceed it."
    )
    assert moved(office.say("head.sea", "claim", travel_minor="60.00", supplies_minor="40.00")) == [
        ("ClaimSubmitted", [("laeg.2026-27", 200_00)])
    ]


def slipped() -> Office:
    """Two days of which both were agreed for 2026-27; the second was given after it, and both are confirmed."""
    office = drafting()
    office.money = replace(office.money, rates=(rate("2026-01-01", 250_00),))
    in_one_year = [{"financial_year": "2026-27", "quarter_days": "4"}]
    agreed(office, **over_two_years(office) | {"years": in_one_year, "cover_minor": "1000.00"})
    for day in (date(2027, 3, 15), date(2027, 4, 12)):
        held(office, day)
        office.done("lead.hill", "confirm-visit")
    return office


def test_days_that_another_years_money_would_pay_are_the_principal_advisers_to_approve() -> None:
    office = slipped()
    answer = office.say("head.sea", "claim", visits=["V2"])
    assert moved(answer) == [("ClaimSubmitted", [("laeg.2026-27", 250_00)])]
    claimed = next(event for event, _ in reversed(office.log) if isinstance(event, e.ClaimSubmitted))
    assert (claimed.approver, claimed.other_years_minor) == (Party.PRINCIPAL_ADVISER, 250_00)
    assert office.refused("finance", "approve-claim").code == "R-POST"
    assert office.done("adviser", "approve-claim") == ("ClaimApproved",)


def test_days_whose_money_was_moved_to_their_year_are_finances_to_approve() -> None:
    office = slipped()
    office.done("finance", "move-money", amount_minor="250.00")
    assert moved(office.say("head.sea", "claim")) == [
        ("ClaimSubmitted", [("laeg.2026-27", 250_00), ("laeg.2027-28", 250_00)])
    ]
    assert office.done("finance", "approve-claim") == ("ClaimApproved",)


def test_travel_is_paid_from_the_years_of_the_visits_it_was_for_or_by_the_principal_adviser() -> None:
    office = drafting()
    half = [{"financial_year": year, "quarter_days": "2"} for year in ("2026-27", "2027-28")]
    terms = {"years": half, "cover_minor": "880.00", "travel_minor": "120.00"}
    agreed(office, **over_two_years(office) | terms)
    office.money = replace(office.money, rates=(rate("2026-01-01", 220_00),))
    held(office, date(2027, 4, 12))
    office.done("lead.hill", "confirm-visit")
    office.done("head.sea", "claim")
    assert moved(office.say("head.sea", "claim", travel_minor="60.00")) == [
        ("ClaimSubmitted", [("laeg.2027-28", 60_00)])
    ]
    office.done("finance", "move-money", from_year="2027-28", to_year="2026-27", amount_minor="220.00")
    assert moved(office.say("head.sea", "claim", travel_minor="60.00")) == [
        ("ClaimSubmitted", [("laeg.2026-27", 60_00)])
    ]
    money = office.state.money
    assert money is not None
    assert [claim.approver for claim in money.claims] == [
        Party.FINANCE,
        Party.FINANCE,
        Party.PRINCIPAL_ADVISER,
    ]


def test_what_was_agreed_for_travel_is_not_used_up_by_cover() -> None:
    office = closed(cover_minor="60.00", travel_minor="60.00")
    assert moved(office.say("head.sea", "claim")) == [("ClaimSubmitted", [("laeg.2026-27", 60_00)])]


def with_travel() -> Office:
    """An agreement of four days for GBP 800.00 of cover and GBP 200.00 of travel."""
    office = drafting()
    office.money = replace(office.money, rates=(rate("2026-01-01", 200_00),))
    agreed(office, cover_minor="800.00", travel_minor="200.00")
    return office


def test_days_are_paid_in_full_where_the_agreement_was_varied_to_fewer() -> None:
    office = with_travel()
    office.done("broker", "propose-variation", quarter_days="2")
    office.done("head.hill", "agree-variation")
    office.done("head.sea", "agree-variation")
    held(office, date(2026, 9, 22))
    office.done("sip.hill", "mid-review")
    held(office, date(2026, 9, 23))
    office.done("lead.hill", "confirm-visit", visit="V1")
    office.done("lead.hill", "confirm-visit", visit="V2")
    assert moved(office.say("head.sea", "claim")) == [("ClaimSubmitted", [("laeg.2026-27", 400_00)])]
    refusal = office.refused("head.sea", "claim", travel_minor="100.01")
    assert refusal.message.startswith("GBP 100.00 were agreed for travel")
    office.done("head.sea", "claim", travel_minor="100.00")
    assert has(office, "unclaimed") == (0,)


def test_days_are_paid_in_full_where_the_case_was_withdrawn() -> None:
    office = with_travel()
    held(office, date(2026, 9, 22))
    office.done("head.hill", "withdraw")
    office.done("lead.hill", "confirm-visit")
    assert moved(office.say("head.sea", "claim", travel_minor="50.00")) == [
        ("ClaimSubmitted", [("laeg.2026-27", 250_00)])
    ]


@pytest.mark.parametrize("end", ["varied", "withdrawn"])
def test_days_are_paid_in_full_although_all_travel_was_claimed_with_the_first(end: str) -> None:
    office = with_travel()
    held(office, date(2026, 9, 22))
    office.done("lead.hill", "confirm-visit")
    office.done("head.sea", "claim", travel_minor="200.00")
    office.done("finance", "approve-claim")
    office.done("finance", "record-payment")
    office.done("sip.hill", "mid-review")
    held(office, date(2026, 9, 23))
    office.done("lead.hill", "confirm-visit")
    if end == "withdrawn":
        office.done("head.hill", "withdraw")
    else:
        office.done("broker", "propose-variation", quarter_days="2")
        office.done("head.hill", "agree-variation")
        office.done("head.sea", "agree-variation")
    assert moved(office.say("head.sea", "claim")) == [("ClaimSubmitted", [("laeg.2026-27", 200_00)])]
    assert has(office, "unclaimed") == (0,)


def test_travel_that_was_agreed_is_awaited_with_the_claim_and_not_settled_away_before_its_time() -> None:
    office = with_travel()
    held(office, date(2026, 9, 22))
    office.done("lead.hill", "confirm-visit")
    office.done("head.hill", "withdraw")
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim")
    office.done("finance", "record-payment")
    assert waits(office) == {"claim:expenses"}
    refusal = office.refused("finance", "settle")
    assert refusal.message.startswith("GBP 50.00 for travel and supplies are not claimed yet; the ")
    (step,) = office.steps()
    assert (step.verb, step.values) == ("claim", {"travel_minor": 50_00, "supplies_minor": 0})
    office.done("head.sea", "claim", travel_minor="50.00")
    assert waits(office) == {"claim_decision:C2"}


def test_travel_that_nobody_claims_in_time_finance_settles_without() -> None:
    office = closed(travel_minor="60.00")
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim")
    office.done("finance", "record-payment")
    assert office.refused("finance", "settle").code == "R-EARLY"
    office.days_pass(21)
    assert "settlement" in waits(office)
    assert "claim:expenses" not in waits(office), "finance is asked now, and the head no more"
    office.done("finance", "settle")


def test_a_day_that_is_confirmed_after_the_time_for_travel_has_time_of_its_own() -> None:
    office = with_travel()
    for day in (date(2026, 9, 22), date(2026, 9, 29)):
        held(office, day)
    office.done("lead.hill", "confirm-visit", visit="V1")
    office.done("lead.hill", "dispute-visit", visit="V2", reason="Half a day.")
    office.done("head.hill", "withdraw")
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim")
    office.done("finance", "record-payment")
    office.days_pass(30)
    expenses = office.state.deadline("claim:expenses")
    assert expenses is not None
    assert expenses.passed
    office.done("broker", "resolve-dispute", visit="V2", counted_quarter_days="1", reason="The note says so.")
    renewed = office.state.deadline("claim")
    assert renewed is not None
    assert not renewed.passed
    assert office.refused("finance", "settle").code == "R-EARLY"


def test_nothing_is_claimed_for_travel_before_a_visit_is_confirmed() -> None:
    office = with_travel()
    held(office, date(2026, 9, 22))
    refusal = office.refused("head.sea", "claim", travel_minor="50.00")
    assert (refusal.code, refusal.hint) == ("R-CLAIM", "Not confirmed yet: V1.")
    office.done("lead.hill", "confirm-visit")
    office.done("head.sea", "claim")
    assert moved(office.say("head.sea", "claim", travel_minor="50.00")) == [
        ("ClaimSubmitted", [("laeg.2026-27", 50_00)])
    ]


def test_an_amount_in_another_currency_is_refused_by_name() -> None:
    assert closed().refused("head.sea", "claim", amount_minor="10.00", currency="PHP").message == (
        "The money of this case is in GBP, not in PHP."
    )


def test_a_claim_after_the_funds_last_day_is_the_principal_advisers() -> None:
    office = closed()
    last = office.now.date() - timedelta(days=1)
    office.money = replace(office.money, funds=(fund(claims_until=last),))
    office.done("head.sea", "claim")
    assert office.refused("finance", "approve-claim").code == "R-POST"
    assert office.done("adviser", "approve-claim") == ("ClaimApproved",)


def test_a_claim_above_the_threshold_is_the_principal_advisers() -> None:
    office = closed()
    office.rule(finance_approves_up_to_minor=99_99)
    office.done("head.sea", "claim")
    assert waits(office) >= {"claim_decision:C1"}
    assert office.refused("finance", "approve-claim").code == "R-POST"
    office.done("adviser", "approve-claim")


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


def test_a_claim_in_parts_is_the_principal_advisers_from_where_all_parts_exceed_the_threshold() -> None:
    office = two_visits(threshold=300_00)
    office.done("head.sea", "claim", visits=["V1"])
    office.done("finance", "approve-claim")
    office.done("finance", "record-payment")
    office.done("head.sea", "claim", visits=["V2"])
    assert office.refused("finance", "approve-claim", claim="C2").code == "R-POST"
    assert office.done("adviser", "approve-claim", claim="C2") == ("ClaimApproved",)


def test_parts_that_wait_for_finance_count_and_one_that_was_returned_does_not() -> None:
    office = two_visits(threshold=300_00)
    office.done("head.sea", "claim", visits=["V1"])
    office.done("head.sea", "claim", visits=["V2"])
    assert office.refused("finance", "approve-claim", claim="C2").code == "R-POST"
    office.done("finance", "return-claim", claim="C1")
    office.done("head.sea", "claim", visits=["V1"])
    assert office.done("finance", "approve-claim", claim="C3") == ("ClaimApproved",)


def test_what_the_principal_adviser_decides_on_uses_nothing_of_finances_threshold_up() -> None:
    office = two_visits(threshold=150_00)
    office.done("head.sea", "claim")
    office.done("adviser", "approve-claim")
    office.done("head.sea", "claim", travel_minor="100.00")
    assert office.done("finance", "approve-claim", claim="C2") == ("ClaimApproved",)


def test_nobody_approves_what_they_drafted_or_claimed_and_finance_may_pay_what_it_approved() -> None:
    office = closed()
    office.posts["broker"] = (*office.posts["broker"], *office.posts["finance"])
    office.done("head.sea", "claim")
    assert office.refused("broker", "approve-claim").code == "R-SEPARATION"
    office.done("finance", "approve-claim")
    assert (
        office.refused("finance", "record-payment", paid_on=office.now.date() + timedelta(days=1)).code
        == "R-DATES"
    )
    office.done("finance", "record-payment")
    assert has(office, "committed", "claimed", "paid") == (700_00, 100_00, 100_00)
    assert (
        office.refused("finance", "record-payment", claim="C1").message == "Claim C1 is paid, not approved."
    )


def delivered() -> Office:
    """Delivery has ended, and a claim is approved; nobody has reviewed."""
    office = two_visits(threshold=400_00)
    for person, verb in (
        ("head.hill", "complete"), ("head.sea", "complete"), ("head.sea", "claim"), ("finance", "approve-claim"),
    ):  # fmt: skip
        office.done(person, verb)
    return office


def test_what_is_left_is_paid_when_both_sides_have_reviewed_and_finance_is_asked_for_it_only_then() -> None:
    office = delivered()
    assert "payment:C1" not in waits(office)
    refusal = office.refused("finance", "record-payment")
    assert (refusal.code, refusal.message) == (
        "R-REVIEWS",
        "What is left is paid when both sides have reviewed; awaited: recipient school's headteacher, partner "
        "school's headteacher.",
    )
    office.done("lead.sea", "review")
    assert office.refused("finance", "record-payment").code == "R-REVIEWS"
    office.done("head.hill", "review")
    assert "payment:C1" in waits(office)
    assert office.done("finance", "record-payment") == ("PaymentRecorded",)


def test_what_the_bank_paid_before_delivery_ended_is_recorded_all_the_same() -> None:
    office = delivered()
    paid = office.now.date() - timedelta(days=1)
    assert office.done("finance", "record-payment", paid_on=paid) == ("PaymentRecorded",)


def test_what_is_left_is_paid_when_the_adviser_has_closed_the_case_unevaluated() -> None:
    office = delivered()
    office.days_pass(30)
    assert "brokerage" not in office.refused("finance", "record-payment").message
    office.done("adviser", "close", unevaluated=True, outcome="not-assessable")
    assert "payment:C1" in waits(office)
    assert office.done("finance", "record-payment") == ("PaymentRecorded",)


def test_a_withdrawn_case_is_not_reviewed_and_pays_what_it_owes() -> None:
    office = delivered()
    office.done("head.hill", "withdraw")
    assert office.done("finance", "record-payment") == ("PaymentRecorded",)


def test_visits_are_paid_while_others_are_to_come_and_the_last_days_are_not_paid_before_the_end() -> None:
    office = two_visits(threshold=800_00)
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim")
    assert office.done("finance", "record-payment") == ("PaymentRecorded",)
    for visit, day in (("V3", 24), ("V4", 25)):
        held(office, date(2026, 9, day))
        office.done("lead.hill", "confirm-visit", visit=visit)
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim", claim="C2")
    assert office.state.stage is Stage.IN_DELIVERY
    assert office.refused("finance", "record-payment", claim="C2").code == "R-REVIEWS"
    assert "payment:C2" not in waits(office)


@pytest.mark.parametrize("programme", ["without the rule", "as it was when the money was reserved"])
def test_nothing_is_held_back_where_the_programme_did_not_say_so_when_the_money_was_reserved(
    programme: str,
) -> None:
    office = Office()
    shipped, finance = office.programme, office.programme.finance
    assert finance is not None
    paying = finance.model_copy(update={"last_payment_after_review": False})
    office.programme = shipped.model_copy(update={"finance": paying})
    office.at(Stage.FINAL_REVIEW)
    if programme == "as it was when the money was reserved":
        office.programme = shipped
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim")
    assert office.done("finance", "record-payment") == ("PaymentRecorded",)


def test_a_visit_whose_note_is_overdue_is_not_claimed_until_the_note_is_in_and_confirmed() -> None:
    office = with_travel()
    held(office, date(2026, 9, 22))
    office.done("lead.sea", "schedule-visit")
    office.days_pass(20)
    (note,) = [item for item in awaited(office.state) if item.name == "visit_note"]
    deadline = office.state.deadline(note.wait)
    assert deadline is not None
    assert deadline.passed, "the note is overdue"
    refusal = office.refused("head.sea", "claim", visits=["V2"])
    assert refusal.message == "Visit V2 is planned, not confirmed: it cannot be claimed."
    office.done("lead.sea", "record-visit", visit="V2")
    assert office.refused("head.sea", "claim", visits=["V2"]).code == "R-CLAIM"
    office.done("lead.hill", "confirm-visit", visit="V2")
    assert office.done("head.sea", "claim", visits=["V2"]) == ("ClaimSubmitted",)


def test_a_closed_case_is_archived_only_when_its_money_is_settled() -> None:
    office = closed()
    assert office.done("sip.hill", "record-follow-up") == ("FollowUpRecorded",)
    assert office.state.stage is Stage.CLOSED
    office.done("head.sea", "claim")
    assert office.refused("finance", "settle").code == "R-SETTLE"
    office.done("finance", "approve-claim")
    office.done("finance", "record-payment")
    assert waits(office) == {"settlement"}
    assert office.done("finance", "settle") == ("BudgetReconciled", "CaseArchived")
    assert has(office, "committed", "paid") == (0, 100_00)


def closed_before_it_was_confirmed(office: Office) -> Office:
    """The case closed, with a visit of half a day that nobody has confirmed or disputed."""
    office.at(Stage.IN_DELIVERY)
    course = (
        ("sip.hill", "mid-review"), ("head.hill", "complete"), ("head.sea", "complete"),
        ("head.hill", "review"), ("lead.sea", "review"), ("sip.hill", "validate"), ("broker", "close"),
    )  # fmt: skip
    for person, verb in course:
        office.done(person, verb)
    return office


def test_a_visit_that_nobody_confirmed_before_the_end_is_confirmed_then_and_paid() -> None:
    office = closed_before_it_was_confirmed(Office())
    assert waits(office) == {"follow_up", "visit_confirmation:V1"}
    assert office.refused("finance", "settle").message == (
        "Visit V1 of 2026-09-15 is not confirmed yet; the recipient school's lead has until 2026-09-29."
    )
    office.done("lead.hill", "confirm-visit")
    assert waits(office) == {"follow_up", "claim"}
    assert office.done("head.sea", "claim") == ("ClaimSubmitted",)


def test_a_recipient_that_never_answers_holds_up_the_settlement_no_longer_than_its_time() -> None:
    office = closed_before_it_was_confirmed(Office())
    office.days_pass(11)
    assert waits(office) >= {"visit_confirmation:V1", "settlement"}
    assert moved(office.say("finance", "settle")) == [("BudgetReleased", [("laeg.2026-27", 1000_00)])]
    assert left_open(office) == [("V1", "not-confirmed")]
    assert waits(office) == {"follow_up"}


def test_a_confirmation_that_comes_late_and_before_the_settlement_is_claimed() -> None:
    office = closed_before_it_was_confirmed(Office())
    office.days_pass(11)
    office.done("lead.hill", "confirm-visit")
    assert waits(office) >= {"claim"}
    assert "settlement" not in waits(office)
    assert office.done("head.sea", "claim") == ("ClaimSubmitted",)


def test_a_dispute_that_nobody_settles_holds_up_the_settlement_as_long_as_it_lasts() -> None:
    office = closed_before_it_was_confirmed(Office())
    office.done("lead.hill", "dispute-visit")
    office.days_pass(30)
    assert office.refused("finance", "settle").message == "Still disputed: V1."


def test_an_advance_that_is_accounted_for_is_settled_whoever_confirms_the_visits() -> None:
    office = Office("leader")
    closed_before_it_was_confirmed(office)
    office.done("head.sea", "liquidate")
    office.done("finance", "accept-liquidation")
    assert waits(office) == {"follow_up", "visit_confirmation:V1", "settlement"}
    office.done("finance", "settle")
    assert left_open(office) == [("V1", "not-confirmed")]


def test_a_settlement_accounts_for_all_that_ever_was_committed() -> None:
    office = closed()
    for person, verb in (
        ("finance", "move-money"),
        ("head.sea", "claim"),
        ("finance", "approve-claim"),
        ("finance", "record-payment"),
        ("finance", "settle"),
    ):
        office.done(person, verb)
    settled = settlement(office)
    assert (settled.paid_minor, settled.released_minor) == (100_00, 700_00)


def test_what_a_withdrawal_gave_back_is_in_the_account_of_the_settlement() -> None:
    office = Office().at(Stage.IN_DELIVERY)
    office.done("head.hill", "withdraw")
    office.done("lead.hill", "confirm-visit")
    for person, verb in (("head.sea", "claim"), ("finance", "approve-claim"), ("finance", "record-payment")):
        office.done(person, verb)
    office.done("finance", "settle")
    assert (settlement(office).paid_minor, settlement(office).released_minor) == (125_00, 875_00)


def settlement(office: Office) -> e.BudgetReconciled:
    """The last word on the money."""
    return next(event for event, _ in reversed(office.log) if isinstance(event, e.BudgetReconciled))


def left_open(office: Office) -> list[tuple[str, str]]:
    """The visits that the settlement names, each with why."""
    return [(one.visit, one.because) for one in settlement(office).left_open]


def test_a_dispute_is_settled_before_the_money_is_even_where_the_case_is_closed() -> None:
    office = closed_before_it_was_confirmed(Office())
    office.done("lead.hill", "dispute-visit")
    assert waits(office) == {"follow_up", "visit_dispute:V1"}
    assert office.refused("finance", "settle").message == "Still disputed: V1."
    office.done("broker", "resolve-dispute", counted_quarter_days=0)
    assert waits(office) == {"follow_up", "settlement"}
    office.done("finance", "settle")


def test_a_closed_case_without_money_asks_nobody_about_its_visits() -> None:
    office = closed_before_it_was_confirmed(Office().without_money())
    assert waits(office) == {"follow_up"}


def test_settled_before_the_follow_up_the_follow_up_archives() -> None:
    office = closed()
    for person, verb in (("head.sea", "claim"), ("finance", "approve-claim"), ("finance", "record-payment")):
        office.done(person, verb)
    assert office.done("finance", "settle") == ("BudgetReconciled",)
    assert office.done("sip.hill", "record-follow-up") == ("FollowUpRecorded", "CaseArchived")


def test_what_is_not_claimed_in_time_finance_settles_without() -> None:
    office = closed()
    assert office.refused("finance", "settle").code == "R-EARLY"
    office.days_pass(21)
    assert "BudgetReconciled" in office.done("finance", "settle")
    assert left_open(office) == [("V1", "not-claimed")]


def test_money_is_moved_between_years_and_never_more_than_is_left_of_one() -> None:
    office = closed()
    assert office.refused("finance", "move-money", amount_minor="800.01").code == "R-FUND"
    assert moved(office.say("finance", "move-money", amount_minor="100.00")) == [
        ("BudgetReleased", [("laeg.2026-27", 100_00)]),
        ("BudgetReserved", [("laeg.2027-28", 100_00)]),
        ("BudgetCommitted", [("laeg.2027-28", 100_00)]),
    ]
    assert has(office, "committed") == (800_00,)


# Advances


def advanced() -> Office:
    return Office("leader").at(Stage.CLOSED)


def test_no_money_moves_before_the_case_was_opened_or_comes_back_before_it_was_paid_out() -> None:
    office = closed()
    office.done("head.sea", "claim")
    office.done("finance", "approve-claim")
    opened = date(2026, 9, 15)
    refusal = office.refused("finance", "record-payment", paid_on=opened - timedelta(days=1))
    assert refusal.message == "2026-09-14 lies before 2026-09-15, when the case was opened."
    office.done("finance", "record-payment", paid_on=opened)
    office = Office("leader").at(Stage.AGREED)
    assert office.refused("finance", "release-funds", paid_on=opened - timedelta(days=1)).code == "R-DATES"
    office.days_pass(3)
    paid = office.now.date()
    office.done("finance", "release-funds", paid_on=paid)
    office.days_pass(3)
    refusal = office.refused("finance", "return-funds", received_on=paid - timedelta(days=1))
    assert refusal.message == "2026-09-17 lies before 2026-09-18, when the advance was paid out."
    office.done("finance", "return-funds", received_on=paid)


def test_an_advance_is_paid_accounted_for_and_the_rest_comes_back() -> None:
    office = advanced()
    assert has(office, "committed", "paid", "advanced") == (0, 1000_00, 1000_00)
    spent = {"use": "pedagogy", "amount_minor": "700.00", "document": "OR-1"}
    office.done("head.sea", "liquidate", spent=[spent])
    assert office.refused("finance", "settle").code == "R-SETTLE"
    assert moved(office.say("finance", "accept-liquidation")) == [
        ("LiquidationAccepted", [("s2s.2026", 700_00)])
    ]
    assert (
        "PHP 300.00 of the advance of PHP 1,000.00"
        in office.refused("finance", "return-funds", amount_minor="300.01").message
    )
    office.done("finance", "return-funds", amount_minor="300.00")
    assert has(office, "paid", "liquidated", "returned") == (700_00, 700_00, 300_00)
    office.done("finance", "settle")


def test_nothing_is_advanced_while_an_earlier_advance_is_open_where_the_programme_says_so() -> None:
    office = Office("leader").at(Stage.AGREED)
    assert "release" in waits(office)
    finance = office.programme.finance
    assert finance is not None
    office.money = replace(
        office.money, open_advances=(OpenAdvance(reference="DEPED-0000000-0", amount=5_00),)
    )
    refusal = office.refused("finance", "release-funds")
    assert refusal.message == (
        "The leader school has not accounted for an earlier advance: PHP 5.00 in DEPED-0000000-0."
    )
    lenient = finance.model_copy(update={"earlier_advance_settled": False})
    office.programme = office.programme.model_copy(update={"finance": lenient})
    assert office.done("finance", "release-funds") == ("FundsReleased",)


def test_what_an_extension_adds_to_an_advance_is_awaited_of_finance() -> None:
    office = Office("leader").at(Stage.IN_DELIVERY)
    assert "release" not in waits(office)
    office.done("sip.hill", "mid-review")
    office.done("adviser", "extend")
    assert waits(office) >= {"liquidation:part"}
    assert "release" not in waits(office), "what was paid first is accounted for first"
    office.done("head.sea", "liquidate")
    office.done("finance", "accept-liquidation")
    assert "release" in waits(office)
    assert office.done("finance", "release-funds") == ("FundsReleased",)


def test_an_advance_that_is_never_accounted_for_is_written_off_by_the_principal_adviser_and_settled() -> None:
    office = advanced()
    office.done(
        "head.sea", "liquidate", spent=[{"use": "pedagogy", "amount_minor": "700.00", "document": "OR-1"}]
    )
    office.done("finance", "accept-liquidation")
    assert office.refused("adviser", "write-off").code == "R-EARLY"
    office.until(date(2027, 3, 1))
    assert office.refused("finance", "write-off").code == "R-POST"
    assert office.refused("adviser", "write-off", amount_minor="300.01").code == "R-LIQUIDATION"
    assert moved(office.say("adviser", "write-off", amount_minor="100.00")) == [
        ("FundsWrittenOff", [("s2s.2026", 100_00)])
    ]
    assert office.refused("finance", "settle").code == "R-SETTLE"
    office.done("adviser", "write-off")
    assert has(office, "paid", "liquidated", "written_off", "unaccounted") == (1000_00, 700_00, 300_00, 0)
    assert "settlement" in waits(office)
    office.done("finance", "settle")


def test_finance_writes_off_what_it_may_approve_all_of_a_case_together() -> None:
    office = advanced()
    office.rule(finance_approves_up_to_minor=300_00)
    office.until(date(2027, 3, 1))
    office.done("finance", "write-off", amount_minor="200.00")
    assert office.refused("finance", "write-off", amount_minor="100.01").code == "R-POST"
    office.done("finance", "write-off", amount_minor="100.00")


def test_a_use_that_is_not_permitted_is_refused_with_those_that_are() -> None:
    refusal = advanced().refused(
        "head.sea", "liquidate", spent=[{"use": "fiesta", "amount_minor": "1.00", "document": "OR-1"}]
    )
    assert refusal.message == "'fiesta' is no permitted use."
    assert "pedagogy" in refusal.hint


def test_an_advance_is_paid_in_parts_each_accounted_for_before_the_next() -> None:
    office = Office("leader").at(Stage.AGREED)
    first = office.state.deadline("release")
    office.days_pass(2)
    office.done("finance", "release-funds", amount_minor="600.00")
    assert waits(office) >= {"liquidation:part"}
    refusal = office.refused("finance", "release-funds")
    assert refusal.message == (
        f"The leader school has not accounted for an earlier advance: PHP 600.00 in {office.reference}."
    )
    office.done("head.sea", "liquidate")
    assert office.refused("finance", "release-funds").code == "R-LIQUIDATION", "it is not accepted yet"
    office.done("finance", "accept-liquidation")
    rest = office.state.deadline("release")
    assert first is not None
    assert rest is not None
    assert rest.due_at > first.due_at, "the rest is awaited, too, from now on"
    assert (
        "PHP 400.00 are committed and not paid"
        in office.refused("finance", "release-funds", amount_minor="400.01").message
    )
    office.done("finance", "release-funds")
    assert has(office, "committed", "advanced") == (0, 1000_00)
    assert "release" not in waits(office)


def test_the_account_that_is_due_after_delivery_has_its_own_time() -> None:
    office = Office("leader").at(Stage.AGREED)
    office.done("finance", "release-funds", amount_minor="600.00")
    office.days_pass(30)
    assert (part := office.state.deadline("liquidation:part")) is not None
    assert part.passed
    office.done("lead.sea", "record-visit")
    office.done("head.hill", "withdraw")
    assert (after := office.state.deadline("liquidation")) is not None
    assert not after.passed


def test_where_no_account_is_kept_of_money_everything_goes_on_as_before() -> None:
    office = Office().without_money().at(Stage.CLOSED)
    assert office.state.money is None
    assert office.refused("head.sea", "claim").code == "R-MONEY"
    assert office.done("sip.hill", "record-follow-up") == ("FollowUpRecorded", "CaseArchived")


def test_fewer_days_take_back_only_what_was_not_paid_out() -> None:
    office = Office("leader").at(Stage.AGREED)
    office.done("finance", "release-funds", amount_minor="900.00")
    office.done("broker", "propose-variation", quarter_days="2")
    office.done("head.hill", "agree-variation")
    assert moved(office.say("head.sea", "agree-variation")) == [("BudgetReleased", [("s2s.2026", 100_00)])]
    assert has(office, "committed", "paid") == (0, 900_00)
