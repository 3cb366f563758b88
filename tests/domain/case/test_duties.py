"""Separation of duties: whose word counts where money follows, and that no one person or login gives two of them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from domain.case import events as e
from domain.case.lifecycle import LIFECYCLE
from domain.case.money_events import MoneyEvent
from domain.case.own_name import decided_in_ones_own_name
from domain.case.papers import unused_paper
from domain.case.situation import Decision
from domain.case.stages import Stage
from domain.case.state import CaseState, evolve
from domain.funding.facts import PaperElsewhere
from domain.parties import Party, Post
from tests.domain.case.office import HILL, Office, in_stage

# Money is decided in one's own name


def _claimed() -> Office:
    office = in_stage(Stage.CLOSED)
    office.done("head.sea", "claim")
    return office


def _approved() -> Office:
    office = _claimed()
    office.done("finance", "approve-claim")
    return office


def _paid() -> Office:
    office = _approved()
    office.done("finance", "record-payment")
    return office


def _reviewed() -> Office:
    office = in_stage(Stage.IN_DELIVERY)
    office.done("sip.hill", "mid-review")
    return office


def _accounted() -> Office:
    office = in_stage(Stage.CLOSED, "leader")
    office.done("head.sea", "liquidate")
    return office


def _overdue() -> Office:
    office = in_stage(Stage.CLOSED, "leader")
    office.days_pass(40)
    return office


DECISIONS: Final[dict[str, tuple[Callable[[], Office], str]]] = {
    "approve-funding": (lambda: in_stage(Stage.FUNDING_APPROVAL), "finance"),
    "return-funding": (lambda: in_stage(Stage.FUNDING_APPROVAL), "finance"),
    "extend": (_reviewed, "adviser"),
    "approve-claim": (_claimed, "finance"),
    "return-claim": (_claimed, "finance"),
    "record-payment": (_approved, "finance"),
    "move-money": (lambda: in_stage(Stage.CLOSED), "finance"),
    "settle": (_paid, "finance"),
    "release-funds": (lambda: in_stage(Stage.AGREED, "leader"), "finance"),
    "accept-liquidation": (_accounted, "finance"),
    "return-liquidation": (_accounted, "finance"),
    "return-funds": (lambda: in_stage(Stage.CLOSED, "leader"), "finance"),
    "write-off": (_overdue, "adviser"),
}
"""Every verb by which the office decides about money: a case in which it is due, and who gives it."""


@pytest.mark.parametrize("verb", DECISIONS)
def test_nobody_records_for_another_that_money_was_decided_on(verb: str) -> None:
    case, decider = DECISIONS[verb]
    office = case()
    refusal = office.refused(decider, verb, recorded_by="broker.two")
    assert refusal.code == "R-OWN-NAME"
    assert refusal.message == (
        f"Recorded by broker.two in the name of {decider}: but money is decided in one's own name, so that nobody "
        "gives two people's word on it."
    )
    assert refusal.hint == f"Leave out --as: {decider} gives it with their own key, --profile {decider}."
    assert isinstance(office.say(decider, verb), Decision)


def test_no_decision_of_the_office_about_money_is_left_out() -> None:
    """Rows that finance and the principal adviser alone may give, and that move or approve money."""
    of_money = {e.FundingApproved, e.FundingReturned, e.LiquidationReturned, e.BudgetReconciled}
    rows = [
        row
        for row in LIFECYCLE
        if set(row.who) <= {Party.FINANCE, Party.PRINCIPAL_ADVISER}
        and any(event in of_money or issubclass(event, MoneyEvent) for event in row.events)
    ]
    assert {row.command.verb for row in rows} == set(DECISIONS)
    assert all(decided_in_ones_own_name in row.guards for row in rows)


def test_what_a_school_says_on_paper_is_still_recorded_for_it() -> None:
    office = in_stage(Stage.AWAITING_SIGNATURES)
    for person in ("head.hill", "head.sea"):
        office.done(person, "sign", recorded_by="broker.two")
    office.done("sip.hill", "sign")
    office.done("lead.sea", "record-visit", recorded_by="broker")
    office.done("lead.hill", "confirm-visit", recorded_by="adviser")
    office.done("head.sea", "claim", recorded_by="broker")


@pytest.mark.parametrize("drafter", ["broker", "adviser"])
def test_whoever_drafted_an_agreement_or_put_it_in_extends_nothing_of_it(drafter: str) -> None:
    office = in_stage(Stage.AGREEMENT_DRAFTING)
    office.done("broker", "draft-agreement", recorded_by=drafter)
    office.appoint("broker", Post.PRINCIPAL_ADVISER)
    office.appoint("adviser.two", Post.PRINCIPAL_ADVISER)
    for person, verb in (
        ("finance", "approve-funding"), ("head.hill", "sign"), ("head.sea", "sign"), ("sip.hill", "sign"),
        ("lead.sea", "record-visit"), ("sip.hill", "mid-review"),
    ):  # fmt: skip
        office.done(person, verb)
    assert office.refused(drafter, "extend").code == "R-SEPARATION"
    assert office.done("adviser.two", "extend") == ("DeliveryExtended",)


# Whoever approves money puts nobody's signature in


@pytest.mark.parametrize("signer", ["head.hill", "head.sea", "sip.hill"])
def test_whoever_approved_the_money_records_no_signature_on_the_agreement(signer: str) -> None:
    office = in_stage(Stage.AWAITING_SIGNATURES)
    code = "R-OWN-NAME" if signer == "sip.hill" else "R-SEPARATION"
    assert office.refused(signer, "sign", recorded_by="finance").code == code
    assert office.done(signer, "sign")


def test_whoever_approved_the_money_does_not_sign_for_a_school_they_head() -> None:
    office = in_stage(Stage.AWAITING_SIGNATURES)
    office.appoint("finance", Post.HEAD, HILL)
    assert office.refused("finance", "sign").message == (
        "The money was approved by finance; whoever approved it neither signs the agreement nor records that another did."
    )


def test_the_school_improvement_partner_endorses_in_their_own_name() -> None:
    refusal = in_stage(Stage.AWAITING_SIGNATURES).refused("sip.hill", "sign", recorded_by="broker.two")
    assert refusal.message == (
        "Recorded by broker.two in the name of sip.hill: but the school improvement partner endorses in their own name."
    )
    assert refusal.hint == "Leave out --as: sip.hill gives it with their own key, --profile sip.hill."


def test_who_stands_in_for_them_endorses_what_they_approved_since_an_office_may_have_one_adviser() -> None:
    office = in_stage(Stage.FUNDING_APPROVAL)
    office.appoint("finance", Post.PRINCIPAL_ADVISER)
    for person, verb in (("finance", "approve-funding"), ("head.hill", "sign"), ("head.sea", "sign")):
        office.done(person, verb)
    office.days_pass(21)
    assert office.refused("finance", "sign", recorded_by="adviser").code == "R-OWN-NAME"
    assert office.done("finance", "sign") == ("AlignmentEndorsed", "AgreementActivated")


def test_signatures_and_approvals_of_older_records_bar_nobody() -> None:
    office = in_stage(Stage.FUNDING_APPROVAL)
    given = office.ask("finance", office.command("approve-funding"))
    assert isinstance(given, Decision)
    office.keep(
        event.model_copy(update={"approved_by": None}) if isinstance(event, e.FundingApproved) else event
        for event in given.events
    )
    assert office.done("head.hill", "sign", recorded_by="finance") == ("AgreementSigned",)


# A visit is paid for on the word of two people


def _visited(person: str, recorded_by: str | None = None) -> Office:
    office = in_stage(Stage.AGREED)
    office.done(person, "record-visit", recorded_by=recorded_by)
    return office


def test_whoever_recorded_a_visit_does_not_confirm_it_whatever_posts_they_hold() -> None:
    office = _visited("lead.sea")
    office.appoint("lead.sea", Post.LEAD, HILL)
    refusal = office.refused("lead.sea", "confirm-visit")
    assert refusal.code == "R-SEPARATION"
    assert refusal.message == (
        "The record of visit V1 is by lead.sea; whoever recorded a visit, or entered it for another, may not "
        "confirm it."
    )
    assert office.done("lead.hill", "confirm-visit") == ("VisitConfirmed",)


def test_whoever_entered_it_for_the_provider_neither_confirms_it_nor_records_that_it_was() -> None:
    """A head of the recipient who is a broker, too, and a broker who is asked by both schools."""
    office = in_stage(Stage.AGREED)
    office.appoint("head.hill", Post.BROKER)
    office.done("lead.sea", "record-visit", recorded_by="head.hill")
    assert office.refused("head.hill", "confirm-visit").code == "R-SEPARATION"
    office = _visited("lead.sea", recorded_by="broker")
    assert office.refused("lead.hill", "confirm-visit", recorded_by="broker").code == "R-SEPARATION"
    office.done("lead.hill", "confirm-visit", recorded_by="adviser")


def test_whoever_recorded_a_visit_may_dispute_it_and_does_not_settle_what_is_disputed() -> None:
    office = _visited("lead.sea", recorded_by="broker")
    office.done("lead.hill", "dispute-visit", recorded_by="broker")
    assert office.refused("broker", "resolve-dispute").code == "R-SEPARATION"
    assert office.refused("adviser", "resolve-dispute", recorded_by="broker").code == "R-SEPARATION"
    office.done("broker.two", "resolve-dispute")


def test_visits_of_older_records_are_confirmed_as_they_were() -> None:
    office = in_stage(Stage.AGREED)
    given = office.ask("lead.sea", office.command("record-visit"))
    assert isinstance(given, Decision)
    unknown = {"noted_by": None, "recorded_by": None}
    office.keep(
        event.model_copy(update=unknown) if isinstance(event, e.VisitRecorded) else event
        for event in given.events
    )
    office.appoint("lead.sea", Post.LEAD, HILL)
    assert office.done("lead.sea", "confirm-visit") == ("VisitConfirmed",)


def test_whoever_entered_a_visit_for_the_provider_does_not_approve_its_claim() -> None:
    office = in_stage(Stage.IN_DELIVERY)
    office.rule(finance_approves_up_to_minor=0)
    office.appoint("adviser.two", Post.PRINCIPAL_ADVISER)
    office.done("lead.hill", "confirm-visit", visit="V1")
    office.done("lead.sea", "record-visit", recorded_by="adviser")
    office.done("lead.hill", "confirm-visit", visit="V2")
    office.done("head.sea", "claim", amount_minor="200.00")
    assert office.refused("adviser", "approve-claim").code == "R-SEPARATION"
    assert office.done("adviser.two", "approve-claim") == ("ClaimApproved",)


def _claimed_above_the_threshold(*, settles: str | None = None, recorded_by: str | None = None) -> Office:
    """A claim that the principal adviser decides on, for a visit that was confirmed or of which a dispute was settled."""
    office = in_stage(Stage.AGREED)
    office.rule(finance_approves_up_to_minor=0)
    office.appoint("adviser.two", Post.PRINCIPAL_ADVISER)
    office.done("lead.sea", "record-visit")
    if settles is None:
        office.done("lead.hill", "confirm-visit", recorded_by=recorded_by)
    else:
        office.done("lead.hill", "dispute-visit")
        office.done(settles, "resolve-dispute", recorded_by=recorded_by)
    office.done("head.sea", "claim")
    return office


@pytest.mark.parametrize(
    "case",
    [
        lambda: _claimed_above_the_threshold(recorded_by="adviser"),
        lambda: _claimed_above_the_threshold(settles="broker", recorded_by="adviser"),
    ],
    ids=["entered its confirmation", "entered how it was settled"],
)
def test_the_claim_for_a_visit_is_not_approved_by_whoever(case: Callable[[], Office]) -> None:
    office = case()
    refusal = office.refused("adviser", "approve-claim")
    assert (refusal.code, refusal.hint) == ("R-SEPARATION", "Another principal adviser does.")
    assert office.done("adviser.two", "approve-claim") == ("ClaimApproved",)


def test_the_only_adviser_settles_a_dispute_and_approves_the_claim_that_is_theirs() -> None:
    assert _claimed_above_the_threshold(settles="adviser").done("adviser", "approve-claim") == (
        "ClaimApproved",
    )


def test_the_only_adviser_who_put_a_signature_in_extends_delivery() -> None:
    office = in_stage(Stage.AWAITING_SIGNATURES)
    office.done("head.hill", "sign", recorded_by="adviser")
    for person, verb in (
        ("head.sea", "sign"), ("sip.hill", "sign"), ("lead.sea", "record-visit"), ("sip.hill", "mid-review"),
    ):  # fmt: skip
        office.done(person, verb)
    assert office.done("adviser", "extend") == ("DeliveryExtended",)


def test_whoever_confirmed_a_visit_does_not_approve_its_claim_whatever_posts_they_hold() -> None:
    office = _claimed_above_the_threshold()
    office.appoint("lead.hill", Post.PRINCIPAL_ADVISER)
    assert office.refused("lead.hill", "approve-claim").code == "R-SEPARATION"


def test_a_visit_of_another_claim_bars_nobody() -> None:
    office = _claimed_above_the_threshold()
    office.done("lead.sea", "record-visit")
    office.done("lead.hill", "confirm-visit", visit="V2", recorded_by="adviser")
    assert office.done("adviser", "approve-claim") == ("ClaimApproved",)


# A paper counts once


def test_a_payment_number_stands_for_one_payment_and_the_refusal_names_it() -> None:
    office = in_stage(Stage.AGREED, "leader")
    office.done("finance", "release-funds", amount_minor="400.00", payment="ADA-7")
    office.done("head.sea", "liquidate")
    office.done("finance", "accept-liquidation")
    refusal = office.refused("finance", "release-funds", amount_minor="100.00", payment="ada-7")
    assert refusal.code == "R-PAPER"
    assert refusal.message == "Paper ada-7 stands for an advance already; a paper counts once in a case."
    office.done("finance", "release-funds", amount_minor="100.00", payment="ADA-8")


def test_a_claim_is_not_paid_by_the_payment_of_another() -> None:
    office = Office().at(Stage.IN_DELIVERY)
    office.done("lead.hill", "confirm-visit", visit="V1")
    office.done("lead.sea", "record-visit")
    office.done("lead.hill", "confirm-visit", visit="V2")
    for visit, claim in (("V1", "C1"), ("V2", "C2")):
        office.done("head.sea", "claim", visits=[visit], amount_minor="100.00")
        office.done("finance", "approve-claim", claim=claim)
    office.done("finance", "record-payment", claim="C1", payment="BACS-0412")
    refusal = office.refused("finance", "record-payment", claim="C2", payment="BACS-0412")
    assert (refusal.code, refusal.message) == (
        "R-PAPER",
        "Paper BACS-0412 stands for the payment of claim C1 already; a paper counts once in a case.",
    )
    office.done("finance", "record-payment", claim="C2", payment="BACS-0413")


def spent(*documents: str) -> list[dict[str, str]]:
    return [{"use": "pedagogy", "amount_minor": "100.00", "document": document} for document in documents]


def test_a_document_is_accounted_for_once_and_one_that_came_back_may_be_again() -> None:
    office = in_stage(Stage.CLOSED, "leader")
    assert office.refused("head.sea", "liquidate", spent=spent("OR-1", "or-1")).message == (
        "Paper or-1 is named twice; a paper counts once in a case."
    )
    office.done("head.sea", "liquidate", spent=spent("OR-1", "OR-2"))
    assert (
        "what L1 accounts for already" in office.refused("head.sea", "liquidate", spent=spent("OR-2")).message
    )
    office.done("finance", "return-liquidation")
    office.done("head.sea", "liquidate", spent=spent("OR-1", "OR-2"))
    office.done("finance", "accept-liquidation")
    assert (
        "what L2 accounts for already" in office.refused("head.sea", "liquidate", spent=spent("OR-2")).message
    )


def test_a_paper_of_another_case_of_the_same_provider_counts_there_alone() -> None:
    office = in_stage(Stage.CLOSED, "leader")
    elsewhere = PaperElsewhere(reference="DEPED-0000000-0", number="or-118")
    office.money = replace(office.money, papers=(elsewhere,))
    refusal = office.refused("head.sea", "liquidate", spent=spent("OR-117", "OR-118"))
    assert (refusal.code, refusal.message) == (
        "R-PAPER",
        "Paper OR-118 stands for money of DEPED-0000000-0 already; a paper counts once for one leader school.",
    )
    assert refusal.hint.endswith("tell them apart: OR-118/2.")
    assert office.refused("finance", "return-funds", receipt="OR-118").code == "R-PAPER"
    office.done("head.sea", "liquidate", spent=spent("OR-117", "OR-118/2"))


def test_hints_name_no_paper_of_another_case() -> None:
    assert unused_paper(None, "OR", [PaperElsewhere(reference="DEPED-0000000-0", number="or-1")]) == "OR-2"


def test_what_was_spent_does_not_come_back_on_the_same_paper() -> None:
    office = in_stage(Stage.CLOSED, "leader")
    office.done("head.sea", "liquidate", spent=spent("OR-1"))
    assert office.refused("finance", "return-funds", receipt="OR-1").code == "R-PAPER"
    office.done("finance", "return-funds", receipt="OR-9")
    assert (
        "money that came back already" in office.refused("head.sea", "liquidate", spent=spent("OR-9")).message
    )


def test_every_number_that_is_suggested_is_one_that_counts() -> None:
    office = in_stage(Stage.CLOSED, "leader")
    office.done("head.sea", "liquidate", spent=spent("OR-1", "OR-2"))
    step = next(step for step in office.steps() if step.verb in {"liquidate", "return-funds"})
    assert isinstance(office.ask(str(step.person), office.command(step.verb, **step.values)), Decision)


# An agreement that was drafted before there were funds


def _drafted_before_funds() -> Office:
    """An office whose programme keeps account of money since the agreement was drafted."""
    office = Office()
    kept = office.programme
    office.without_money().at(Stage.FUNDING_APPROVAL)
    office.programme = kept
    return office


def test_an_agreement_drafted_before_there_were_funds_is_not_approved_but_drafted_anew() -> None:
    office = _drafted_before_funds()
    refusal = office.refused("finance", "approve-funding")
    assert (refusal.code, refusal.message) == (
        "R-FUND",
        "GBP 0.00 are reserved for an agreement of GBP 1,000.00.",
    )
    assert f"brokerage case return-funding {office.state.reference}" in refusal.hint
    office.done("finance", "return-funding")
    office.done("broker", "draft-agreement")
    office.done("finance", "approve-funding")


def test_nor_is_it_signed_if_it_was_approved_before() -> None:
    office = Office()
    kept = office.programme
    office.without_money().at(Stage.AWAITING_SIGNATURES)
    office.done("head.hill", "sign")
    office.programme = kept
    refusal = office.refused("head.sea", "sign")
    assert refusal.code == "R-FUND"
    assert f"brokerage case request-changes {office.state.reference}" in refusal.hint
    office.done("head.sea", "request-changes")
    for person, verb in (
        ("broker", "draft-agreement"), ("finance", "approve-funding"),
        ("head.hill", "sign"), ("head.sea", "sign"), ("sip.hill", "sign"),
    ):  # fmt: skip
        office.done(person, verb)
    money = office.state.money
    assert money is not None
    assert money.total("committed") == 1000_00


def test_one_in_force_before_there_were_funds_and_one_that_costs_nothing_go_on_without() -> None:
    office = Office()
    kept = office.programme
    office.without_money().at(Stage.AGREED)
    office.programme = kept
    office.done("lead.sea", "record-visit")
    assert office.state.money is None
    free = Office()
    free.without_money().at(Stage.AGREEMENT_DRAFTING)
    free.done("broker", "draft-agreement", terms=free.terms(cover_minor="0.00"))
    free.programme = kept
    free.done("finance", "approve-funding")


def test_the_case_keeps_whose_record_a_visit_is_and_who_entered_it() -> None:
    office = _visited("lead.sea", recorded_by="broker")
    folded = CaseState()
    for event, at in office.log:
        folded = evolve(folded, event, at)
    visit = folded.visit("V1")
    assert visit is not None
    assert visit.persons == ("broker", "lead.sea")
    assert visit.recorded_by is Party.PROVIDER_LEAD
