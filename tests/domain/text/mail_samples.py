"""A value for everything that a mail may name, in words of each language."""

from datetime import UTC, date, datetime
from typing import Final

from domain.programmes.model import Language, Programme
from domain.text.voice import Voice
from tests.domain.case.office import NAMES, deped, eas

REFERENCE: Final = "EAS-K7QX4MZ-R"


def sample_values(language: Language, programme: Programme | None = None) -> dict[str, str]:
    """What fills a mail of a case in which everything is known; without a programme, of the language's own."""
    programme = programme or (deped() if language == "fil" else eas())
    voice = Voice(programme, NAMES, language)
    due = voice.long_due(datetime(2026, 12, 4, 17 if programme.code == "EAS" else 9, tzinfo=UTC))
    return {
        "reference": REFERENCE,
        "programme": programme.title.said(language),
        "recipient": voice.school("6990001"),
        "provider": voice.school("6990002"),
        "area": voice.area("numeracy" if programme.code == "EAS" else "lac-sped"),
        "broker": voice.post("broker"),
        "wait": voice.wait("signature:recipient_head"),
        "owner": voice.party("recipient_head"),
        "due": due,
        "overdue": due,
        "days": voice.count("school_days", 10),
        "lapse": voice.long_day(date(2026, 12, 18)),
        "command": f"brokerage case sign {REFERENCE}",
        "visit": "V2",
        "on": voice.long_day(date(2026, 12, 1)),
        "was": voice.long_day(date(2026, 11, 24)),
        "length": voice.days(2),
        "mode": voice.code("mode", "in-person"),
        "school": voice.school("6990001"),
        "told": voice.party("recipient_head"),
        "reminders": "2",
        "part": voice.post("broker"),
        "to": voice.party("principal_adviser"),
        "asked": voice.school("6990003"),
        "start": voice.long_day(date(2026, 12, 1)),
        "end": voice.long_day(date(2027, 3, 26)),
        "review": voice.long_day(date(2027, 1, 8)),
        "network": {"cy": "Rhwydwaith rhifedd", "fil": "Ugnayan sa bilang"}.get(language, "Numeracy network"),
        "how": {"cy": "Ysgrifennwch atom.", "fil": "Sumulat sa amin."}.get(language, "Write to us."),
        "dates": voice.several([voice.long_day(date(2026, 12, 1)), voice.long_day(date(2027, 1, 8))]),
        "places": voice.count("places", 2),
        "outcome": voice.code("outcome", "met"),
        "claim": "C1",
        "account": "L1",
    }
