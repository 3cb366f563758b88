"""A case in a few words: what its workflow, Temporal's page and every list show of it."""

from domain.case.stages import OPEN
from domain.case.state import CaseState
from domain.case.waits import awaited, next_wait
from domain.messages import CaseStatus
from domain.parties import Party
from domain.programmes.model import Programme
from domain.text.voice import Voice


def case_status(state: CaseState, programme: Programme) -> CaseStatus:
    """Where the case stands, without anything personal and without schools' names."""
    if state.stage is None:
        return CaseStatus()
    upcoming = next_wait(state)
    running, chase = state.next_deadline, state.next_chase
    return CaseStatus(
        version=state.version,
        stage=state.stage.value,
        waiting_on=waiting_on(state, programme),
        next_deadline=running.due_at if running else None,
        next_wait=running.wait if running else None,
        chase_at=chase[0] if chase else None,
        chase_wait=chase[1] if chase else None,
        awaited=upcoming is not None,
        programme=state.programme,
        authority=state.authority,
        details=_details(state, programme),
    )


def waiting_on(state: CaseState, programme: Programme) -> str | None:
    """Who owes the next step, in the programme's words; every party where several do."""
    owners = waiting_parties(state)
    return " and ".join(dict.fromkeys(programme.word(owner) for owner in owners)) or None


def waiting_parties(state: CaseState) -> tuple[Party, ...]:
    """Who owes the next step; every party where several do, none where nothing is awaited."""
    upcoming = next_wait(state)
    if upcoming is None:
        return ()
    same = (item.owner for item in awaited(state) if item.verb == upcoming[0].verb)
    return tuple(dict.fromkeys(same))


def is_open(state: CaseState) -> bool:
    """Whether the request is still being dealt with."""
    return state.stage in OPEN


def _details(state: CaseState, programme: Programme) -> str:
    voice = Voice(programme, {})
    phrases = voice.words.phrases
    stage = voice.stage(state.stage) if state.stage else ""
    lines = [
        f"**{state.reference}** · {programme.title.en}",
        "",
        f"{phrases['stage']}: **{stage}**" + (f" ({phrases['paused']})" if state.paused else ""),
    ]
    for item in awaited(state):
        deadline = state.deadline(item.wait)
        due = ""
        if deadline is not None and deadline.kept_days is None:
            phrase = phrases["overdue" if deadline.passed else "due"]
            due = ", " + phrase.format(when=voice.due(deadline.due_at))
        lines.append(f"- {voice.party(item.owner)}: {voice.wait(item.wait)}{due}")
    return "\n".join(lines)
