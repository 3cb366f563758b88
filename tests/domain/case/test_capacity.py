"""A provider's days: held with an offer, committed with the agreement, given with visits, free again at the end."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.case.capacity import capacity_uses, fitted
from domain.case.capacity_rules import spread
from domain.case.situation import Refusal
from domain.case.stages import Stage
from domain.ids import case_reference
from domain.matching.provider import Use
from tests.domain.case.courses import approved_and_signed
from tests.domain.case.office import DALE, GLEN, SEA, ZONE, Office

AUTUMN, SPRING = "2026-autumn-2", "2027-spring-1"
"""The half terms of the usual course: support is wanted from 2 November 2026, which weekdays put in the second half."""

Taken = dict[str, tuple[int, int, int]]


def taken(office: Office) -> Taken:
    """What the case holds, has agreed and has been given, by half term."""
    return {use.period: (use.held, use.committed, use.given) for use in capacity_uses(office.state)}


def offered(**values: Any) -> Office:
    office = Office().at(Stage.MATCHING)
    office.done("broker", "offer", **values)
    return office


def test_an_offer_holds_the_estimate_in_the_earliest_half_terms_that_have_days() -> None:
    office = Office().at(Stage.MATCHING)
    office.declared[SEA] = 10
    office.done("broker", "offer")
    assert taken(office) == {AUTUMN: (10, 0, 0), SPRING: (6, 0, 0)}
    assert {use.by for use in capacity_uses(office.state)} == {"broker"}


def test_an_offer_may_name_its_half_terms() -> None:
    office = offered(periods=[{"period": SPRING, "quarter_days": "1.5"}])
    assert taken(office) == {SPRING: (6, 0, 0)}


@pytest.mark.parametrize(
    ("periods", "code"),
    [
        ([{"period": SPRING, "quarter_days": 1}, {"period": SPRING, "quarter_days": 2}], "R-SPLIT"),
        ([{"period": "2026-summer-2", "quarter_days": 1}], "R-DATES"),
        ([{"period": SPRING, "quarter_days": 401}], "R-CAPACITY"),
    ],
)
def test_an_offer_does_not_hold_what_cannot_be_given(periods: list[dict[str, Any]], code: str) -> None:
    assert Office().at(Stage.MATCHING).refused("broker", "offer", periods=periods).code == code


@pytest.mark.parametrize("end", ["decline-offer", "rescind-offer", "withdraw", "no answer"])
def test_a_hold_ends_with_its_offer(end: str) -> None:
    office = offered()
    assert taken(office)
    if end == "no answer":
        office.days_pass(40)
        assert office.state.offers[0].outcome == "expired"
    else:
        office.done({"decline-offer": "head.sea", "rescind-offer": "broker"}.get(end, "head.hill"), end)
    assert taken(office) == {}


def test_a_hold_follows_the_agreement_that_is_drafted_and_is_committed_once_it_is_signed() -> None:
    office = Office().at(Stage.AGREEMENT_DRAFTING)
    assert taken(office) == {AUTUMN: (16, 0, 0)}
    periods = [{"period": AUTUMN, "quarter_days": 4}, {"period": SPRING, "quarter_days": 8}]
    year = [{"financial_year": "2026-27", "quarter_days": 12}]
    office.done("broker", "draft-agreement", terms=office.terms(quarter_days=12, years=year, periods=periods))
    assert taken(office) == {AUTUMN: (4, 0, 0), SPRING: (8, 0, 0)}
    office.done("finance", "return-funding")
    assert taken(office) == {AUTUMN: (4, 0, 0), SPRING: (8, 0, 0)}, "the draft still stands"
    office.done("broker", "draft-agreement", terms=office.terms(quarter_days=12, years=year, periods=periods))
    approved_and_signed(office)
    assert taken(office) == {AUTUMN: (0, 4, 0), SPRING: (0, 8, 0)}


def test_agreed_days_that_nobody_planned_count_in_the_last_half_term_that_is_planned() -> None:
    assert fitted({AUTUMN: 4, SPRING: 4}, 10) == {AUTUMN: 4, SPRING: 6}
    assert fitted({AUTUMN: 4, SPRING: 4}, 5) == {AUTUMN: 4, SPRING: 1}
    assert fitted({AUTUMN: 4, SPRING: 4}, 4) == {AUTUMN: 4}


def drafting(declared: int, **terms: Any) -> tuple[Office, dict[str, Any]]:
    """An office where the school has so many quarter-days a half term, and terms from 15 September on."""
    office = Office().at(Stage.AGREEMENT_DRAFTING)
    office.declared[SEA] = declared
    return office, office.terms(**terms)


def test_days_that_no_half_term_was_named_for_are_planned_within_the_agreements_dates() -> None:
    office, terms = drafting(16, end=date(2026, 10, 2), mid_review_on=date(2026, 9, 28))
    assert taken(office) == {AUTUMN: (16, 0, 0)}, "the offer held them in a half term after the end"
    office.done("broker", "draft-agreement", terms=terms)
    assert taken(office) == {"2026-autumn-1": (16, 0, 0)}
    planned = office.state.agreement.terms.periods  # type: ignore[union-attr]
    assert [(share.period, share.quarter_days) for share in planned] == [("2026-autumn-1", 16)]


def test_days_that_find_no_room_within_the_agreements_dates_are_refused_with_what_is_free_there() -> None:
    office, terms = drafting(10, end=date(2026, 10, 2), mid_review_on=date(2026, 9, 28))
    refusal = office.refused("broker", "draft-agreement", terms=terms)
    assert refusal.code == "R-CAPACITY"
    assert "has 2.5 days free in 2026 autumn 1" in refusal.message
    assert "; 4 are asked." in refusal.message
    assert "a later end" in refusal.hint


def test_what_the_offer_holds_within_the_dates_stays_where_it_is_and_the_rest_goes_to_the_earliest() -> None:
    year = [{"financial_year": "2026-27", "quarter_days": 20}]
    office, terms = drafting(16, quarter_days="5", years=year)
    office.done("broker", "draft-agreement", terms=terms)
    assert taken(office) == {"2026-autumn-1": (4, 0, 0), AUTUMN: (16, 0, 0)}


@pytest.mark.parametrize(("planned", "difference"), [(2, "2 too few"), (5, "1 too many")])
def test_half_terms_that_do_not_add_up_to_the_days_are_refused_with_the_difference(
    planned: int, difference: str
) -> None:
    office, terms = drafting(40, periods=[{"period": AUTUMN, "quarter_days": str(planned)}])
    refusal = office.refused("broker", "draft-agreement", terms=terms)
    assert (refusal.code, refusal.message) == (
        "R-SPLIT",
        f"The half terms add up to {planned} days, not to 4: {difference}.",
    )


def test_a_plan_that_finds_no_room_is_answered_with_one_that_does() -> None:
    office, terms = drafting(10, periods=[{"period": SPRING, "quarter_days": "4"}])
    refusal = office.refused("broker", "draft-agreement", terms=terms)
    assert refusal.code == "R-CAPACITY"
    assert refusal.hint.startswith("Within these dates the days are free so: --period ")
    shares = [flag.split("=") for flag in refusal.hint.split("--period ")[1:]]
    better = [{"period": period, "quarter_days": days.strip()} for period, days in shares]
    office.done("broker", "draft-agreement", terms=office.terms(periods=better))


def test_a_commitment_shrinks_as_visits_are_held_and_what_was_given_stays() -> None:
    office = Office().at(Stage.AGREED)
    office.until(date(2026, 11, 4))
    office.done("lead.sea", "record-visit", quarter_days="1")
    assert taken(office) == {AUTUMN: (0, 12, 4)}
    office.done("head.hill", "withdraw")
    assert taken(office) == {AUTUMN: (0, 0, 4)}


def test_a_visit_in_another_half_term_than_planned_takes_from_the_earliest_that_is_planned() -> None:
    office = Office().at(Stage.AGREED)
    office.done("lead.sea", "record-visit", quarter_days="1")
    assert office.state.visits[0].period == "2026-autumn-1"
    assert taken(office) == {"2026-autumn-1": (0, 0, 4), AUTUMN: (0, 12, 0)}


def test_a_settled_dispute_gives_no_days_back_that_others_may_have_by_now() -> None:
    office = Office().at(Stage.AGREED)
    office.done("lead.sea", "record-visit", quarter_days="1")
    office.done("lead.hill", "dispute-visit")
    office.done("broker", "resolve-dispute", counted_quarter_days=1)
    assert taken(office) == {"2026-autumn-1": (0, 0, 1), AUTUMN: (0, 12, 0)}


def test_nothing_is_committed_once_delivery_is_complete() -> None:
    office = Office().at(Stage.FINAL_REVIEW)
    assert {(held, committed) for held, committed, _ in taken(office).values()} == {(0, 0)}


def test_an_extension_takes_days_from_now_to_its_end() -> None:
    office = Office().at(Stage.IN_DELIVERY)
    office.done("sip.hill", "mid-review")
    before = taken(office)
    office.done("adviser", "extend", quarter_days="1")
    assert before["2026-autumn-1"] == (0, 0, 2)
    assert taken(office) == before | {"2026-autumn-1": (0, 4, 2)}
    assert [share.quarter_days for share in office.state.agreement.extension] == [4]  # type: ignore[union-attr]


def varied(office: Office, **values: Any) -> None:
    office.done("broker", "propose-variation", **values)
    office.done("head.hill", "agree-variation")
    office.done("head.sea", "agree-variation")


def test_a_variation_plans_days_that_slipped_anew_between_now_and_its_end() -> None:
    office = Office().at(Stage.AGREED)
    office.until(date(2026, 11, 4))
    office.done("lead.sea", "record-visit", quarter_days="1")
    office.now = datetime(2027, 1, 4, 9, tzinfo=ZONE)
    assert taken(office) == {AUTUMN: (0, 12, 4)}, "nobody can give days of a half term that is over"
    office.declared[SEA] = 8
    varied(office, end=date(2027, 3, 26))
    assert taken(office) == {AUTUMN: (0, 0, 4), SPRING: (0, 8, 0), "2027-spring-2": (0, 4, 0)}
    office.done("lead.sea", "record-visit", quarter_days="1")
    assert taken(office) == {AUTUMN: (0, 0, 4), SPRING: (0, 4, 4), "2027-spring-2": (0, 4, 0)}


def test_an_extension_before_or_after_a_variation_is_planned_once() -> None:
    extended_first, varied_first = Office().at(Stage.IN_DELIVERY), Office().at(Stage.IN_DELIVERY)
    for office in (extended_first, varied_first):
        office.done("sip.hill", "mid-review")
    extended_first.done("adviser", "extend", quarter_days="1")
    varied(extended_first)
    varied(varied_first)
    varied_first.done("adviser", "extend", quarter_days="1")
    for office in (extended_first, varied_first):
        assert taken(office) == {"2026-autumn-1": (0, 4, 2), AUTUMN: (0, 14, 0)}
        office.done("lead.sea", "record-visit", quarter_days="1")
        assert taken(office) == {"2026-autumn-1": (0, 0, 6), AUTUMN: (0, 14, 0)}


def test_a_variation_to_fewer_days_frees_the_last_half_terms_first() -> None:
    office = Office().at(Stage.MATCHING)
    office.declared[SEA] = 10
    for person, verb in (
        ("broker", "offer"), ("head.sea", "accept-offer"), ("broker", "draft-agreement"),
        ("finance", "approve-funding"), ("head.hill", "sign"), ("head.sea", "sign"), ("sip.hill", "sign"),
    ):  # fmt: skip
        office.done(person, verb)
    assert taken(office) == {AUTUMN: (0, 10, 0), SPRING: (0, 6, 0)}
    varied(office, quarter_days="3", end=None)
    assert taken(office) == {AUTUMN: (0, 10, 0), SPRING: (0, 2, 0)}


def test_days_that_slipped_are_not_planned_where_the_school_has_none_left() -> None:
    office = Office().at(Stage.AGREED)
    office.now = datetime(2027, 1, 4, 9, tzinfo=ZONE)
    office.declared[SEA] = 18
    office.uses[SEA] = (Use("EAS-OTHER", SPRING, 4, "broker.two"),)
    refusal = office.refused("broker", "propose-variation", end=date(2027, 1, 29))
    assert refusal.code == "R-CAPACITY"
    assert refusal.message == (
        "0 days are planned in 2027 spring 1, 4 more would have to be given there; "
        f"Sea Primary ({SEA}) has 3.5 days left. 1 are held: EAS-OTHER by broker.two (1)."
    )
    office.done("broker", "propose-variation", end=date(2027, 1, 29), quarter_days="3.5")
    office.done("head.hill", "agree-variation")
    office.uses[SEA] = (Use("EAS-OTHER", SPRING, 5, "broker.two"),)
    assert office.refused("head.sea", "agree-variation").code == "R-CAPACITY", "somebody else took them"
    office.uses[SEA] = ()
    office.done("head.sea", "agree-variation")
    assert taken(office) == {SPRING: (0, 14, 0)}


def test_a_school_may_accept_and_plan_what_its_offer_holds_though_visits_of_others_slipped_there() -> None:
    office = offered(periods=[{"period": AUTUMN, "quarter_days": "4"}])
    office.declared[SEA] = 16
    office.uses[SEA] = (Use("EAS-OTHER", AUTUMN, 4, "broker.two", given=4),)
    office.done("head.sea", "accept-offer")
    more = [{"period": AUTUMN, "quarter_days": "4.25"}]
    year = [{"financial_year": "2026-27", "quarter_days": "4.25"}]
    terms = office.terms(quarter_days="4.25", years=year, periods=more)
    assert office.refused("broker", "draft-agreement", terms=terms).code == "R-CAPACITY"
    office.done("broker", "draft-agreement")
    assert taken(office) == {AUTUMN: (16, 0, 0)}


def test_another_school_after_a_reopening_does_not_answer_for_the_agreement_of_the_first() -> None:
    office = Office().at(Stage.AWAITING_SIGNATURES)
    office.done("head.hill", "withdraw")
    assert taken(office) == {}
    office.done("broker", "reopen")
    office.done("broker", "triage")
    office.done("sip.hill", "scope", quarter_days="2")
    office.done("broker", "offer", provider=DALE)
    assert {use.school for use in capacity_uses(office.state)} == {DALE}
    office.done("head.dale", "accept-offer")
    assert taken(office) == {AUTUMN: (8, 0, 0)}


def test_an_offer_from_before_capacity_was_kept_takes_nothing() -> None:
    office = Office().at(Stage.MATCHING)
    rules = office.programme
    office.programme = rules.model_copy(update={"matching": None})
    assert office.done("broker", "offer", provider=GLEN) == ("PartnerOffered",)
    office.programme = rules
    office.done("head.glen", "accept-offer")
    assert taken(office) == {}


def test_who_is_too_late_hears_who_holds_the_days_and_who_comes_next() -> None:
    office = Office().at(Stage.MATCHING)
    office.declared[SEA] = 5
    office.uses[SEA] = (Use("EAS-OTHER", AUTUMN, 4, "broker.two"), Use("EAS-THIRD", SPRING, 2, None))
    periods = [{"period": AUTUMN, "quarter_days": "1"}]
    refusal = office.refused("broker", "offer", periods=periods)
    assert refusal.code == "R-CAPACITY"
    assert refusal.message == (
        f"Sea Primary ({SEA}) has 0.25 of 1.25 days free in 2026 autumn 2; 1 are asked. "
        "1 are held: EAS-OTHER by broker.two (1)."
    )
    assert refusal.hint.startswith("The next candidate: ")
    whole = office.refused("broker", "offer", periods=[])
    assert "EAS-OTHER by broker.two (1), EAS-THIRD (0.5)" in whole.message
    for each in (DALE, GLEN):
        office.declared[each] = 0
    assert office.refused("broker", "offer").hint == "No other school of the pool has the days now."


def test_days_are_spread_over_the_earliest_half_terms_first() -> None:
    free = {SPRING: 3, AUTUMN: 2, "2027-spring-2": 9}
    assert [(s.period, s.quarter_days) for s in spread(6, free)] == [
        (AUTUMN, 2), (SPRING, 3), ("2027-spring-2", 1),
    ]  # fmt: skip
    assert spread(3, {AUTUMN: 0}) == ()


# I6: Σ held + committed ≤ declared, for every provider and half term, at every instant.

_ACTS: Final = (
    "on", "on", "on", "on", "decline", "rescind", "withdraw", "reopen", "visit", "dispute", "settle", "extend",
    "less", "return", "days", "elsewhere",
)  # fmt: skip


class Town:
    """Cases that want the same schools, each seeing what the others take, as the log's lock would have it."""

    def __init__(self, declared: int) -> None:
        self.cases = [Office("sip") for _ in range(4)]
        self.declared = declared
        self.promised: dict[tuple[str, str], int] = {}
        """What was held and agreed of each school and half term when it was last looked at."""
        for number, office in enumerate(self.cases):
            office.reference = case_reference("EAS", f"town {number}")
            office.declared = dict.fromkeys((SEA, DALE, GLEN), declared)
            office.at(Stage.MATCHING)

    def act(self, number: int, act: str, days: int) -> None:
        office = self.cases[number]
        for school in (SEA, DALE, GLEN):
            office.uses[school] = tuple(
                Use(other.reference, use.period, use.held + use.committed + use.given, use.by)
                for other in self.cases
                if other is not office
                for use in capacity_uses(other.state)
                if use.school == school
            )
        for person, verb, values in self._commands(office, act, days):
            office.say(person, verb, **values)

    def _commands(self, office: Office, act: str, days: int) -> list[tuple[str, str, dict[str, Any]]]:
        head = {SEA: "head.sea", DALE: "head.dale", GLEN: "head.glen"}.get(office.state.provider or "", "")
        lead = head.replace("head", "lead")
        year = [{"financial_year": "2026-27", "quarter_days": days}]
        terms = office.terms(quarter_days=days, years=year, provider_lead=lead or "lead.sea")
        if days % 2:
            terms["periods"] = [{"period": SPRING, "quarter_days": days}]
        steps: dict[Stage, list[tuple[str, str, dict[str, Any]]]] = {
            Stage.TRIAGE: [("broker", "triage", {})],
            Stage.SCOPING: [("sip.hill", "scope", {"quarter_days": days})],
            Stage.MATCHING: [("broker", "offer", {})],
            Stage.PARTNER_OFFERED: [(head, "accept-offer", {})],
            Stage.AGREEMENT_DRAFTING: [
                *([("partner.sea", "contribute", {})] if office.state.provider == SEA else []),
                ("broker", "draft-agreement", {"terms": terms}),
            ],
            Stage.FUNDING_APPROVAL: [("finance", "approve-funding", {})],
            Stage.AWAITING_SIGNATURES: [
                ("head.hill", "sign", {}),
                (head, "sign", {}),
                ("sip.hill", "sign", {}),
            ],
            Stage.AWAITING_HEAD_CONSENT: [("head.hill", "consent", {})],
        }
        stage = office.state.stage
        acts: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
            "on": steps.get(stage, [("sip.hill", "mid-review", {})]) if stage else [],
            "elsewhere": [("broker", "offer", {"provider": (DALE, GLEN)[days % 2]})],
            "decline": [(head, "decline-offer", {})],
            "rescind": [("broker", "rescind-offer", {})],
            "withdraw": [("head.hill", "withdraw", {})],
            "reopen": [("broker", "reopen", {})],
            "visit": [(lead, "record-visit", {"quarter_days": min(4, days)})],
            "dispute": [("lead.hill", "dispute-visit", {})],
            "settle": [("broker", "resolve-dispute", {})],
            "extend": [("adviser", "extend", {"quarter_days": min(days, 4)})],
            "less": [
                ("head.hill", "propose-variation", {"quarter_days": days, "end": None}),
                ("head.hill", "agree-variation", {}), (head, "agree-variation", {}),
            ],
            "return": [("finance", "return-funding", {})],
        }  # fmt: skip
        if act == "days":
            office.now += timedelta(days=days)
        return acts.get(act, [])

    def check(self) -> None:
        """Never more is held and agreed than was declared, nor is anything promised of days that were given."""
        promised: Counter[tuple[str, str]] = Counter()
        given: Counter[tuple[str, str]] = Counter()
        for office in self.cases:
            for use in capacity_uses(office.state):
                promised[use.school, use.period] += use.held + use.committed
                given[use.school, use.period] += use.given
        for key, quarters in promised.items():
            assert quarters <= self.declared, (key, promised)
            if quarters > self.promised.get(key, 0):
                assert quarters + given[key] <= self.declared, (key, promised, given)
        self.promised = promised


@given(
    st.integers(4, 30),
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(_ACTS), st.integers(1, 24)), min_size=10, max_size=60
    ),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_school_ever_has_more_days_held_and_agreed_than_it_declared(
    declared: int, acts: list[tuple[int, str, int]]
) -> None:
    town = Town(declared)
    for number, act, days in acts:
        town.act(number, act, days)
        town.check()


def test_the_town_comes_to_agreements_and_to_refusals() -> None:
    """So that the property above is about something."""
    town = Town(16)
    for number in range(4):
        for _ in range(6):
            town.act(number, "on", 16)
            town.check()
    stages = [office.state.stage for office in town.cases]
    assert stages[:3].count(Stage.AGREED) == 3
    town.cases[3].declared = dict.fromkeys((SEA, DALE, GLEN), 3)
    answer = town.cases[3].say("broker", "offer")
    assert isinstance(answer, Refusal)


def test_days_that_were_given_are_promised_to_nobody_else_though_their_case_was_withdrawn() -> None:
    town = Town(16)
    for _ in range(6):
        town.act(0, "on", 16)
    for office in town.cases:
        office.until(date(2026, 11, 4))
    town.act(0, "visit", 4)
    town.act(0, "withdraw", 1)
    assert taken(town.cases[0]) == {AUTUMN: (0, 0, 4)}
    town.check()
    town.act(1, "on", 16)
    assert taken(town.cases[1]) == {AUTUMN: (12, 0, 0), SPRING: (4, 0, 0)}
    town.check()
