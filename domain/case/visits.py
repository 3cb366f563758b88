"""Visits: planned, moved, cancelled, held, confirmed or disputed. Transitions 19 and 20."""

from datetime import date

from domain.case import commands as c
from domain.case import events as e
from domain.case.agreement import agreement_of
from domain.case.commands import expect
from domain.case.dating import deadline_set
from domain.case.money_owed import notes_due
from domain.case.shape import Visit
from domain.case.situation import Refusal, Situation
from domain.case.stages import DELIVERING, Stage
from domain.case.waits import Awaited
from domain.parties import Party


def visit_lies_in_the_agreed_span(s: Situation) -> Refusal | None:
    command = s.command
    on = command.on if isinstance(command, c.RescheduleVisit) else expect(command, c.ScheduleVisit).on
    agreement = agreement_of(s)
    if on < s.facts.today:
        return Refusal(
            "R-DATES",
            f"A visit cannot be planned for {on.isoformat()}: today is {s.facts.today.isoformat()}.",
            f"A visit that was held is recorded: brokerage case record-visit {s.state.reference}",
        )
    if not agreement.terms.start <= on <= agreement.end:
        return Refusal(
            "R-DATES",
            f"{on.isoformat()} lies outside the agreement ({agreement.terms.start.isoformat()} to {agreement.end.isoformat()}).",
        )
    return None


def visit_has_been(s: Situation) -> Refusal | None:
    command = expect(s.command, c.RecordVisit)
    agreement = agreement_of(s)
    if command.on > s.facts.today:
        return Refusal("R-DATES", f"The visit of {command.on.isoformat()} has not been held yet.")
    if command.on < agreement.terms.start:
        return Refusal(
            "R-DATES",
            f"The visit of {command.on.isoformat()} lies before the agreed start ({agreement.terms.start.isoformat()}).",
        )
    if command.on > agreement.end:
        return Refusal(
            "R-DATES",
            f"The visit of {command.on.isoformat()} lies after the agreed end ({agreement.end.isoformat()}).",
            "Both heads can agree a later end: brokerage case propose-variation",
        )
    if command.begin and command.end and command.end <= command.begin:
        return Refusal("R-DATES", f"The visit ends ({command.end}) before it begins ({command.begin}).")
    return None


def planned_visit_is_known(s: Situation) -> Refusal | None:
    visit_id = expect(s.command, c.RecordVisit).visit
    return _status_problem(s, visit_id, "planned") if visit_id else None


def note_is_still_awaited(s: Situation) -> Refusal | None:
    """After delivery only that is said which was planned for the time before: whether it was held, and how long."""
    command, ended = s.command, s.state.delivery_ended_on
    due = {visit.id: visit for visit in notes_due(s.state)}
    visit = due.get(getattr(command, "visit", None) or "")
    if visit is None or ended is None:
        return Refusal(
            "R-VISIT",
            "Delivery has ended: only visits are recorded that were planned for a day before its end.",
            f"Still awaited: {', '.join(due) or 'none'}.",
        )
    if not isinstance(command, c.RecordVisit):
        return None
    if command.on > ended:
        return Refusal(
            "R-DATES",
            f"The visit of {command.on.isoformat()} lies after the end of delivery ({ended.isoformat()}).",
        )
    if command.quarter_days > visit.quarter_days:
        return Refusal(
            "R-DAYS",
            f"{visit.id} was planned for {visit.quarter_days / 4:g} days; with the end of delivery all other days "
            "were given back.",
        )
    return None


def visitors_were_briefed(s: Situation) -> Refusal | None:
    command = expect(s.command, c.RecordVisit)
    if not s.state.briefed and not command.safeguarding_briefed:
        return Refusal(
            "R-BRIEFING",
            "Before the first visit counts, visitors must have been briefed on safeguarding.",
            "If they were, add --safeguarding-briefed.",
        )
    return None


def objectives_exist(s: Situation) -> Refusal | None:
    numbers = expect(s.command, c.RecordVisit).objectives
    return _objective_problem(s, numbers)


def days_do_not_exceed_agreement(s: Situation) -> Refusal | None:
    command = expect(s.command, c.RecordVisit)
    agreed, held = agreement_of(s).all_quarter_days, s.state.held_quarter_days
    if held + command.quarter_days > agreed:
        return Refusal(
            "R-DAYS",
            f"{held / 4:g} of {agreed / 4:g} agreed days are used; {command.quarter_days / 4:g} more would exceed them.",
            f"The {s.word(Party.PRINCIPAL_ADVISER)} can extend delivery once: brokerage case extend",
        )
    return None


def work_mode_was_agreed(s: Situation) -> Refusal | None:
    """Where the programme names ways of working, a visit says which of those agreed it was."""
    agreed, given = agreement_of(s).terms.work_modes, expect(s.command, c.RecordVisit).work_mode
    if given in agreed or (given is None and not agreed):
        return None
    if given is None:
        return Refusal(
            "R-WORK-MODE",
            "Say in which way the schools worked.",
            f"Agreed: --work-mode {' or '.join(agreed)}.",
        )
    known = f"Agreed are: {', '.join(agreed)}." if agreed else "The agreement names none."
    return Refusal("R-WORK-MODE", f"'{given}' is no way of working that was agreed.", known)


def mid_review_was_held(s: Situation) -> Refusal | None:
    """Past the programme's share of the days no further visit counts until the mid review is held.

    The first visit is let through whatever its length: before it there is nothing to review.
    """
    command = expect(s.command, c.RecordVisit)
    agreed, counted = agreement_of(s).quarter_days, s.state.counted_quarter_days
    stop = s.programme.rules.visits_stop_without_mid_review_per_mille
    if s.state.mid_review is None and counted and (counted + command.quarter_days) * 1000 > agreed * stop:
        return Refusal(
            "R-MID-REVIEW",
            f"Past {stop / 10:g} % of the agreed days no further visit counts until the mid review is held.",
            f"Next: brokerage case mid-review {s.state.reference}",
        )
    return None


def visit_is_planned(s: Situation) -> Refusal | None:
    return _status_problem(s, expect(s.command, c.MissVisit).visit, "planned")


def visit_awaits_confirmation(s: Situation) -> Refusal | None:
    return _status_problem(s, expect(s.command, c.ConfirmVisit).visit, "recorded")


def confirmer_did_not_record(s: Situation) -> Refusal | None:
    """Separation of duties: a visit is paid for on the word of two people, so nobody gives both."""
    return _own_record(s, expect(s.command, c.ConfirmVisit).visit, "confirm it")


def settler_did_not_record(s: Situation) -> Refusal | None:
    return _own_record(s, expect(s.command, c.ResolveDispute).visit, "settle what is disputed of it")


def visit_can_be_disputed(s: Situation) -> Refusal | None:
    return _status_problem(s, expect(s.command, c.DisputeVisit).visit, "recorded")


def visit_is_disputed(s: Situation) -> Refusal | None:
    return _status_problem(s, expect(s.command, c.ResolveDispute).visit, "disputed")


def settlement_is_within_the_visit(s: Situation) -> Refusal | None:
    command = expect(s.command, c.ResolveDispute)
    visit = s.state.visit(command.visit)
    if visit is not None and command.counted_quarter_days > visit.quarter_days:
        return Refusal(
            "R-DAYS",
            f"{command.visit} was recorded as {visit.quarter_days / 4:g} days; more than that cannot count.",
        )
    return None


def schedule_visit(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.ScheduleVisit)
    event = e.VisitScheduled(
        visit=_next_visit(s), on=command.on, quarter_days=command.quarter_days, mode=command.mode
    )
    return (event,)


def record_visit(s: Situation) -> tuple[e.CaseEvent, ...]:
    """The visit; the first one starts delivery, and the one that crosses half-way makes the mid review due."""
    command = expect(s.command, c.RecordVisit)
    recorded = e.VisitRecorded(
        **dict(command) | {"visit": command.visit or _next_visit(s)},
        planned=command.visit is not None,
        recorded_as=s.party,
        noted_by=s.facts.person,
        recorded_by=s.facts.recorder,
        period=s.facts.days_of(None).period_of(command.on),
    )
    events: list[e.CaseEvent] = []
    if s.state.stage is Stage.AGREED:
        events.append(e.DeliveryStarted(on=command.on))
    events.append(recorded)
    agreed = agreement_of(s).quarter_days
    counted = s.state.counted_quarter_days + command.quarter_days
    due = counted * 1000 >= agreed * s.programme.rules.mid_review_due_per_mille
    if s.state.stage in DELIVERING and due and s.state.mid_review is None and not s.state.mid_review_due:
        events += (
            e.MidReviewDue(counted_quarter_days=counted, agreed_quarter_days=agreed),
            *_sooner_review(s),
        )
    return tuple(events)


def _sooner_review(s: Situation) -> tuple[e.CaseEvent, ...]:
    """The mid review's wait counts from now on, where that is sooner than from the agreed day; never later."""
    running = s.state.deadline("mid_review")
    if running is None or running.passed:
        return ()
    sooner = deadline_set(Awaited(running.wait, running.owner, "mid-review"), s.state, s.facts)
    return (sooner,) if sooner.due_at < running.due_at else ()


def visit_moves(s: Situation) -> Refusal | None:
    command = expect(s.command, c.RescheduleVisit)
    visit = s.state.visit(command.visit)
    if visit is None or visit.status != "planned":
        return _status_problem(s, command.visit, "planned")
    same_length = command.quarter_days in {None, visit.quarter_days}
    if visit.on == command.on and same_length and command.mode is None:
        return Refusal("R-ALREADY", f"Visit {visit.id} is planned for {visit.on.isoformat()} already.")
    return None


def visit_can_be_cancelled(s: Situation) -> Refusal | None:
    return _status_problem(s, expect(s.command, c.CancelVisit).visit, "planned")


def reschedule_visit(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.RescheduleVisit)
    visit = _planned(s, command.visit)
    return (
        e.VisitRescheduled(
            visit=visit.id,
            was=visit.on,
            on=command.on,
            quarter_days=command.quarter_days or visit.quarter_days,
            mode=command.mode,
            moved_as=s.party,
            notice_days=_notice(s, visit.on),
        ),
    )


def cancel_visit(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.CancelVisit)
    visit = _planned(s, command.visit)
    return (
        e.VisitCancelled(
            visit=visit.id,
            on=visit.on,
            because_of=command.because_of,
            reason_code=command.reason_code,
            cancelled_as=s.party,
            notice_days=_notice(s, visit.on),
        ),
    )


def _planned(s: Situation, visit_id: str) -> Visit:
    visit = s.state.visit(visit_id)
    if visit is None:
        raise ValueError(f"the guards let through a visit that is not planned: {visit_id}")
    return visit


def _notice(s: Situation, on: date) -> int:
    """School days of the recipient from today to the day that was planned; 0 where that has come."""
    days_of = s.facts.days_of(s.state.recipient)
    return days_of.between(s.facts.today, on, "school_days")


def miss_visit(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.MissVisit)
    return (
        e.VisitMissed(visit=command.visit, because_of=command.because_of, reason_code=command.reason_code),
    )


def confirm_visit(s: Situation) -> tuple[e.CaseEvent, ...]:
    visit = _visit(s, expect(s.command, c.ConfirmVisit).visit)
    confirmed = e.VisitConfirmed(
        visit=visit.id,
        quarter_days=visit.quarter_days,
        confirmed_by=s.facts.person,
        recorded_by=s.facts.recorder,
    )
    return (confirmed,)


def dispute_visit(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.DisputeVisit)
    return (e.VisitDisputed(visit=command.visit, reason=command.reason),)


def resolve_dispute(s: Situation) -> tuple[e.CaseEvent, ...]:
    command = expect(s.command, c.ResolveDispute)
    event = e.DisputeResolved(
        visit=command.visit,
        counted_quarter_days=command.counted_quarter_days,
        reason=command.reason,
        settled_by=s.facts.person,
        recorded_by=s.facts.recorder,
    )
    return (event,)


def _objective_problem(s: Situation, numbers: tuple[int, ...]) -> Refusal | None:
    known = len(s.state.objectives)
    wrong = sorted({number for number in numbers if not 1 <= number <= known})
    if wrong:
        return Refusal("R-OBJECTIVES", f"There is no objective {wrong[0]}; the agreement has {known}.")
    return None


def _status_problem(s: Situation, visit_id: str, wanted: str) -> Refusal | None:
    visit = s.state.visit(visit_id)
    if visit is None:
        known = ", ".join(known.id for known in s.state.visits) or "none"
        return Refusal("R-VISIT", f"There is no visit {visit_id}; visits so far: {known}.")
    if visit.status != wanted:
        return Refusal("R-VISIT", f"Visit {visit_id} is {visit.status}, not {wanted}.")
    return None


def _own_record(s: Situation, visit_id: str, what: str) -> Refusal | None:
    visit = s.state.visit(visit_id)
    bound = {s.facts.person, s.facts.recorder} & set(visit.persons if visit else ())
    if not bound:
        return None
    return Refusal(
        "R-SEPARATION",
        f"The record of visit {visit_id} is by {' and '.join(sorted(bound))}; whoever recorded a visit, or entered "
        f"it for another, may not {what}.",
        "Somebody else does, in their own name or recorded by another.",
    )


def _visit(s: Situation, visit_id: str) -> Visit:
    visit = s.state.visit(visit_id)
    if visit is None:
        raise ValueError("guarded by the visit's status")
    return visit


def _next_visit(s: Situation) -> str:
    return f"V{len(s.state.visits) + 1}"
