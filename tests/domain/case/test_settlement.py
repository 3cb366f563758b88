"""The end of a case's money: what a settlement waits for, what it goes on without, and what it accounts for."""

from domain.case import events as e
from domain.case.stages import Stage
from tests.domain.case.money import closed, has, moved, waits
from tests.domain.case.office import Office


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
