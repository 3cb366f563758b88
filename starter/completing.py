"""What a TAB offers that only the home knows: references, schools, areas, people. Never an error."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from starter.reading import Office

Candidates = list[tuple[str, str]]
"""What can be typed, and what it stands for, where the shell shows that."""


def references(_context: Any) -> Candidates:
    """Cases that are still being dealt with."""
    return _found(_references)


def schools(_context: Any) -> Candidates:
    """Schools of the register."""
    return _found(lambda office: sorted(office.school_names().items()))


def areas(_context: Any) -> Candidates:
    """Areas of support of every programme in force."""
    return _found(lambda office: sorted({(a.code, a.title.en) for p in _programmes(office) for a in p.areas}))


def programmes(_context: Any) -> Candidates:
    """Programmes in force."""
    return _found(lambda office: [(each.code, each.title.en) for each in _programmes(office)])


def funds(_context: Any) -> Candidates:
    """Funds with their financial years."""
    return _found(_funds)


def people(_context: Any) -> Candidates:
    """People on record, by id; their names stay sealed."""
    return _found(_people)


def profiles(_context: Any) -> Candidates:
    """People whose key lies in this home."""
    from activities.settings import Settings

    return [(path.stem, "") for path in sorted(Settings().profiles.glob("*.key"))]


OF_FIELD: Final[dict[str, Callable[[Any], Candidates]]] = {
    **dict.fromkeys(("recipient", "provider", "preferred_provider", "school"), schools),
    **dict.fromkeys(
        ("provider_lead", "recipient_lead", "provider_deputy", "recipient_deputy", "safeguarding_contact"),
        people,
    ),
    "area": areas,
    "programme": programmes,
}
"""What the field of that name of a command takes."""


def _found(find: "Callable[[Office], Candidates]") -> Candidates:
    """What is found in the home's log; nothing where it cannot be read: nobody reads an error at a TAB."""
    from starter.failures import Failure
    from starter.reading import reading

    try:
        with reading() as office:
            return find(office)
    except Failure:
        return []


def _references(office: "Office") -> Candidates:
    from sqlalchemy import select

    from activities.read_models.schema import case_row

    query = select(case_row).where(case_row.c.open.is_(True)).order_by(case_row.c.reference)
    rows = office.connection.execute(query)
    return [(row.reference, f"{row.stage.replace('_', ' ')}, {row.area}") for row in rows]


def _people(office: "Office") -> Candidates:
    from sqlalchemy import select

    from activities.read_models.schema import person

    found = office.connection.execute(select(person.c.person).order_by(person.c.person)).scalars()
    return [(one, "") for one in found]


def _funds(office: "Office") -> list[tuple[str, str]]:
    from sqlalchemy import select

    from activities.read_models.schema import fund

    rows = office.connection.execute(select(fund).order_by(fund.c.code, fund.c.year))
    return [(f"{row.code}.{row.year}", row.title) for row in rows]


def _programmes(office: "Office") -> list[Any]:
    from sqlalchemy import select

    from activities.read_models.schema import programme
    from domain.programmes import Programme

    rows = office.connection.execute(select(programme.c.content).order_by(programme.c.code)).scalars()
    return [Programme.model_validate_json(content) for content in rows]
