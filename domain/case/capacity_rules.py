"""Rules on a provider's days: what an offer holds, whether they are still there, whether a plan fits in them.

The figures of other cases are read under the lock that commits the decision, so of two who want the last
quarter-day one gets it, and the other is told who has it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from domain.calendars.half_terms import order_of, period_words, periods_between
from domain.case import commands as c
from domain.case.candidates import best_but, wanted_periods
from domain.case.capacity import Plan, as_plan, capacity_uses, current_offer, fitted
from domain.case.commands import expect
from domain.case.situation import Refusal, Situation
from domain.case.values import PeriodShare
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
    """What the offer holds is still there when it is accepted."""
    offer = current_offer(s.state)
    if offer is None or not offer.periods or s.programme.matching is None:
        return None
    return _shortage(s, _provider(s, offer.provider), as_plan(offer.periods))


def plan_fits_the_capacity(s: Situation) -> Refusal | None:
    """An agreement plans no more days in a half term than are free, with those that its offer holds."""
    offer, terms = current_offer(s.state), expect(s.command, c.DraftAgreement).terms
    if offer is None or not offer.periods or s.programme.matching is None:
        return None
    plan = fitted(as_plan(terms.periods or offer.periods), terms.quarter_days)
    return _shortage(s, _provider(s, offer.provider), plan, "Plan other half terms: --period 2027-spring-1=2")


def extension_fits_the_capacity(s: Situation) -> Refusal | None:
    """The further days are free between now and the new end."""
    if not _keeps_account(s):
        return None
    command = expect(s.command, c.Extend)
    provider, free = _left_for_extension(s)
    if sum(free.values()) >= command.quarter_days:
        return None
    span = " to ".join(
        dict.fromkeys((period_words(min(free, key=order_of)), period_words(max(free, key=order_of))))
    )
    return Refusal(
        "R-CAPACITY",
        f"{_name(s, provider.number)} has {_days(sum(free.values()))} days left in {span}; "
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
    return spread(expect(s.command, c.Extend).quarter_days, _left_for_extension(s)[1])


def spread(quarter_days: int, free: Mapping[str, int]) -> tuple[PeriodShare, ...]:
    """So many days over half terms, the earliest first; fewer where not all find room."""
    shares = []
    for period in sorted(free, key=order_of):
        taken = min(quarter_days, free[period])
        if taken > 0:
            shares.append(PeriodShare(period=period, quarter_days=taken))
            quarter_days -= taken
    return tuple(shares)


def _keeps_account(s: Situation) -> bool:
    offer = current_offer(s.state)
    return offer is not None and bool(offer.periods) and s.programme.matching is not None


def _left_for_extension(s: Situation) -> tuple[Provider, Plan]:
    """The provider, and what is left of its days in each half term from now to the new end, this case's own use aside."""
    provider = _provider(s, s.state.provider or "")
    days_of = s.facts.days_of(None)
    until = max(expect(s.command, c.Extend).until, s.facts.today)
    own = Counter[str]()
    for use in capacity_uses(s.state):
        own[use.period] += use.held + use.committed + use.given
    periods = periods_between(days_of.period_of(s.facts.today), days_of.period_of(until))
    return provider, {period: max(0, provider.free(period) - own[period]) for period in periods}


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
