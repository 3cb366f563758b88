"""What fills the text of a mail: the case as it stands when the mail is written, in the words of one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.calendars.due import local_day
from domain.case import events as e
from domain.case.mail_templates import TEMPLATES, VISIT, WAITING
from domain.case.notices import Notice
from domain.case.shape import CaseState
from domain.case.waits import Awaited, awaited
from domain.directory.networks import NetworkEntry
from domain.parties import Party
from domain.programmes.model import Language, Programme
from domain.text.mail import MailText, mail_text
from domain.text.voice import Voice

_ENDS: Final = frozenset({"expire", "lapse"})


@dataclass(frozen=True)
class Subject:
    """What one mail is about: the notice, the event that it follows from, and the case as it stands now."""

    notice: Notice
    event: e.CaseEvent
    state: CaseState
    programme: Programme
    schools: Mapping[str, str]
    """Names by number."""
    network: NetworkEntry | None = None
    """The network or course that the case ended in, where it is one on record."""


def worded(subject: Subject, language: Language) -> MailText:
    """The mail in one language."""
    template = subject.notice.template
    return mail_text(
        template, language, _values(subject, Voice(subject.programme, subject.schools, language))
    )


def _values(subject: Subject, voice: Voice) -> dict[str, str]:
    """Every placeholder of the template; empty where there is nothing to say."""
    wanted = TEMPLATES[subject.notice.template]
    values = _common(subject, voice)
    if wanted & WAITING and subject.notice.wait is not None:
        values |= _waiting(subject, subject.notice.wait, voice)
    if wanted >= VISIT:
        values |= _visit(subject, voice)
    values |= _own(subject, voice)
    return {name: values.get(name, "") for name in wanted}


def _common(subject: Subject, voice: Voice) -> dict[str, str]:
    state, programme = subject.state, subject.programme
    return {
        "reference": state.reference,
        "programme": programme.title.said(voice.language),
        "recipient": voice.school(state.recipient),
        "provider": voice.school(state.provider) if state.provider else "",
        "area": voice.area(state.area),
        "broker": programme.vocabulary[Party.BROKER.value].said(voice.language),
    }


def _waiting(subject: Subject, wait: str, voice: Voice) -> dict[str, str]:
    state = subject.state
    values = {"wait": voice.wait(wait)}
    item = next((item for item in awaited(state) if item.wait == wait), None)
    if item is not None:
        values |= {"owner": voice.party(item.owner), "command": _command(item, state.reference)}
    deadline = state.deadline(wait)
    if deadline is None:
        return values
    due = voice.long_due(deadline.due_at)
    end = next((step for step in deadline.steps if step.do in _ENDS), None)
    zone = subject.programme.time_zone
    return values | {
        "due": due,
        "days": voice.count(deadline.unit, deadline.days) if deadline.unit and deadline.days else "",
        "lapse": voice.long_day(local_day(end.at, zone)) if end else "",
        "overdue": due if deadline.passed else "",
        "number": str(max(deadline.reminders, 1)),
        "reminders": str(deadline.reminders),
    }


def _command(item: Awaited, reference: str) -> str:
    """The line that answers a wait, as far as the case alone says it."""
    which = item.wait.partition(":")[2]
    flag = {"contact": f" --party {which}"}.get(
        item.name, f" --visit {which}" if "visit_" in item.wait else ""
    )
    return f"brokerage case {item.verb} {reference}{flag}"


def _visit(subject: Subject, voice: Voice) -> dict[str, str]:
    event, state = subject.event, subject.state
    visit = state.visit(getattr(event, "visit", ""))
    on: date | None = getattr(event, "on", visit.on if visit else None)
    mode = getattr(event, "mode", None)
    quarter_days = getattr(event, "quarter_days", visit.quarter_days if visit else None)
    return {
        "visit": getattr(event, "visit", ""),
        "on": voice.long_day(on) if on else "",
        "length": voice.days(quarter_days) if quarter_days else "",
        "mode": voice.code("mode", mode) if mode else "",
        "school": voice.school(state.recipient),
    }


def _own(subject: Subject, voice: Voice) -> dict[str, str]:
    """Placeholders of one template only, from its own event."""
    event, agreement = subject.event, subject.state.agreement
    match event:
        case e.EscalationRaised():
            flag = f"--escalation {event.number}"
            return {"command": f"brokerage case acknowledge {subject.state.reference} {flag}"}
        case e.RequestSignposted():
            return _network(subject.network, voice)
        case e.RequestEnrolled():
            return _network(subject.network, voice) | {"places": voice.count("places", event.places)}
        case e.DeadlineSet():
            return _which(event.wait, voice)
        case e.WaitReassigned():
            return {"wait": voice.wait(event.wait), "to": voice.party(event.to)}
        case e.WorkAssigned():
            return {"part": voice.party(event.party)}
        case e.CaseLapsed():
            return {"wait": voice.wait(event.wait), "owner": voice.party(event.party)}
        case e.OfferRescinded() | e.OfferExpired():
            return {"asked": voice.school(event.provider)}
        case e.VisitRescheduled():
            return {"was": voice.long_day(event.was)}
        case e.DisputeResolved():
            return {"visit": event.visit, "length": voice.days(event.counted_quarter_days)}
        case e.ClaimReturned():
            return {"claim": event.claim}
        case e.LiquidationReturned():
            return {"account": event.liquidation}
        case e.CasePaused():
            return {"review": voice.long_day(event.review_on)}
        case e.CaseClosed():
            return {"outcome": voice.code("outcome", event.outcome)}
        case e.AgreementVaried():
            return {"end": voice.long_day(event.end), "length": voice.days(event.quarter_days)}
        case e.DeliveryExtended():
            return {"end": voice.long_day(event.until), "length": voice.days(event.quarter_days)}
        case e.AgreementActivated() if agreement is not None:
            return {
                "start": voice.long_day(agreement.terms.start),
                "end": voice.long_day(agreement.end),
                "length": voice.days(agreement.quarter_days),
            }
    return {}


def _network(entry: NetworkEntry | None, voice: Voice) -> dict[str, str]:
    if entry is None:
        return {}
    days = [voice.long_day(day) for day in entry.dates]
    return {
        "network": entry.title.said(voice.language),
        "how": entry.how.said(voice.language),
        "dates": voice.several(days),
    }


def _which(wait: str, voice: Voice) -> dict[str, str]:
    """What a wait is about, where there may be several of its kind."""
    name, _, which = wait.partition(":")
    if name == "contact":
        return {"told": voice.party(which)}
    return {"visit": which} if name.startswith("visit_") else {}
