"""A case's budget: reserved with the draft, committed with the last signature, changed by what becomes of delivery."""

from dataclasses import replace
from datetime import date

import pytest

from domain.case import events as e
from domain.case.situation import Decision, Refusal
from domain.case.stages import Stage
from domain.funding.facts import FundFact, GrantUse
from tests.domain.case.courses import lapsed_unsigned
from tests.domain.case.money import (
    agreed,
    closed,
    draft,
    drafting,
    fund,
    has,
    held,
    moved,
    over_two_years,
    rate,
    waits,
)
from tests.domain.case.office import PLENTY, Office


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
    lapsed_unsigned(office)
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


def test_money_is_moved_between_years_and_never_more_than_is_left_of_one() -> None:
    office = closed()
    assert office.refused("finance", "move-money", amount_minor="800.01").code == "R-FUND"
    assert moved(office.say("finance", "move-money", amount_minor="100.00")) == [
        ("BudgetReleased", [("laeg.2026-27", 100_00)]),
        ("BudgetReserved", [("laeg.2027-28", 100_00)]),
        ("BudgetCommitted", [("laeg.2027-28", 100_00)]),
    ]
    assert has(office, "committed") == (800_00,)


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
