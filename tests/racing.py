"""Many cases at the brink: all want the days of one school, or the money of one fund, and there is too little of it."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from activities.read_models.schema import case_row, post, school
from domain.ids import case_reference, case_stream
from domain.messages import Command
from domain.parties import Post
from tests.activities.builders import ADMIN, Office
from tests.many_cases import AREAS as AREAS_OF_MANY
from tests.many_cases import open_many

BROKER: Final = "broker.dylan"
SEA: Final = "provider/6990103"
SPRING: Final = "2027-spring-1"
SIPS: Final = {
    "6990001": "carys", "6990003": "carys", "6990004": "carys", "6990006": "gethin", "6990008": "gethin",
    "6990009": "gethin", "6990011": "nerys", "6990012": "nerys", "6990014": "nerys", "6990016": "tomos",
    "6990018": "tomos", "6990020": "tomos", "6990021": "tomos",
}  # fmt: skip
"""Primary schools, with the improvement partner of each."""
AREAS: Final = ("numeracy", "literacy", "digital-competence", "humanities")

HOLDS: Final = 30
PRICE: Final = 55_00
"""A quarter of a day at the sample's rate."""
PROVIDERS: Final = ("6990104", "6990105", "6990107", "6990109", "6990110")
"""Schools with a head of their own, and no curriculum partner who would have to be heard first."""


def in_matching(office: Office, recipient: str, area: str, start: str = "2027-01-11") -> str:
    """A case of that school that looks for a partner from that day on; its stream."""
    sip, key = f"sip.{SIPS[recipient]}", f"case-{recipient}-{area}"
    office.stream = case_stream(case_reference("EAS", key))
    opening = {
        "programme": "EAS", "route": "sip", "recipient": recipient, "area": area, "phase": "primary",
        "support_language": "either", "need": "help", "desired_start": start,
    }  # fmt: skip
    objective = {"aim": "a", "baseline": "b", "success": "c"}
    scoped = {"objectives": [objective], "quarter_days": 4, "met_on": office.now.date().isoformat()}
    office.done(sip, "open", opening, key=key)
    office.done(sip, "submit")
    office.done(f"head.{recipient}", "consent", {"request_version": 1})
    office.done(BROKER, "triage", {"tier": "light"})
    office.done(sip, "scope", scoped)
    return office.stream


def designate(office: Office, days: int, period: str = SPRING, areas: tuple[str, ...] = AREAS) -> None:
    """The school by the sea helps in these areas, and has so many quarter-days in that half term."""
    designation = {"programme": "EAS", "areas": list(areas), "since": "2026-01-05"}
    office.done(ADMIN, "designate", designation, stream=SEA)
    declared = {"programme": "EAS", "first": period, "last": period, "quarter_days": days}
    office.done(BROKER, "declare-capacity", declared, stream=SEA)


def fund_of_thirty(office: Office, year: str) -> str:
    """A fund that bears thirty of these cases, and providers that are asked as often as one likes; its stream."""
    body = {"programme": "EAS", "title": "For thirty", "currency": "GBP", "source": "Award"}
    stream = f"fund/thirty.{year}"
    office.done("finance.gwilym", "open", body | {"amount_minor": HOLDS * PRICE}, stream=stream)
    for number in PROVIDERS:
        provide(office, number)
    return stream


def drafts(office: Office, count: int, year: str) -> list[Command]:
    """Commands that draft the agreements of so many cases, none of them sent yet; each takes as much of the fund."""
    cases = open_many(office, count + 10, start=(office.now + timedelta(days=60)).date().isoformat())
    references = [one for one in cases if alike(office, one)][:count]
    heads = heads_of(office)
    return [drafted(office, number, one, heads, year) for number, one in enumerate(references)]


def provide(office: Office, number: str) -> None:
    """Let the school help with everything, as often as it is asked."""
    stream, areas = f"provider/{number}", {"programme": "EAS", "areas": list(AREAS_OF_MANY)}
    office.done(ADMIN, "designate", areas | {"since": "2026-01-05"}, stream=stream)
    days = {"programme": "EAS", "first": "2026-spring-1", "quarter_days": 200}
    office.done(ADMIN, "declare-capacity", days, stream=stream)
    for area in AREAS_OF_MANY:
        offer = {"programme": "EAS", "area": area, "languages": ["cy", "en"], "quarter_days": 200}
        office.done(ADMIN, "record-offer", offer, stream=stream)


def heads_of(office: Office) -> dict[str, str]:
    """The head of each school."""
    with office.reading.connect() as connection:
        rows = connection.execute(select(post.c.school, post.c.person).where(post.c.post == Post.HEAD.value))
        return {row.school: row.person for row in rows}


def alike(office: Office, reference: str) -> list[str]:
    """Providers of the same phase as the school that asks."""
    with office.reading.connect() as connection:
        case = connection.execute(select(case_row).where(case_row.c.reference == reference)).one()
        phases = dict(connection.execute(select(school.c.number, school.c.phase)).all())
    return [one for one in PROVIDERS if phases[one] == case.phase and one != case.recipient]


def drafted(office: Office, number: int, reference: str, heads: dict[str, str], year: str) -> Command:
    """The case brought to its draft, and the command that drafts it, not sent yet."""
    office.stream = case_stream(reference)
    with office.reading.connect() as connection:
        case = connection.execute(select(case_row).where(case_row.c.reference == reference)).one()
        sips = select(post.c.person).where(post.c.school == case.recipient, post.c.post == Post.SIP.value)
        sip = connection.execute(sips).scalars().first()
    today = office.now.date()
    fitting = alike(office, reference)
    provider, recipient = fitting[number % len(fitting)], heads[case.recipient]
    objective = {"aim": "a", "baseline": "b", "success": "c"}
    office.done(recipient, "consent", {"request_version": 1})
    office.done("broker.dylan", "triage", {"tier": "light"})
    scoped = {"objectives": [objective], "quarter_days": 1, "met_on": today.isoformat()}
    office.done(str(sip), "scope", scoped)
    office.done("broker.dylan", "offer", {"provider": provider, "reason": "near"})
    office.done(heads[provider], "accept-offer", {"conflict": "none"})
    later = [(today + timedelta(weeks=weeks)).isoformat() for weeks in (2, 4, 6)]
    terms = {
        "start": today.isoformat(), "mid_review_on": later[0], "end": later[1], "final_review_on": later[2],
        "quarter_days": 1, "mode": "online", "language": "en", "activities": "…", "expectations": "…",
        "provider_lead": heads[provider], "recipient_lead": recipient, "safeguarding_contact": recipient,
        "cover_minor": PRICE, "rate_card": "eas-2026", "fund": "thirty",
        "years": [{"financial_year": year, "quarter_days": 1}],
    }  # fmt: skip
    return office.sign("broker.dylan", "draft-agreement", {"terms": terms})
