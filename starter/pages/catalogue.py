"""What schools can ask for: who offers what in each area, and the networks and courses they can join.

Everything here is public: names of schools, areas, days, places; no person and no note. What stands in it
follows from the log alone, so the same log always gives the same catalogue.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from activities.event_log import read
from activities.read_models.schema import provider_offer, school
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
    """Days as text: '4.25'."""


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
    "school", "school_name", "languages", "phases", "days_a_term", "dates", "places", "places_left",
    "how_cy", "how_en", "how_fil", "position",
)  # fmt: skip


def read_catalogue(office: Office, programme: Programme) -> OfferCatalogue:
    """The catalogue as it stands on record; networks that take no more schools are left out."""
    names = office.school_names()
    offers = _offers(office.connection, programme.code, names)
    networks = [
        row for row in list_networks(office.connection) if row["programme"] == programme.code and row["open"]
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


def _offers(connection: Connection, programme: str, names: Mapping[str, str]) -> dict[str, list[Offering]]:
    """What open schools offer, by area, each area by the school's name."""
    days = days_a_term(connection, programme)
    query = (
        select(provider_offer.c.school, provider_offer.c.area, provider_offer.c.languages)
        .join(school, school.c.number == provider_offer.c.school)
        .where(provider_offer.c.programme == programme, school.c.open.is_(True))
    )
    found: dict[str, list[Offering]] = {}
    for row in sorted(connection.execute(query), key=lambda row: (names[row.school], row.school)):
        languages = tuple(row.languages.split())
        one = Offering(row.school, names[row.school], languages, f"{days[row.school, row.area] / 4:g}")
        found.setdefault(row.area, []).append(one)
    return found


def days_a_term(connection: Connection, programme: str) -> dict[tuple[str, str], int]:
    """Quarter-days that each school offers in a term, by school and area."""
    query = select(provider_offer).where(provider_offer.c.programme == programme)
    return {(row.school, row.area): row.quarter_days for row in connection.execute(query)}
