"""To which division a case counts: what it was called when the case was opened, or what it is called since."""

from collections.abc import Set

from sqlalchemy import case, select

from activities.read_models.schema import case_row, designation, provider_offer, school
from starter.reading import Office

authority_now = case(
    (case_row.c.authority.in_(select(school.c.authority)), case_row.c.authority), else_=school.c.authority
)
"""The authority of a case, of `case_row` joined with the recipient's `school`: that which it was opened under. Where no
school of the register is of that any more, it was renamed or is gone, and the recipient's authority of today counts.
"""
cases_with_recipients = case_row.join(school, school.c.number == case_row.c.recipient)


def names_since(office: Office, typed: str) -> Set[str]:
    """What an authority is called since that cases were opened under and no school is of any more; none where none were."""
    query = (
        select(case_row.c.authority, authority_now.label("now")).select_from(cases_with_recipients).distinct()
    )
    rows = office.connection.execute(query)
    return {
        row.now for row in rows if row.authority.casefold() == typed.strip().casefold() != row.now.casefold()
    }


def programmes_of(office: Office, authority: str) -> Set[str]:
    """The programmes in which schools of the authority are designated, offer something or have cases."""
    own = school.c.authority == authority
    queries = (
        *(
            select(table.c.programme).join(school, school.c.number == table.c.school).where(own)
            for table in (designation, provider_offer)
        ),
        select(case_row.c.programme).select_from(cases_with_recipients).where(authority_now == authority),
    )
    return {code for query in queries for code in office.connection.execute(query.distinct()).scalars()}
