"""The DepEd sample data holds together, and is fictional by construction."""

import csv
import re
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from domain.parties import PROGRAMME_POSTS, Post
from domain.programmes import parse_programme
from starter.register.csv_file import CsvRow, RowT, parse_rows
from starter.register.leaders import LeaderRow
from starter.register.profile import Profile, shipped
from starter.register.schools import SchoolRow
from starter.register.wales import OfferRow, PersonRow, RequestRow

PLACES: Final = frozenset(
    ["Tanglawin", "Himigan", "Punlakan", "Dalisayan", "Bukangtala", "Tinigwan", "Lagaslasan"]
)
GIVEN_NAMES: Final = frozenset(
    [
        "Amihan",
        "Bayani",
        "Corazon",
        "Dalisay",
        "Efren",
        "Florante",
        "Gliceria",
        "Hiraya",
        "Imelda",
        "Jomar",
        "Kalayaan",
        "Ligaya",
        "Makisig",
        "Narciso",
        "Ofelia",
        "Perlita",
        "Querubin",
        "Rosario",
        "Silvestre",
        "Teodora",
        "Urduja",
        "Virgilio",
        "Wilma",
        "Ysabel",
        "Zenaida",
        "Adelaida",
        "Benigno",
        "Catalina",
        "Danilo",
        "Estrella",
    ]
)
SURNAMES: Final = frozenset(
    [
        "Abueva",
        "Bagatsing",
        "Catacutan",
        "Dimaculangan",
        "Evangelista",
        "Fajardo",
        "Guinto",
        "Hilario",
        "Ilagan",
        "Javellana",
        "Katigbak",
        "Lacson",
        "Macaraeg",
        "Natividad",
        "Ocampo",
    ]
)


def rows(name: str, model: type[RowT], profile: Profile | None = None) -> list[RowT]:
    with as_file(files("starter.sample") / "deped" / name) as path:
        parsed = parse_rows(path, model, profile=profile)
        assert parsed.problems == ()
        return [row for _line, row in parsed.rows]


SCHOOLS: Final = {row.number: row for row in rows("schools.csv", SchoolRow, shipped("deped"))}
PEOPLE: Final = rows("people.csv", PersonRow)
LEADERS: Final = {row.school for row in rows("leaders.csv", LeaderRow)}
OFFERS: Final = rows("offers.csv", OfferRow)
REQUESTS: Final = rows("requests.csv", RequestRow)
DEPED: Final = parse_programme(
    files("domain.programmes").joinpath("deped.toml").read_text(encoding="utf-8"), "deped.toml"
)
MANY_PHASES: Final = {"primary": {"primary", "middle"}, "secondary": {"secondary", "middle"}}


def test_every_place_and_name_is_one_of_ours() -> None:
    for school in SCHOOLS.values():
        assert any(place in school.name for place in PLACES), school.name
        assert school.authority in PLACES
        assert school.town in PLACES
    for person in PEOPLE:
        given, surname = person.name.split()
        assert given in GIVEN_NAMES
        assert surname in SURNAMES
        assert re.fullmatch(r"[a-z.]+@[a-z-]+\.example", person.email)


def test_no_number_is_one_that_a_real_school_has() -> None:
    assert all(re.fullmatch(r"900[01][0-9]{2}", number) for number in SCHOOLS)


def test_every_school_has_a_head_and_a_focal_person_and_a_supervisor() -> None:
    for number in SCHOOLS:
        held = {person.post for person in PEOPLE if person.school == number}
        assert held >= {Post.HEAD, Post.LEAD, Post.SIP}


def test_the_divisions_posts_are_held_in_this_programme_only() -> None:
    staff = [person for person in PEOPLE if person.post in PROGRAMME_POSTS]
    assert {person.post for person in staff} == PROGRAMME_POSTS
    assert {person.programme for person in staff} == {"DEPED"}


def test_offers_and_proposals_are_of_permitted_uses_and_of_schools_that_teach_the_phase() -> None:
    leaders = LEADERS
    assert {offer.school for offer in OFFERS} == leaders
    for offer in OFFERS:
        assert DEPED.area(offer.area) is not None
    for request in REQUESTS:
        assert DEPED.area(request.area) is not None
        assert DEPED.route(request.route) is not None
        assert request.provider in leaders
        assert request.recipient not in leaders
        assert SCHOOLS[request.provider].authority == SCHOOLS[request.recipient].authority
        assert SCHOOLS[request.recipient].body()["phase"] in MANY_PHASES[request.phase]
        assert request.desired_start > date(2027, 1, 1)
    assert len({request.provider for request in REQUESTS}) == len(REQUESTS), "one partner for each leader"


def test_the_files_are_plain_csv() -> None:
    with as_file(files("starter.sample") / "deped") as folder:
        names = {path.name for path in Path(folder).glob("*.csv")}
        assert names == {"schools.csv", "people.csv", "leaders.csv", "offers.csv", "requests.csv"}
        for name in names:
            raw = (Path(folder) / name).read_bytes()
            assert not raw.startswith(b"\xef\xbb\xbf")
            assert b"\r" not in raw
            list(csv.reader(raw.decode("utf-8").splitlines(), strict=True))


def test_the_files_have_no_column_that_nobody_reads() -> None:
    models: dict[str, tuple[type[CsvRow], Profile | None]] = {
        "schools.csv": (SchoolRow, shipped("deped")),
        "people.csv": (PersonRow, None),
        "leaders.csv": (LeaderRow, None),
        "offers.csv": (OfferRow, None),
        "requests.csv": (RequestRow, None),
    }
    for name, (model, profile) in models.items():
        with as_file(files("starter.sample") / "deped" / name) as path:
            assert parse_rows(path, model, profile=profile).unread == ()
