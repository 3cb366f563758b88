"""The way forward: for what is awaited, a command that would be accepted, and whose it is to give.

Refusals and `case show` print these as lines to type; free text stands as '…' for the person to fill.
Each one is tried with `decide` before it is offered, so what is printed is never refused.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from pydantic import ValidationError

from domain.case.commands import COMMANDS
from domain.case.decide import decide
from domain.case.money_owed import claimable_beside_cover
from domain.case.papers import unused_paper
from domain.case.situation import Decision, Facts
from domain.case.state import CaseState
from domain.case.terms import financial_years
from domain.case.waits import Awaited, awaited
from domain.ids import case_stream
from domain.messages import NextStep
from domain.parties import Party

FactsOf = Callable[[str, tuple[str, ...]], Facts]
"""Facts as they are when that person decides, with those schools looked up beside the case's own."""

_FILL_IN = "…"


def next_steps(state: CaseState, facts_of: FactsOf, providers: tuple[str, ...] = ()) -> tuple[NextStep, ...]:
    """One step for each thing awaited, the way forward first; none for what cannot be done today.

    `providers` are schools that might be offered the case, best first.
    """
    if state.stage is None:
        return ()
    steps = []
    for item in awaited(state):
        if state.paused and item.verb != "resume":
            continue
        step = _first_accepted(item, state, facts_of, providers)
        if step is not None:
            steps.append(step)
    return tuple(steps)


def verbs_tried(state: CaseState) -> frozenset[str]:
    """The verbs that `next_steps` tries in this state: facts are read for these and no others."""
    return frozenset(verb for item in awaited(state) for _party, verb in _ways(item))


def _first_accepted(
    item: Awaited, state: CaseState, facts_of: FactsOf, providers: tuple[str, ...]
) -> NextStep | None:
    here = facts_of("", ())
    for party, verb in _ways(item):
        for person in here.holders.get(party, ()):
            for values in _values(verb, item, state, here, providers):
                try:
                    command = COMMANDS[verb].model_validate(values)
                except ValidationError:
                    continue
                named = (values["provider"],) if "provider" in values else ()
                decided = decide(state, command, facts_of(person, named), state.reference)
                if isinstance(decided, Decision) and decided.events:
                    return NextStep(
                        verb=verb,
                        stream=case_stream(state.reference),
                        party=party,
                        person=person,
                        values=values,
                    )
    return None


_ALSO: Final[dict[str, tuple[tuple[Party, str], ...]]] = {
    "draft": ((Party.RECIPIENT_HEAD, "submit"),),
    "alignment": ((Party.PRINCIPAL_ADVISER, "except-alignment"),),
    "triage": ((Party.PRINCIPAL_ADVISER, "triage"),),
    "scoping": (
        (Party.RECIPIENT_HEAD, "scope"),
        (Party.SIP, "record-orientation"),
        (Party.BROKER, "record-orientation"),
    ),
    "drafting": ((Party.CURRICULUM_PARTNER, "contribute"),),
    "first_offer": ((Party.PRINCIPAL_ADVISER, "no-partner"), (Party.BROKER, "match")),
    "first_visit": ((Party.PROVIDER_HEAD, "record-visit"), (Party.CURRICULUM_PARTNER, "record-visit")),
    "visit_note": (
        (Party.PROVIDER_HEAD, "record-visit"),
        (Party.CURRICULUM_PARTNER, "record-visit"),
        (Party.PROVIDER_LEAD, "miss-visit"),
        (Party.BROKER, "miss-visit"),
    ),
    "visit_confirmation": ((Party.RECIPIENT_HEAD, "confirm-visit"),),
    "visit_dispute": ((Party.PRINCIPAL_ADVISER, "resolve-dispute"),),
    "mid_review": ((Party.RECIPIENT_HEAD, "mid-review"), (Party.PROVIDER_HEAD, "mid-review")),
    "variation": ((Party.RECIPIENT_HEAD, "refuse-variation"), (Party.PROVIDER_HEAD, "refuse-variation")),
    "delivery_end": (
        (Party.BROKER, "complete"),
        (Party.PROVIDER_LEAD, "record-visit"),
        (Party.PROVIDER_HEAD, "record-visit"),
    ),
    "claim": ((Party.FINANCE, "settle"),),
    "liquidation": ((Party.FINANCE, "return-funds"), (Party.PRINCIPAL_ADVISER, "write-off")),
    "pause_review": ((Party.PRINCIPAL_ADVISER, "resume"),),
}
"""Who else can further a wait, and how, where those who owe it cannot: the post is vacant, or it is too soon."""


def _ways(item: Awaited) -> tuple[tuple[Party, str], ...]:
    return ((item.owner, item.verb), *_ALSO.get(item.name, ()))


def _lead(party: Party, facts: Facts) -> str | None:
    """The lead of a school in this case; its head where no lead is on record."""
    head = {Party.RECIPIENT_LEAD: Party.RECIPIENT_HEAD, Party.PROVIDER_LEAD: Party.PROVIDER_HEAD}[party]
    return next(iter((*facts.holders.get(party, ()), *facts.holders.get(head, ()))), None)


def _values(
    verb: str, item: Awaited, state: CaseState, facts: Facts, providers: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    today, suffix = facts.today, item.wait.partition(":")[2]
    match verb:
        case "submit" | "approve-funding" | "agree-variation" | "resume" | "complete" | "settle" | "match":
            yield {}
        case "claim":
            yield {}
            travel, supplies = claimable_beside_cover(state)
            yield {"travel_minor": travel, "supplies_minor": supplies}
        case "consent":
            yield {"request_version": state.request_version}
        case "align":
            yield {
                "priority": state.priority or "SSO-1",
                "overview_version": state.overview_version or f"{today.year}-1",
            }
            for one in reversed(facts.overviews):
                yield from ({"priority": ref, "overview_version": one.version} for ref in one.priorities)
        case "except-alignment" | "refuse-variation" | "write-off":
            yield {"reason": _FILL_IN}
        case "triage":
            yield {"tier": "standard"}
        case "scope":
            objective = {"aim": _FILL_IN, "baseline": _FILL_IN, "success": _FILL_IN}
            scoped = {"objectives": [objective], "quarter_days": 16, "met_on": today.isoformat()}
            yield scoped | ({"plan": f"SIP-{today.year}"} if state.duties.plan_cited else {})
        case "record-orientation":
            yield {"on": today.isoformat()}
        case "contribute":
            yield {"note": _FILL_IN}
        case "offer":
            wished = (state.preferred_provider,) if state.preferred_provider else ()
            for provider in (*wished, *providers):
                yield {"provider": provider, "reason": _FILL_IN}
        case "no-partner":
            yield {"widening": ["area"], "explanation": _FILL_IN}
        case "accept-offer":
            yield {"conflict": "none"}
        case "draft-agreement":
            yield from _terms(state, facts)
        case "sign" if state.agreement is not None:
            yield {"content_hash": state.agreement.content_hash}
        case "record-visit":
            yield from _visit(state, suffix, today)
        case "miss-visit":
            yield {"visit": suffix, "because_of": "neither", "reason_code": "other"}
        case "confirm-visit":
            yield {"visit": suffix}
        case "resolve-dispute":
            visit = state.visit(suffix)
            counted = visit.quarter_days if visit else 0
            yield {"visit": suffix, "counted_quarter_days": counted, "reason": _FILL_IN}
        case "mid-review":
            yield {"decision": "continue", "note": _FILL_IN}
        case "review":
            yield {"ratings": _ratings(state), "partnership": 4, "satisfaction": 4}
        case "validate":
            yield {"ratings": _ratings(state)}
        case "close":
            yield {"outcome": _outcome(state), "follow_up": "check-in"}
        case "record-follow-up":
            yield {"sustained": "yes", "note": _FILL_IN}
        case "approve-claim":
            yield {"claim": suffix}
        case "record-payment":
            yield {
                "claim": suffix,
                "payment": unused_paper(state.money, "BACS", facts.money.papers),
                "paid_on": today.isoformat(),
            }
        case "release-funds":
            yield {
                "payment": unused_paper(state.money, "ADA", facts.money.papers),
                "paid_on": today.isoformat(),
            }
        case "accept-liquidation":
            yield {"liquidation": suffix}
        case "liquidate" if state.money is not None:
            document = unused_paper(state.money, "OR", facts.money.papers)
            spent = {"use": state.area, "amount_minor": state.money.outstanding, "document": document}
            yield {"spent": [spent]}
        case "return-funds" if state.money is not None:
            yield {
                "amount_minor": state.money.outstanding,
                "receipt": unused_paper(state.money, "OR", facts.money.papers),
                "received_on": today.isoformat(),
            }


def _terms(state: CaseState, facts: Facts) -> Iterator[dict[str, Any]]:
    leads = [_lead(party, facts) for party in (Party.PROVIDER_LEAD, Party.RECIPIENT_LEAD)]
    head = next(iter(facts.holders.get(Party.RECIPIENT_HEAD, ())), None)
    if None in leads or head is None:
        return
    start = facts.today
    end = start + timedelta(weeks=12)
    days = state.estimated_quarter_days
    programme = facts.programme
    terms: dict[str, Any] = {
        "start": start.isoformat(),
        "end": end.isoformat(),
        "quarter_days": days,
        "mode": "in-person",
        "language": "en" if state.support_language == "either" else state.support_language,
        "activities": _FILL_IN,
        "provider_lead": leads[0],
        "recipient_lead": leads[1],
        "cover_minor": 0,
        "years": [{"financial_year": financial_years(programme, start, end)[0], "quarter_days": days}],
        "expectations": _FILL_IN,
        "safeguarding_contact": head,
        "mid_review_on": (start + timedelta(weeks=6)).isoformat(),
        "final_review_on": (end + timedelta(weeks=2)).isoformat(),
    }
    if programme.rules.rate_card_cited:
        terms["rate_card"] = next(iter(facts.money.rate_codes()), "unset")
    if programme.work_modes:
        terms["work_modes"] = [programme.work_modes[0].code]
    yield {"terms": terms}


def _visit(state: CaseState, planned: str, today: date) -> Iterator[dict[str, Any]]:
    agreement = state.agreement
    if agreement is None:
        return
    visit = state.visit(planned) if planned else None
    left = max(1, agreement.all_quarter_days - state.held_quarter_days)
    values: dict[str, Any] = {
        "on": (visit.on if visit else today).isoformat(),
        "quarter_days": min(visit.quarter_days if visit else 2, left),
        "objectives": [1],
        "done": _FILL_IN,
        "next_steps": _FILL_IN,
    }
    if visit:
        values["visit"] = visit.id
    if agreement.terms.work_modes:
        values["work_mode"] = agreement.terms.work_modes[0]
    if not state.briefed:
        values["safeguarding_briefed"] = True
    yield values


def _outcome(state: CaseState) -> str:
    """What the validated ratings come to."""
    ratings = {rating.rating for rating in state.validated} - {"not-assessable"}
    if not ratings:
        return "not-assessable"
    if ratings <= {"met", "exceeded"}:
        return "met"
    return "not-met" if ratings == {"not-met"} else "partly-met"


def _ratings(state: CaseState) -> list[dict[str, Any]]:
    return [
        {"objective": number, "rating": "met", "evidence": _FILL_IN}
        for number in range(1, len(state.objectives) + 1)
    ]
