"""The agreement: draft, money, signatures on one content hash. Transitions 14 to 18.

Reservation of the money comes with funds; the amount and who may approve it are checked already.
"""

from collections import Counter
from datetime import date
from itertools import pairwise

from domain.canonical import canonical_bytes, plain, sha256_hex
from domain.case import commands as c
from domain.case import events as e
from domain.case.commands import expect
from domain.case.shape import Agreement
from domain.case.situation import Refusal, Situation
from domain.case.values import AgreementTerms, YearShare
from domain.parties import Party
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


def drafted_by_the_route(s: Situation) -> Refusal | None:
    drafter = s.state.duties.draft
    if s.party is drafter:
        return None
    return Refusal("R-POST", f"On this route the {s.noun('agreement')} is drafted by the {s.word(drafter)}.")


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
        f"{_money(amount)} {s.programme.currency} is planned; {_money(most)} is the most for one {s.noun('agreement')}.",
    )


def signed_by_the_route(s: Situation) -> Refusal | None:
    signatories = agreement_of(s).signatories
    if s.party in signatories:
        return None
    words = " and the ".join(s.word(party) for party in signatories)
    return Refusal("R-POST", f"This {s.noun('agreement')} is signed by the {words}.")


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
    """What is planned by half term names each once and is not more than was agreed."""
    terms = expect(s.command, c.DraftAgreement).terms
    named = [share.period for share in terms.periods]
    total = sum(share.quarter_days for share in terms.periods)
    if len(set(named)) < len(named) or total > terms.quarter_days:
        return Refusal(
            "R-SPLIT",
            f"Half terms are named once each and hold {_days(terms.quarter_days)} days at the most; "
            f"given: {_days(total)} in {', '.join(named)}.",
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


def approver_suits_amount(s: Situation) -> Refusal | None:
    agreement = agreement_of(s)
    if s.party is not agreement.approver:
        return Refusal("R-POST", f"This amount is for the {s.word(agreement.approver)} to decide.")
    return None


def approver_did_not_draft(s: Situation) -> Refusal | None:
    """Separation of duties: nobody approves the money of their own draft, nor records the approval of it."""
    agreement = agreement_of(s)
    if {agreement.drafted_by, agreement.recorded_by} & {s.facts.person, s.facts.recorder}:
        return Refusal("R-SEPARATION", "Whoever drafted the agreement may not approve its money.")
    return None


def signs_what_stands(s: Situation) -> Refusal | None:
    agreement = agreement_of(s)
    if expect(s.command, c.Sign).content_hash != agreement.content_hash:
        return Refusal(
            "R-HASH",
            f"That is not the text that stands: version {agreement.version} has the hash {agreement.content_hash[:12]}….",
            f"Read it first: brokerage case show {s.state.reference}",
        )
    return None


def has_not_signed(s: Situation) -> Refusal | None:
    if s.party in agreement_of(s).signed:
        agreement = agreement_of(s)
        left = [s.word(party) for party in agreement.signatories if party not in agreement.signed]
        return Refusal(
            "R-ALREADY", f"The {s.word(s.party)} has signed this version already. Awaited: {', '.join(left)}."
        )
    return None


def signer_is_a_second_person(s: Situation) -> Refusal | None:
    """One person cannot stand for two parties, whatever posts have changed since the offer.

    Nor does whoever drafted the text say for others that they signed it.
    """
    agreement = agreement_of(s)
    if s.facts.recorder != s.facts.person and s.facts.recorder in {
        agreement.drafted_by,
        agreement.recorded_by,
    }:
        return Refusal(
            "R-SEPARATION",
            "Whoever drafted the agreement may not record signatures on it for others.",
            "Let them sign themselves, or somebody else record it.",
        )
    for given in agreement.signatures:
        if given.person == s.facts.person and given.party is not s.party:
            return Refusal(
                "R-SEPARATION",
                f"One person cannot stand for two parties: {given.person} signed as the {s.word(given.party)}.",
            )
    recipient, provider = s.facts.schools.get(s.state.recipient), s.facts.schools.get(s.state.provider or "")
    if recipient and provider and s.facts.person in recipient.heads and s.facts.person in provider.heads:
        return Refusal("R-SAME-HEAD", "One person heads both schools now and cannot sign for both.")
    if s.party is Party.SIP and provider and s.facts.person in provider.staff:
        return Refusal(
            "R-SEPARATION",
            f"The {s.word(Party.SIP)} holds a post at {provider.name} and cannot endorse this.",
        )
    return None


def draft(s: Situation) -> tuple[e.CaseEvent, ...]:
    terms = _with_split(s.programme, expect(s.command, c.DraftAgreement).terms)
    version = s.state.agreement.version + 1 if s.state.agreement else 1
    limit = s.programme.rules.finance_approves_up_to_minor
    by_finance = limit is not None and terms.amount_minor <= limit
    unhashed = e.AgreementDrafted(
        agreement_version=version,
        recipient=s.state.recipient,
        provider=s.state.provider or "",
        origin=s.state.route,
        priority=s.state.priority,
        overview_version=s.state.overview_version,
        objectives=s.state.objectives,
        terms=terms,
        amount_minor=terms.amount_minor,
        currency=s.programme.currency,
        content_hash="0" * 64,
        drafted_by=s.facts.person,
        recorded_by=s.facts.recorder,
        approver=Party.FINANCE if by_finance else Party.PRINCIPAL_ADVISER,
        signatories=s.state.duties.sign,
    )
    return (unhashed.model_copy(update={"content_hash": agreement_hash(unhashed)}),)


def agreement_hash(event: e.AgreementDrafted) -> str:
    """What signatories sign: SHA-256 over everything in the agreement, personal texts in sealed form."""
    content = plain(event.model_dump(exclude={"content_hash", "drafted_by", "recorded_by", "approver"}))
    return sha256_hex(canonical_bytes(content))


def varied_hash(agreement: Agreement, version: int, end: date, quarter_days: int) -> str:
    """Hash of the agreement as varied: over the text it varies and all that a variation can change."""
    content = {
        "varies": agreement.content_hash,
        "agreement_version": version,
        "end": end.isoformat(),
        "quarter_days": quarter_days,
    }
    return sha256_hex(canonical_bytes(content))


def approve_funding(s: Situation) -> tuple[e.CaseEvent, ...]:
    agreement = agreement_of(s)
    event = e.FundingApproved(
        agreement_version=agreement.version,
        amount_minor=agreement.amount_minor,
        currency=s.programme.currency,
        approved_as=s.party,
    )
    return (event,)


def return_funding(s: Situation) -> tuple[e.CaseEvent, ...]:
    reason = expect(s.command, c.ReturnFunding).reason
    return (e.FundingReturned(agreement_version=agreement_of(s).version, reason=reason),)


def sign(s: Situation) -> tuple[e.CaseEvent, ...]:
    """The signature; the last one brings the agreement into force in the same step."""
    agreement = agreement_of(s)
    version, content_hash = agreement.version, agreement.content_hash
    signature: e.CaseEvent
    if s.party is Party.SIP:
        signature = e.AlignmentEndorsed(
            agreement_version=version, content_hash=content_hash, signed_by=s.facts.person
        )
    else:
        signature = e.AgreementSigned(
            agreement_version=version, party=s.party, content_hash=content_hash, signed_by=s.facts.person
        )
    if {*agreement.signed, s.party} == set(agreement.signatories):
        return signature, e.AgreementActivated(agreement_version=version, content_hash=content_hash)
    return (signature,)


def request_changes(s: Situation) -> tuple[e.CaseEvent, ...]:
    """Back to drafting; every signature on the text is void, and said to be."""
    agreement = agreement_of(s)
    changes = e.ChangesRequested(
        agreement_version=agreement.version, party=s.party, reason=expect(s.command, c.RequestChanges).reason
    )
    voided = tuple(
        e.SignatureVoided(agreement_version=agreement.version, party=party, cause="changes-requested")
        for party in agreement.signed
    )
    return (*voided, changes)


def agreement_of(s: Situation) -> Agreement:
    """The agreement of a case that has one."""
    if s.state.agreement is None:
        raise ValueError("the log is not a lawful history: no agreement in this stage")
    return s.state.agreement


def _split_goes_without_saying(programme: Programme, terms: AgreementTerms) -> Refusal | None:
    possible = financial_years(programme, terms.start, terms.end)
    if len(possible) == 1:
        return None
    return Refusal("R-SPLIT", f"The support spans {' and '.join(possible)}: say how many days fall in each.")


def _with_split(programme: Programme, terms: AgreementTerms) -> AgreementTerms:
    """The terms with the financial year named, where all days fall in one."""
    if terms.years:
        return terms
    first = financial_years(programme, terms.start, terms.end)[0]
    year = YearShare(financial_year=first, quarter_days=terms.quarter_days)
    return terms.model_copy(update={"years": (year,)})


def financial_years(programme: Programme, start: date, end: date) -> list[str]:
    """Financial years that the span touches: '2026-27' from 1 April on, '2026' where it is the calendar year."""
    if programme.financial_year == "january":
        return [str(year) for year in range(start.year, end.year + 1)]
    last = end.year - 1 if end.month < 4 else end.year
    first = start.year - 1 if start.month < 4 else start.year
    return [f"{year}-{(year + 1) % 100:02d}" for year in range(first, last + 1)]


def _money(minor: int) -> str:
    return f"{minor // 100:,}.{minor % 100:02d}"


def _days(quarters: int) -> str:
    return f"{quarters / 4:g}"
