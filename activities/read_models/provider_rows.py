"""Rows about providers: what is declared of a school, and what each case says of the school that helps."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Table

from activities.read_models import schema
from domain.calendars.half_terms import order_of
from domain.case.capacity import capacity_uses, current_offer
from domain.case.state import CaseState
from domain.directory.providers import ProviderState
from domain.programmes.model import Programme

Rows = list[dict[str, Any]]

_PER_MILLE: Final = {"not-met": 0, "partly-met": 500, "met": 850, "exceeded": 1000}
"""What a validated rating counts in a school's record; what could not be assessed counts nothing."""


def provider_values(number: str, state: ProviderState, position: int) -> dict[Table, Rows]:
    """The rows of one provider, by table."""
    own = {"school": number, "position": position}
    return {
        schema.provider_offer: [
            own
            | {
                "programme": offer.programme,
                "area": offer.area,
                "languages": " ".join(offer.languages),
                "quarter_days": offer.quarter_days,
            }
            for offer in state.offers
        ],
        schema.designation: [
            own
            | {
                "programme": one.programme,
                "areas": " ".join(one.areas),
                "since": one.since.isoformat(),
                "until": one.until.isoformat() if one.until else None,
            }
            for one in state.designations
        ],
        schema.suspension: [
            own | {"programme": one.programme, "reason": one.reason_code} for one in state.suspended
        ],
        schema.capacity: [
            own
            | {
                "programme": one.programme,
                "first": one.first,
                "last": one.last,
                "quarter_days": one.quarter_days,
            }
            for one in state.capacity
        ],
        schema.conflict: [own | {"other": one.school} for one in state.conflicts],
        schema.inspection: [
            own | {"since": one.since.isoformat(), "until": one.until.isoformat()}
            for one in (state.inspection,)
            if one is not None
        ],
    }


def use_values(state: CaseState, position: int) -> Rows:
    """What the case takes of its provider's days, by half term."""
    return [
        {
            "reference": state.reference,
            "period": use.period,
            "school": use.school,
            "programme": state.programme,
            "period_order": order_of(use.period),
            "held": use.held,
            "committed": use.committed,
            "given": use.given,
            "offered_by": use.by,
            "position": position,
        }
        for use in capacity_uses(state)
    ]


def partnership_values(state: CaseState, programme: Programme, position: int) -> Rows:
    """The case as one in which a school was the provider, once it has accepted."""
    offer = current_offer(state)
    if offer is None or offer.accepted_at is None:
        return []
    return [
        {
            "reference": state.reference,
            "school": offer.provider,
            "programme": state.programme,
            "recipient": state.recipient,
            "area": state.area,
            "accepted_on": offer.accepted_at.astimezone(ZoneInfo(programme.time_zone)).date().isoformat(),
            "per_mille": validated_per_mille(state),
            "position": position,
        }
    ]


def objection_values(state: CaseState, programme: Programme, position: int) -> Rows:
    """To whom the recipient's head objected in the case, and when."""
    return [
        {
            "reference": state.reference,
            "school": one.school,
            "recipient": state.recipient,
            "objected_on": one.at.astimezone(ZoneInfo(programme.time_zone)).date().isoformat(),
            "position": position,
        }
        for one in state.objections
    ]


def validated_per_mille(state: CaseState) -> int | None:
    """How far the objectives were met, as validated; None before that, or where none could be assessed."""
    known = [_PER_MILLE[rated.rating] for rated in state.validated if rated.rating in _PER_MILLE]
    return sum(known) // len(known) if known else None
