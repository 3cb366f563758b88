"""`brokerage audit`: replay and verify, with Temporal or without."""

from typing import Annotated, Any

from cyclopts import App, Parameter

from starter.failures import Exit
from starter.output import TimeFormat, note, say, say_json, show_time
from starter.reading import known_reference, reading
from starter.views.case import read_case
from starter.views.timeline import Entry, timeline

app = App(name="audit", help="Replay and verify the log.", help_format="plaintext")


@app.command
def replay(
    reference: Annotated[str, Parameter(help="Reference of the case.")],
    /,
    *,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
    time: Annotated[TimeFormat | None, Parameter(help="local, iso or relative.")] = None,
) -> int:
    """Replay a case event by event: who, in which post, when, why, under which rules, what changed."""
    with reading() as office:
        record = read_case(office, known_reference(office, reference))
        entries = list(timeline(office, record))
        if json:
            say_json([entry.as_json() for entry in entries])
            return Exit.DONE
        zone = record.programme.time_zone
        for entry in entries:
            _print(entry, time, zone)
        say(f"{record.state.reference}: {len(entries)} events, stage {entry.stage.replace('_', ' ')}.")
    return Exit.DONE


@app.command
def verify(
    *,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
) -> int:
    """Check every byte of the log: columns, hashes, chains, order, signatures; and that lists equal the fold."""
    from activities.event_log.verify import verify_log
    from activities.read_models.compare import differences

    with reading() as office:
        report = verify_log(office.engine)
        stale = differences(office.connection, office.log.events()) if report.clean else []
    findings = [
        {
            "code": str(f.code),
            "position": f.position,
            "command_number": f.command_number,
            "stream": f.stream,
            "message": f.message,
        }
        for f in report.findings
    ] + [
        {"code": "read-model", "position": None, "command_number": None, "stream": None, "message": m}
        for m in stale
    ]
    if json:
        say_json(_summary(report) | {"findings": findings})
        return Exit.AUDIT_FAILED if findings else Exit.DONE
    for finding in findings:
        where = f"position {finding['position']}" if finding["position"] is not None else ""
        if finding["command_number"] is not None:
            where = f"{where}, command {finding['command_number']}".strip(", ")
        note(f"✗ {where or 'log'}: {finding['message']}  {finding['code']}")
    summary = _summary(report)
    head = (summary["head_hash"] or "–")[:16]
    if findings:
        say(
            f"✗ The log does not hold: {len(findings)} finding{'s' * (len(findings) > 1)} in {summary['events']} events."
        )
        return Exit.AUDIT_FAILED
    say(
        f"✓ The log holds: {summary['events']} events, {summary['commands']} commands ({summary['refusals']} refused), every byte chained and signed; head {head}…."
    )
    return Exit.DONE


def _summary(report: Any) -> dict[str, Any]:
    return {
        "log": report.log,
        "clock": report.clock,
        "events": report.events,
        "commands": report.commands,
        "refusals": report.refusals,
        "signatures": report.signatures,
        "head_position": report.head_position,
        "head_hash": report.head_hash.hex() if report.head_hash else None,
        "found": report.found,
    }


def _print(entry: Entry, form: TimeFormat | None, zone: str) -> None:
    at = f" at {entry.school}" if entry.school else ""
    post = f"{entry.post.replace('_', ' ')}{at}" if entry.post else "no post needed"
    say(
        f"{entry.version:>3}  {show_time(entry.recorded_at, form, zone)}  {entry.type}  (position {entry.position})"
    )
    say(f"     {entry.sentence}")
    behalf = f", recorded for {entry.recorded_for} ({entry.method})" if entry.recorded_for else ""
    say(f"     by {entry.person}, {post}{behalf}; under {entry.rules}; command {entry.command}")
    if entry.reason:
        say(f"     reason: {entry.reason}")
    changed = ", ".join(f"{name}: {_short(a)} → {_short(b)}" for name, (a, b) in entry.changed.items())
    if changed:
        say(f"     changed: {changed}")


def _short(value: Any) -> str:
    if value is None or value == []:
        return "–"
    if isinstance(value, list):
        return f"{len(value)} item{'s' * (len(value) != 1)}"
    if isinstance(value, dict):
        return "…"
    return str(value)
