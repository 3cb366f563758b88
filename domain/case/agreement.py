"""The agreement: draft, money, signatures on one content hash. Transitions 14 to 18; its budget: budget.py."""

from datetime import date

from domain.canonical import canonical_bytes, plain, sha256_hex
from domain.case import commands as c
from domain.case import events as e
from domain.case.budget import with_fund
from domain.case.capacity_rules import planned_by_period
from domain.case.commands import expect
from domain.case.shape import Agreement
from domain.case.situation import Refusal, Situation
from domain.case.terms import with_split
from domain.parties import Party


def drafted_by_the_route(s: Situation) -> Refusal | None:
    drafter = s.state.duties.draft
    if s.party is drafter:
        return None
    return Refusal("R-POST", f"On this route the {s.noun('agreement')} is drafted by the {s.word(drafter)}.")


def signed_by_the_route(s: Situation) -> Refusal | None:
    signatories = agreement_of(s).signatories
    if s.party in signatories:
        return None
    words = " and the ".join(s.word(party) for party in signatories)
    return Refusal("R-POST", f"This {s.noun('agreement')} is signed by the {words}.")


def approver_suits_amount(s: Situation) -> Refusal | None:
    agreement = agreement_of(s)
    if s.party is not agreement.approver:
        return Refusal("R-POST", f"This amount is for the {s.word(agreement.approver)} to decide.")
    return None


def returner_suits_amount(s: Situation) -> Refusal | None:
    """Whoever may approve it may return it; the principal adviser may return what finance would approve, too."""
    return None if s.party is Party.PRINCIPAL_ADVISER else approver_suits_amount(s)


def approver_did_not_draft(s: Situation) -> Refusal | None:
    """Separation of duties: nobody approves the money of their own draft, nor records the approval of it."""
    agreement = agreement_of(s)
    if {agreement.drafted_by, agreement.recorded_by} & {s.facts.person, s.facts.recorder}:
        return Refusal("R-SEPARATION", "Whoever drafted the agreement may not approve its money.")
    return None


def signer_did_not_approve(s: Situation) -> Refusal | None:
    """Separation of duties: who approved the money neither signs nor records that another did.

    Who stands in for a signatory of the staff that let it lie endorses all the same: the office may have only one.
    """
    if s.state.stand_in(f"signature:{s.party}") is not None and s.facts.person == s.facts.recorder:
        return None
    if agreement_of(s).funded_by not in {s.facts.person, s.facts.recorder}:
        return None
    return Refusal(
        "R-SEPARATION",
        f"The money was approved by {agreement_of(s).funded_by}; whoever approved it neither signs the {s.noun('agreement')} "
        "nor records that another did.",
        "Let them sign themselves, or somebody else record it.",
    )


def sip_endorses_in_their_own_name(s: Situation) -> Refusal | None:
    """The schools may sign on paper; the endorsement is a word of the office, and its own people have keys."""
    if s.party is not Party.SIP or s.facts.person == s.facts.recorder:
        return None
    return Refusal(
        "R-OWN-NAME",
        f"Recorded by {s.facts.recorder} in the name of {s.facts.person}: but the {s.word(Party.SIP)} endorses in "
        "their own name.",
        f"Leave out --as: {s.facts.person} gives it with their own key, --profile {s.facts.person}.",
    )


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
    terms = with_fund(s, with_split(s.programme, expect(s.command, c.DraftAgreement).terms))
    terms = planned_by_period(s, terms)
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
        approved_by=s.facts.person,
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
            agreement_version=version,
            content_hash=content_hash,
            signed_by=s.facts.person,
            recorded_by=s.facts.recorder,
        )
    else:
        signature = e.AgreementSigned(
            agreement_version=version,
            party=s.party,
            content_hash=content_hash,
            signed_by=s.facts.person,
            recorded_by=s.facts.recorder,
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
