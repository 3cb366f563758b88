"""A visit that was held before delivery ended counts, although its record comes after: its days and its money wait."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.case import events as e
from domain.case.capacity import capacity_uses
from domain.case.stages import Stage
from domain.case.waits import awaited
from tests.domain.case.money import has, moved, rate, waits
from tests.domain.case.office import SEA, Office


def with_a_visit_due(route: Any = "school", stage: Stage = Stage.IN_DELIVERY) -> Office:
    """A visit of three quarters of a day was planned for yesterday, of four days for a thousand; no record is in."""
    office = Office(route).at(stage)
    office.money = replace(office.money, rates=(rate("2026-01-01", 250_00),))
    office.done("broker", "schedule-visit", on=office.now.date() + timedelta(days=1), quarter_days="0.75")
    office.done("broker", "schedule-visit", on=office.now.date() + timedelta(days=21), quarter_days="1")
    office.days_pass(2)
    return office


def completed(office: Office) -> Office:
    """Both heads say that delivery is complete."""
    office.done("sip.hill", "mid-review")
    office.done("head.hill", "complete")
    office.done("head.sea", "complete")
    return office


def close(office: Office) -> Office:
    for person, verb in (
        ("head.hill", "review"),
        ("lead.sea", "review"),
        ("sip.hill", "validate"),
        ("broker", "close"),
    ):
        office.done(person, verb)
    return office


def record(office: Office, **visit: Any) -> dict[str, Any]:
    """The record of the visit that was planned."""
    planned = office.state.visit("V2")
    assert planned is not None
    return {"visit": "V2", "on": planned.on, "quarter_days": "0.75"} | visit


def days(office: Office) -> tuple[int, int]:
    """Quarter-days that the case keeps of the provider's, and those it gave."""
    uses = [use for use in capacity_uses(office.state) if use.school == SEA]
    return sum(use.committed for use in uses), sum(use.given for use in uses)


def test_withdrawn_before_its_note_a_visit_keeps_its_price_and_is_recorded_confirmed_and_paid() -> None:
    office = with_a_visit_due()
    assert moved(office.say("head.hill", "withdraw")) == [("BudgetReleased", [("laeg.2026-27", 687_50)])]
    assert waits(office) == {"visit_note:V2", "visit_confirmation:V1"}
    assert office.done("lead.sea", "record-visit", **record(office)) == ("VisitRecorded",)
    assert office.state.stage is Stage.WITHDRAWN
    office.done("lead.hill", "confirm-visit", visit="V1")
    office.done("lead.hill", "confirm-visit", visit="V2")
    assert moved(office.say("head.sea", "claim")) == [("ClaimSubmitted", [("laeg.2026-27", 312_50)])]


def test_withdrawn_before_the_first_note_nothing_is_reconciled_yet() -> None:
    office = Office().at(Stage.AGREED)
    office.done("broker", "schedule-visit", on=office.now.date() + timedelta(days=1), quarter_days="1")
    office.days_pass(2)
    assert office.done("head.hill", "withdraw") == ("CaseWithdrawn",)
    assert waits(office) == {"visit_note:V1"}
    planned = office.state.visit("V1")
    assert planned is not None
    office.done("lead.sea", "record-visit", visit="V1", on=planned.on, quarter_days="1")
    assert waits(office) == {"visit_confirmation:V1"}


@pytest.mark.parametrize("stage", [Stage.FINAL_REVIEW, Stage.CLOSED])
def test_a_note_is_awaited_on_after_delivery_and_starts_nothing_anew(stage: Stage) -> None:
    office = completed(with_a_visit_due())
    office = close(office) if stage is Stage.CLOSED else office
    assert "visit_note:V2" in waits(office)
    assert "visit_note:V3" not in waits(office), "its day had not come"
    assert office.done("lead.sea", "record-visit", **record(office)) == ("VisitRecorded",)
    assert office.state.stage is stage
    assert "visit_confirmation:V2" in waits(office)


def test_the_deadline_of_a_note_is_the_one_it_had() -> None:
    office = with_a_visit_due()
    before = office.state.deadline("visit_note:V2")
    completed(office)
    assert office.state.deadline("visit_note:V2") == before


def test_the_printed_way_forward_records_the_visit() -> None:
    office = completed(with_a_visit_due())
    step = next(step for step in office.steps() if step.values.get("visit") == "V2")
    assert (step.verb, step.person) == ("record-visit", "lead.sea")


@pytest.mark.parametrize(
    ("visit", "code"),
    [
        ({"visit": None}, "R-VISIT"),
        ({"visit": "V3"}, "R-VISIT"),
        ({"quarter_days": "1"}, "R-DAYS"),
        ({"later": 1}, "R-DATES"),
    ],
)
def test_after_delivery_only_that_is_recorded_which_was_planned_for_the_time_before(
    visit: dict[str, Any], code: str
) -> None:
    office = completed(with_a_visit_due())
    office.days_pass(3)
    if "later" in visit:
        visit = {"on": office.now.date()}
    assert office.refused("lead.sea", "record-visit", **record(office) | visit).code == code


def test_that_it_was_not_held_ends_the_wait_too() -> None:
    office = with_a_visit_due()
    office.done("head.hill", "withdraw")
    assert office.refused("lead.sea", "miss-visit", visit="V3").code == "R-VISIT"
    office.done("lead.sea", "miss-visit", visit="V2")
    assert waits(office) == {"visit_confirmation:V1"}


def test_settlement_waits_for_a_note_until_its_day_and_then_goes_on_without_by_name() -> None:
    office = close(completed(with_a_visit_due()))
    office.done("lead.hill", "confirm-visit", visit="V1")
    for person, verb in (("head.sea", "claim"), ("finance", "approve-claim"), ("finance", "record-payment")):
        office.done(person, verb)
    assert waits(office) == {"follow_up", "visit_note:V2"}
    refusal = office.refused("finance", "settle")
    assert refusal.code == "R-SETTLE"
    assert refusal.message == (
        "Visit V2 of 2026-09-16 is not recorded yet; the partner school's lead has until 2026-09-23."
    )
    office.days_pass(6)
    assert "settlement" in waits(office)
    answer = office.say("finance", "settle")
    assert moved(answer) == [("BudgetReleased", [("laeg.2026-27", 875_00)])]
    settled = office.log[-1][0]
    assert isinstance(settled, e.BudgetReconciled)
    assert [(one.visit, one.because) for one in settled.left_open] == [("V2", "not-recorded")]
    assert waits(office) == {"follow_up"}
    assert office.refused("lead.sea", "record-visit", **record(office)).code == "R-VISIT"


def test_a_note_that_comes_after_its_day_and_before_the_settlement_still_counts() -> None:
    office = with_a_visit_due()
    office.done("head.hill", "withdraw")
    office.days_pass(8)
    office.done("lead.sea", "record-visit", **record(office))
    office.done("lead.hill", "confirm-visit", visit="V2")
    assert "claim" in waits(office)


def test_days_of_a_visit_whose_note_is_awaited_stay_taken_and_all_others_are_free() -> None:
    office = with_a_visit_due("sip")
    assert days(office) == (14, 2)
    office.done("head.hill", "withdraw")
    assert days(office) == (3, 2)
    office.done("lead.sea", "record-visit", **record(office))
    assert days(office) == (0, 5)


def test_days_of_a_visit_that_nobody_recorded_are_free_with_the_settlement() -> None:
    office = with_a_visit_due("sip")
    office.done("head.hill", "withdraw")
    office.done("lead.hill", "dispute-visit", visit="V1")
    office.done("broker", "resolve-dispute", visit="V1", counted_quarter_days=0)
    office.days_pass(8)
    office.done("finance", "settle")
    assert days(office) == (0, 0)


def test_more_days_than_were_agreed_are_not_kept_for_visits_that_were_planned() -> None:
    office = Office().at(Stage.IN_DELIVERY)
    for day in (1, 2, 3, 6):
        on = office.now.date() + timedelta(days=day)
        office.done("broker", "schedule-visit", on=on, quarter_days="1")
    office.days_pass(6)
    assert moved(office.say("head.hill", "withdraw")) == []
    assert has(office, "committed") == (1000_00,)


def test_where_no_account_is_kept_of_money_a_closed_case_asks_nobody_for_a_note() -> None:
    office = with_a_visit_due_without_money()
    assert "visit_note:V2" in waits(office)
    close(office)
    assert waits(office) == {"follow_up"}


def with_a_visit_due_without_money() -> Office:
    office = Office().without_money().at(Stage.IN_DELIVERY)
    office.done("broker", "schedule-visit", on=office.now.date() + timedelta(days=1), quarter_days="1")
    office.days_pass(2)
    return completed(office)


def test_who_withdraws_while_paused_leaves_the_note_awaited_with_its_days() -> None:
    office = with_a_visit_due()
    office.done("broker", "pause")
    office.done("head.hill", "withdraw")
    assert {item.wait for item in awaited(office.state)} == {"visit_note:V2", "visit_confirmation:V1"}
    assert {d.wait for d in office.state.deadlines if d.next_at} == waits(office)
