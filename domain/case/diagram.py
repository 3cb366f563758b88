"""The pictures of the lifecycle, drawn from the table: nobody keeps a drawing in step by hand.

    python -m domain.case.diagram [--check] README.md docs/lifecycle.md docs/funds.md

rewrites what stands between `<!-- lifecycle:begin -->` and `<!-- lifecycle:end -->` (the diagram) and the
same for `table`, `waits`, `coming` and `own-name`; with --check it only says which file is out of date.
"""

import sys
from collections.abc import Iterable, Sequence
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Final

from domain.case.lifecycle import LIFECYCLE, Row
from domain.case.own_name import decided_in_ones_own_name
from domain.case.stages import COMING, OPEN, TERMINAL, Stage
from domain.programmes import Programme, parse_programme
from domain.programmes.model import Wait
from domain.text.voice import wait_words

LEFT_OUT: Final = frozenset({"withdraw", "pause", "resume", "pass-deadline"})
"""Verbs that are possible nearly everywhere; in a picture they would hide the rest."""

_BY_DEADLINE: Final = {
    (Stage.PARTNER_OFFERED, Stage.MATCHING): "no answer in time",
    (Stage.CLOSED, Stage.ARCHIVED): "no follow-up in time",
    (Stage.DRAFT, Stage.LAPSED): "never sent",
    (Stage.AWAITING_HEAD_CONSENT, Stage.LAPSED): "never answered",
    (Stage.AWAITING_SIGNATURES, Stage.LAPSED): "never signed by a head",
}
"""What a passing deadline leads to; the table says so of pass-deadline for all stages at once."""

_ONLY_TO: Final = {
    ("submit", Stage.AWAITING_HEAD_CONSENT): "submit (routes sip, leader)",
    ("submit", Stage.AWAITING_ALIGNMENT): "submit (route school)",
    ("mid-review", Stage.FINAL_REVIEW): "mid-review (exit)",
    ("close", Stage.ARCHIVED): "close (no follow-up)",
    ("scope", Stage.MATCHING): "scope",
    ("scope", Stage.AGREEMENT_DRAFTING): "scope (route leader)",
    ("sign", Stage.AGREED): "sign (the last)",
}


def mermaid() -> str:
    """The diagram: one arrow for each pair of stages, the verbs that lead along it joined."""
    arrows: dict[tuple[Stage | None, Stage], list[str]] = {}
    for row in LIFECYCLE:
        if row.command.verb in LEFT_OUT:
            continue
        for start in _in_order(row.stages):
            for end in row.to:
                if end is not start:
                    label = _ONLY_TO.get((row.command.verb, end), row.command.verb)
                    arrows.setdefault((start, end), []).append(label)
    for pair, label in _BY_DEADLINE.items():
        arrows.setdefault(pair, []).append(label)
    lines = ["stateDiagram-v2", "    direction TB"]
    shown = {stage for pair in arrows for stage in pair if stage is not None} | {Stage.WITHDRAWN}
    lines += [f"    {stage.value}: {stage.words}" for stage in Stage if stage in shown]
    lines += [
        f"    {start.value if start else '[*]'} --> {end.value}: {', '.join(dict.fromkeys(labels))}"
        for (start, end), labels in arrows.items()
    ]
    lines += [f"    {stage.value} --> [*]" for stage in Stage if stage in TERMINAL and stage in shown]
    return "\n".join(lines)


def picture() -> str:
    """The diagram as a Markdown block, with the line that says what it leaves out."""
    return (
        f"```mermaid\n{mermaid()}\n```\n\n"
        "Left out for legibility: every open case can be withdrawn, and paused and resumed where it stands; "
        "a deadline that passes is recorded in any stage and moves a case only where the picture says so."
    )


def table() -> str:
    """The whole table in Markdown: number, command, stages, who, leads to, events."""
    head = "| # | command | in stage | who | leads to | events |\n|---|---|---|---|---|---|"
    return "\n".join([head, *map(_line, LIFECYCLE)])


def waits(programme: Programme) -> str:
    """The programme's waits with their days and ladders, in Markdown."""
    head = "| wait | what is awaited | days | unit | ladder |\n|---|---|---|---|---|"
    lines = [
        f"| `{name}` | {wait_words(name + ':…')} | {wait.days}"
        + (f" (urgent: {wait.urgent_days})" if wait.urgent_days else "")
        + f" | {wait.unit.replace('_', ' ')} | {_ladder(wait, programme)} |"
        for name, wait in programme.waits.items()
    ]
    return "\n".join([head, *lines])


def _ladder(wait: Wait, programme: Programme) -> str:
    """'5, 8 remind · 10 escalate: broker · 20 lapse': the day, and what is done on it."""
    rungs = [
        f"{'' if rung.to is None else programme.word(rung.to)}|{rung.do}|{rung.after}" for rung in wait.ladder
    ]
    steps = []
    for (to, do), same in groupby(rungs, key=lambda rung: tuple(rung.split("|")[:2])):
        days = ", ".join(rung.rsplit("|", 1)[1] for rung in same)
        steps.append(f"{days} {do}" + (f": {to}" if to else ""))
    if wait.again:
        steps.append(f"then remind every {wait.again}")
    return " · ".join(steps)


def coming() -> str:
    """Stages that the record has words for and that this version does not have yet."""
    return "\n".join(f"- *{stage.words}*: {what}." for stage, what in COMING.items())


def in_ones_own_name() -> str:
    """The verbs that nobody gives for another with --as, in the order of the table."""
    verbs = dict.fromkeys(row.command.verb for row in LIFECYCLE if decided_in_ones_own_name in row.guards)
    return ", ".join(f"`{verb}`" for verb in verbs) + "."


def blocks() -> dict[str, str]:
    """Every generated block by the name of its markers."""
    text = resources.files("domain.programmes").joinpath("eas.toml").read_text(encoding="utf-8")
    eas = parse_programme(text, "eas.toml")
    return {
        "lifecycle": picture(),
        "table": table(),
        "waits": waits(eas),
        "coming": coming(),
        "own-name": in_ones_own_name(),
    }


def redrawn(text: str) -> str:
    """The text with every marked block drawn anew; raises ValueError where a marker has no counterpart."""
    for name, block in blocks().items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        if (text.count(begin), text.count(end)) not in {(0, 0), (1, 1)}:
            raise ValueError(f"{begin} and {end} must both stand there, once")
        if begin in text:
            before, rest = text.split(begin)
            if end not in rest:
                raise ValueError(f"{end} stands before {begin}")
            text = f"{before}{begin}\n{block}\n{end}{rest.split(end)[1]}"
    return text


def main(arguments: Sequence[str]) -> int:
    """Draw the blocks of the files named; 1 where --check finds one out of date."""
    files = [Path(argument) for argument in arguments if not argument.startswith("-")]
    check = "--check" in arguments
    if not files or set(arguments) - {str(file) for file in files} - {"--check"}:
        print("usage: python -m domain.case.diagram [--check] FILE…", file=sys.stderr)  # noqa: T201
        return 2
    stale = 0
    for file in files:
        try:
            before = file.read_text(encoding="utf-8")
            after = redrawn(before)
        except (OSError, ValueError) as error:
            print(f"{file}: {error}", file=sys.stderr)  # noqa: T201
            return 2
        if after == before:
            continue
        if check:
            stale = 1
            print(f"{file} is out of date: python -m domain.case.diagram {file}", file=sys.stderr)  # noqa: T201
        else:
            file.write_text(after, encoding="utf-8")
    return stale


def _line(row: Row) -> str:
    cells = (
        row.number,
        f"`{row.command.verb}`",
        _stage_words(row.stages),
        ", ".join(party.replace("_", " ") for party in row.who),
        ", ".join(stage.words for stage in row.to) or "–",
        ", ".join(event.type_name() for event in row.events),
    )
    return f"| {' | '.join(cells)} |"


def _stage_words(stages: frozenset[Stage | None]) -> str:
    """Stages in the order of a case; a set that is nearly all of them by what it leaves out."""
    passed_through = {Stage.SUBMITTED}
    if len(stages) > len(OPEN) // 2:
        missing = _in_order(OPEN - stages - passed_through)
        more = _in_order(stages - OPEN)
        words = "any open" + (f" but {', '.join(s.words for s in missing if s)}" if missing else "")
        return words + "".join(f", {s.words}" for s in more if s)
    return ", ".join(stage.words if stage else "none yet" for stage in _in_order(stages))


def _in_order(stages: Iterable[Stage | None]) -> list[Stage | None]:
    order: list[Stage | None] = [None, *Stage]
    return sorted(stages, key=order.index)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
