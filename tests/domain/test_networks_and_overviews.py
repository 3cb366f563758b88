"""Networks and support overviews as streams of their own: what may be entered, and what each entry changes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.directory.overviews import version_order
from domain.parties import HeldPost, Post
from tests.domain.test_directory import ADMIN as KEEPER
from tests.domain.test_directory import Stream

ADMIN = replace(KEEPER, languages={"EAS": frozenset({"cy", "en"})})
SAID = {"cy": "Rhifedd", "en": "Numeracy"}
ENTRY: dict[str, Any] = {
    "programme": "EAS", "form": "network", "title": SAID, "areas": ("numeracy",), "languages": ("cy",), "how": SAID,
}  # fmt: skip
FIRST = {"ref": "SSO-1", "area": "numeracy", "text": "Number sense."}


def opened() -> Stream:
    stream = Stream("network", "numeracy-leads")
    assert stream.say("open", ADMIN, **ENTRY) == ["NetworkOpened"]
    return stream


def test_a_network_is_opened_once_changed_in_part_closed_and_opened_again() -> None:
    stream = opened()
    assert stream.say("open", ADMIN, **ENTRY) == []
    assert stream.say("change", ADMIN, places=12) == ["NetworkChanged"]
    assert stream.state.entry.places == 12
    assert stream.state.entry.title.cy == "Rhifedd"
    assert stream.say("change", ADMIN, places=12) == []
    assert stream.say("close", ADMIN) == ["NetworkClosed"]
    assert stream.say("close", ADMIN) == []
    assert stream.say("open", ADMIN, **ENTRY) == ["NetworkOpened"]
    assert stream.state.open


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another programme": ({"programme": "ABC"}, "R-PROGRAMME"),
    "an area there is not": ({"areas": ("numeracy", "alchemy")}, "R-AREA"),
    "a host that is not in the register": ({"host": "6990009"}, "R-SCHOOL"),
    "a title in one language only": ({"title": {"en": "Numeracy"}}, "R-LANGUAGE"),
    "a way to join in one language too many": ({"how": SAID | {"fil": "Bilang"}}, "R-LANGUAGE"),
    "a language the programme does not speak": ({"languages": ("fil",)}, "R-LANGUAGE"),
}


@pytest.mark.parametrize("what", WRONG)
def test_no_network_is_opened_with(what: str) -> None:
    changes, code = WRONG[what]
    assert Stream("network", "numeracy-leads").say("open", ADMIN, **ENTRY | changes) == code


def test_places_that_are_taken_cannot_be_taken_back_and_a_programme_is_for_good() -> None:
    stream = opened()
    assert stream.say("change", replace(ADMIN, places_taken=12), places=11) == "R-PLACES"
    other = replace(
        ADMIN, areas={"DEPED": frozenset({"numeracy"})}, languages={"DEPED": frozenset({"cy", "en"})}
    )
    assert stream.say("open", other, **ENTRY | {"programme": "DEPED"}) == "R-PROGRAMME"


def test_only_what_is_there_is_changed_or_closed_and_only_by_an_administrator() -> None:
    stream = Stream("network", "numeracy-leads")
    assert stream.say("close", ADMIN) == "R-OFFER"
    assert stream.say("change", ADMIN, places=1) == "R-OFFER"
    assert stream.say("open", replace(ADMIN, posts=()), **ENTRY) == "R-POST"


def overview() -> Stream:
    stream = Stream("overview", "6990001")
    assert stream.say("record", ADMIN, version="2026-9", read_on="2026-09-01", priorities=[FIRST]) == [
        "OverviewRecorded"
    ]
    return stream


def test_a_later_version_says_which_words_stand_and_since_when() -> None:
    stream = overview()
    kept, changed = {"ref": "SSO-1", "area": "numeracy"}, FIRST | {"text": "Reasoning."}
    assert stream.say("record", ADMIN, version="2026-10", read_on="2026-09-02", priorities=[kept]) == [
        "OverviewRecorded"
    ]
    assert stream.state.latest["SSO-1"].since == "2026-9"
    assert stream.say("record", ADMIN, version="2027-1", read_on="2026-09-03", priorities=[changed]) == [
        "OverviewRecorded"
    ]
    assert stream.state.latest["SSO-1"].since == "2027-1"
    assert version_order("2026-10") > version_order("2026-9")


ASTRAY: dict[str, tuple[dict[str, Any], str]] = {
    "a version that is not later": ({"version": "2026-9"}, "R-OVERVIEW"),
    "a day that lies ahead": ({"read_on": "2026-09-16"}, "R-DATES"),
    "a priority twice": ({"priorities": [FIRST, FIRST]}, "R-OVERVIEW"),
    "an area there is not": ({"priorities": [FIRST | {"area": "alchemy"}]}, "R-AREA"),
    "words that stand nowhere": ({"priorities": [{"ref": "SSO-2", "area": "numeracy"}]}, "R-OVERVIEW"),
}


@pytest.mark.parametrize("what", ASTRAY)
def test_no_version_is_recorded_with(what: str) -> None:
    changes, code = ASTRAY[what]
    values: dict[str, Any] = {"version": "2026-10", "read_on": "2026-09-02", "priorities": [FIRST]}
    assert overview().say("record", ADMIN, **values | changes) == code


def test_today_is_today_where_the_school_lies() -> None:
    """Half past seven in the morning of the 16th in Manila is still the 15th in UTC."""
    values: dict[str, Any] = {"version": "2026-10", "read_on": "2026-09-16", "priorities": [FIRST]}
    morning = replace(ADMIN, now=datetime(2026, 9, 15, 23, 30, tzinfo=UTC))
    assert overview().say("record", morning, **values) == ["OverviewRecorded"]


def test_it_is_recorded_by_the_schools_own_partner_and_by_no_other() -> None:
    values: dict[str, Any] = {"version": "2026-9", "read_on": "2026-09-01", "priorities": [FIRST]}
    own = replace(ADMIN, posts=(HeldPost(post=Post.SIP, school="6990001"),))
    other = replace(ADMIN, posts=(HeldPost(post=Post.SIP, school="6990002"), HeldPost(post=Post.BROKER)))
    assert Stream("overview", "6990001").say("record", other, **values) == "R-POST"
    assert Stream("overview", "6990001").say("record", own, **values) == ["OverviewRecorded"]
    assert (
        Stream("overview", "6990009").say(
            "record", replace(own, posts=(HeldPost(post=Post.SIP, school="6990009"),)), **values
        )
        == "R-SCHOOL"
    )
