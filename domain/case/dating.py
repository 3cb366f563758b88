"""The deadline of each wait of a case: which rule, whose days, from which day; and what moves it later."""

from datetime import date, datetime
from typing import Final

from domain.calendars.counting import Days, Unit
from domain.calendars.due import due_on, local_day
from domain.case import events as e
from domain.case.chasing_events import DueStep, KeptStep, KeptWait
from domain.case.shape import CaseState, Deadline
from domain.case.situation import Facts
from domain.case.waits import Awaited
from domain.deadlines import Counted, agreed, chase_time, counted, recounted, shifted
from domain.parties import SCHOOL_PARTIES, Party
from domain.programmes.model import Programme, Rung, Wait

_AT_PROVIDER: Final = frozenset({Party.PROVIDER_HEAD, Party.PROVIDER_LEAD, Party.CURRICULUM_PARTNER})
_HEADS: Final = frozenset({Party.RECIPIENT_HEAD, Party.PROVIDER_HEAD})
_AGAIN: Final = 5
"""Counted days between reminders once a ladder is climbed, where the programme does not say."""
_OF_AGREED_DAYS: Final = Wait(
    days=5,
    unit="school_days",
    ladder=(
        Rung(after=5, do="remind"),
        Rung(after=10, do="escalate", to=Party.BROKER),
        Rung(after=20, do="escalate", to=Party.PRINCIPAL_ADVISER),
    ),
)
"""For a day that an agreement names where the programme gives no days at all: the end of delivery. The owner
is reminded on the day itself, others are told one and three weeks later."""


def deadline_set(item: Awaited, state: CaseState, facts: Facts) -> e.DeadlineSet:
    """The deadline of a wait that begins now."""
    rule = rule_of(item.wait, facts.programme)
    days_of = days_for(item.owner, state, facts)
    key = f"{state.reference}/{item.wait}"
    rungs = _rungs(rule, item)
    if item.due_day is not None and (
        due_on(item.due_day, days_of.zone) > facts.now or item.name not in facts.programme.waits
    ):
        began = local_day(facts.now, days_of.zone)
        return _set(item, days_of, None, agreed(
            days_of, rule.unit, item.due_day, rule.days, rungs, began=began, key=key
        ))  # fmt: skip
    days = rule.days
    if state.urgency == "urgent" and rule.urgent_days:
        days, rungs = rule.urgent_days, _sooner(rungs, rule.days, rule.urgent_days)
    began = local_day(_start(item, facts), days_of.zone)
    found = counted(
        days_of, rule.unit, began, days, rungs, key=key, keep_clear=_keeps_clear(item.owner, rule.unit)
    )
    return _set(item, days_of, rule.unit, found)


def moved(d: Deadline, state: CaseState, facts: Facts) -> e.DeadlineMoved | None:
    """The deadline on the calendar in force, where that gives other instants; None where it stands.

    What was done stays done. A new due time is never one that has passed: the wait then ends at the next
    counted day, so that nobody is late for a day that was counted out under them.
    """
    unit = d.unit
    if d.kept_days is not None or unit is None or d.began is None or d.days is None:
        return None
    days_of = days_for(d.owner, state, facts)
    found = recounted(
        days_of, unit, d.began, d.days, [step for step in d.steps if step.days],
        key=f"{state.reference}/{d.wait}", keep_clear=_keeps_clear(d.owner, unit),
        due=local_day(d.due_at, days_of.zone) if d.passed else None,
    )  # fmt: skip
    next_day = days_of.after(facts.today, 1, unit)
    due_at = d.due_at if d.passed else found.due_at
    if due_at <= facts.now and not d.passed:
        due_at = due_on(next_day, days_of.zone)
    again = (step for step in d.steps if not step.days)
    steps = (*(_not_past(step, facts.now, next_day, days_of.zone) for step in found.steps), *again)
    if due_at == d.due_at and steps == d.steps and found.provisional == d.provisional:
        return None
    return e.DeadlineMoved(
        wait=d.wait, owner=d.owner, was=d.due_at, due_at=due_at, calendar=days_of.calendar,
        provisional=found.provisional, cause="calendar", steps=steps,
    )  # fmt: skip


def lapse_in_sight(d: Deadline, state: CaseState, facts: Facts) -> e.DeadlineMoved:
    """A lapse that was held, now that everything is done: as long after as the ladder gives after its last rung."""
    rule = rule_of(d.wait, facts.programme)
    days_of = days_for(d.owner, state, facts)
    end = next(rung for rung in rule.ladder if rung.do in {"expire", "lapse"})
    before = max((rung.after for rung in rule.ladder if rung.after < end.after), default=end.after - 1)
    today = facts.today
    day = days_of.after(today, end.after - before, rule.unit)
    number = days_of.between(d.began or today, day, rule.unit)
    step = DueStep(
        at=due_on(day, days_of.zone), do=end.do, after=max(end.after, number), days=number, to=None
    )
    return e.DeadlineMoved(
        wait=d.wait, owner=d.owner, was=d.due_at, due_at=d.due_at, calendar=days_of.calendar,
        provisional=days_of.is_provisional(day), cause="lapse-in-sight", steps=(step,),
    )  # fmt: skip


def kept(d: Deadline, state: CaseState, facts: Facts) -> KeptWait:
    """What a pause keeps of a wait: days, not dates."""
    days_of = days_for(d.owner, state, facts)
    unit = unit_of(d, facts.programme)
    today = facts.today

    def left(at: datetime) -> int:
        return days_of.between(today, local_day(at, days_of.zone), unit)

    steps = tuple(
        KeptStep(do=s.do, after=s.after, to=s.to, days_left=s.days if d.days is None else left(s.at))
        for s in d.steps
    )
    return KeptWait(wait=d.wait, days_left=0 if d.passed else left(d.due_at), steps=steps)


def resumed(d: Deadline, state: CaseState, facts: Facts) -> e.DeadlineSet | e.DeadlineMoved:
    """A wait that goes on after a pause, with the days it had left; a day that the agreement names stays
    that day, unless the pause has outlasted it.
    """
    days_of = days_for(d.owner, state, facts)
    unit, today = unit_of(d, facts.programme), facts.today
    key = f"{state.reference}/{d.wait}"
    if d.days is None and not d.passed:
        due = max(local_day(d.due_at, days_of.zone), days_of.after(today, 1, unit))
        steps = tuple(
            DueStep(at=_step_time(day, k, k.days_left == 0, days_of.zone, key), do=k.do, after=k.after, days=k.days_left, to=k.to)
            for k in d.kept_steps
            if (day := shifted(days_of, due, k.days_left, unit)) is not None and day > today
        )  # fmt: skip
        found = Counted(due_on(due, days_of.zone), None, today, steps, days_of.is_provisional(due))
        return _renewed(d, days_of, d.unit, found)
    if d.passed:
        due = local_day(d.due_at, days_of.zone)
        begun = days_of.between(due, today, unit) + (d.days or 0)
        going_on = [_from_today(k, facts.now, begun) for k in d.kept_steps]
        found = recounted(days_of, unit, today, d.days or 0, going_on, key=key, keep_clear=False, due=due)
        return e.DeadlineMoved(
            wait=d.wait, owner=d.owner, was=d.due_at, due_at=d.due_at, calendar=days_of.calendar,
            provisional=found.provisional, cause="resumed", steps=found.steps,
        )  # fmt: skip
    going_on = [_from_today(k, facts.now, 0) for k in d.kept_steps]
    days = max(1, d.kept_days or 0)
    found = recounted(days_of, unit, today, days, going_on, key=key, keep_clear=_keeps_clear(d.owner, unit))
    return _renewed(d, days_of, unit, found)


def _from_today(kept_step: KeptStep, now: datetime, begun: int) -> DueStep:
    """A kept step with the days it had left, behind those that count already."""
    days = begun + max(1, kept_step.days_left)
    return DueStep(at=now, do=kept_step.do, after=kept_step.after, days=days, to=kept_step.to)


def again_at(wait: str, d: Deadline, state: CaseState, facts: Facts) -> datetime:
    """When the owner is reminded once more, where nothing else on the ladder is to come."""
    rule = rule_of(wait, facts.programme)
    days_of = days_for(d.owner, state, facts)
    day = days_of.after(facts.today, rule.again or _AGAIN, rule.unit)
    return chase_time(day, days_of.zone, f"{state.reference}/{wait}/{day.isoformat()}")


def rule_of(wait: str, programme: Programme) -> Wait:
    """The programme's rule for a wait."""
    return programme.waits.get(wait.partition(":")[0], _OF_AGREED_DAYS)


def unit_of(d: Deadline, programme: Programme) -> Unit:
    """What a deadline counts; of one set before that was kept, what the programme counts now."""
    return d.unit or rule_of(d.wait, programme).unit


def days_for(owner: Party, state: CaseState, facts: Facts) -> Days:
    """The days of the school that is waited for; of the recipient, where the wait is staff's."""
    return facts.days_of(state.provider if owner in _AT_PROVIDER else state.recipient)


def _start(item: Awaited, facts: Facts) -> datetime:
    if item.counted_from is None:
        return facts.now
    return max(facts.now, due_on(item.counted_from, facts.programme.time_zone))


def _keeps_clear(owner: Party, unit: Unit) -> bool:
    """What a head owes is not due in the first or the last days of a term."""
    return owner in _HEADS and unit == "school_days"


def _rungs(rule: Wait, item: Awaited) -> tuple[Rung, ...]:
    """The rungs for this owner: only schools lapse, only staff are relieved, and nobody is told of themselves."""

    def fits(rung: Rung) -> bool:
        if rung.do == "lapse":
            # A draft is nobody's case yet: whoever wrote it, it goes when nobody sends it.
            return item.owner in SCHOOL_PARTIES or item.name == "draft"
        if rung.do == "reassign":
            return item.owner not in SCHOOL_PARTIES and item.part is None and rung.to is not item.owner
        return not (rung.do == "escalate" and rung.to is item.owner)

    return tuple(rung for rung in rule.ladder if fits(rung))


def _sooner(rungs: tuple[Rung, ...], days: int, urgent: int) -> tuple[Rung, ...]:
    """The ladder of an urgent wait: what comes from the due day on comes sooner by as much as the due day."""
    kept_rungs = [rung for rung in rungs if rung.after < urgent]
    late = [
        rung.model_copy(update={"after": rung.after - days + urgent}) for rung in rungs if rung.after >= days
    ]
    return (*kept_rungs, *late)


def _not_past(step: DueStep, now: datetime, next_day: date, zone: str) -> DueStep:
    if step.at > now:
        return step
    return step.model_copy(update={"at": due_on(next_day, zone)})


def _step_time(day: date, kept_step: KeptStep, on_due_day: bool, zone: str, key: str) -> datetime:
    if on_due_day or kept_step.do in {"expire", "lapse", "reassign"}:
        return due_on(day, zone)
    return chase_time(day, zone, f"{key}/{kept_step.do}/{kept_step.after}")


def _set(item: Awaited, days_of: Days, unit: Unit | None, found: Counted) -> e.DeadlineSet:
    return e.DeadlineSet(
        wait=item.wait, owner=item.owner, due_at=found.due_at, calendar=days_of.calendar, days=found.days,
        unit=unit, school=days_of.school, began=found.began, provisional=found.provisional, steps=found.steps,
    )  # fmt: skip


def _renewed(d: Deadline, days_of: Days, unit: Unit | None, found: Counted) -> e.DeadlineSet:
    return _set(Awaited(d.wait, d.owner, ""), days_of, unit, found)
