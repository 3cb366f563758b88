"""`brokerage report catalogue`: what schools can ask for, the same in every language, the same bytes for the same log."""

import csv
import io
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from domain.programmes.model import Area, Words
from starter.pages.catalogue import OfferCatalogue, Offering, Offers
from starter.pages.catalogue_html import as_html
from starter.sample.stories import STORIES
from tests.activities.builders import ADMIN, Office
from tests.domain.case.office import deped, eas
from tests.starter.shell import typed

GOLDEN = Path(__file__).with_name("catalogue.golden.html")


@pytest.fixture
def office(registered_home: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(registered_home, tmp_path / "home")
    own = Office(tmp_path / "home")
    yield own
    own.close()


class Page(HTMLParser):
    """What a page is made of: its elements by language section, and whether each one is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sections: dict[str, Counter[str]] = {}
        self.seen: Counter[str] = Counter()
        self._section = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1
        if tag == "meta":
            return
        self.open.append(tag)
        if tag == "section":
            self._section = dict(attrs)["lang"] or ""
        self.sections.setdefault(self._section, Counter())[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def published(office: Office, folder: Path, *words: str) -> tuple[str, list[dict[str, str]]]:
    html, rows = folder / "offers.html", folder / "offers.csv"
    done = typed(office, "report", "catalogue", "--html", str(html), "--csv", str(rows), *words)
    assert done.code == 0, done
    return html.read_text("utf-8"), list(csv.DictReader(io.StringIO(rows.read_bytes().decode())))


def test_both_languages_hold_the_same_and_welsh_stands_first(office: Office, tmp_path: Path) -> None:
    html, _rows = published(office, tmp_path)
    page = Page(html)
    assert page.open == []
    assert page.sections["cy"] == page.sections["en"]
    assert html.startswith('<!doctype html>\n<html lang="cy">')
    assert html.index('<section lang="cy"') < html.index('<section lang="en"')
    assert not page.seen["script"]
    assert not re.search(r"https?:|src=", html), "it asks nothing of any other server"
    assert page.seen["caption"] == page.seen["table"] > 0


def test_it_names_schools_offers_and_networks_and_the_position_and_no_person(
    office: Office, tmp_path: Path
) -> None:
    office.tell(next(story for story in STORIES if story.ends == "enrolled"))
    html, rows = published(office, tmp_path)
    position = office.events()[-1].position
    assert f"position {position} of log-" in html
    assert "14 of 16 left" in html
    assert "14 o 16 ar ôl" in html
    eleri = [person for person in ("Eleri", "Hopkin") if person in html]
    assert eleri == []
    assert "Lesson study in triads" not in html, "notes are sealed and stay so"
    numeracy = [row for row in rows if row["area"] == "numeracy"]
    assert [row["kind"] for row in numeracy] == ["school", "school", "school", "network"]
    assert numeracy[-1]["title_cy"] == "Rhwydwaith arweinwyr rhifedd"
    assert {row["position"] for row in rows} == {str(position)}


def test_the_same_log_gives_the_same_bytes_and_another_position_only_its_number(
    office: Office, tmp_path: Path
) -> None:
    first, _ = published(office, tmp_path)
    again, _ = published(office, tmp_path)
    assert first == again
    office.tell(STORIES[-1])
    later, _ = published(office, tmp_path)
    assert later != first
    number = re.compile(r"(position|safle) [0-9]+")
    assert number.sub("", later) == number.sub("", first)


def test_a_network_that_takes_no_more_schools_is_offered_to_none(office: Office, tmp_path: Path) -> None:
    office.done(ADMIN, "close", stream="network/numeracy-leads")
    html, rows = published(office, tmp_path)
    assert "Rhwydwaith arweinwyr rhifedd" not in html
    assert "numeracy-leads" not in {row["code"] for row in rows}


def numeracy(office: Office, folder: Path) -> set[str]:
    """Schools that the catalogue offers in numeracy."""
    _html, rows = published(office, folder)
    return {row["school"] for row in rows if (row["area"], row["kind"]) == ("numeracy", "school")}


def test_a_school_that_cannot_be_asked_is_offered_to_nobody(office: Office, tmp_path: Path) -> None:
    everybody = numeracy(office, tmp_path)
    suspended = {"programme": "EAS", "reason_code": "staffing"}
    office.done("adviser.meinir", "suspend", suspended, stream="provider/6990103")
    assert numeracy(office, tmp_path) == everybody - {"6990103"}
    office.done("adviser.meinir", "resume", {"programme": "EAS"}, stream="provider/6990103")
    ended = {"programme": "EAS", "until": (office.now - timedelta(days=1)).date().isoformat()}
    office.done("adviser.meinir", "end-designation", ended, stream="provider/6990103")
    assert numeracy(office, tmp_path) == everybody - {"6990103"}
    today = office.now.date().isoformat()
    inspected = {"since": today, "until": today}
    office.done("broker.dylan", "announce-inspection", inspected, stream="provider/6990105")
    assert numeracy(office, tmp_path) == everybody - {"6990103", "6990105"}
    office.done("broker.dylan", "withdraw-inspection", stream="provider/6990105")
    other = {"programme": "EAS", "areas": ["literacy"], "since": "2026-09-01"}
    office.done("adviser.meinir", "designate", other, stream="provider/6990103")
    assert numeracy(office, tmp_path) == everybody - {"6990103"}


def test_a_network_that_is_over_is_offered_to_none(office: Office, tmp_path: Path) -> None:
    office.now = datetime(2027, 6, 9, 9, tzinfo=UTC)
    office.done(ADMIN, "close", stream="network/calm-classrooms")
    _html, rows = published(office, tmp_path)
    assert "numeracy-leads" in {row["code"] for row in rows}
    office.now += timedelta(days=1)
    office.done(ADMIN, "close", stream="network/new-middle-leaders")
    _html, rows = published(office, tmp_path)
    assert "numeracy-leads" not in {row["code"] for row in rows}


def test_free_days_are_those_of_the_next_four_half_terms(office: Office, tmp_path: Path) -> None:
    none = {"programme": "EAS", "first": "2026-autumn-1", "last": "2026-autumn-2", "quarter_days": 0}
    office.done(ADMIN, "declare-capacity", none, stream="provider/6990103")
    _html, rows = published(office, tmp_path)
    (row,) = (row for row in rows if (row["area"], row["school"]) == ("numeracy", "6990103"))
    assert row["free_days"] == "16", "eight days in each of the two half terms that follow those two"


def test_one_language_alone_and_the_other_programme_in_its_own(office: Office, tmp_path: Path) -> None:
    html, _ = published(office, tmp_path, "--lang", "en")
    assert list(Page(html).sections) == ["", "en"]
    html, rows = published(office, tmp_path, "--programme", "deped")
    assert [lang for lang in Page(html).sections if lang] == ["en", "fil"]
    assert {row["programme"] for row in rows} == {"DEPED"}


def test_what_cannot_be_published_is_said(office: Office, tmp_path: Path) -> None:
    assert typed(office, "report", "catalogue").code == 2
    nowhere = tmp_path / "nowhere" / "offers.html"
    assert "cannot be written" in typed(office, "report", "catalogue", "--html", str(nowhere)).err
    html = str(tmp_path / "offers.html")
    assert typed(office, "report", "catalogue", "--programme", "ABC", "--html", html).code == 3
    assert typed(office, "report", "catalogue", "--lang", "fil", "--html", html).code == 2


def test_the_page_is_what_it_was() -> None:
    """Whoever changes the page writes it anew: `python -m tests.starter.test_report_catalogue`."""
    assert _page() == GOLDEN.read_text("utf-8")


def test_a_programme_of_other_languages_begins_with_its_first() -> None:
    page = as_html(OfferCatalogue(deped(), "log-1", 7, (), {}), ("en", "fil"))
    assert page.startswith('<!doctype html>\n<html lang="en">')


def _page() -> str:
    network = {
        "code": "numeracy-leads", "form": "network", "title": {"en": "Leads & friends", "cy": "Arweinwyr"},
        "how": {"en": "Write.", "cy": "Ysgrifennwch."}, "languages": ["cy", "en"], "phases": [], "host": "6990001",
        "dates": ["2027-01-20"], "places": 20, "left": 3,
    }  # fmt: skip
    area = Area(code="numeracy", kind="skill", title=Words(en="Numeracy", cy="Rhifedd"))
    empty = Area(code="humanities", kind="aole", title=Words(en="Humanities", cy="Y Dyniaethau"))
    school = Offering("6990001", "Ysgol <y Bryn>", ("cy", "en"), "4.25", "12.5")
    other = Offering("6990002", "Y Llan", ("cy",), "1")
    offers = (Offers(area, (school, other), (network,)), Offers(empty, (), ()))
    return as_html(OfferCatalogue(eas(), "log-1", 7, offers, {"6990001": "Ysgol <y Bryn>"}), ("en", "cy"))


if __name__ == "__main__":
    GOLDEN.write_text(_page(), "utf-8")
