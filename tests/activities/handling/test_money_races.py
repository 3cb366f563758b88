"""Many at once for the same money: as many get it as there is money for, and every other is told the figure."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from activities.read_models.money_facts import funds_named
from activities.read_models.schema import case_row, post, school
from domain.ids import case_stream
from domain.messages import Refused
from domain.parties import Post
from tests.activities.builders import ADMIN, Office
from tests.many_cases import AREAS, open_many

CASES: Final = 50
HOLDS: Final = 30
PRICE: Final = 55_00
"""A quarter of a day at the sample's rate."""
PROVIDERS: Final = ("6990104", "6990105", "6990107", "6990109", "6990110")
"""Schools with a head of their own, and no curriculum partner who would have to be heard first."""


def test_of_fifty_at_once_thirty_get_what_a_fund_holds_and_twenty_are_told_why(office: Office) -> None:
    fund = {"programme": "EAS", "title": "For thirty", "currency": "GBP", "source": "Award"}
    office.done(
        "finance.gwilym", "open", fund | {"amount_minor": HOLDS * PRICE}, stream="fund/thirty.2026-27"
    )
    for number in PROVIDERS:
        _provide(office, number)
    cases = open_many(office, CASES + 10)
    references = [one for one in cases if _alike(office, one)][:CASES]
    heads = _heads(office)
    drafts = [_drafted(office, number, reference, heads) for number, reference in enumerate(references)]
    with ThreadPoolExecutor(10) as threads:
        answers = [handled.answer for handled in threads.map(office.handle, drafts)]
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(answers) - len(refused) == HOLDS
    assert {answer.code for answer in refused} == {"R-FUND"}
    assert {answer.message for answer in refused} == {
        "Fund thirty.2026-27 has GBP 0.00 left of GBP 1,650.00; GBP 55.00 are asked for."
    }
    assert all("held by EAS-" in answer.hint for answer in refused)
    with office.reading.connect() as connection:
        (left,) = funds_named(connection, ["thirty.2026-27"]).facts.funds
    assert (left.reserved, left.available) == (HOLDS * PRICE, 0)
    office.check()


def _provide(office: Office, number: str) -> None:
    """Let the school help with everything, as often as it is asked."""
    stream, areas = f"provider/{number}", {"programme": "EAS", "areas": list(AREAS)}
    office.done(ADMIN, "designate", areas | {"since": "2026-01-05"}, stream=stream)
    days = {"programme": "EAS", "first": "2026-spring-1", "quarter_days": 200}
    office.done(ADMIN, "declare-capacity", days, stream=stream)
    for area in AREAS:
        offer = {"programme": "EAS", "area": area, "languages": ["cy", "en"], "quarter_days": 200}
        office.done(ADMIN, "record-offer", offer, stream=stream)


def _heads(office: Office) -> dict[str, str]:
    with office.reading.connect() as connection:
        rows = connection.execute(select(post.c.school, post.c.person).where(post.c.post == Post.HEAD.value))
        return {row.school: row.person for row in rows}


def _alike(office: Office, reference: str) -> list[str]:
    """Providers of the same phase as the school that asks."""
    with office.reading.connect() as connection:
        case = connection.execute(select(case_row).where(case_row.c.reference == reference)).one()
        phases = dict(connection.execute(select(school.c.number, school.c.phase)).all())
    return [one for one in PROVIDERS if phases[one] == case.phase and one != case.recipient]


def _drafted(office: Office, number: int, reference: str, heads: dict[str, str]) -> Any:
    """The case brought to its draft, and the command that drafts it, not sent yet."""
    office.stream = case_stream(reference)
    with office.reading.connect() as connection:
        case = connection.execute(select(case_row).where(case_row.c.reference == reference)).one()
        sips = select(post.c.person).where(post.c.school == case.recipient, post.c.post == Post.SIP.value)
        sip = connection.execute(sips).scalars().first()
    today = office.now.date()
    alike = _alike(office, reference)
    provider, recipient = alike[number % len(alike)], heads[case.recipient]
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
    }  # fmt: skip
    return office.sign("broker.dylan", "draft-agreement", {"terms": terms})
