"""The cases of the demonstration in Wales. All schools and people are from sample/wales."""

from datetime import date, timedelta
from typing import Any, Final

from starter.sample.story import Step, Story, Values, fixed, objective, rated, review, scoped, visit


def _agreed(
    quarter_days: int,
    provider_lead: str,
    recipient_lead: str,
    head: str,
    cover_minor: int,
    supplies_minor: int = 0,
) -> Values:
    def terms(today: date) -> dict[str, Any]:
        end = today + timedelta(weeks=12)
        return {
            "terms": {
                "start": today.isoformat(),
                "end": end.isoformat(),
                "quarter_days": quarter_days,
                "release_quarter_days": quarter_days,
                "mode": "mixed",
                "language": "en",
                "activities": "Joint planning, lessons taught together, and work with the whole staff.",
                "provider_lead": provider_lead,
                "recipient_lead": recipient_lead,
                "cover_minor": cover_minor,
                "travel_minor": 6000,
                "supplies_minor": supplies_minor,
                "rate_card": "eas-2026",
                "years": [{"financial_year": _financial_year(today), "quarter_days": quarter_days}],
                "expectations": "Staff are released for each visit and the head takes part in both reviews.",
                "safeguarding_contact": head,
                "mid_review_on": (today + timedelta(weeks=6)).isoformat(),
                "final_review_on": (end + timedelta(weeks=2)).isoformat(),
            }
        }

    return terms


def paid(claim: str, payment: str) -> Values:
    """The claim was paid today."""
    return lambda today: {"claim": claim, "payment": payment, "paid_on": today.isoformat()}


def _financial_year(today: date) -> str:
    first = today.year if today.month >= 4 else today.year - 1
    return f"{first}-{(first + 1) % 100:02d}"


def _in_weeks(weeks: int, **values: Any) -> Values:
    """On this weekday, so many weeks ahead."""
    return lambda today: {"on": (today + timedelta(weeks=weeks)).isoformat(), **values}


_REASONING = objective(
    "Pupils explain their reasoning in numeracy",
    "4 in 10 explain a method when asked",
    "7 in 10 explain a method by the end of the spring term",
)
_PLANNING = objective(
    "Numeracy is planned across the curriculum",
    "Planned in mathematics only",
    "Planned in four areas in years 3 to 6",
)
_READING = objective(
    "Reading strategies are taught in every class",
    "Taught in two of seven classes",
    "Taught in all classes, seen in lesson visits",
)

STORIES: Final[tuple[Story, ...]] = (
    Story(
        "wales-2026-01",
        "by the SIP; the head is reminded; one school declines, another accepts; the text changes after a signature",
        "sip.carys",
        (
            Step("sip.carys", "submit", after=0),
            Step("head.6990004", "consent", after=6),
            Step("broker.dylan", "triage", fixed(tier="standard"), after=2),
            Step("sip.carys", "scope", scoped(16, _REASONING, _PLANNING), after=4),
            Step(
                "broker.dylan",
                "offer",
                fixed(provider="6990105", reason="Strong numeracy, same size of school."),
                after=2,
            ),
            Step(
                "head.6990105",
                "decline-offer",
                fixed(reason_code="capacity", reason="No numeracy lead this term."),
                after=2,
            ),
            Step(
                "broker.dylan",
                "offer",
                fixed(provider="6990103", reason="Offers numeracy and has the days."),
            ),
            Step("head.6990103", "accept-offer", fixed(conflict="none"), after=2),
            Step(
                "partner.eleri",
                "contribute",
                fixed(
                    note="Planning first, then lessons: years 3 and 4 before years 5 and 6.",
                    priority="SSO-1",
                    overview_version="2026-1",
                ),
            ),
            Step(
                "broker.dylan",
                "draft-agreement",
                _agreed(16, "partner.eleri", "lead.6990004", "head.6990004", 88000),
                after=2,
            ),
            Step("finance.gwilym", "approve-funding", after=2),
            Step("head.6990004", "sign"),
            Step(
                "head.6990103",
                "request-changes",
                fixed(reason="Three days are what we can release."),
                after=2,
            ),
            Step(
                "broker.dylan",
                "draft-agreement",
                _agreed(12, "partner.eleri", "lead.6990004", "head.6990004", 66000),
            ),
            Step("finance.gwilym", "approve-funding"),
            Step("head.6990103", "sign"),
            Step("sip.carys", "sign"),
            Step("head.6990004", "sign", after=2),
            Step("partner.eleri", "schedule-visit", _in_weeks(1, quarter_days=4), after=2),
            Step("lead.6990004", "reschedule-visit", _in_weeks(2, visit="V1")),
            Step(
                "partner.eleri",
                "record-visit",
                visit(
                    4, [1, 2], "Looked at planning and books together.", visit="V1", safeguarding_briefed=True
                ),
                after=10,
            ),
            Step("lead.6990004", "confirm-visit", fixed(visit="V1")),
            Step("partner.eleri", "record-visit", visit(4, [1], "Taught three lessons together."), after=8),
            Step("lead.6990004", "confirm-visit", fixed(visit="V2"), after=2),
            Step(
                "sip.carys",
                "mid-review",
                fixed(decision="continue", note="On course; more time on objective 2."),
                after=3,
            ),
            Step(
                "partner.eleri",
                "record-visit",
                visit(4, [2], "Planned the summer term with all class teachers.", mode="online"),
                after=8,
            ),
            Step("lead.6990004", "confirm-visit", fixed(visit="V3")),
            Step("head.6990004", "complete"),
            Step("head.6990004", "review", review((1, "met"), (2, "partly-met")), after=3),
            Step("partner.eleri", "review", review((1, "met"), (2, "met"), satisfaction=5), after=4),
            Step("sip.carys", "validate", fixed(ratings=rated((1, "met"), (2, "partly-met"))), after=5),
            Step("broker.dylan", "close", fixed(outcome="partly-met", follow_up="check-in"), after=2),
            Step("head.6990103", "claim", fixed(travel_minor=6000)),
            Step("finance.gwilym", "approve-claim", fixed(claim="C1"), after=2),
            Step("finance.gwilym", "record-payment", paid("C1", "BACS-0412"), after=4),
            Step("finance.gwilym", "settle"),
            Step(
                "sip.carys",
                "record-follow-up",
                fixed(sustained="yes", note="Still planned across four areas."),
                after=27,
            ),
        ),
        "archived",
    ),
    Story(
        "wales-2026-03",
        "by the school; triage is late and escalated; one visit is disputed and settled",
        "head.6990003",
        (
            Step("head.6990003", "submit", after=0),
            Step("sip.carys", "align", fixed(priority="SSO-1", overview_version="2026-1"), after=2),
            Step(
                "adviser.meinir",
                "acknowledge",
                fixed(escalation=1, note="Mali is back on Monday; I have spoken to the school."),
                after=6,
            ),
            Step("broker.mali", "triage", fixed(tier="light"), after=0),
            Step("sip.carys", "scope", scoped(8, _READING), after=4),
            Step(
                "broker.mali",
                "offer",
                fixed(provider="6990105", reason="Offers literacy in the primary phase."),
                after=2,
            ),
            Step("head.6990105", "accept-offer", fixed(conflict="none"), after=2),
            Step(
                "broker.mali",
                "draft-agreement",
                _agreed(8, "lead.6990105", "head.6990003", "head.6990003", 44000),
                after=3,
            ),
            Step("finance.gwilym", "approve-funding"),
            Step("sip.carys", "sign"),
            Step("head.6990105", "sign"),
            Step("head.6990003", "sign"),
            Step(
                "lead.6990105",
                "record-visit",
                visit(4, [1], "Reading in years 3 and 4.", safeguarding_briefed=True),
                after=8,
            ),
            Step(
                "head.6990003",
                "dispute-visit",
                fixed(visit="V1", reason="It was half a day: the afternoon fell out."),
                after=2,
            ),
            Step(
                "broker.mali",
                "resolve-dispute",
                fixed(visit="V1", counted_quarter_days=2, reason="Both agree on half a day."),
                after=3,
            ),
            Step("lead.6990105", "record-visit", visit(4, [1], "Reading in years 5 and 6."), after=8),
            Step("head.6990003", "confirm-visit", fixed(visit="V2")),
            Step(
                "sip.carys", "mid-review", fixed(decision="continue", note="Half way, going well."), after=2
            ),
            Step(
                "lead.6990105", "record-visit", visit(2, [1], "Whole-staff session.", mode="online"), after=8
            ),
            Step("head.6990003", "confirm-visit", fixed(visit="V3")),
            Step("head.6990003", "complete"),
            Step("head.6990105", "review", review((1, "met")), after=2),
            Step("head.6990003", "review", review((1, "met"), satisfaction=5), after=3),
            Step("sip.carys", "validate", fixed(ratings=rated((1, "met"))), after=4),
            Step("broker.mali", "close", fixed(outcome="met", follow_up="none"), after=2),
            Step("head.6990105", "claim", fixed(travel_minor=6000)),
            Step("finance.gwilym", "approve-claim", fixed(claim="C1"), after=2),
            Step("finance.gwilym", "record-payment", paid("C1", "BACS-0433"), after=4),
            Step("finance.gwilym", "settle"),
        ),
        "archived",
        begins=4,
    ),
    Story(
        "wales-2026-02",
        "by the SIP; the head withdraws it before anybody is asked to help",
        "sip.gethin",
        (
            Step("sip.gethin", "submit", after=0),
            Step("head.6990009", "consent", after=3),
            Step("broker.dylan", "triage", fixed(tier="light"), after=3),
            Step(
                "head.6990009",
                "withdraw",
                fixed(reason="We have joined a network that covers this."),
                after=4,
            ),
        ),
        "withdrawn",
        begins=10,
    ),
    Story(
        "wales-2026-06",
        "by the school; in delivery, paused for an inspection",
        "head.6990007",
        (
            Step("head.6990007", "submit", after=0),
            Step("sip.gethin", "align", fixed(priority="SSO-2", overview_version="2026-1"), after=2),
            Step("broker.mali", "triage", fixed(tier="intensive"), after=2),
            Step(
                "sip.gethin",
                "scope",
                scoped(
                    24,
                    objective(
                        "Practical science in every unit",
                        "In half of the units",
                        "In all units of years 7 to 9",
                    ),
                ),
                after=5,
            ),
            Step(
                "broker.mali",
                "offer",
                fixed(provider="6990106", reason="Named by the school; offers the area in Welsh."),
                after=2,
            ),
            Step(
                "head.6990106",
                "accept-offer",
                fixed(conflict="declared", conflict_note="Our science lead taught there until last year."),
                after=3,
            ),
            Step(
                "broker.mali",
                "draft-agreement",
                _agreed(24, "lead.6990106", "lead.6990007", "head.6990007", 132000),
                after=3,
            ),
            Step("finance.gwilym", "approve-funding", after=2),
            Step("head.6990007", "sign"),
            Step("head.6990106", "sign"),
            Step("sip.gethin", "sign"),
            Step(
                "lead.6990106",
                "record-visit",
                visit(4, [1], "First day in the department.", safeguarding_briefed=True),
                after=6,
            ),
            Step("lead.6990007", "confirm-visit", fixed(visit="V1"), after=2),
            Step(
                "broker.mali",
                "pause",
                lambda today: {
                    "reason_code": "inspection",
                    "review_on": (today + timedelta(weeks=3)).isoformat(),
                },
                after=4,
            ),
        ),
        "in_delivery",
        begins=79,
    ),
    Story(
        "wales-2026-04",
        "by the SIP and urgent; waits for two signatures",
        "sip.nerys",
        (
            Step("sip.nerys", "submit", after=0),
            Step("head.6990013", "consent", after=2),
            Step("adviser.meinir", "triage", fixed(tier="intensive", urgency="urgent")),
            Step(
                "sip.nerys",
                "scope",
                scoped(
                    20, objective("Secure algebra by year 9", "Half are secure", "Eight in ten are secure")
                ),
                after=4,
            ),
            Step(
                "broker.dylan",
                "offer",
                fixed(provider="6990102", reason="Offers the area; two authorities away, by agreement."),
            ),
            Step("head.6990102", "accept-offer", fixed(conflict="none"), after=2),
            Step(
                "broker.dylan",
                "draft-agreement",
                _agreed(20, "head.6990102", "lead.6990013", "head.6990013", 110000, 510000),
                after=3,
            ),
            Step("adviser.meinir", "approve-funding", after=2),
            Step("head.6990013", "sign"),
        ),
        "awaiting_signatures",
        begins=96,
    ),
    Story(
        "wales-2026-09",
        "by the school; an offer awaits its answer",
        "head.6990014",
        (
            Step("head.6990014", "submit", after=0),
            Step("sip.nerys", "align", fixed(priority="SSO-3", overview_version="2026-1"), after=2),
            Step("broker.mali", "triage", fixed(tier="light"), after=2),
            Step(
                "sip.nerys",
                "scope",
                scoped(6, objective("Staff are confident with the digital tools", "3 of 9 are", "All are")),
                after=4,
            ),
            Step("broker.mali", "offer", fixed(provider="6990103", reason="Named by the school."), after=2),
        ),
        "partner_offered",
        begins=106,
    ),
    Story(
        "wales-2026-10",
        "by the SIP; signposted, since nobody offers it in Welsh yet",
        "sip.tomos",
        (
            Step("sip.tomos", "submit", after=0),
            Step("head.6990022", "consent", after=3),
            Step(
                "broker.dylan",
                "signpost",
                fixed(
                    offer="dyniaethau-cymraeg",
                    to="The humanities network of the region, which meets in Welsh.",
                ),
                after=3,
            ),
        ),
        "signposted",
        begins=30,
    ),
    Story(
        "wales-2026-07",
        "by the SIP; a course serves it better than a partner, and the school is enrolled",
        "sip.nerys",
        (
            Step("sip.nerys", "submit", after=0),
            Step("head.6990015", "consent", after=2),
            Step("broker.mali", "enrol", fixed(network="calm-classrooms", places=2), after=2),
        ),
        "enrolled",
        begins=34,
    ),
    Story(
        "wales-2026-12",
        "by the school; waits for its alignment",
        "head.6990023",
        (Step("head.6990023", "submit", after=0),),
        "awaiting_alignment",
        begins=115,
    ),
)
