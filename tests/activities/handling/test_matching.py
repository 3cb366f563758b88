"""Ranking, capacity and conflicts on a real log: what is read under its lock, and what stands there afterwards."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from sqlalchemy import event, func, select

from activities.read_models.schema import capacity, capacity_use, objection
from domain.case.matching_events import MatchCandidatesScored
from domain.ids import stream_key
from domain.messages import Receipt, Refused
from domain.streams import read_event
from tests.activities.builders import ADMIN, WHOLE, NewOffice, Office
from tests.domain.case.office import eas
from tests.racing import AREAS, BROKER, SEA, SIPS, SPRING, designate, in_matching

IN_SPRING: Final = {"period": SPRING, "quarter_days": 4}


@pytest.fixture
def office(new_office: NewOffice, tmp_path: Path) -> Iterator[Office]:
    with new_office(tmp_path / "home") as own:
        yield own
        own.check()


def held(office: Office) -> int:
    with office.reading.connect() as connection:
        query = select(func.sum(capacity_use.c.held + capacity_use.c.committed)).where(
            capacity_use.c.school == stream_key(SEA), capacity_use.c.period == SPRING
        )
        return connection.execute(query).scalar_one() or 0


def test_of_fifty_offers_for_ten_places_ten_are_made_and_every_loser_hears_who_has_them(
    office: Office,
) -> None:
    designate(office, 40)
    streams = [in_matching(office, *each) for each in list(product(SIPS, AREAS))[:50]]
    offer = {"provider": stream_key(SEA), "reason": "has the days", "periods": [IN_SPRING]}
    commands = [office.sign(BROKER, "offer", offer, stream=stream) for stream in streams]
    with ThreadPoolExecutor(8) as threads:
        answers = [handled.answer for handled in threads.map(office.handle, commands)]
    won = [answer for answer in answers if isinstance(answer, Receipt)]
    lost = [answer for answer in answers if isinstance(answer, Refused)]
    assert (len(won), len(lost)) == (10, 40)
    assert held(office) == 40
    winners = {stream_key(answer.stream) for answer in won}
    for answer in lost:
        assert answer.code == "R-CAPACITY"
        assert "has 0 of 10 days free in 2027 spring 1; 1 are asked. 10 are held: " in answer.message
        assert all(f"{reference} by {BROKER} (1)" in answer.message for reference in winners)
        assert answer.hint.startswith(("The next candidate: ", "No other school"))


def test_of_two_brokers_who_want_the_last_quarter_day_the_later_hears_of_the_earlier(office: Office) -> None:
    designate(office, 1)
    first, second = (in_matching(office, each, "numeracy") for each in ("6990004", "6990014"))
    last = {"provider": stream_key(SEA), "reason": "…", "periods": [IN_SPRING | {"quarter_days": 1}]}
    office.done(BROKER, "offer", last, stream=first)
    no = office.refused("broker.mali", "offer", last, stream=second)
    assert f"{stream_key(first)} by {BROKER} (0.25)" in no.message
    office.done(BROKER, "rescind-offer", {"reason": "…"}, stream=first)
    office.done("broker.mali", "offer", last, stream=second)


def test_what_cases_hold_cannot_be_declared_away(office: Office) -> None:
    designate(office, 8)
    stream = in_matching(office, "6990004", "numeracy")
    office.done(
        BROKER, "offer", {"provider": stream_key(SEA), "reason": "…", "periods": [IN_SPRING]}, stream=stream
    )
    less = {"programme": "EAS", "first": "2026-autumn-1", "last": "2027-summer-2", "quarter_days": 3}
    no = office.refused(BROKER, "declare-capacity", less, stream=SEA)
    assert (no.code, "1 days of 6990103 are held" in no.message) == ("R-CAPACITY", True)
    office.done(BROKER, "declare-capacity", less | {"quarter_days": 4}, stream=SEA)
    with office.reading.connect() as connection:
        spans = connection.execute(
            select(capacity.c.first, capacity.c.last, capacity.c.quarter_days)
            .where(capacity.c.school == stream_key(SEA))
            .order_by(capacity.c.first)
        ).all()
    assert ("2026-autumn-1", "2027-summer-2", 4) in [tuple(span) for span in spans]


def test_days_that_were_given_cannot_be_declared_away(office: Office) -> None:
    office.tell(before="mid-review")
    less = {"programme": "EAS", "first": "2026-autumn-1", "last": "2026-autumn-1", "quarter_days": 7}
    no = office.refused(BROKER, "declare-capacity", less, stream=SEA)
    assert no.message == (
        "3 days of 6990103 are held, agreed or given in 2026 autumn 1; 1.75 would be declared."
    )


def test_the_whole_pool_is_kept_with_every_reason_and_an_offer_says_where_its_school_stood(
    office: Office,
) -> None:
    office.tell(before="offer")
    office.done(BROKER, "match")
    ranking = latest_ranking(office)
    assert {c.school for c in ranking.candidates} == {"6990103", "6990105", "6990107"}
    assert {x.code for x in ranking.excluded} == {"area"}
    third = ranking.candidates[2].school
    assert office.done(BROKER, "offer", {"provider": third, "reason": "…"}).events[0] == "PartnerOffered"
    offered = office.events()[-2].payload
    assert (offered["rank"], offered["pool"], offered["overrides"]) == (3, 10, True)
    assert offered["milli_points"] == ranking.candidates[2].milli_points


def test_a_larger_pool_is_read_in_no_more_statements(office: Office) -> None:
    office.tell(before="offer")
    statements: list[int] = []

    def match() -> None:
        seen: list[str] = []

        def executed(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: bool) -> None:
            seen.append(statement)

        event.listen(office.engine, "before_cursor_execute", executed)
        office.done(BROKER, "match")
        event.remove(office.engine, "before_cursor_execute", executed)
        statements.append(len(seen))

    match()
    before = latest_ranking(office)
    for number in ("6990001", "6990003", "6990006", "6990008", "6990009", "6990011", "6990012"):
        designation = {"programme": "EAS", "areas": ["numeracy"], "since": "2026-01-05"}
        office.done(ADMIN, "designate", designation, stream=f"provider/{number}")
    match()
    after = latest_ranking(office)
    assert len(after.candidates) + len(after.excluded) == len(before.candidates) + len(before.excluded) + 7
    assert statements[0] == statements[1]


def test_an_offer_without_a_ranking_since_the_case_changed_puts_one_on_record_first(office: Office) -> None:
    office.tell(before="offer")
    office.done(BROKER, "match")
    office.done("head.6990004", "object-to", {"provider": "6990105", "reason": "…"})
    done = office.done(BROKER, "offer", {"provider": "6990103", "reason": "…"})
    assert done.events[:2] == ("MatchCandidatesScored", "PartnerOffered")
    assert {"school": "6990105", "code": "objected", "figures": []} in office.events()[-3].payload["excluded"]


def test_why_not_that_school_is_answered_as_it_was_though_the_weights_have_changed(office: Office) -> None:
    office.tell(before="offer")
    office.done(BROKER, "match")
    before = latest_ranking(office)
    content: dict[str, Any] = orjson.loads(
        orjson.dumps(office.events("programme/EAS")[-1].payload["content"])
    )
    zero = dict.fromkeys(content["matching"]["weights"], 0)
    content["matching"]["weights"] = zero | {"travel": 100}
    content["version"] += 1
    office.done(ADMIN, "publish", {"content": content}, stream="programme/EAS")
    assert latest_ranking(office) == before
    office.done(BROKER, "match")
    after = latest_ranking(office)
    assert (before.programme_version, after.programme_version) == (eas().version, eas().version + 1)
    assert [c.weight for c in before.criteria] != [c.weight for c in after.criteria]
    lines = {c.school: c.lines for c in before.candidates}
    assert {c.school: c.lines for c in after.candidates} == lines, (
        "the reasons are the same, their weight is not"
    )


def test_a_conflict_declared_of_either_school_bars_both_ways(office: Office) -> None:
    office.tell(before="offer")
    conflict = {"school": "6990103", "note": "A governor of both."}
    office.done(BROKER, "declare-conflict", conflict, stream="provider/6990004")
    assert office.refused(BROKER, "offer", {"provider": "6990103", "reason": "…"}).code == "R-CONFLICT"
    office.done(BROKER, "clear-conflict", {"school": "6990103"}, stream="provider/6990004")
    office.done(BROKER, "offer", {"provider": "6990103", "reason": "…"})


def test_who_was_objected_to_is_not_proposed_to_that_school_again_for_a_year(office: Office) -> None:
    stream = in_matching(office, "6990004", "numeracy")
    office.done("head.6990004", "object-to", {"provider": "6990105", "reason": "…"}, stream=stream)
    with office.reading.connect() as connection:
        assert connection.execute(select(objection.c.school)).scalars().all() == ["6990105"]
    in_matching(office, "6990004", "literacy")
    assert office.refused(BROKER, "offer", {"provider": "6990105", "reason": "…"}).code == "R-EXCLUDED"
    in_matching(office, "6990014", "literacy")
    office.done(BROKER, "offer", {"provider": "6990105", "reason": "…"})


def test_how_a_case_went_counts_in_the_record_of_its_provider(office: Office) -> None:
    office.tell(WHOLE)
    in_matching(office, "6990014", "numeracy")
    office.done(BROKER, "match")
    lines = {c.school: c.lines[5] for c in latest_ranking(office).candidates}
    assert (lines["6990103"].code, lines["6990103"].figures[0]) == ("record", 1)
    assert lines["6990105"].code == "no_record"


def latest_ranking(office: Office) -> MatchCandidatesScored:
    stored: list[Any] = [r for r in office.events() if r.envelope.type == "MatchCandidatesScored"]
    event = read_event(
        "case", "MatchCandidatesScored", stored[-1].envelope.schema_version, stored[-1].payload
    )
    assert isinstance(event, MatchCandidatesScored)
    return event
