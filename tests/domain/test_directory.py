"""People, schools, offers and programmes: who may enter them, and what each entry changes."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from domain.canonical import canonical_bytes, from_canonical
from domain.case.situation import Refusal
from domain.directory.base import DirectoryFacts
from domain.ids import SYSTEM_PERSON
from domain.parties import DatedPost, HeldPost, Party, Post, parties_played
from domain.streams import DIRECTORY, command_model, read_event
from domain.upcasting import UnknownEventError
from tests.domain.case.office import deped, eas

ADMIN = DirectoryFacts(
    now=datetime(2026, 9, 15, 8, tzinfo=UTC),
    person="admin",
    posts=(HeldPost(post=Post.ADMINISTRATOR),),
    founding=False,
    schools=frozenset({"6990001"}),
    areas={"EAS": frozenset({"numeracy"})},
)
KEY, OTHER_KEY = "A" * 43 + "=", "B" * 43 + "="


class Stream:
    """One directory stream in memory."""

    def __init__(self, kind: str, key: str) -> None:
        self.kind, self.key = kind, key
        self.state = DIRECTORY[kind].state()

    def say(self, verb: str, facts: DirectoryFacts = ADMIN, **values: Any) -> Any:
        model = command_model(self.kind, verb)
        assert model is not None
        answer = DIRECTORY[self.kind].decide(self.state, model.model_validate(values), facts, self.key)  # type: ignore[arg-type]
        if isinstance(answer, Refusal):
            assert answer.message.endswith(".")
            return answer.code
        for event in answer:
            stored = from_canonical(canonical_bytes(event.payload()))
            assert read_event(self.kind, type(event).__name__, event.schema_version, stored) == event
            self.state = DIRECTORY[self.kind].evolve(self.state, event)
        return [type(event).__name__ for event in answer]


def person(name: str = "ann") -> Stream:
    stream = Stream("person", name)
    assert stream.say("register", name="Ann", email="ann@example.org", public_key=KEY) == ["PersonRegistered"]
    return stream


def posts(stream: Stream) -> list[tuple[str, date, date | None]]:
    return [(held.post.value, held.since, held.until) for held in stream.state.posts]


SCHOOL: dict[str, Any] = {"name": "Hill Primary", "authority": "Cwm Enfys", "phase": "primary"}


def test_only_an_administrator_keeps_directories_and_the_system_only_until_there_is_one() -> None:
    nobody = replace(ADMIN, posts=(HeldPost(post=Post.BROKER),))
    founding = replace(ADMIN, posts=(), person=SYSTEM_PERSON, founding=True)
    assert Stream("school", "6990001").say("register", nobody, **SCHOOL) == "R-POST"
    assert Stream("school", "6990001").say("register", founding, **SCHOOL) == ["SchoolRegistered"]
    assert (
        Stream("school", "6990001").say("register", replace(founding, founding=False), **SCHOOL) == "R-POST"
    )
    assert Stream("school", "6990001").say("register", replace(founding, person="bob"), **SCHOOL) == "R-POST"


def test_a_school_is_registered_once_and_brought_up_to_date_as_a_whole() -> None:
    school = Stream("school", "6990001")
    assert school.say("register", **SCHOOL, town="Hill") == ["SchoolRegistered"]
    assert school.say("register", **SCHOOL, town="Hill") == []
    assert school.say("register", **SCHOOL) == ["SchoolRegistered"]
    assert school.state.entry.town is None


def test_a_person_is_registered_once() -> None:
    assert person().say("register", name="Ann", email="a@example.org") == "R-ALREADY"
    assert Stream("person", "bob").say("assign-post", post="broker", since="2026-09-01") == "R-PERSON"


def test_a_name_and_an_address_are_recorded_anew_and_key_and_posts_stay() -> None:
    stream = person()
    assert stream.say("assign-post", post="broker", since="2026-01-01") == ["PostAssigned"]
    new: dict[str, Any] = {"name": "Ann Rees", "email": "rees@example.org", "language": "cy"}
    assert stream.say("change", **new) == ["PersonRegistered"]
    assert (stream.state.public_key, stream.state.language, len(posts(stream))) == (KEY, "cy", 1)
    assert Stream("person", "nobody").say("change", **new) == "R-PERSON"
    assert person(SYSTEM_PERSON).say("change", replace(ADMIN, person="bob"), **new) == "R-POST"
    assert person().say("change", replace(ADMIN, posts=()), **new) == "R-POST"


def test_a_post_of_a_school_names_it_and_another_does_not() -> None:
    ann = person()
    assert ann.say("assign-post", post="head", since="2026-09-01") == "R-POST"
    assert ann.say("assign-post", post="broker", school="6990001", since="2026-09-01") == "R-POST"
    assert ann.say("assign-post", post="head", school="6990009", since="2026-09-01") == "R-SCHOOL"
    assert (
        ann.say("assign-post", post="head", school="6990001", since="2026-09-01", until="2026-08-01")
        == "R-DATES"
    )
    assert ann.say("assign-post", post="head", school="6990001", since="2026-09-01") == ["PostAssigned"]
    assert ann.say("assign-post", post="head", school="6990001", since="2026-09-01") == []


def test_one_post_is_not_held_twice_at_once_but_an_earlier_holding_may_be_entered() -> None:
    ann = person()
    ann.say("assign-post", post="broker", since="2026-09-01")
    assert ann.say("assign-post", post="broker", since="2026-10-01") == "R-ALREADY"
    assert ann.say("assign-post", post="broker", since="2020-01-01", until="2026-09-01") == "R-ALREADY"
    assert ann.say("assign-post", post="broker", since="2020-01-01", until="2021-12-31") == ["PostAssigned"]


def test_ending_a_post_ends_the_running_holding_and_leaves_the_earlier_one() -> None:
    ann = person()
    ann.say("assign-post", post="broker", since="2020-01-01", until="2021-12-31")
    ann.say("assign-post", post="broker", since="2026-01-01")
    assert ann.say("end-post", post="broker", until="2025-12-31") == "R-DATES"
    assert ann.say("end-post", post="broker", until="2026-08-31") == ["PostEnded"]
    assert posts(ann) == [
        ("broker", date(2020, 1, 1), date(2021, 12, 31)),
        ("broker", date(2026, 1, 1), date(2026, 8, 31)),
    ]


def test_the_end_of_a_post_may_be_brought_forward_and_is_the_same_when_said_twice() -> None:
    ann = person()
    ann.say("assign-post", post="broker", since="2026-01-01", until="2027-12-31")
    assert ann.say("end-post", post="broker", until="2026-08-31") == ["PostEnded"]
    assert ann.say("end-post", post="broker", until="2026-08-31") == []
    assert ann.say("end-post", post="broker", until="2028-01-01") == "R-POST"
    assert ann.say("end-post", post="finance", until="2026-08-31") == "R-POST"


def test_a_post_is_held_from_its_first_to_its_last_day() -> None:
    held = DatedPost(post=Post.BROKER, since=date(2026, 1, 1), until=date(2026, 1, 31))
    on = {
        day: held.holds_on(day)
        for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1))
    }
    assert list(on.values()) == [False, True, True, False]


def test_a_key_is_replaced_by_its_owner_or_an_administrator_and_the_systems_by_itself() -> None:
    ann = person()
    own = replace(ADMIN, person="ann", posts=())
    other = replace(ADMIN, person="bob", posts=())
    assert ann.say("replace-key", other, public_key=OTHER_KEY) == "R-POST"
    assert ann.say("replace-key", own, public_key=OTHER_KEY) == ["KeyReplaced"]
    assert ann.say("replace-key", public_key=KEY) == ["KeyReplaced"]
    system = person(SYSTEM_PERSON)
    assert system.say("replace-key", public_key=OTHER_KEY) == "R-POST"
    assert system.say("replace-key", replace(own, person=SYSTEM_PERSON), public_key=OTHER_KEY) == [
        "KeyReplaced"
    ]
    assert system.state.public_key == OTHER_KEY


def test_the_system_holds_no_posts() -> None:
    assert person(SYSTEM_PERSON).say("assign-post", post="administrator", since="2026-01-01") == "R-POST"


def test_an_offer_names_a_school_a_programme_and_an_area_on_record() -> None:
    offer: dict[str, Any] = {"programme": "EAS", "area": "numeracy", "languages": ["en"], "quarter_days": "6"}
    provider = Stream("provider", "6990001")
    assert Stream("provider", "6990009").say("record-offer", **offer) == "R-SCHOOL"
    assert provider.say("record-offer", **offer | {"programme": "DEPED"}) == "R-PROGRAMME"
    assert provider.say("record-offer", **offer | {"area": "latin"}) == "R-AREA"
    assert provider.say("record-offer", **offer) == ["OfferRecorded"]
    assert provider.say("record-offer", **offer) == []
    assert provider.say("record-offer", **offer | {"quarter_days": "4"}) == ["OfferRecorded"]
    assert [o.quarter_days for o in provider.state.offers] == [16]


def test_a_note_that_is_given_is_recorded_since_nobody_can_read_whether_it_stands() -> None:
    offer: dict[str, Any] = {"programme": "EAS", "area": "numeracy", "languages": ["en"], "quarter_days": "6"}
    provider = Stream("provider", "6990001")
    assert provider.say("record-offer", **offer, note="Number sense") == ["OfferRecorded"]
    assert provider.say("record-offer", **offer, note="Reasoning") == ["OfferRecorded"]
    assert provider.say("record-offer", **offer) == ["OfferRecorded"]
    assert provider.say("record-offer", **offer) == []


def test_a_programme_never_goes_back_to_a_version_and_may_leave_some_out() -> None:
    stream = Stream("programme", "EAS")
    first = eas().model_dump(mode="json")
    assert Stream("programme", "DEPED").say("publish", content=first) == "R-PROGRAMME"
    assert stream.say("publish", content=first) == ["ProgrammePublished"], "an office begins with any version"
    assert stream.say("publish", content=first) == []
    begun = first["version"]
    for astray in (begun, begun - 1):
        assert (
            stream.say("publish", content=first | {"version": astray, "time_zone": "Asia/Manila"})
            == "R-PROGRAMME"
        )
    assert stream.say("publish", content=first | {"version": begun + 1}) == ["ProgrammePublished"]
    assert stream.say("publish", content=first | {"version": begun + 4}) == ["ProgrammePublished"], (
        "the office did not have every release"
    )
    assert stream.state.current.version == begun + 4


def test_an_unknown_entry_stops_a_replay() -> None:
    with pytest.raises(UnknownEventError):
        read_event("person", "PersonVanished", 1, {})
    with pytest.raises(UnknownEventError):
        read_event("planet", "PersonRegistered", 1, {})
    with pytest.raises(ValidationError):
        read_event("person", "KeyReplaced", 1, {})
    assert command_model("planet", "register") is None
    assert command_model("person", "vanish") is None


def test_the_parts_people_play_follow_from_their_posts_and_the_two_schools() -> None:
    posts = [
        HeldPost(post=Post.HEAD, school="6990001"), HeldPost(post=Post.HEAD, school="6990002"),
        HeldPost(post=Post.SIP, school="6990002"), HeldPost(post=Post.AUDITOR),
    ]  # fmt: skip
    assert set(parties_played(posts, "6990001", "6990002", "EAS")) == {
        Party.RECIPIENT_HEAD,
        Party.PROVIDER_HEAD,
    }
    assert set(parties_played(posts, "6990001", None, "EAS")) == {Party.RECIPIENT_HEAD}
    assert parties_played(posts, None, None, "EAS") == {}


def test_a_post_of_no_school_may_be_held_in_one_programme_only() -> None:
    ann = person()
    both = replace(ADMIN, areas={"EAS": frozenset(), "DEPED": frozenset()})
    assert ann.say("assign-post", both, post="broker", programme="XYZ", since="2026-09-01") == "R-PROGRAMME"
    assert ann.say("assign-post", both, post="auditor", programme="EAS", since="2026-09-01") == "R-POST"
    assert ann.say("assign-post", both, post="broker", programme="EAS", since="2026-09-01") == [
        "PostAssigned"
    ]
    assert ann.say("assign-post", both, post="broker", programme="DEPED", since="2026-09-01") == [
        "PostAssigned"
    ]
    assert ann.say("end-post", both, post="broker", programme="EAS", until="2026-12-31") == ["PostEnded"]
    assert [(held.programme, held.until) for held in ann.state.posts] == [
        ("EAS", date(2026, 12, 31)), ("DEPED", None),
    ]  # fmt: skip


def test_such_a_post_plays_its_part_in_the_cases_of_its_programme_alone() -> None:
    here = HeldPost(post=Post.BROKER, programme="EAS")
    assert set(parties_played([here], "6990001", None, "EAS")) == {Party.BROKER}
    assert parties_played([here], "6990001", None, "DEPED") == {}
    everywhere = HeldPost(post=Post.BROKER)
    assert set(parties_played([everywhere], "6990001", None, "DEPED")) == {Party.BROKER}


def test_a_version_of_a_programme_keeps_what_running_cases_may_come_to() -> None:
    stream, first = Stream("programme", "EAS"), eas()
    assert stream.say("publish", content=first.model_dump(mode="json")) == ["ProgrammePublished"]
    following = first.version + 1
    without_an_area = first.model_copy(update={"version": following, "areas": first.areas[1:]})
    another_altogether = deped().model_copy(update={"version": following, "code": "EAS"})
    for lost in (without_an_area, another_altogether):
        assert stream.say("publish", content=lost.model_dump(mode="json")) == "R-PROGRAMME"
    latin = first.areas[0].model_copy(update={"code": "latin"})
    more = first.model_copy(update={"version": following, "areas": (*first.areas, latin)})
    assert stream.say("publish", content=more.model_dump(mode="json")) == ["ProgrammePublished"]
