"""The cases of the demonstration at DepEd. All schools and people are from sample/deped."""

from datetime import date, timedelta
from typing import Any, Final

from starter.sample.story import Step, Story, Values, fixed, objective, rated, review, scoped, visit


def _planned(quarter_days: int, leader: str, partner: str, supplies_minor: int, *work_modes: str) -> Values:
    """A work and financial plan; its days fall in this calendar year, as the grant does."""

    def terms(today: date) -> dict[str, Any]:
        end = today + timedelta(weeks=8)
        return {
            "terms": {
                "start": today.isoformat(),
                "end": end.isoformat(),
                "quarter_days": quarter_days,
                "mode": "in-person",
                "work_modes": list(work_modes),
                "language": "both",
                "activities": "Learning action cells of both schools, lessons seen and taught together.",
                "provider_lead": f"focal.{leader}",
                "recipient_lead": f"focal.{partner}",
                "travel_minor": 1_200_000,
                "supplies_minor": supplies_minor,
                "years": [{"financial_year": str(today.year), "quarter_days": quarter_days}],
                "expectations": "The partner school's head takes part in each cell and frees its teachers.",
                "safeguarding_contact": f"head.{partner}",
                "mid_review_on": (today + timedelta(weeks=4)).isoformat(),
                "final_review_on": (end + timedelta(weeks=2)).isoformat(),
            }
        }

    return terms


_REACHING_ALL: Final = objective(
    "Lessons reach all four reading levels of a class",
    "One plan for the whole class in nine of ten lessons",
    "Plans for at least two levels in seven of ten lessons",
)
_A_CELL: Final = objective(
    "Teachers of the three tracks meet in a learning action cell of their own",
    "No cell has met",
    "A cell has met four times and written down what it tried",
)

DEPED_STORIES: Final[tuple[Story, ...]] = (
    Story(
        "deped-2026-01",
        "a leader school helps its partner; the division returns the first plan",
        "head.900101",
        (
            Step("head.900101", "submit"),
            Step("head.900001", "consent"),
            Step("coordinator.nena", "triage", fixed(tier="standard")),
            Step("head.900101", "scope", scoped(8, _REACHING_ALL)),
            Step("head.900101", "draft-agreement", _planned(8, "900101", "900001", 11_900_000, "lac", "sbm")),
            Step(
                "superintendent.jose",
                "return-funding",
                fixed(reason="Supplies are more than the cells need."),
            ),
            Step("head.900101", "draft-agreement", _planned(8, "900101", "900001", 7_400_000, "lac", "sbm")),
            Step("superintendent.jose", "approve-funding"),
            Step("head.900001", "sign"),
            Step("head.900101", "sign"),
            Step(
                "focal.900101",
                "record-visit",
                visit(
                    4, [1], "First cell: planned three lessons.", work_mode="lac", safeguarding_briefed=True
                ),
            ),
            Step("focal.900001", "confirm-visit", fixed(visit="V1")),
            Step("psds.ramon", "mid-review", fixed(decision="continue", note="Both cells meet.")),
            Step(
                "focal.900101",
                "record-visit",
                visit(4, [1], "Heads looked at the plan for improvement together.", work_mode="sbm"),
            ),
            Step("focal.900001", "confirm-visit", fixed(visit="V2")),
            Step("head.900101", "complete"),
            Step("head.900101", "review", review((1, "met"))),
            Step("head.900001", "review", review((1, "partly-met"), satisfaction=5)),
            Step("psds.ramon", "validate", fixed(ratings=rated((1, "partly-met")))),
            Step("coordinator.nena", "close", fixed(outcome="partly-met", follow_up="check-in")),
        ),
        "closed",
        "DEPED",
    ),
    Story(
        "deped-2026-02",
        "a leader school's work and financial plan waits for the division",
        "head.900103",
        (
            Step("head.900103", "submit"),
            Step("head.900005", "consent"),
            Step("coordinator.nena", "triage", fixed(tier="light")),
            Step("head.900103", "scope", scoped(16, _A_CELL)),
            Step("head.900103", "draft-agreement", _planned(16, "900103", "900005", 12_500_000, "lac", "ci")),
        ),
        "funding_approval",
        "DEPED",
    ),
)
