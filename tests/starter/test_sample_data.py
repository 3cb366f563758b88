"""The Welsh sample data holds together, and is fictional by construction."""

import csv
import re
import unicodedata
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from domain.ids import COMMAND_ID_PATTERN, PERSON_ID_PATTERN, SCHOOL_ID_PATTERN, SYSTEM_PERSON
from starter.register.csv_file import CsvRow, parse_rows
from starter.register.wales import OfferRow, PersonRow

FOLDER: Final = Path(__file__).resolve().parents[2] / "starter" / "sample" / "wales"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COLUMNS: Final = {
    "schools.csv": "School Number,School Name,LA Name,Sector,Governance,Welsh Medium Type,Phase,Town,Postcode,Pupils,Federation",
    "people.csv": "person,name,email,language,post,school,from,to,programme",
    "offers.csv": "School Number,Area,Languages,Days Per Term,Note",
    "providers.csv": "School Number,Areas,Designated From,Designated To,Half Term From,Half Term To,Days Per Half Term",
    "networks.csv": "Code,Form,Title EN,Title CY,Areas,Phases,Languages,Host,Dates,Places,How EN,How CY",
    "requests.csv": "Key,Route,Recipient,Area,Phase,Language,Urgency,Priority,Overview Version,Need,Desired Start,Preferred Provider",
}
KEYS: Final = {
    "schools.csv": ("School Number",),
    "people.csv": ("person", "post", "school"),
    "offers.csv": ("School Number", "Area"),
    "providers.csv": ("School Number",),
    "networks.csv": ("Code",),
    "requests.csv": ("Key",),
}
AREAS: Final = _words(
    "expressive-arts health-wellbeing humanities languages-literacy-communication mathematics-numeracy "
    "science-technology literacy numeracy digital-competence leadership-learning teaching-learning"
)
PHASES: Final = frozenset({"Nursery", "Primary", "Middle", "Secondary", "Special"})
MEDIUMS: Final = frozenset(
    {
        "Welsh medium",
        "Dual stream",
        "Transitional",
        "Bilingual (A)",
        "Bilingual (B)",
        "English with significant Welsh",
        "English medium",
    }
)
SCHOOL_POSTS: Final = frozenset({"head", "lead", "sip", "curriculum_partner"})
SERVICE_POSTS: Final = {"broker": 2, "principal_adviser": 1, "finance": 1, "administrator": 1, "auditor": 1}

# Whatever names a place, an authority or a person in the sample comes from these lists and from nowhere else.
AUTHORITIES: Final = frozenset({"Cwm Enfys", "Aberwennol", "Llanfedwen", "Pontddraenog", "Trefwawr"})
PLACES: Final = AUTHORITIES | _words(
    "Rhydbarcud Pentrewiwer Blaenllysywen Porthpalod Aberbrithyll Trebilipala Llangnocell Dolcrychydd "
    "Bryncwningen Pontyrhedydd Caerddyfrgi Ynysffwlbart Trefbioden Rhosdrudwen Pencacynen"
)
GIVEN_NAMES: Final = _words(
    "Aled Anwen Beca Bedwyr Branwen Carys Ceri Delyth Dylan Eifion Einir Eleri Elwyn Enid Eurig Ffion "
    "Gethin Glenys Guto Gwenno Gwilym Heulwen Iestyn Ifor Iona Llinos Llŷr Lowri Mali Marged Meilyr "
    "Meinir Menna Merfyn Nerys Non Olwen Osian Rhian Siân Tegid Tegwen Tomos Trefor"
)
SURNAMES: Final = _words(
    "Beynon Bowen Gittins Hopkin Howells Humphreys Llewellyn Mainwaring Meredith Parry Penry Powell "
    "Pritchard Probert Prosser Protheroe Rosser Rowlands Treharne Vaughan Watkins"
)

Row = dict[str, str]


def read(name: str) -> list[Row]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file, strict=True)
    return [dict(zip(header, line, strict=True)) for line in lines]


@pytest.fixture(scope="module")
def schools() -> dict[str, Row]:
    return {row["School Number"]: row for row in read("schools.csv")}


@pytest.fixture(scope="module")
def people() -> list[Row]:
    return read("people.csv")


@pytest.fixture(scope="module")
def offers() -> list[Row]:
    return read("offers.csv")


@pytest.fixture(scope="module")
def requests() -> list[Row]:
    return read("requests.csv")


@pytest.fixture(scope="module")
def providers(offers: list[Row]) -> frozenset[str]:
    return frozenset(offer["School Number"] for offer in offers)


@pytest.mark.parametrize("name", COLUMNS)
def test_file_parses_with_its_columns_and_no_duplicate_keys(name: str) -> None:
    raw = (FOLDER / name).read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf"), "no byte order mark"
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert raw.decode("utf-8").splitlines()[0] == COLUMNS[name]
    rows = read(name)
    assert all(value == value.strip() for row in rows for value in row.values())
    keys = Counter(tuple(row[column] for column in KEYS[name]) for row in rows)
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_school_is_designated_for_what_it_offers_and_has_days(offers: list[Row]) -> None:
    offered: dict[str, set[str]] = {}
    for offer in offers:
        offered.setdefault(offer["School Number"], set()).add(offer["Area"])
    rows = read("providers.csv")
    assert {row["School Number"]: set(row["Areas"].split(";")) for row in rows} == offered
    for row in rows:
        assert Decimal(row["Days Per Half Term"]) * 4 % 1 == 0
        assert (row["Designated To"], row["Half Term To"]) == ("", ""), "the sample does not grow old"


def test_every_table_here_is_covered() -> None:
    assert {path.name for path in FOLDER.glob("*.csv")} == set(COLUMNS)


def test_schools(schools: dict[str, Row], providers: frozenset[str]) -> None:
    assert (len(schools.keys() - providers), len(providers)) == (24, 10)
    for number, school in schools.items():
        assert re.fullmatch(SCHOOL_ID_PATTERN, number)
        assert re.fullmatch(r"699[0-9]{4}", number)
        assert school["LA Name"] in AUTHORITIES
        assert school["Town"] in PLACES
        assert school["Town"] in school["School Name"]
        assert school["Phase"] in PHASES
        assert school["Sector"].startswith(school["Phase"])
        assert school["Welsh Medium Type"] in MEDIUMS
        assert re.fullmatch(r"ZZ9[0-9] [0-9][A-Z]{2}", school["Postcode"])
        assert int(school["Pupils"]) > 0
    assert {school["Welsh Medium Type"] for school in schools.values()} == MEDIUMS
    assert {school["LA Name"] for school in schools.values()} == AUTHORITIES
    for column in ("School Name", "Postcode"):
        assert len({school[column] for school in schools.values()}) == len(schools)
    phases = Counter(school["Phase"] for school in schools.values())
    assert (phases["Middle"], phases["Special"]) == (1, 2)
    authorities_of_town: dict[str, set[str]] = {}
    for school in schools.values():
        authorities_of_town.setdefault(school["Town"], set()).add(school["LA Name"])
    assert all(len(authorities) == 1 for authorities in authorities_of_town.values())


def test_one_federation_of_two_schools_with_one_head(schools: dict[str, Row], people: list[Row]) -> None:
    federated = {number: school["Federation"] for number, school in schools.items() if school["Federation"]}
    assert len(federated) == 2
    assert len(set(federated.values())) == 1
    schools_of_head: dict[str, set[str]] = {}
    for row in people:
        if row["post"] == "head":
            schools_of_head.setdefault(row["person"], set()).add(row["school"])
    assert [held for held in schools_of_head.values() if len(held) > 1] == [set(federated)]


@pytest.mark.parametrize("post", ["head", "sip"])
def test_every_school_has_one_head_and_one_sip(post: str, schools: dict[str, Row], people: list[Row]) -> None:
    held = Counter(row["school"] for row in people if row["post"] == post)
    assert held == Counter(list(schools))


def test_posts_stand_at_schools_that_exist(
    schools: dict[str, Row], people: list[Row], providers: frozenset[str]
) -> None:
    for row in people:
        if row["post"] in SCHOOL_POSTS:
            assert row["school"] in schools, row
        else:
            assert row["post"] in SERVICE_POSTS, row
            assert row["school"] == "", row
        if row["post"] == "curriculum_partner":
            assert row["school"] in providers, row
        assert date.fromisoformat(row["from"]) <= date(2026, 9, 1), row
        assert row["to"] == "", row
    posts = Counter(row["post"] for row in people)
    assert {post: posts[post] for post in SERVICE_POSTS} == SERVICE_POSTS
    assert (posts["lead"], posts["curriculum_partner"]) == (12, 2)
    assert len({row["person"] for row in people if row["post"] == "sip"}) == 4


def test_people_are_of_one_name_mail_and_language_each(people: list[Row]) -> None:
    described: dict[str, tuple[str, str, str]] = {}
    for row in people:
        person = (row["name"], row["email"], row["language"])
        assert described.setdefault(row["person"], person) == person
        assert re.fullmatch(PERSON_ID_PATTERN, row["person"])
        assert row["language"] in {"cy", "en", "both"}
    assert SYSTEM_PERSON not in described
    assert len({name for name, _, _ in described.values()}) == len(described)
    assert len({mail for _, mail, _ in described.values()}) == len(described)


def test_names_come_from_the_lists_and_mail_goes_nowhere(people: list[Row]) -> None:
    for row in people:
        given, surname = row["name"].split()
        assert given in GIVEN_NAMES
        assert surname in SURNAMES
        local, domain = row["email"].split("@")
        assert local == plain(f"{given}.{surname}")
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*\.example", domain), row


def test_offers(schools: dict[str, Row], offers: list[Row]) -> None:
    for offer in offers:
        assert offer["School Number"] in schools
        assert offer["Area"] in AREAS
        assert offer["Languages"] in {"en", "cy", "cy;en"}
        assert re.fullmatch(r"[0-9]+\.[0-9]{2}", offer["Days Per Term"])
        days = Decimal(offer["Days Per Term"])
        assert days > 0
        assert days % Decimal("0.25") == 0
        assert offer["Note"]
    assert {offer["Area"] for offer in offers} == AREAS


def test_requests(schools: dict[str, Row], requests: list[Row], providers: frozenset[str]) -> None:
    assert len(requests) == 12
    for request in requests:
        assert re.fullmatch(COMMAND_ID_PATTERN, request["Key"])
        assert request["Route"] in {"sip", "school"}
        assert request["Recipient"] in schools.keys() - providers
        assert request["Area"] in AREAS
        assert request["Phase"] == schools[request["Recipient"]]["Phase"]
        assert request["Language"] in {"cy", "en"}
        assert request["Urgency"] in {"normal", "urgent"}
        assert re.fullmatch(r"SSO-[1-9]", request["Priority"])
        assert re.fullmatch(r"2026-[1-9]", request["Overview Version"])
        start = date.fromisoformat(request["Desired Start"])
        assert date(2026, 12, 1) <= start <= date(2027, 1, 31)
        assert start.weekday() < 5
        assert request["Preferred Provider"] in providers | {""}


def test_needs_name_nobody(requests: list[Row]) -> None:
    for request in requests:
        need = request["Need"]
        assert need.endswith(".")
        assert 1 <= len(re.findall(r"\.(?: |$)", need)) <= 2
        assert not set(re.findall(r"\w+", need)) & (GIVEN_NAMES | SURNAMES)


def test_a_preferred_provider_offers_what_is_asked(offers: list[Row], requests: list[Row]) -> None:
    offered = {(offer["School Number"], offer["Area"]): offer["Languages"].split(";") for offer in offers}
    preferring = [request for request in requests if request["Preferred Provider"]]
    assert preferring
    for request in preferring:
        assert request["Language"] in offered[request["Preferred Provider"], request["Area"]]


def plain(text: str) -> str:
    """The text in lower case without accents, as it stands in a mail address."""
    return unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode().lower()


def test_networks_are_about_areas_of_the_programme_and_hosted_by_schools_that_offer(
    providers: frozenset[str],
) -> None:
    for row in read("networks.csv"):
        assert set(row["Areas"].split(";")) <= AREAS
        assert set(filter(None, row["Phases"].split(";"))) <= PHASES
        assert row["Host"] in {*providers, ""}
        assert row["Title CY"], "said in both languages"
        assert row["How CY"]


@pytest.mark.parametrize(("name", "model"), [("people.csv", PersonRow), ("offers.csv", OfferRow)])
def test_every_column_of_the_projects_own_files_is_read(name: str, model: type[CsvRow]) -> None:
    assert parse_rows(FOLDER / name, model).unread == ()
