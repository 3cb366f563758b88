"""How events of a case read that were stored before routes had duties, ways of working names, waits ladders and providers capacity.

Values stand here as they held then, spelt out: a default that changes one day must not change the past.
"""

from typing import Final

from domain.upcasting import Payload, Upcaster


def _drafted_before_duties(payload: Payload) -> Payload:
    """A broker found the provider of every case, and the SIP scoped and endorsed."""
    duties = {
        "scope": "sip",
        "present": ["recipient_head", "sip"],
        "draft": "broker",
        "sign": ["recipient_head", "provider_head", "sip"],
    }
    return payload | {"provider": None, "duties": duties}


def _agreement_before_work_modes(payload: Payload) -> Payload:
    """Both heads and the SIP signed every agreement; none named a way of working or paid for supplies."""
    terms = payload["terms"] | {"work_modes": [], "supplies_minor": 0}
    return payload | {"terms": terms, "signatories": ["recipient_head", "provider_head", "sip"]}


def _agreement_before_funds(payload: Payload) -> Payload:
    """No account was kept of money, so no agreement named the fund that pays."""
    return payload | {"terms": payload["terms"] | {"fund": None}}


def _visit_before_work_modes(payload: Payload) -> Payload:
    return payload | {"work_mode": None}


def _deadline_before_ladders(payload: Payload) -> Payload:
    """Nobody was reminded: a deadline passed, and that was all. On which school's days it counted was not kept."""
    unsaid = {"unit": None, "school": None, "began": None}
    return payload | unsaid | {"provisional": False, "steps": []}


def _pause_before_ladders(payload: Payload) -> Payload:
    return payload | {"kept": [kept | {"steps": []} for kept in payload["kept"]]}


def _offer_before_capacity(payload: Payload) -> Payload:
    """The broker named a school; nobody was ranked, and no days were held."""
    return payload | {
        "periods": [],
        "rank": None,
        "milli_points": None,
        "pool": None,
        "overrides": False,
        "offered_by": None,
    }


def _visit_before_capacity(payload: Payload) -> Payload:
    """Nobody's half term was kept; who recorded a visit stood in the envelope alone, and no rule looked at it."""
    return payload | {"period": None, "noted_by": None, "recorded_by": None}


def _funding_before_names(payload: Payload) -> Payload:
    """Who gave these words stood in the envelope alone, and no rule about money looked at it."""
    return payload | {"approved_by": None}


def _signature_before_recorders(payload: Payload) -> Payload:
    return payload | {"recorded_by": None}


def _reserved_before_payments_were_held(payload: Payload) -> Payload:
    """Nothing was held back for a review."""
    return payload | {"last_after_review": False}


def _confirmation_before_names(payload: Payload) -> Payload:
    return payload | {"confirmed_by": None, "recorded_by": None}


def _settled_dispute_before_names(payload: Payload) -> Payload:
    return payload | {"settled_by": None, "recorded_by": None}


def _extension_before_capacity(payload: Payload) -> Payload:
    return payload | {"periods": []}


def _variation_before_capacity(payload: Payload) -> Payload:
    """What was left to give stayed planned as it was."""
    return payload | {"periods": None}


def _drafted_before_consultation(payload: Payload) -> Payload:
    """No route asked for an orientation, for a plan to be cited, or for anybody at the provider to be heard."""
    unasked = {"consulted": [], "orientation": False, "plan_cited": False}
    return payload | {"duties": payload["duties"] | unasked}


def _signposted_before_offers(payload: Payload) -> Payload:
    return payload | {"offer": None}


def _scoped_before_plans(payload: Payload) -> Payload:
    return payload | {"plan": None}


def _ended_before_late_notes(payload: Payload) -> Payload:
    """A visit that was not recorded when delivery ended never was, and nobody was asked for it."""
    return payload | {"delivery_ended_on": None}


def _settled_before_visits_were_named(payload: Payload) -> Payload:
    return payload | {"left_open": []}


def _returned_before_it_was_told(payload: Payload) -> Payload:
    return payload | {"told": False}


def _claimed_before_years_were_told_apart(payload: Payload) -> Payload:
    return payload | {"other_years_minor": None}


CASE_UPCASTERS: Final[tuple[Upcaster, ...]] = (
    Upcaster("CaseDrafted", 1, 2, _drafted_before_duties),
    Upcaster("CaseDrafted", 2, 3, _drafted_before_consultation),
    Upcaster("RequestSignposted", 1, 2, _signposted_before_offers),
    Upcaster("NeedScoped", 1, 2, _scoped_before_plans),
    Upcaster("AgreementDrafted", 1, 2, _agreement_before_work_modes),
    Upcaster("AgreementDrafted", 2, 3, _agreement_before_funds),
    Upcaster("FundingApproved", 1, 2, _funding_before_names),
    Upcaster("AgreementSigned", 1, 2, _signature_before_recorders),
    Upcaster("AlignmentEndorsed", 1, 2, _signature_before_recorders),
    Upcaster("BudgetReserved", 1, 2, _reserved_before_payments_were_held),
    Upcaster("VisitConfirmed", 1, 2, _confirmation_before_names),
    Upcaster("DisputeResolved", 1, 2, _settled_dispute_before_names),
    Upcaster("VisitRecorded", 1, 2, _visit_before_work_modes),
    Upcaster("VisitRecorded", 2, 3, _visit_before_capacity),
    Upcaster("PartnerOffered", 1, 2, _offer_before_capacity),
    Upcaster("DeliveryExtended", 1, 2, _extension_before_capacity),
    Upcaster("AgreementVaried", 1, 2, _variation_before_capacity),
    Upcaster("DeliveryCompleted", 1, 2, _ended_before_late_notes),
    Upcaster("CaseWithdrawn", 1, 2, _ended_before_late_notes),
    Upcaster("ClaimSubmitted", 1, 2, _claimed_before_years_were_told_apart),
    Upcaster("ClaimReturned", 1, 2, _returned_before_it_was_told),
    Upcaster("LiquidationReturned", 1, 2, _returned_before_it_was_told),
    Upcaster("BudgetReconciled", 1, 2, _settled_before_visits_were_named),
    Upcaster("DeadlineSet", 1, 2, _deadline_before_ladders),
    Upcaster("CasePaused", 1, 2, _pause_before_ladders),
)
