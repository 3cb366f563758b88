"""The terms of an agreement: dates, days, money, languages and people that a draft may name. Transition 14."""

import re
from collections import Counter
from datetime import date
from itertools import pairwise

from domain.calendars.half_terms import order_of, period_words, periods_between
from domain.case import commands as c
from domain.case.commands import expect
from domain.case.situation import Refusal, Situation
from domain.case.values import AgreementTerms, YearShare
from domain.funding.amounts import money_words
from domain.programmes.model import Programme


def dates_agree(s: Situation) -> Refusal | None:
    terms = expect(s.command, c.DraftAgreement).terms
    order = [
        ("start", terms.start),
        ("mid review", terms.mid_review_on),
        ("end", terms.end),
        ("final review", terms.final_review_on),
        *([("follow-up", terms.follow_up_on)] if terms.follow_up_on else []),
    ]
    for (earlier, first), (later, second) in pairwise(order):
        if second < first:
            return Refusal(
                "R-DATES",
                f"The {later} ({second.isoformat()}) lies before the {earlier} ({first.isoformat()}).",
                "In order: start, mid review, end, final review, follow-up.",
            )
    if terms.end < s.facts.today:
        return Refusal("R-DATES", f"The end ({terms.end.isoformat()}) has passed already.")
    return None


def terms_are_the_programmes(s: Situation) -> Refusal | None:
    """Languages and ways of working are those that the programme knows; its money rests on a rate card."""
    terms, programme = expect(s.command, c.DraftAgreement).terms, s.programme
    languages = {terms.language, terms.prevailing_language} - {"both"} - set(programme.languages)
    if languages:
        return Refusal(
            "R-LANGUAGE",
            f"{programme.code} writes no agreement in the language '{sorted(languages)[0]}'.",
            f"Its languages are: {', '.join(programme.languages)}.",
        )
    known = [mode.code for mode in programme.work_modes]
    astray = [mode for mode in terms.work_modes if mode not in known]
    if astray or (known and not terms.work_modes):
        what = (
            f"knows no way of working '{astray[0]}'" if astray else "asks which ways of working are planned"
        )
        return Refusal(
            "R-WORK-MODE",
            f"{programme.code} {what}.",
            f"Its ways of working: {', '.join(known) or 'none are named'}.",
        )
    if programme.rules.rate_card_cited and terms.rate_card is None:
        return Refusal(
            "R-RATE-CARD", "The rate card that the money rests on must be named.", "Add --rate-card."
        )
    return None


def amount_is_within_the_grant(s: Situation) -> Refusal | None:
    amount, most = (
        expect(s.command, c.DraftAgreement).terms.amount_minor,
        s.programme.rules.most_amount_minor,
    )
    if most is None or amount <= most:
        return None
    return Refusal(
        "R-AMOUNT",
        f"{money_words(amount, s.programme.currency)} is planned; {money_words(most, s.programme.currency)} is the most "
        f"for one {s.noun('agreement')}.",
    )


def years_add_up(s: Situation) -> Refusal | None:
    """The split names each financial year the support falls in, once, and adds up to the days."""
    terms = expect(s.command, c.DraftAgreement).terms
    if not terms.years:
        return _split_goes_without_saying(s.programme, terms)
    total = sum(year.quarter_days for year in terms.years)
    if total != terms.quarter_days:
        return Refusal(
            "R-SPLIT",
            f"The financial years add up to {_days(total)} days, not to {_days(terms.quarter_days)}.",
        )
    named = [year.financial_year for year in terms.years]
    possible = financial_years(s.programme, terms.start, terms.end)
    twice = [year for year, count in Counter(named).items() if count > 1]
    outside = [year for year in named if year not in possible]
    if twice or outside:
        return Refusal(
            "R-SPLIT",
            f"The financial years must be among {', '.join(possible)}, each once; given: {', '.join(named)}.",
        )
    return None


def periods_fit_the_days(s: Situation) -> Refusal | None:
    """What is planned by half term names each once and adds up to what is agreed."""
    terms = expect(s.command, c.DraftAgreement).terms
    named = [share.period for share in terms.periods]
    total = sum(share.quarter_days for share in terms.periods)
    if len(set(named)) < len(named):
        return Refusal("R-SPLIT", f"Half terms are named once each; given: {', '.join(named)}.")
    if named and total != terms.quarter_days:
        over = total - terms.quarter_days
        return Refusal(
            "R-SPLIT",
            f"The half terms add up to {_days(total)} days, not to {_days(terms.quarter_days)}: "
            f"{_days(abs(over))} too {'many' if over > 0 else 'few'}.",
            "Without --period the days are spread over the half terms of the dates.",
        )
    return None


def periods_lie_in_the_agreement(s: Situation) -> Refusal | None:
    """Nothing is planned for a half term in which the agreement has no day: its days would be kept from others."""
    terms, days_of = expect(s.command, c.DraftAgreement).terms, s.facts.days_of(None)
    first, last = days_of.period_of(terms.start), days_of.period_of(terms.end)
    for share in terms.periods:
        if not order_of(first) <= order_of(share.period) <= order_of(last):
            return Refusal(
                "R-DATES",
                f"{_days(share.quarter_days)} days are planned for {period_words(share.period)}, which lies outside "
                f"the agreement ({terms.start.isoformat()} to {terms.end.isoformat()}).",
                f"Its half terms: {', '.join(periods_between(first, last))}.",
            )
    return None


def people_are_known(s: Situation) -> Refusal | None:
    terms = expect(s.command, c.DraftAgreement).terms
    named = {
        terms.provider_lead, terms.recipient_lead, terms.safeguarding_contact,
        terms.provider_deputy, terms.recipient_deputy,
    } - {None}  # fmt: skip
    unknown = sorted(str(person) for person in named if person not in s.facts.known_persons)
    if unknown:
        return Refusal(
            "R-PERSON",
            f"Not on record: {', '.join(unknown)}.",
            "An administrator adds people: brokerage person add",
        )
    return None


def leads_are_of_their_schools(s: Situation) -> Refusal | None:
    """Visits are recorded and confirmed by the leads, so each must hold a post at the school they stand for."""
    terms = expect(s.command, c.DraftAgreement).terms
    for person, number in (
        (terms.provider_lead, s.state.provider),
        (terms.recipient_lead, s.state.recipient),
    ):
        school = s.facts.schools.get(number or "")
        if school is not None and person not in school.staff:
            return Refusal(
                "R-PERSON",
                f"At {school.name} {person} holds no post today.",
                "An administrator records posts: brokerage person post",
            )
    return None


def with_split(programme: Programme, terms: AgreementTerms) -> AgreementTerms:
    """The terms with the financial year named, where all days fall in one."""
    if terms.years:
        return terms
    first = financial_years(programme, terms.start, terms.end)[0]
    year = YearShare(financial_year=first, quarter_days=terms.quarter_days)
    return terms.model_copy(update={"years": (year,)})


def _split_goes_without_saying(programme: Programme, terms: AgreementTerms) -> Refusal | None:
    possible = financial_years(programme, terms.start, terms.end)
    if len(possible) == 1:
        return None
    return Refusal("R-SPLIT", f"The support spans {' and '.join(possible)}: say how many days fall in each.")


def financial_years(programme: Programme, start: date, end: date) -> list[str]:
    """Financial years that the span touches: '2026-27' from 1 April on, '2026' where it is the calendar year."""
    if programme.financial_year == "january":
        return [str(year) for year in range(start.year, end.year + 1)]
    last = end.year - 1 if end.month < 4 else end.year
    first = start.year - 1 if start.month < 4 else start.year
    return [f"{year}-{(year + 1) % 100:02d}" for year in range(first, last + 1)]


def names_a_year(programme: Programme, text: str) -> bool:
    """Whether a financial year of the programme is written so: '2026-27', or '2026' where it is the calendar year."""
    if programme.financial_year == "january":
        return re.fullmatch(r"20[0-9]{2}", text) is not None
    found = re.fullmatch(r"(20[0-9]{2})-([0-9]{2})", text)
    return found is not None and (int(found[1]) + 1) % 100 == int(found[2])


def _days(quarters: int) -> str:
    return f"{quarters / 4:g}"
