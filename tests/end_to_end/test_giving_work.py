"""Whose work it is: given to one of those who hold the post, and handed over whole when somebody leaves."""

import orjson
import pytest

from starter.sample.stories import STORIES
from tests.end_to_end.office import RunningOffice

ADVISER = "adviser.meinir"
AREAS = ("science-technology", "expressive-arts", "digital-competence")


@pytest.fixture(scope="module")
def references(running: RunningOffice) -> tuple[str, ...]:
    """Three cases that await triage, assigned to one of two brokers; of one also the improvement partner's part."""
    found = tuple(running.bring(STORIES[0], area, "triage")[0] for area in AREAS)
    for reference in found:
        done = running.here("work", "assign", reference, "--to", "broker.dylan", profile=ADVISER)
        assert done.well().out.startswith(f"✓ {reference}: ")
    running.here("work", "assign", found[0], "--to", "sip.carys", profile=ADVISER).well()
    return found


def mine(office: RunningOffice, person: str) -> set[str]:
    rows = office.here("work", "mine", "--as-person", person, "--json").json
    return {row["reference"] for row in rows if row["wait"] == "triage"}


def given(office: RunningOffice, reference: str) -> list[tuple[str, str, str | None, str]]:
    return [
        (r.payload["party"], r.payload["person"], r.payload["was"], r.envelope.actor.person)
        for r in office.events(reference)
        if r.envelope.type == "WorkAssigned"
    ]


def test_what_is_assigned_is_on_ones_own_list_and_on_nobody_elses(
    running: RunningOffice, references: tuple[str, ...]
) -> None:
    assert set(references) <= mine(running, "broker.dylan")
    assert not set(references) & mine(running, "broker.mali")
    unassigned = running.here("work", "unassigned", "--json").json
    assert not set(references) & {row["reference"] for row in unassigned if row["wait"] == "triage"}
    again = running.here("work", "reassign", references[0], "--to", "broker.dylan", profile=ADVISER)
    assert (again.code, "R-ALREADY" in again.err) == (4, True)


@pytest.mark.parametrize(
    ("words", "code", "stable", "phrase"),
    [
        (("hand-over", "broker.dylan", "broker.dylan"), 2, "E-VALUE", "name two people"),
        (("hand-over", "broker.dylam", "broker.mali"), 3, "E-PERSON", "Did you mean broker.dylan?"),
        (("hand-over", "head.6990004", "broker.mali"), 3, "E-NONE", "Nothing is assigned to head.6990004"),
        (("hand-over", "broker.dylan", "broker.mali", "--party", "brokr"), 2, "E-PARTY", "Did you mean broker?"),
        (("assign", "{}", "--to", "head.6990004"), 4, "R-POST", "head.6990004 holds no post of staff in"),
        (("assign", "{}", "--to", "finance.gwilym", "--party", "broker"), 4, "R-POST", "Nobody called finance.gwilym is"),
        (("assign", "{}", "--to", "nobody"), 3, "E-PERSON", "There is nobody 'nobody' on record."),
    ],
)  # fmt: skip
def test_what_cannot_be_given_is_refused(
    running: RunningOffice,
    references: tuple[str, ...],
    words: tuple[str, ...],
    code: int,
    stable: str,
    phrase: str,
) -> None:
    before = [given(running, reference) for reference in references]
    typed = [references[0] if word == "{}" else word for word in words]
    done = running.here("work", *typed, profile=ADVISER)
    assert (done.code, phrase in done.err, f"  {stable}\n" in done.err) == (code, True, True), done
    assert [given(running, reference) for reference in references] == before


def test_all_the_work_of_who_leaves_is_handed_over_and_each_case_records_it(
    running: RunningOffice, references: tuple[str, ...]
) -> None:
    line = ("work", "hand-over", "broker.dylan", "broker.mali", "--key", "dylan-leaves")
    told = running.here(*line, "--dry-run", profile=ADVISER).well()
    assert f"assign: {len(references)} cases, {len(references)} would be done." in told.out
    assert set(references) <= mine(running, "broker.dylan")
    done = running.here(*line, profile=ADVISER).well()
    assert done.out == f"✓ assign: {len(references)} cases, {len(references)} done.\n"
    for reference in references:
        assert given(running, reference)[-1] == ("broker", "broker.mali", "broker.dylan", ADVISER)
    assert set(references) <= mine(running, "broker.mali")
    assert not set(references) & mine(running, "broker.dylan")
    # Of the improvement partner's part nothing was said.
    assert ("sip", "sip.carys", None, ADVISER) in given(running, references[0])
    again = running.here(*line, profile=ADVISER).well()
    assert again.out == f"✓ assign: {len(references)} cases, {len(references)} already assigned.\n"
    nothing = running.here(*line[:-2], profile=ADVISER)
    assert (nothing.code, "E-NONE" in nothing.err) == (3, True)


def test_nobody_gets_work_whose_post_they_do_not_hold(
    running: RunningOffice, references: tuple[str, ...]
) -> None:
    before = [given(running, reference) for reference in references]
    done = running.here("work", "hand-over", "sip.carys", "sip.nerys", "--json", profile=ADVISER)
    assert done.code == 7
    assert {row["code"] for row in orjson.loads(done.out)["rows"]} == {"R-POST"}
    assert [given(running, reference) for reference in references] == before
