"""Many open cases at once, for what is done to many at once: every school of the register asks in several areas."""

from itertools import islice
from typing import Final

from sqlalchemy import select

from activities.read_models.schema import post, school
from domain.ids import case_reference, case_stream
from domain.parties import Post
from tests.activities.builders import Office

AREAS: Final = ("numeracy", "literacy", "humanities")


def open_many(
    office: Office, count: int, *, area: str | None = None, submitted: bool = True, start: str = "2027-01-11"
) -> tuple[str, ...]:
    """That many cases of EAS by the route sip, all awaiting the head's consent; their references.

    Of every school in one area after the other, or in the one that is named; not submitted, they stay drafts.
    """
    with office.reading.connect() as connection:
        schools = connection.execute(
            select(school.c.number, school.c.phase, post.c.person)
            .join(post, (post.c.school == school.c.number) & (post.c.post == Post.SIP.value))
            .order_by(school.c.number)
        ).all()
    needs = ((need, *row) for need in ((area,) if area else AREAS) for row in schools)
    references = []
    for need, number, phase, sip in islice(needs, count):
        key = f"many:{need}:{number}"
        references.append(case_reference("EAS", key))
        office.stream = case_stream(references[-1])
        office.done(
            sip,
            "open",
            {
                "programme": "EAS",
                "route": "sip",
                "recipient": number,
                "area": need,
                "phase": phase,
                "support_language": "en",
                "desired_start": start,
                "need": "Help with planning across the school.",
            },
            key=key,
        )
        if submitted:
            office.done(sip, "submit")
    assert len(references) == count
    return tuple(references)
