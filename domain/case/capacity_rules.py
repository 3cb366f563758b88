"""Rules on a provider's days: what an offer holds, whether they are still there, whether a plan fits in them.

The figures of other cases are read under the lock that commits the decision, so of two who want the last
quarter-day one gets it, and the other is told who has it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from domain.calendars.half_terms import order_of, period_words, periods_between
from domain.case import commands as c
from domain.case.candidates import best_but, wanted_periods
from domain.case.capacity import Plan, as_plan, capacity_uses, current_offer, fitted
from domain.case.commands import expect
from domain.case.situation import Refusal, Situation
from domain.case.values import AgreementTerms, PeriodShare
from domain.matching.provider import Provider


def provider_has_the_days(s: Situation) -> Refusal | None:
    """The half terms that the offer names have the days; or those that are wanted have them together."""
    command = expect(s.command, c.Offer)
    if s.programme.matching is None:
        if not command.periods:
            return None
        return Refusal("R-CAPACITY", f"{s.programme.code} keeps no account of the days that schools have.")
    provider = _provider(s, command.provider)
    if command.periods:
        problem = _periods_problem(s, command.periods) or _shortage(s, provider, as_plan(command.periods))
    else:
        problem = _shortage_in_all(s, provider)
    return problem and _with_next(problem, s, provider)


def provider_still_has_the_days(s: Situation) -> Refusal | None:
    """What the offer holds is still there when it is accepted.

    Only what other cases hold or have agreed stands against it: it held its days before visits slipped there.
    """
    offer = current_offer(s.state)
    if offer is None or not offer.periods or s.programme.matching is None:
        return None
    return _shortage(s, _provider(s, offer.provider).promised(), as_plan(offer.periods))


def plan_fits_the_capacity(s: Situation) -> Refusal | None:
    """An agreement plans no more days in a half term than are free, or than its offer holds there already."""
    offer, terms = current_offer(s.state), expect(s.command, c.DraftAgreement).terms
    if offer is None or not offer.periods or s.programme.matching is None:
        return None
    provider, free = _provider(s, offer.provider), _free_within(s, terms)
    if not terms.periods:
        return _shortage_within(s, provider, free, terms.quarter_days)
    more = {p: days for p, days in as_plan(terms.periods).items() if days > free.get(p, 0)}
    return _shortage(s, provider, more, _other_half_terms(s, free, terms))


def planned_by_period(s: Situation, terms: AgreementTerms) -> AgreementTerms:
    """The terms with their days planned by half term: as they name them, else what the offer holds within their
    dates, and what that leaves over in the earliest half terms that have some free.
    """
    if terms.periods or not _keeps_account(s):
        return terms
    return terms.model_copy(update={"periods": _spread_within(s, terms)})


def _spread_within(s: Situation, terms: AgreementTerms) -> tuple[PeriodShare, ...]:
    """The days of the terms over the half terms of their dates; fewer where not all find room."""
    free = _free_within(s, terms)
    held = {use.period: use.held for use in capacity_uses(s.state) if use.held and use.period in free}
    kept = fitted(held, min(terms.quarter_days, sum(held.values())))
    left = {period: days - kept.get(period, 0) for period, days in free.items()}
    plan = Counter(kept) + Counter(as_plan(spread(terms.quarter_days - sum(kept.values()), left)))
    return _shares(plan)


def _free_within(s: Situation, terms: AgreementTerms) -> Plan:
    """What is left of the provider's days in each half term of these dates, or what the case holds there already."""
    provider, days_of = _provider(s, s.state.provider or ""), s.facts.days_of(None)
    held = {use.period: use.held for use in capacity_uses(s.state)}
    first, last = days_of.period_of(max(terms.start, s.facts.today)), days_of.period_of(terms.end)
    return {p: max(provider.free(p), held.get(p, 0)) for p in periods_between(first, last)}


def _shortage_within(s: Situation, provider: Provider, free: Plan, asked: int) -> Refusal | None:
    if sum(free.values()) >= asked:
        return None
    return Refusal(
        "R-CAPACITY",
        f"{_name(s, provider.number)} has {_days(sum(free.values()))} days free in {_span_words(free)}, within which "
        f"this {s.noun('agreement')} begins and ends; {_days(asked)} are asked.{_holders(provider, free)}",
        "Plan fewer days or a later end, or let the school declare more: brokerage provider capacity",
    )


def _other_half_terms(s: Situation, free: Plan, terms: AgreementTerms) -> str:
    """Where the days would find room, as flags."""
    found = _spread_within(s, terms)
    if sum(share.quarter_days for share in found) == terms.quarter_days:
        flags = " ".join(f"--period {share.period}={_days(share.quarter_days)}" for share in found)
        return f"Within these dates the days are free so: {flags}"
    return (
        f"Within these dates {_days(sum(free.values()))} days are free: "
        "plan fewer, or a later end, or let the school declare more: brokerage provider capacity"
    )


def variation_fits_the_capacity(s: Situation) -> Refusal | None:
    """Days that would be given later than was planned are free then: between now and the new end."""
    if not _keeps_account(s):
        return None
    end, days = _varied(s)
    provider, free = _left_until(s, end)
    kept, more = _replanned(s, free, days)
    if sum(free.values()) >= more:
        return None
    span = _span_words(free)
    return Refusal(
        "R-CAPACITY",
        f"{_days(sum(kept.values()))} days are planned in {span}, {_days(more)} more would have to be given there; "
        f"{_name(s, provider.number)} has {_days(sum(free.values()))} days left.{_holders(provider, free)}",
        "Vary to fewer days or a later end, or let the school declare more: brokerage provider capacity",
    )


def extension_fits_the_capacity(s: Situation) -> Refusal | None:
    """The further days are free between now and the new end."""
    if not _keeps_account(s):
        return None
    command = expect(s.command, c.Extend)
    provider, free = _left_until(s, command.until)
    if sum(free.values()) >= command.quarter_days:
        return None
    return Refusal(
        "R-CAPACITY",
        f"{_name(s, provider.number)} has {_days(sum(free.values()))} days left in {_span_words(free)}; "
        f"{_days(command.quarter_days)} are asked.{_holders(provider, free)}",
    )


def held_by_offer(s: Situation) -> tuple[PeriodShare, ...]:
    """The days that an offer holds: as it names them, else from the earliest half terms that have some free."""
    command = expect(s.command, c.Offer)
    if s.programme.matching is None or command.periods:
        return tuple(sorted(command.periods, key=lambda share: order_of(share.period)))
    provider = _provider(s, command.provider)
    free = {period: provider.free(period) for period in wanted_periods(s)}
    return spread(s.state.estimated_quarter_days, free)


def extension_by_period(s: Situation) -> tuple[PeriodShare, ...]:
    """The further days, in the earliest half terms that have some free."""
    if not _keeps_account(s):
        return ()
    command = expect(s.command, c.Extend)
    return spread(command.quarter_days, _left_until(s, command.until)[1])


def varied_by_period(s: Situation) -> tuple[PeriodShare, ...] | None:
    """The days that are left to give, by half term: those that slipped, and those planned after the new end, are
    planned anew in the earliest half terms that have some free. None where no account is kept of days.
    """
    if not _keeps_account(s):
        return None
    end, days = _varied(s)
    _, free = _left_until(s, end)
    kept, more = _replanned(s, free, days)
    plan = Counter(kept) + Counter(as_plan(spread(more, free)))
    return _shares(plan)


def spread(quarter_days: int, free: Mapping[str, int]) -> tuple[PeriodShare, ...]:
    """So many days over half terms, the earliest first; fewer where not all find room."""
    shares = []
    for period in sorted(free, key=order_of):
        taken = min(quarter_days, free[period])
        if taken > 0:
            shares.append(PeriodShare(period=period, quarter_days=taken))
            quarter_days -= taken
    return tuple(shares)


def _shares(plan: Plan) -> tuple[PeriodShare, ...]:
    return tuple(
        PeriodShare(period=period, quarter_days=plan[period]) for period in sorted(plan, key=order_of)
    )


def _keeps_account(s: Situation) -> bool:
    offer = current_offer(s.state)
    return offer is not None and bool(offer.periods) and s.programme.matching is not None


def _varied(s: Situation) -> tuple[date, int]:
    """The end of the agreement as it would be varied, and its days, an extension included."""
    agreement, variation = s.state.agreement, s.state.variation
    if agreement is None:
        raise ValueError("the log is not a lawful history: no agreement in this stage")
    if isinstance(s.command, c.ProposeVariation):
        end, days = s.command.end or agreement.end, s.command.quarter_days or agreement.quarter_days
    elif variation is not None:
        end, days = variation.end, variation.quarter_days
    else:
        raise ValueError("guarded by variation_awaits_this_side")
    return end, days + agreement.extended_by


def _replanned(s: Situation, free: Plan, days: int) -> tuple[Plan, int]:
    """Of so many days in all: what stays planned in these half terms, and how many more must find room there."""
    left = max(0, days - sum(visit.taken for visit in s.state.held_visits))
    planned = {use.period: use.committed for use in capacity_uses(s.state) if use.period in free}
    kept = fitted(planned, min(left, sum(planned.values())))
    return kept, left - sum(kept.values())


def _left_until(s: Situation, end: date) -> tuple[Provider, Plan]:
    """The provider, and what is left of its days in each half term from now to that end, this case's own use aside."""
    provider = _provider(s, s.state.provider or "")
    days_of = s.facts.days_of(None)
    until = max(end, s.facts.today)
    own = Counter[str]()
    for use in capacity_uses(s.state):
        own[use.period] += use.held + use.committed + use.given
    periods = periods_between(days_of.period_of(s.facts.today), days_of.period_of(until))
    return provider, {period: max(0, provider.free(period) - own[period]) for period in periods}


def _span_words(periods: Iterable[str]) -> str:
    """'2026 autumn 2 to 2027 spring 1', or the one half term."""
    ordered = sorted(periods, key=order_of)
    return " to ".join(dict.fromkeys((period_words(ordered[0]), period_words(ordered[-1]))))


def _periods_problem(s: Situation, periods: tuple[PeriodShare, ...]) -> Refusal | None:
    named = [share.period for share in periods]
    now = s.facts.days_of(None).period_of(s.facts.today)
    past = next((period for period in named if order_of(period) < order_of(now)), None)
    if len(set(named)) < len(named):
        return Refusal("R-SPLIT", f"Each half term is named once; given: {', '.join(named)}.")
    if past is not None:
        return Refusal("R-DATES", f"{period_words(past)} is over: it is {period_words(now)} now.")
    return None


def _shortage(s: Situation, provider: Provider, plan: Plan, hint: str = "") -> Refusal | None:
    """The first half term in which the plan asks for more than is free; who holds the rest."""
    for period in sorted(plan, key=order_of):
        if plan[period] > provider.free(period):
            return Refusal(
                "R-CAPACITY",
                f"{_name(s, provider.number)} has {_days(provider.free(period))} of "
                f"{_days(provider.declared(period))} days free in {period_words(period)}; "
                f"{_days(plan[period])} are asked.{_holders(provider, [period])}",
                hint,
            )
    return None


def _shortage_in_all(s: Situation, provider: Provider) -> Refusal | None:
    """The wanted half terms together have fewer days than are needed."""
    periods, needed = wanted_periods(s), s.state.estimated_quarter_days
    if sum(provider.free(period) for period in periods) >= needed:
        return None
    figures = ", ".join(
        f"{_days(provider.free(period))} of {_days(provider.declared(period))} in {period_words(period)}"
        for period in periods
    )
    return Refusal(
        "R-CAPACITY",
        f"{_name(s, provider.number)} has too few days free: {figures}; {_days(needed)} are asked."
        f"{_holders(provider, periods)}",
    )


def _holders(provider: Provider, periods: Iterable[str]) -> str:
    """' 4.5 are held: EAS-… by broker.dylan (4.5).'; nothing where no case holds any."""
    wanted = set(periods)
    taken = Counter[tuple[str, str | None]]()
    for use in provider.uses:
        if use.period in wanted:
            taken[use.reference, use.by] += use.taken
    if not taken:
        return ""
    who = ", ".join(
        f"{reference}{f' by {by}' if by else ''} ({_days(quarters)})"
        for (reference, by), quarters in sorted(taken.items(), key=lambda each: (-each[1], each[0][0]))
    )
    return f" {_days(taken.total())} are held: {who}."


def _with_next(problem: Refusal, s: Situation, provider: Provider) -> Refusal:
    """The refusal with the best school that has the days."""
    best = best_but(s, provider.number)
    hint = (
        f"The next candidate: {_name(s, best)}." if best else "No other school of the pool has the days now."
    )
    return Refusal(problem.code, problem.message, hint)


def _provider(s: Situation, number: str) -> Provider:
    """The school as a provider; one of which nothing is on record has no days."""
    return s.facts.providers.get(number) or Provider(number)


def _name(s: Situation, number: str) -> str:
    school = s.facts.schools.get(number)
    return f"{school.name} ({number})" if school else f"School {number}"


def _days(quarters: int) -> str:
    return f"{quarters / 4:g}"
