"""Whatever several cases do with small funds, in whatever order: nobody is promised what no fund has.

The cases are decided one after the other, each with the figures that the others leave it, as they are under
the log's lock.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.case import events as e
from domain.case.lifecycle import row_at
from domain.case.situation import Decision
from domain.case.stages import Stage
from domain.case.state import CaseState
from domain.case.terms import financial_years
from domain.funding.facts import FundFact, GrantUse, OpenAdvance
from domain.ids import case_reference
from domain.parties import Post
from tests.domain.case.office import PLENTY, PLENTY_OF_PESOS, Office, Route, refolded

ALLOCATED: Final = {"2026-27": 4_300_00, "2027-28": 700_00, "2026": 4_300_00, "2027": 700_00}
"""Little more than four usual cases need."""
STARTS: Final = (Stage.AGREEMENT_DRAFTING, Stage.AGREED, Stage.IN_DELIVERY, Stage.CLOSED)
FORWARD: Final = (
    "draft-agreement", "approve-funding", "sign", "release-funds", "record-visit", "confirm-visit", "mid-review", "complete",
    "review", "validate", "close", "claim", "approve-claim", "record-payment", "liquidate", "accept-liquidation", "settle",
    "record-follow-up",
)  # fmt: skip
ASIDE: Final = (
    "return-funding", "request-changes", "withdraw", "extend", "propose-variation", "agree-variation", "return-claim",
    "return-liquidation", "return-funds", "write-off", "move-money", "dispute-visit", "resolve-dispute",
)  # fmt: skip


class Treasury:
    """A few cases of one programme that draw on the same funds."""

    def __init__(self, route: Route, stages: list[Stage]) -> None:
        self.cases = [Office(route).at(stage) for stage in stages]
        for number, office in enumerate(self.cases):
            office.reference = case_reference(office.programme.code, f"case-{number}")
            drafted = office.state.model_copy(update={"reference": office.reference})
            office.state = drafted
            office.posts["finance.two"] = office.posts["finance"]
            office.appoint("broker", Post.FINANCE)
            office.appoint("head.sea", Post.FINANCE)
        self.plenty = PLENTY_OF_PESOS if route == "leader" else PLENTY

    def funds(self) -> tuple[FundFact, ...]:
        """The funds with what the cases have of them: one sum over their states."""
        return tuple(
            fund.model_copy(update={"allocated": ALLOCATED[fund.year], **self.held(fund.code, fund.year)})
            for fund in self.plenty.funds
            if fund.year in ALLOCATED
        )

    def held(self, code: str, year: str) -> dict[str, int]:
        total: Counter[str] = Counter({"reserved": 0, "committed": 0, "paid": 0})
        for office in self.cases:
            for share in office.state.money.shares if office.state.money else ():
                if (share.fund, share.year) == (code, year):
                    total.update(reserved=share.reserved, committed=share.committed, paid=share.paid)
        return dict(total)

    def say(self, place: int, person: str, verb: str, **values: Any) -> bool:
        """Whether that was accepted, with the figures as they are now."""
        office = self.cases[place]
        others = [other.state for other in self.cases if other is not office]
        office.money = replace(
            self.plenty,
            funds=self.funds(),
            grants=tuple(grant for state in others for grant in _grants(state)),
            open_advances=tuple(advance for state in others for advance in _open(state)),
        )
        return isinstance(office.say(person, verb, **values), Decision)

    def check(self) -> None:
        for fund in self.funds():
            assert fund.available >= 0, f"{fund.name} is overdrawn"
        for office in self.cases:
            _check_case(office)


def _grants(state: CaseState) -> tuple[GrantUse, ...]:
    shares = state.money.shares if state.money else ()
    return tuple(
        GrantUse(reference=state.reference, year=s.year, amount=s.reserved + s.committed + s.paid)
        for s in shares
    )


def _open(state: CaseState) -> tuple[OpenAdvance, ...]:
    left = state.money.total("unaccounted") if state.money else 0
    return (OpenAdvance(reference=state.reference, amount=left),) if left else ()


def _check_case(office: Office) -> None:
    state, money = office.state, office.state.money
    if money is None:
        return
    for share in money.shares:
        assert min(share.model_dump(exclude={"fund", "year"}).values()) >= 0, share
        assert share.claimed >= share.paid or money.mode == "advance"
        assert share.liquidated + share.returned + share.written_off <= share.advanced
        assert share.unclaimed >= 0
    assert state.recipient != state.provider
    if state.agreement is not None and state.agreement.active and not money.settled:
        assert not money.total("reserved")
    if money.settled:
        assert not money.total("committed")
        assert not money.total("unaccounted")
    confirmed = {v.id: v for v in state.visits if v.status in {"confirmed", "resolved"}}
    for claim in money.live_claims:
        worth = sum(confirmed[visit].quarter_days * 2000_00 // 4 for visit in claim.visits)
        assert claim.cover_minor <= worth, "more is claimed than the confirmed days are worth"
    visits = [visit for claim in money.live_claims for visit in claim.visits]
    assert len(visits) == len(set(visits)), "a visit is claimed twice"


def _check_history(office: Office) -> None:
    """Who approved did not draft, vouch for a visit or claim; what was paid was approved; the state is the fold."""
    refold = refolded(office).model_copy(update={"reference": office.state.reference})
    assert refold == office.state
    drafter, approved = "", set[str]()
    claimed, vouched = dict[str, set[str | None]](), dict[str, set[str | None]]()
    papers = [paper.number for paper in office.state.money.papers] if office.state.money else []
    assert len(papers) == len(set(papers)), "a paper counts twice"
    for event, _at in office.log:
        match event:
            case e.AgreementDrafted():
                drafter = event.drafted_by
            case e.ClaimSubmitted():
                claimed[event.claim] = {event.claimed_by, event.recorded_by}
                for visit in event.visits:
                    claimed[event.claim] |= vouched[visit.visit]
            case e.VisitRecorded():
                vouched[event.visit] = {event.noted_by, event.recorded_by}
            case e.VisitConfirmed():
                vouched[event.visit] |= {event.confirmed_by, event.recorded_by}
            case e.DisputeResolved():
                vouched[event.visit] |= {event.settled_by, event.recorded_by}
            case e.ClaimApproved():
                assert event.approved_by not in {drafter, *claimed[event.claim]}
                approved.add(event.claim)
            case e.PaymentRecorded():
                assert event.claim in approved


def _values(office: Office, verb: str, number: int) -> dict[str, Any]:
    today = office.now.date()
    if verb == "draft-agreement":
        spans = len(financial_years(office.programme, today, today + timedelta(weeks=12))) > 1
        amount = f"{(number * 37) % 1400 + 1}.{number % 100:02d}"
        return {"terms": office.terms(cover_minor=amount, **({"years": []} if spans else {}))}
    if verb == "record-visit":
        return {"quarter_days": number % 4 + 1}
    if verb == "claim":
        return {"amount_minor": f"{number % 900 + 1}.00"} if number % 3 == 0 else {}
    if verb == "move-money" or (verb == "write-off" and number % 2):
        return {"amount_minor": f"{number % 700 + 1}.00"}
    if verb == "return-funds":
        return {"amount_minor": f"{number % 700 + 1}.00", "receipt": f"P-{number % 7}"}
    if verb == "release-funds" and number % 2:
        return {"amount_minor": f"{number % 900 + 1}.00", "payment": f"P-{number % 7}"}
    if verb == "record-payment" and number % 2:
        return {"payment": f"P-{number % 7}"}
    if verb == "propose-variation":
        return {"quarter_days": number % 16 + 1}
    return {"follow_up": ("none", "extend")[number % 2]} if verb == "close" else {}


MOVES: Final = st.one_of(
    st.tuples(st.just("on"), st.integers(0, 10_000)),
    st.tuples(st.just("on"), st.integers(0, 10_000)),
    st.tuples(st.just("on"), st.integers(0, 10_000)),
    st.tuples(st.just("aside"), st.integers(0, 10_000)),
    st.tuples(st.just("days"), st.integers(0, 12)),
)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    route=st.sampled_from(["school", "leader"]),
    stages=st.lists(st.sampled_from(STARTS), min_size=2, max_size=4),
    moves=st.lists(MOVES, min_size=15, max_size=70),
)
def test_no_fund_is_ever_overdrawn_and_nobody_is_paid_for_what_was_not_confirmed(
    route: Route, stages: list[Stage], moves: list[tuple[str, int]]
) -> None:
    treasury, count = Treasury(route, stages), len(stages)
    for kind, number in moves:
        place = number % count
        if kind == "days":
            for office in treasury.cases:
                office.days_pass(number)
        else:
            begin = number % len(FORWARD)
            onward = (*FORWARD[begin:], *FORWARD[:begin])
            verbs = onward if kind == "on" else (ASIDE[number % len(ASIDE)],)
            _first_accepted(treasury, place, verbs, number)
        treasury.check()
    for office in treasury.cases:
        _check_history(office)


def _first_accepted(treasury: Treasury, place: int, verbs: tuple[str, ...], number: int) -> None:
    """The first of these that somebody may do in that case now."""
    office = treasury.cases[place]
    for verb in verbs:
        row = row_at(office.state.stage, verb)
        holders = office.facts("").holders
        people = [person for party in (row.who if row else ()) for person in holders.get(party, ())]
        values = _values(office, verb, number) if people else {}
        if any(treasury.say(place, person, verb, **values) for person in people):
            return
