"""What is said of an event of a directory stream: of the fund, the school, the person, in words and not by its stream."""

from typing import Any, Final

from domain.directory.providers import DesignationEnded
from domain.directory.schools import SchoolClosed, SchoolState
from domain.text.voice import capital

_SENTENCES: Final = {
    "PersonRegistered": "{} is on record.",
    "PostAssigned": "A post was recorded for {}.",
    "PostEnded": "The end of a post was recorded for {}.",
    "KeyReplaced": "The key of {} was replaced.",
    "SchoolRegistered": "{} is in the register.",
    "SchoolClosed": "{} is closed{closed}.",
    "SchoolReopened": "{} is open again.",
    "SchoolMissing": "{} is in its register no more: it is inactive.",
    "OfferRecorded": "An offer of {} was recorded.",
    "ProviderDesignated": "{} is designated.",
    "DesignationEnded": "The end of the designation of {} was recorded: none is left after {until}.",
    "CapacityDeclared": "The days of {} were declared.",
    "ConflictDeclared": "A conflict of {} with another school was recorded.",
    "ConflictCleared": "A conflict of {} with another school stands no longer.",
    "ProviderSuspended": "{} is offered no new cases for the time being.",
    "ProviderResumed": "{} is offered cases again.",
    "InspectionAnnounced": "Notice of an inspection of {} was recorded: no new cases until five school days after the visit.",
    "InspectionWithdrawn": "The inspection of {} stands no longer.",
    "ProgrammePublished": "{} is in force.",
    "CalendarPublished": "{} is in force.",
    "FundOpened": "{} is open.",
    "FundAllocated": "Money was put into {}.",
    "GrantsAllocated": "The grants of schools were put into {}.",
    "FundReduced": "Money was taken out of {}.",
    "FundCarriedForward": "What an earlier fund had left was brought into {}.",
    "FundClosed": "{} is closed: it takes no new reservation.",
    "RatePublished": "A day rate is in force in {}.",
    "OverviewRecorded": "A version of {} was recorded.",
    "NetworkOpened": "{} is open to schools.",
    "NetworkChanged": "{} was changed.",
    "NetworkClosed": "{} takes no more schools.",
    "SchoolDaysSet": "The own days of a school were recorded in {}.",
}

_NOUNS: Final = {
    "person": "person {}",
    "school": "school {}",
    "provider": "school {}",
    "programme": "programme {}",
    "calendar": "calendar {}",
    "fund": "fund {}",
    "ratecard": "rate card {}",
    "network": "network {}",
    "overview": "the support overview of school {}",
}


def told(kind: str, key: str, event: object, after: Any) -> str:
    """The sentence of an event; `after` is what its stream says then, where a school has its name from."""
    subject = _NOUNS[kind].format(key)
    if isinstance(after, SchoolState) and after.entry is not None:
        subject = f"{after.entry.name} ({key})"
    closed = ""
    if isinstance(event, SchoolClosed):
        closed = f" since {event.on.isoformat()}" if event.on else ""
        closed += f"; school {event.successor} takes its place" if event.successor else ""
    until = event.until.isoformat() if isinstance(event, DesignationEnded) else ""
    return capital(_SENTENCES[type(event).__name__].format(subject, closed=closed, until=until))
