"""The table: every cell answers in words, every row keeps its promise, and the picture is drawn from it."""

import re
from pathlib import Path

import pytest

from domain.case import diagram
from domain.case import events as e
from domain.case.commands import COMMANDS, SYSTEM_VERBS
from domain.case.lifecycle import LIFECYCLE, row_at, rows_for, verbs_at
from domain.case.situation import Decision, Refusal
from domain.case.stages import COMING, OPEN, TERMINAL, Stage
from domain.parties import Party
from tests.domain.case.office import DEADLINES, REOPENABLE, SPEAKER, USUAL_COURSE, Office, Route, in_stage

UNREACHED = frozenset({Stage.SUBMITTED, *COMING})
"""Stages in which no command ever finds a case: passed through within a command, or not led to yet."""

PYTHON_WORDS = re.compile(
    r"\b(None|True|False|KeyError|Traceback|lambda|self|dict|tuple|str|int)\b|[_{}<>\[\]]|Party\.|Stage\.|\(\)"
)


def somewhere(stage: Stage | None) -> Office:
    """A case in that stage, also where none can be."""
    if stage is None:
        return Office()
    if stage not in UNREACHED:
        return in_stage(stage)
    office = in_stage(Stage.DRAFT)
    office.state = office.state.model_copy(update={"stage": stage})
    return office


def in_plain_words(refusal: Refusal) -> bool:
    """Whether a person understands it: a sentence, with nothing of the machine in it."""
    texts = [refusal.message, *([refusal.hint] if refusal.hint else [])]
    return (
        re.fullmatch(r"R-[A-Z]+(-[A-Z]+)*", refusal.code) is not None
        and all(not PYTHON_WORDS.search(text) for text in texts)
        and re.match(r"[A-Z0-9']", refusal.message) is not None
        and refusal.message.endswith(".")
    )


@pytest.mark.parametrize("stage", [None, *Stage], ids=lambda s: s.value if s else "no case")
def test_every_cell_is_handled_or_refused_with_a_reason_a_person_understands(stage: Stage | None) -> None:
    office = somewhere(stage)
    for verb in COMMANDS:
        command = office.command(verb)
        for person in (*SPEAKER.values(), "auditor", "head.dale"):
            answer = office.ask(person, command)
            if isinstance(answer, Refusal):
                assert in_plain_words(answer), f"{verb} by {person}: {answer}"
                continue
            row = row_at(stage, verb)
            assert row is not None, f"{verb} is not in the table for {stage}"
            assert any(SPEAKER[party] == person for party in row.who), f"{verb} by {person}"


@pytest.mark.parametrize("stage", [s for s in Stage if s not in UNREACHED], ids=lambda s: s.value)
def test_a_command_that_does_not_fit_says_where_the_case_stands(stage: Stage) -> None:
    office = in_stage(stage)
    for verb in set(COMMANDS) - set(verbs_at(stage)) - {"open"}:
        refusal = office.refused("broker", verb)
        assert refusal.code == "R-STAGE"
        assert stage.words in refusal.message


def test_what_somebody_else_must_do_is_refused_with_their_part_and_ones_own_posts() -> None:
    refusal = Office().at(Stage.TRIAGE).refused("head.hill", "triage", tier="light")
    assert refusal.message == "Only the broker or principal adviser may do that."
    assert refusal.hint == "head.hill holds today: headteacher at Hill Primary."


def test_only_brokerage_itself_passes_deadlines() -> None:
    office = Office().at(Stage.TRIAGE)
    assert office.refused("adviser", "pass-deadline").message == "Only Brokerage itself does that."


@pytest.mark.parametrize("stage", sorted(TERMINAL - UNREACHED), ids=lambda s: s.value)
def test_a_case_that_has_ended_awaits_nothing_and_takes_no_command_but_to_be_reopened(stage: Stage) -> None:
    office = in_stage(stage)
    assert office.state.ended
    assert office.state.deadlines == ()
    for verb in COMMANDS:
        if verb in {"record-delivery", "recount", "pass-deadline"} or (
            verb == "reopen" and stage in REOPENABLE
        ):
            continue  # what Brokerage itself does changes nothing here
        if verb == "end-enrolment" and stage is Stage.ENROLLED:
            continue
        for person in SPEAKER.values():
            code = office.refused(person, verb).code
            if row_at(stage, verb) is None:
                assert code == ("R-REFERENCE" if verb == "open" else "R-STAGE")


@pytest.mark.parametrize("route", ["sip", "school", "leader"])
def test_each_row_causes_only_its_events_and_leads_only_where_it_says(route: Route) -> None:
    office = Office(route)
    for person, verb in USUAL_COURSE[route]:
        before = office.state.stage
        answer = office.say(person, verb)
        assert isinstance(answer, Decision)
        row = row_at(before, verb)
        assert row is not None
        assert {type(event) for event in answer.events} <= {*row.events, *DEADLINES}
        assert office.state.stage in {*row.to, before}


def test_every_verb_has_its_row_and_every_row_its_verb() -> None:
    assert {row.command.verb for row in LIFECYCLE} == set(COMMANDS)
    assert all(
        len([row for row in rows_for(verb) if stage in row.stages]) <= 1
        for verb in COMMANDS
        for stage in Stage
    )


def test_every_event_but_the_deadline_stands_in_the_table() -> None:
    named = {event for row in LIFECYCLE for event in row.events}
    assert set(e.CASE_EVENTS.values()) - named == {e.DeadlineSet}


def test_every_stage_but_the_coming_ones_is_led_to_and_every_open_one_is_led_out_of() -> None:
    led_to = {stage for row in LIFECYCLE for stage in row.to}
    assert led_to == set(Stage) - UNREACHED
    for stage in OPEN - {Stage.SUBMITTED}:
        assert any(stage in row.stages and set(row.to) - {stage} for row in LIFECYCLE)


def test_system_verbs_are_the_systems_alone() -> None:
    assert {row.command.verb for row in LIFECYCLE if Party.SYSTEM in row.who} == SYSTEM_VERBS


def test_the_picture_has_one_arrow_for_each_pair_of_stages() -> None:
    arrows = re.findall(r"^ +(\S+) --> (\S+?)(?::|$)", diagram.mermaid(), re.MULTILINE)
    assert len(arrows) == len(set(arrows))
    drawn = {start for start, _ in arrows} | {end for _, end in arrows}
    assert drawn - {"[*]"} == {stage.value for stage in set(Stage) - UNREACHED}


def test_the_picture_shows_every_way_the_table_knows() -> None:
    text = diagram.mermaid()
    for row in LIFECYCLE:
        if row.command.verb in diagram.LEFT_OUT:
            assert not re.search(rf"[:,] {row.command.verb}\b", text.split("[*] -->")[1])
        elif any(stage not in row.stages for stage in row.to):
            assert re.search(rf"[:,] {row.command.verb}\b", text), row.command.verb


def test_the_table_in_markdown_has_a_line_for_each_row() -> None:
    lines = diagram.table().splitlines()[2:]
    assert len(lines) == len(LIFECYCLE)
    assert all(line.count("|") == 7 for line in lines)


def test_drawing_rewrites_only_what_stands_between_the_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Before\n<!-- lifecycle:begin -->\nold\n<!-- lifecycle:end -->\nAfter\n", encoding="utf-8"
    )
    assert diagram.main(["--check", str(page)]) == 1
    assert "old" in page.read_text(encoding="utf-8")
    assert diagram.main([str(page)]) == 0
    drawn = page.read_text(encoding="utf-8")
    assert drawn.startswith("# Before\n")
    assert drawn.endswith("-->\nAfter\n")
    assert "stateDiagram-v2" in drawn
    assert "old" not in drawn
    assert diagram.main(["--check", str(page)]) == 0


def test_a_marker_without_its_counterpart_is_said_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- table:begin -->\n", encoding="utf-8")
    assert diagram.main([str(page)]) == 2
    assert "table:end" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "<!-- table:begin -->\n"


@pytest.mark.parametrize("name", ["lifecycle.md", "funds.md"])
def test_what_a_page_draws_from_the_table_is_as_the_table_is(name: str) -> None:
    page = Path(diagram.__file__).resolve().parents[2] / "docs" / name
    assert diagram.redrawn(page.read_text(encoding="utf-8")) == page.read_text(encoding="utf-8")
