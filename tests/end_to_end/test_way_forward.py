"""What a refusal prints as the next line can be typed as it stands, by the person it names."""

import pytest

from domain.case.stages import Stage
from starter.sample.stories import STORIES
from starter.sample.story import Story
from tests.end_to_end.office import RunningOffice

LONGEST_WAY = 60


@pytest.mark.parametrize("story", STORIES[:2], ids=["sip", "school"])
def test_the_printed_lines_alone_lead_a_case_to_its_archive(running: RunningOffice, story: Story) -> None:
    reference, _ = running.bring(story, "teaching-learning", "draft")
    passed: list[str] = []
    for _ in range(LONGEST_WAY):
        stage = running.here("case", "show", reference, "--json").json["stage"]
        passed.append(stage)
        refused = running.here("case", _verb_that_never_fits(stage), reference)
        assert refused.code == 4, refused
        assert "R-STAGE" in refused.err or "R-POST" in refused.err
        if not refused.next_lines:
            break
        running.here_line(refused.next_lines[0]).well()
    assert passed[-1] == Stage.ARCHIVED
    assert {Stage.MATCHING, Stage.AWAITING_SIGNATURES, Stage.IN_DELIVERY, Stage.FINAL_REVIEW} < set(passed)
    assert "Next:" not in running.here("case", "show", reference).well().out


def _verb_that_never_fits(stage: str) -> str:
    return "submit" if stage != Stage.DRAFT else "approve-funding"


def test_case_show_prints_the_line_that_a_refusal_prints(running: RunningOffice) -> None:
    reference, _ = running.bring(STORIES[1], "languages-literacy-communication", "partner_offered")
    refused = running.here("case", "submit", reference)
    shown = running.here("case", "show", reference).well()
    assert shown.next_lines == refused.next_lines
    running.here_line(shown.next_lines[0]).well()
