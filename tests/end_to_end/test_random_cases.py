"""Whatever lawful thing people do next: the list, the workflow and another process say what the log says."""

from datetime import timedelta
from itertools import count
from typing import Final

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from domain.ids import case_reference
from starter.hints import step_line
from starter.reading import reading
from starter.sample.stories import STORIES
from starter.views.case import read_case, steps_now
from tests.end_to_end.looks import look_at
from tests.end_to_end.office import PROGRAMME, RunningOffice, opening, today, words_of

STORY: Final = STORIES[4]
AREAS: Final = (
    "expressive-arts", "health-wellbeing", "humanities", "languages-literacy-communication",
    "science-technology", "literacy", "numeracy", "digital-competence", "leadership-learning",
)  # fmt: skip
"""A school has one open case in an area, so each case here has an area of its own."""

MOVES: Final = (
    "on",
    "on",
    "on",
    "on",
    "on",
    "on",
    "pause",
    "resume",
    "decline",
    "change",
    "amend",
    "dispute",
)
_numbers = count()


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 9)), min_size=14, max_size=24))
def test_row_workflow_and_another_process_equal_the_fold(
    running: RunningOffice, moves: list[tuple[str, int]]
) -> None:
    number = next(_numbers)
    key = f"random:{number}"
    reference = case_reference(PROGRAMME, key)
    running.here(*words_of(opening(STORY, AREAS[number % len(AREAS)]), None), "--key", key).well()
    for place, (move, choice) in enumerate(moves, start=1):
        done = make(running, reference, move, choice)
        note(f"{move} {choice}: {done}")
        if place % 6 == 0:
            look_at(running, reference).agree()
    look_at(running, reference).agree()


def make(office: RunningOffice, reference: str, move: str, choice: int) -> str:
    """One thing that somebody does; a detour that does not fit here is refused, which is lawful too."""
    if move == "on":
        with reading(office.settings) as open_office:
            steps = steps_now(open_office, read_case(open_office, reference))
        if not steps:
            return "nothing to do today"
        return office.here_line(step_line(steps[choice % len(steps)])).well().out
    review_on = (today(PROGRAMME) + timedelta(days=choice + 1)).isoformat()
    words = {
        "pause": ("pause", "--reason-code", "weather", "--review-on", review_on, "--profile", "broker.mali"),
        "resume": ("resume", "--profile", "broker.mali"),
        "decline": ("rescind-offer", "--reason", "…", "--profile", "broker.mali"),
        "change": ("request-changes", "--reason", "…", "--profile", "head.6990013"),
        "amend": ("amend", "--need", "Said otherwise.", "--profile", STORY.opener),
        "dispute": ("dispute-visit", "--visit", "V1", "--reason", "…", "--profile", "head.6990013"),
    }[move]
    done = office.here("case", words[0], reference, *words[1:])
    assert done.code in {0, 4}, done
    return done.out or done.err
