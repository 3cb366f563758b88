"""`brokerage network`: what is listed and shown, and what is refused with the way to mend it."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from starter.sample.stories import STORIES
from tests.activities.builders import ADMIN, Office
from tests.end_to_end.office import today
from tests.starter.shell import Typed, typed

OPEN = (
    "network", "open", "reading-leads", "--form", "network", "--title-en", "Reading leads", "--title-cy", "Arweinwyr darllen",
    "--area", "literacy", "--language", "cy", "--how-en", "Write to us.", "--how-cy", "Ysgrifennwch atom.",
)  # fmt: skip


@pytest.fixture
def office(registered_home: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(registered_home, tmp_path / "home")
    own = Office(tmp_path / "home")
    yield own
    own.close()


def dry(office: Office, *words: str) -> Typed:
    return typed(office, *words, "--profile", ADMIN, "--dry-run")


def test_what_is_on_offer_is_listed_with_the_places_that_are_left(office: Office) -> None:
    office.tell(next(story for story in STORIES if story.ends == "enrolled"))
    rows = {row["code"]: row for row in typed(office, "network", "list", "--json").json}
    calm = rows["calm-classrooms"]
    assert (calm["places"], calm["taken"], calm["left"]) == (16, 2, 14)
    only = typed(office, "network", "list", "--area", "humanities", "--json=code").json
    assert only == [{"code": "dyniaethau-cymraeg"}]


def test_a_network_is_shown_with_the_schools_in_it_and_how_long(office: Office) -> None:
    office.tell(next(story for story in STORIES if story.ends == "enrolled"))
    office.done("head.6990015", "end-enrolment", {"outcome": "completed"})
    shown = typed(office, "network", "show", "calm-classrooms").out
    assert "16 places, 14 left" in shown
    assert "Ysgol Arbennig Llanfedwen  since 2026-09-15, completed 2026-09-15" in shown
    found = typed(office, "network", "show", "calm-classrooms", "--json").json
    assert [school["school"] for school in found["schools"]] == ["6990015"]


def test_one_that_is_not_there_is_answered_with_the_nearest(office: Office) -> None:
    done = typed(office, "network", "show", "numeracy-lead")
    assert done.code == 3
    assert "numeracy-leads" in done.err


def test_a_network_is_opened_in_every_language_of_its_programme(office: Office) -> None:
    assert "Network reading-leads is open to schools." in dry(office, *OPEN).out
    without_welsh = [word for word in OPEN if word not in {"--title-cy", "Arweinwyr darllen"}]
    done = dry(office, *without_welsh)
    assert done.code == 4
    assert "The title is said in en; the languages of EAS are cy, en." in done.err


def test_what_is_missing_or_mistyped_is_named_before_anything_is_sent(office: Office) -> None:
    done = dry(
        office, *(word if word != "network" or place == 0 else "choir" for place, word in enumerate(OPEN))
    )
    assert done.code == 2
    assert "network, course or programme" in done.err or "form" in done.err
    assert dry(office, "network", "open", "Reading").code == 2
    assert dry(office, "network", "change", "numeracy-leads").code == 2


def test_only_what_is_given_changes(office: Office) -> None:
    assert (
        "Network numeracy-leads was changed."
        in dry(office, "network", "change", "numeracy-leads", "--places", "30").out
    )
    office.done(ADMIN, "change", {"places": 30}, stream="network/numeracy-leads")
    row = typed(office, "network", "list", "--json").json[-1]
    assert (row["code"], row["places"], row["title"]["cy"]) == (
        "numeracy-leads",
        30,
        "Rhwydwaith arweinwyr rhifedd",
    )
    assert dry(office, "network", "close", "numeracy-leads").code == 0


def test_a_file_of_networks_that_is_on_record_already_changes_nothing(office: Office) -> None:
    file = Path(__file__).resolve().parents[2] / "starter" / "sample" / "wales" / "networks.csv"
    done = dry(office, "network", "import", str(file))
    assert "Networks: 0 new or changed, 4 as on record" in done.out, done


def test_a_case_is_pointed_to_a_network_or_enrolled_in_one(office: Office) -> None:
    story = next(story for story in STORIES if story.ends == "enrolled")
    office.tell(story, before="enrol")
    later = {"dates": [(today("EAS") + timedelta(days=60)).isoformat()]}
    office.done(ADMIN, "change", later, stream="network/calm-classrooms")
    reference = office.stream.partition("/")[2]
    broker = ("--profile", "broker.mali", "--dry-run")
    enrolled = typed(office, "case", "enrol", reference, "--network", "calm-classrooms", *broker)
    assert "Enrolled in calm-classrooms: 1 place from" in enrolled.out, enrolled
    refused = typed(office, "case", "enrol", reference, "--network", "numeracy-leads", *broker)
    assert (refused.code, "R-AREA" in refused.err) == (4, True)
    pointed = typed(office, "case", "signpost", reference, "--offer", "calm-classrooms", *broker)
    assert "Signposted to calm-classrooms" in pointed.out, pointed
