"""The ranking of a case: as it was kept, or as the rules would give it now. Read by table and JSON alike."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activities.business_clock import business_now
from domain.canonical import instant_text
from domain.case import events as e
from domain.case.candidates import ranked_now
from domain.case.commands import Match
from domain.case.events import read_case_event
from domain.case.matching_events import MatchCandidatesScored, ScoredSchool
from domain.case.situation import Situation
from domain.case.stages import Stage
from domain.parties import Party
from domain.programmes.model import Language
from domain.text.ranking import exclusion_words, line_words
from domain.text.voice import Voice
from starter.failures import Exit, Failure
from starter.reading import Office
from starter.views.case import CaseRecord


@dataclass(frozen=True)
class Ranked:
    """A ranking, and where it comes from."""

    event: MatchCandidatesScored
    at: datetime
    number: int | None
    """Which event of the case it is; None where it is not on record."""


def ranking_of(office: Office, record: CaseRecord) -> Ranked:
    """The ranking on record. While a partner is looked for and the case has changed since, as it would be now.

    Raises Failure (exit 3) where there is none.
    """
    state = record.state
    looking = state.stage is Stage.MATCHING and record.programme.matching is not None and not office.looks
    if looking and state.ranking is None:
        return _now(office, record)
    kept = MatchCandidatesScored.type_name()
    for recorded in reversed(record.events):
        envelope = recorded.envelope
        if envelope.type == kept:
            event = read_case_event(envelope.type, envelope.schema_version, recorded.payload)
            assert isinstance(event, e.MatchCandidatesScored)  # noqa: S101 – that type and no other
            return Ranked(event, envelope.occurred_at, envelope.version)
    raise Failure(
        Exit.NOT_FOUND,
        "E-RANKING",
        f"No school was ranked for {state.reference}{' by then' if office.looks else ''}.",
        (
            "Schools are ranked while a partner is looked for, and at the latest when one is offered the case.",
        ),
        (f"brokerage case show {state.reference}",),
    )


def ranking_json(ranked: Ranked, reference: str, voice: Voice, names: dict[str, str]) -> dict[str, Any]:
    """For programs: everything that was kept, with the sentences."""
    event = ranked.event
    return {
        "reference": reference,
        "kept_as_event": ranked.number,
        "at": instant_text(ranked.at),
        "programme_version": event.programme_version,
        "seed": event.seed,
        "half_terms": list(event.periods),
        "days": f"{event.quarter_days / 4:g}",
        "weights": {criterion.name: criterion.weight for criterion in event.criteria},
        "candidates": [
            candidate_json(place, scored, event, voice, names)
            for place, scored in enumerate(event.candidates, start=1)
        ],
        "excluded": [
            {
                "school": out.school,
                "name": names.get(out.school),
                "code": out.code,
                "figures": list(out.figures),
                "sentence": exclusion_words(out, voice),
            }
            for out in event.excluded
        ],
    }


def candidate_json(
    place: int, scored: ScoredSchool, event: MatchCandidatesScored, voice: Voice, names: dict[str, str]
) -> dict[str, Any]:
    """One school of a ranking, with a sentence for each of its lines."""
    return {
        "rank": place,
        "school": scored.school,
        "name": names.get(scored.school),
        "points": points(scored.milli_points),
        "preferred": scored.preferred,
        "lines": [
            {
                "criterion": criterion.name,
                "points": points(criterion.weight * line.per_mille),
                "of": criterion.weight,
                "code": line.code,
                "figures": list(line.figures),
                "sentence": line_words(line, voice),
            }
            for criterion, line in zip(event.criteria, scored.lines, strict=True)
        ],
    }


def points(milli: int) -> str:
    """Points with one decimal: '83.4'."""
    return f"{milli // 1000}.{milli % 1000 // 100}"


def voice_of(office: Office, record: CaseRecord, language: Language) -> Voice:
    """How the programme says it in that language."""
    return Voice(record.programme, office.school_names(), language)


def _now(office: Office, record: CaseRecord) -> Ranked:
    now = business_now(office.settings)
    reader = office.facts
    facts = reader.case_facts(
        state=record.state,
        programme_in_force=record.programme,
        person_id="",
        recorder="",
        now=now,
        pool=reader.pool(record.state, record.programme, now),
    )
    event = ranked_now(Situation(record.state, facts, Match(), Party.BROKER))
    return Ranked(event, now, None)
