"""Every event in every way it is told, each with the programme it happened in."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final, get_args

from domain.case import events as e
from domain.case.chasing_events import DueStep
from domain.case.money_events import OpenVisit
from domain.case.stages import Stage
from domain.parties import Party
from domain.programmes import Programme
from tests.domain.case.office import deped, eas, sealed
from tests.domain.case.test_state import offices

_OTHERWISE: Final[dict[type[e.CaseEvent], dict[str, object]]] = {
    e.RequestAmended: {"request_version": 0},
    e.MatchCandidatesScored: {"candidates": ()},
    e.PartnerOffered: {"periods": ()},
    e.OfferAccepted: {"conflict": "declared"},
    e.ImpactValidated: {"disagreements": (1, 2)},
    e.CaseClosed: {"unevaluated": True},
    e.ClaimSubmitted: {"other_years_minor": 60_00},
    e.BudgetReconciled: {"left_open": (OpenVisit(visit="V2", because="not-recorded"),)},
}
"""What must be different in an event for its other variant to be told."""

_HEAD: Final = Party.RECIPIENT_HEAD
_WAIT: Final = "signature:recipient_head"
_DUE: Final = datetime(2026, 12, 4, 17, tzinfo=UTC)
_LAPSE: Final = DueStep(at=_DUE, do="lapse", after=20, days=20, to=None)


@lru_cache(maxsize=1)
def events_told() -> tuple[tuple[e.CaseEvent, Programme], ...]:
    """The events of all sample cases, their other variants, and what comes of silence."""
    events = [(event, office.programme) for office in offices() for event, _ in office.log]
    otherwise = [
        (event.model_copy(update=_OTHERWISE[type(event)]), programme)
        for event, programme in events
        if type(event) in _OTHERWISE
    ]
    silence = [(event, programme) for event in _of_silence() for programme in (eas(), deped())]
    return (*events, *otherwise, *silence)


def _of_silence() -> Iterator[e.CaseEvent]:
    for cause in get_args(e.DeadlineMoved.model_fields["cause"].annotation):
        yield e.DeadlineMoved(
            wait=_WAIT,
            owner=_HEAD,
            was=_DUE,
            due_at=_DUE,
            calendar="wales@3",
            provisional=False,
            cause=cause,
            steps=(_LAPSE,),
        )
    yield e.OfferExpired(provider="6990002", offer=3)
    yield e.FollowUpMissed()
    yield e.TimerIgnored(wait=_WAIT, due_at=_DUE)
    yield e.ReminderIssued(wait=_WAIT, owner=_HEAD, after=5, due_at=_DUE, missed=0, again_at=None)
    yield e.EscalationRaised(
        number=1,
        wait=_WAIT,
        owner=_HEAD,
        to=Party.BROKER,
        after=10,
        due_at=_DUE,
        missed=0,
        again_at=None,
    )
    yield e.EscalationAcknowledged(number=1, wait=_WAIT, acknowledged_as=Party.BROKER, note=sealed("note"))
    yield e.WaitReassigned(wait="validation", owner=Party.SIP, to=Party.PRINCIPAL_ADVISER)
    yield e.LapseHeld(
        wait=_WAIT, owner=_HEAD, because=("reminder-not-delivered", "escalation-not-acknowledged")
    )
    yield e.DraftExpired()
    yield e.CaseLapsed(wait=_WAIT, party=_HEAD, stage=Stage.AWAITING_SIGNATURES)
    yield e.CaseReopened(to="triage", reason=sealed("reason"))
    yield e.WorkAssigned(party=Party.BROKER, person="d.rees", was=None)
    for reached in (True, False):
        yield e.ContactRecorded(party=_HEAD, method="phone", reached=reached, note=None)
    yield e.MailAccepted(
        mail="m.head",
        template="reminder",
        template_version=1,
        party=_HEAD,
        person="head.6990001",
        language="en",
        wait=_WAIT,
    )
    for person in ("head.6990001", None):
        yield e.MailFailed(
            mail="m.head",
            template="reminder",
            template_version=1,
            party=_HEAD,
            person=person,
            reason="no-address" if person else "nobody",
            wait=_WAIT,
        )
    day, later = date(2026, 12, 1), date(2026, 12, 8)
    yield e.VisitRescheduled(
        visit="V2",
        was=day,
        on=later,
        quarter_days=2,
        mode=None,
        moved_as=Party.PROVIDER_LEAD,
        notice_days=3,
    )
    yield e.VisitCancelled(
        visit="V2",
        on=day,
        because_of="recipient",
        reason_code="closure",
        cancelled_as=Party.PROVIDER_LEAD,
        notice_days=3,
    )
