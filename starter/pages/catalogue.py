"""What schools can ask for: who offers what in each area, and the networks and courses they can join.

Everything here is public: names of schools, areas, days, places; no person and no note. What stands in it
follows from the log alone, so the same log always gives the same catalogue: today is the day of its last entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from activities.event_log import read
from activities.read_models.providers import ProviderReader, Seeking
from activities.read_models.schema import provider_offer, school
from domain.calendars.half_terms import periods_from
from domain.case.candidates import AHEAD
from domain.case.values import days_words
from domain.matching.provider import Provider
from domain.programmes.model import Area, Language, Programme
from starter.reading import Office
from starter.views.networks import list_networks


@dataclass(frozen=True)
class Offering:
    """One school's offer in one area."""

    school: str
    name: str
    languages: tuple[Language, ...]
    days: str
    """Days it offers in a term, as text: '4.25'."""
    free: str | None = None
    """Days it has left in the next half terms; None where it declared none."""


@dataclass(frozen=True)
class Offers:
    """What there is in one area."""

    area: Area
    schools: tuple[Offering, ...]
    networks: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class OfferCatalogue:
    """The whole catalogue of one programme, and the position of the log at which it holds."""

    programme: Programme
    log: str
    position: int
    areas: tuple[Offers, ...]
    hosts: Mapping[str, str]
    """Names of schools by number."""


CSV_FIELDS: Final = (
    "programme", "area", "area_cy", "area_en", "area_fil", "kind", "code", "title_cy", "title_en", "title_fil",
    "school", "school_name", "languages", "phases", "days_a_term", "free_days", "dates", "places", "places_left",
    "how_cy", "how_en", "how_fil", "position",
)  # fmt: skip


def read_catalogue(office: Office, programme: Programme) -> OfferCatalogue:
    """The catalogue as it stands on record: whom schools can ask, and networks that they can still join."""
    names, today = office.school_names(), _last_day(office.connection, programme)
    offers = _offers(office, programme, names, today)
    networks = [
        row
        for row in list_networks(office.connection)
        if row["programme"] == programme.code
        and row["open"]
        and (not row["dates"] or max(row["dates"]) >= today.isoformat())
    ]
    identity = read.read_identity(office.connection)
    return OfferCatalogue(
        programme=programme,
        log=identity.log if identity else "",
        position=read.last_position(office.connection),
        areas=tuple(
            Offers(
                area,
                tuple(offers.get(area.code, ())),
                tuple(row for row in networks if area.code in row["areas"]),
            )
            for area in programme.areas
        ),
        hosts=names,
    )


def csv_rows(catalogue: OfferCatalogue) -> list[dict[str, Any]]:
    """A row for each school or network in each area; in every field the same as on the page."""
    rows = []
    for offers in catalogue.areas:
        titles = {f"area_{lang}": getattr(offers.area.title, lang) for lang in ("cy", "en", "fil")}
        head = {
            "programme": catalogue.programme.code,
            "area": offers.area.code,
            "position": catalogue.position,
        }
        empty: dict[str, Any] = dict.fromkeys(CSV_FIELDS) | head | titles
        rows += [
            empty
            | {
                "kind": "school",
                "school": one.school,
                "school_name": one.name,
                "languages": " ".join(one.languages),
                "days_a_term": one.days,
                "free_days": one.free,
            }
            for one in offers.schools
        ]
        rows += [empty | _network_cells(row, catalogue) for row in offers.networks]
    return rows


def _network_cells(row: Mapping[str, Any], catalogue: OfferCatalogue) -> dict[str, Any]:
    said = {f"{name}_{language}": words for name in ("title", "how") for language, words in row[name].items()}
    return said | {
        "kind": row["form"],
        "code": row["code"],
        "school": row["host"],
        "school_name": catalogue.hosts.get(row["host"] or ""),
        "languages": " ".join(row["languages"]),
        "phases": " ".join(row["phases"]),
        "dates": " ".join(row["dates"]),
        "places": None if row["places"] is None else str(row["places"]),
        "places_left": None if row["left"] is None else str(row["left"]),
    }


def _last_day(connection: Connection, programme: Programme) -> date:
    """The day of the log's last entry, where the programme is."""
    last = read.last_command(connection)
    return last.record.recorded_at.astimezone(ZoneInfo(programme.time_zone)).date() if last else date.min


def _offers(
    office: Office, programme: Programme, names: Mapping[str, str], today: date
) -> dict[str, list[Offering]]:
    """What schools offer that can be asked today, by area, each area by the school's name."""
    pool = ProviderReader(office.connection).pool(Seeking(programme))
    periods = periods_from(office.facts.days_of(programme, None).period_of(today), AHEAD)
    query = (
        select(provider_offer)
        .join(school, school.c.number == provider_offer.c.school)
        .where(provider_offer.c.programme == programme.code, school.c.open.is_(True))
    )
    found: dict[str, list[Offering]] = {}
    for row in sorted(office.connection.execute(query), key=lambda row: (names[row.school], row.school)):
        provider = pool[row.school]
        if not _can_be_asked(provider, programme, row.area, today):
            continue
        free = sum(provider.free(period) for period in periods)
        one = Offering(
            row.school,
            names[row.school],
            tuple(row.languages.split()),
            days_words(row.quarter_days),
            days_words(free) if provider.capacity else None,
        )
        found.setdefault(row.area, []).append(one)
    return found


def _can_be_asked(provider: Provider, programme: Programme, area: str, today: date) -> bool:
    """Whether it is designated, where the programme ranks by that, and neither suspended nor inspected."""
    if provider.suspended is not None or (provider.inspection and provider.inspection.bars(today)):
        return False
    designation = provider.designation(today)
    return programme.matching is None or (designation is not None and designation.holds(area, today))
