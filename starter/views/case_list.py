"""The list of cases, from the read model: chosen, ordered and cut by the database."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, case, false, func, or_, select

from activities.read_models.schema import case_row, school, wait_row
from domain.canonical import instant_from_text, instant_text
from starter.reading import Office
from starter.views.days_left import DaysLeft, programme_contents

FIELDS: Final = (
    "reference", "programme", "route", "recipient", "provider", "area", "stage", "waiting_on", "due_at",
    "school_days_left", "opened_at", "version",
    "recipient_name", "provider_name", "authority", "phase", "support_language", "waiting_parties",
    "wait", "overdue", "paused", "open", "days_agreed", "days_counted", "days_unit",
)  # fmt: skip
"""Flat and stable: what is added goes to the end."""

_RECIPIENT: Final = school.alias("recipient_school")
_PROVIDER: Final = school.alias("provider_school")
_SORTED_BY: Final[dict[str, ColumnElement[Any]]] = {
    "school_days_left": case_row.c.due_at,
    "recipient_name": _RECIPIENT.c.name,
    "provider_name": _PROVIDER.c.name,
    "days_agreed": case_row.c.agreed_quarter_days,
    "days_counted": case_row.c.counted_quarter_days,
    "days_unit": case(
        (case_row.c.due_at.is_not(None), func.coalesce(wait_row.c.unit, "school_days")), else_=None
    ),
}
"""What stands for a field that is no column of its own."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which cases are listed: those of which everything holds that is given."""

    stages: tuple[str, ...] = ()
    programme: str | None = None
    route: str | None = None
    area: str | None = None
    authority: str | None = None
    school: str | None = None
    """A school of the case, recipient or provider."""
    recipient: str | None = None
    provider: str | None = None
    waiting_party: str | None = None
    overdue: bool = False
    due_before: Callable[[str], datetime] | None = None
    """The moment before which the next wait is due, given the time zone of a programme."""
    open: bool | None = None
    paused: bool = False


ALL: Final = Choice()


def list_cases(
    office: Office, choice: Choice = ALL, *, sort: str | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Rows of the chosen cases: overdue and earliest due first, those without a deadline last.

    `sort` is a field of FIELDS, with '-' in front for the other way round; what has no value comes last.
    """
    zones = time_zones(office)
    query = _chosen(office, zones, choice).order_by(*_order(_overdue(office, zones), sort)).limit(limit)
    found = office.connection.execute(query).all()
    left = DaysLeft(office.connection)
    for code in zones:
        left.look_up(code, {row.wait_school for row in found if row.programme == code})
    return [_row(office, row, left) for row in found]


def count_cases(office: Office, choice: Choice = ALL) -> int:
    """How many cases are chosen."""
    query = _chosen(office, time_zones(office), choice).with_only_columns(func.count())
    return office.connection.execute(query).scalar_one()


def _chosen(office: Office, zones: dict[str, str], choice: Choice) -> Select[Any]:
    query = (
        select(
            case_row,
            _RECIPIENT.c.name.label("recipient_name"),
            _PROVIDER.c.name.label("provider_name"),
            wait_row.c.unit.label("wait_unit"),
            wait_row.c.school.label("wait_school"),
        )
        .outerjoin(_RECIPIENT, _RECIPIENT.c.number == case_row.c.recipient)
        .outerjoin(_PROVIDER, _PROVIDER.c.number == case_row.c.provider)
        .outerjoin(
            wait_row,
            and_(wait_row.c.reference == case_row.c.reference, wait_row.c.wait == case_row.c.wait),
        )
    )
    return query.where(*_conditions(office, zones, choice))


def _conditions(office: Office, zones: dict[str, str], choice: Choice) -> Iterator[ColumnElement[bool]]:
    c = case_row.c
    for name in ("programme", "route", "area", "authority", "recipient", "provider", "open"):
        value = getattr(choice, name)
        if value is not None:
            yield c[name] == value
    if choice.stages:
        yield c.stage.in_(choice.stages)
    if choice.school is not None:
        yield or_(c.recipient == choice.school, c.provider == choice.school)
    if choice.waiting_party is not None:
        yield (" " + c.waiting_parties + " ").contains(f" {choice.waiting_party} ", autoescape=True)
    if choice.overdue:
        yield _overdue(office, zones)
    if choice.due_before is not None:
        moment = choice.due_before
        yield _due_before(zones, lambda _code, zone: moment(zone))
    if choice.paused:
        yield c.paused.is_(True)


def _overdue(office: Office, zones: dict[str, str]) -> ColumnElement[bool]:
    """Something was recorded as overdue, or what comes next is due already."""
    return or_(case_row.c.overdue.is_(True), _due_before(zones, lambda code, _zone: office.now(code)))


def _due_before(zones: dict[str, str], moment: Callable[[str, str], datetime]) -> ColumnElement[bool]:
    """Due before a moment that may differ from programme to programme."""
    return or_(
        false(),
        *(
            and_(case_row.c.programme == code, case_row.c.due_at < instant_text(moment(code, zone)))
            for code, zone in zones.items()
        ),
    )


def _order(overdue: ColumnElement[bool], sort: str | None) -> Iterator[ColumnElement[Any]]:
    late = case((overdue, 1), else_=0)
    if sort is None:
        yield late.desc()
        yield case_row.c.due_at.is_(None)
        yield case_row.c.due_at
    else:
        name = sort.removeprefix("-")
        column = late if name == "overdue" else _SORTED_BY[name] if name in _SORTED_BY else case_row.c[name]
        yield column.is_(None)
        yield column.desc() if sort.startswith("-") else column
    yield case_row.c.reference


def _row(office: Office, row: Row[Any], left: DaysLeft) -> dict[str, Any]:
    now = office.now(row.programme)
    due_at = instant_from_text(row.due_at) if row.due_at else None
    derived = {
        "school_days_left": left.of(row.programme, now, due_at, row.wait_unit, row.wait_school)
        if due_at
        else None,
        "overdue": row.overdue or (due_at is not None and due_at < now),
        "days_agreed": _days(row.agreed_quarter_days),
        "days_counted": _days(row.counted_quarter_days),
        "days_unit": (row.wait_unit or "school_days") if due_at else None,
    }
    return {name: derived[name] if name in derived else getattr(row, name) for name in FIELDS}


def _days(quarters: int | None) -> str | None:
    return None if quarters is None else f"{quarters / 4:g}"


def time_zones(office: Office) -> dict[str, str]:
    """Time zones by programme."""
    return {code: content["time_zone"] for code, content in programme_contents(office.connection)}


def now_in(office: Office, programme: str) -> datetime:
    """Now by the home's clock, in the programme's time zone; if there is no such programme, in the machine's."""
    zone = time_zones(office).get(programme)
    return office.now(programme).astimezone(ZoneInfo(zone) if zone else None)


def word_for(office: Office, noun: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """What the programme of all these cases calls a thing; the plain word where they are of several."""
    codes = {row["programme"] for row in rows}
    words = [
        content.get("nouns", {}).get(noun)
        for code, content in programme_contents(office.connection)
        if code in codes
    ]
    return str(words[0]["en"]) if len(words) == 1 and words[0] else noun
