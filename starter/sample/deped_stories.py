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


def _advanced(payment: str) -> Values:
    """The whole grant was paid out today."""
    return lambda today: {"payment": payment, "paid_on": today.isoformat()}


def _came_back(receipt: str, amount_minor: int) -> Values:
    return lambda today: {
        "amount_minor": amount_minor,
        "receipt": receipt,
        "received_on": today.isoformat(),
    }


_SPENT: Final = fixed(
    spent=[
        {"use": "differentiated-instruction", "amount_minor": 5_125_000, "document": "OR-118"},
        {"use": "contextualised-materials", "amount_minor": 2_000_000, "document": "OR-121"},
        {"use": "leadership-governance", "amount_minor": 1_000_000, "document": "OR-126"},
    ]
)
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


def _oriented(today: date) -> dict[str, Any]:
    return {"on": today.isoformat()}


DEPED_STORIES: Final[tuple[Story, ...]] = (
    Story(
        "deped-2026-01",
        "a leader school helps its partner; the division returns the first plan",
        "head.900101",
        (
            Step("head.900101", "submit", after=0),
            Step("head.900001", "consent", after=3),
            Step("coordinator.nena", "triage", fixed(tier="standard"), after=3),
            Step("psds.ramon", "record-orientation", _oriented, after=2),
            Step("head.900101", "scope", scoped(8, _REACHING_ALL, plan="SIP-2026"), after=2),
            Step(
                "head.900101",
                "draft-agreement",
                _planned(8, "900101", "900001", 11_900_000, "lac", "sbm"),
                after=5,
            ),
            Step(
                "superintendent.jose",
                "return-funding",
                fixed(reason="Supplies are more than the cells need."),
                after=2,
            ),
            Step(
                "head.900101",
                "draft-agreement",
                _planned(8, "900101", "900001", 7_400_000, "lac", "sbm"),
                after=2,
            ),
            Step("superintendent.jose", "approve-funding", after=2),
            Step("head.900001", "sign", after=2),
            Step("head.900101", "sign", after=2),
            Step("budget.lita", "release-funds", _advanced("ADA-0118"), after=2),
            Step(
                "focal.900101",
                "record-visit",
                visit(
                    4, [1], "First cell: planned three lessons.", work_mode="lac", safeguarding_briefed=True
                ),
                after=5,
            ),
            Step("focal.900001", "confirm-visit", fixed(visit="V1")),
            Step("psds.ramon", "mid-review", fixed(decision="continue", note="Both cells meet."), after=4),
            Step(
                "coordinator.nena",
                "note-assistance",
                lambda today: {
                    "given_by": "region",
                    "on": today.isoformat(),
                    "note": "The regional office went through the record of both cells with us.",
                },
                after=2,
            ),
            Step(
                "focal.900101",
                "record-visit",
                visit(4, [1], "Heads looked at the plan for improvement together.", work_mode="sbm"),
                after=6,
            ),
            Step("focal.900001", "confirm-visit", fixed(visit="V2")),
            Step("head.900101", "complete"),
            Step("head.900101", "liquidate", _SPENT, after=2),
            Step("budget.lita", "accept-liquidation", fixed(liquidation="L1"), after=3),
            Step("budget.lita", "return-funds", _came_back("OR-3307", 475_000), after=2),
            Step("head.900101", "review", review((1, "met")), after=3),
            Step("head.900001", "review", review((1, "partly-met"), satisfaction=5), after=4),
            Step("psds.ramon", "validate", fixed(ratings=rated((1, "partly-met"))), after=5),
            Step("coordinator.nena", "close", fixed(outcome="partly-met", follow_up="check-in"), after=2),
            Step("budget.lita", "settle"),
        ),
        "closed",
        "DEPED",
        begins=14,
    ),
    Story(
        "deped-2026-02",
        "a leader school's work and financial plan waits for the division",
        "head.900103",
        (
            Step("head.900103", "submit", after=0),
            Step("head.900005", "consent", after=3),
            Step("coordinator.nena", "triage", fixed(tier="light"), after=2),
            Step("coordinator.nena", "record-orientation", _oriented, after=1),
            Step("head.900103", "scope", scoped(16, _A_CELL, plan="SIP-2026"), after=3),
            Step(
                "head.900103",
                "draft-agreement",
                _planned(16, "900103", "900005", 12_500_000, "lac", "ci"),
                after=3,
            ),
        ),
        "funding_approval",
        "DEPED",
        begins=104,
    ),
)
