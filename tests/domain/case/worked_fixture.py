"""One request of a Newport primary school, from September 2025 to June 2026, day by day.

The course is that of the field notes this product was designed from (docs/lifecycle.md): a request of the
school itself in numeracy, two offers, a pause for an inspection. Every due date in it was first counted
by hand on the wall calendar of 2025-26; the tests hold them against what the rules say.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, Final

from domain.calendars.school_days import SchoolDays
from tests.domain.calendars.files import WALES
from tests.domain.case.office import DALE, HILL, NAMES, OBJECTIVE, SEA, ZONE, Office

Say = Callable[..., Any]
WHOLE_DAY: Final = "1"
FIRST_MORNING: Final = datetime.combine(date(2025, 9, 16), time(9), ZONE)


def newport(calendar: SchoolDays | None = None) -> Office:
    """An office on the calendar of Wales, on the morning of 16 September 2025."""
    office = Office("school")
    for number in NAMES:
        office.days[number] = calendar or SchoolDays(WALES, 1, "Newport", number)
    office.now = FIRST_MORNING
    return office


def on(office: Office, day: str, at: str = "09:00") -> Office:
    """That day; what was to happen before has happened."""
    office.until_instant(datetime.combine(date.fromisoformat(day), time.fromisoformat(at), ZONE))
    return office


def due(office: Office, wait: str) -> str:
    """The day on which a wait is due, at five in the afternoon local time."""
    deadline = office.state.deadline(wait)
    assert deadline is not None, f"nothing is awaited under {wait}"
    local = deadline.due_at.astimezone(ZONE)
    assert local.time() == time(17)
    return local.date().isoformat()


def to_signatures(office: Office) -> None:
    """From the request to the day on which both heads and the SIP are asked to sign."""
    office.done("head.hill", "open", desired_start=date(2025, 11, 3))
    office.done("head.hill", "submit")
    on(office, "2025-09-23").done("sip.hill", "align")
    on(office, "2025-09-26").done("broker", "triage")
    on(office, "2025-10-08").done(
        "sip.hill", "scope", objectives=[OBJECTIVE], quarter_days="6", met_on=date(2025, 10, 8)
    )
    on(office, "2025-10-14").done("broker", "offer", provider=DALE)
    on(office, "2025-10-20").done(
        "head.dale", "decline-offer", reason_code="capacity", reason="no numeracy lead this term"
    )
    on(office, "2025-10-21").done("broker", "offer", provider=SEA)
    on(office, "2025-11-03").done("head.sea", "accept-offer")
    on(office, "2025-11-10").done("broker", "draft-agreement", terms=terms(office))
    on(office, "2025-11-14").done("finance", "approve-funding")


def to_delivery(office: Office) -> None:
    """Signed on the last day, ten minutes before five."""
    to_signatures(office)
    on(office, "2025-11-18").done("head.hill", "sign")
    on(office, "2025-11-24").done("sip.hill", "sign")
    on(office, "2025-11-28", "16:50").done("head.sea", "sign")


def to_pause(office: Office) -> None:
    """Three visits, the mid review, and then word of an inspection."""
    to_delivery(office)
    for number, day in enumerate(("2025-12-16", "2026-01-14", "2026-01-28"), start=1):
        hold(office, f"V{number}", day)
    on(office, "2026-02-10").done("sip.hill", "mid-review")
    on(office, "2026-02-23").done("broker", "pause", review_on=date(2026, 3, 19))


def to_review(office: Office) -> None:
    """Resumed five school days after the inspection; the last visit completes the delivery."""
    to_pause(office)
    on(office, "2026-03-19").done("broker", "resume")
    for number, day in enumerate(("2026-03-24", "2026-04-22", "2026-05-20"), start=4):
        hold(office, f"V{number}", day)
    office.done("lead.sea", "complete")


def to_close(office: Office) -> None:
    """Both sides review, the SIP validates, the broker closes."""
    to_review(office)
    on(office, "2026-06-03").done("lead.sea", "review")
    on(office, "2026-06-10").done("head.hill", "review")
    on(office, "2026-06-22").done("sip.hill", "validate")
    office.done("broker", "close", outcome="partly-met", follow_up="check-in")


def hold(office: Office, visit: str, day: str, *, recorded: str | None = None) -> None:
    """A visit that was planned some days before, held, recorded and confirmed."""
    office.done("lead.sea", "schedule-visit", on=date.fromisoformat(day), quarter_days=WHOLE_DAY)
    on(office, recorded or day, "16:00").done(
        "lead.sea", "record-visit", visit=visit, on=date.fromisoformat(day), quarter_days=WHOLE_DAY
    )
    office.done("lead.hill", "confirm-visit", visit=visit)


def terms(office: Office) -> dict[str, Any]:
    """Six days from December to July, four of them before the financial year ends."""
    return office.terms(
        start=date(2025, 12, 1),
        end=date(2026, 7, 3),
        quarter_days="6",
        years=[
            {"financial_year": "2025-26", "quarter_days": "4"},
            {"financial_year": "2026-27", "quarter_days": "2"},
        ],
        mid_review_on=date(2026, 3, 2),
        final_review_on=date(2026, 7, 10),
    )


__all__ = [
    "HILL",
    "SEA",
    "due",
    "hold",
    "newport",
    "on",
    "to_close",
    "to_delivery",
    "to_pause",
    "to_review",
    "to_signatures",
]
