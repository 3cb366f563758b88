"""`brokerage audit`: replay, verify, and who looked; with Temporal or without."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from starter.access import no_access
from starter.back import Back, case_as_it_was, say_look
from starter.completing import references
from starter.failures import Exit, Failure
from starter.output import TimeFormat, choose_fields, note, say, say_json, say_table, show_time
from starter.reading import reading
from starter.views.case import read_case
from starter.views.timeline import ENTRY_FIELDS, Entry, timeline

app = App(
    name="audit", help="Replay and verify the log; see who opened sealed texts.", help_format="plaintext"
)


@app.command
def replay(
    reference: Annotated[str, Parameter(help="Reference of the case.", completer=references)],
    /,
    *,
    json: Annotated[
        str | None, Parameter(help="Print JSON: --json for every field, --json=a,b for some.")
    ] = None,
    back: Back | None = None,
    time: Annotated[TimeFormat | None, Parameter(help="local, iso or relative.")] = None,
) -> int:
    """Replay a case event by event: who, in which post, when, why, under which rules, what changed.

    Each event is held against its hash and the one before it first; the whole log is not.
    """
    with reading() as live, case_as_it_was(live, reference, back or Back()) as (office, known):
        record = read_case(office, known)
        entries = list(timeline(office, record))
        if json is not None:
            rows = [entry.as_json() for entry in entries]
            say_json(choose_fields(rows, "" if json == "all" else json, ENTRY_FIELDS))
            return Exit.DONE
        say_look(office, time)
        zone = record.programme.time_zone
        for entry in entries:
            _print(entry, time, zone)
        say(f"{record.state.reference}: {len(entries)} events, stage {entry.stage.replace('_', ' ')}.")
        say("Chain of this case: whole. The whole log: brokerage audit verify")
    return Exit.DONE


@app.command
def verify(
    *,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
) -> int:
    """Check every byte of the log: columns, hashes, chains, order, signatures; and that lists equal the fold."""
    from activities.event_log.read import all_events
    from activities.event_log.verify import verify_snapshot
    from activities.read_models.compare import differences

    # Events, commands and lists in one read transaction: what is written meanwhile is seen in none of them.
    with reading() as office, office.engine.connect() as snapshot:
        report = verify_snapshot(snapshot)
        foldable = all(finding.code == "schema" for finding in report.findings)
        stale = differences(snapshot, all_events(snapshot)) if foldable else []
    found = report.found + len(stale)
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
    summary = _summary(report) | {"found": found}
    if json:
        say_json(summary | {"findings": findings})
        return Exit.AUDIT_FAILED if found else Exit.DONE
    for finding in findings:
        note(f"✗ {_where(finding)}: {finding['message']}  {finding['code']}")
    if found > len(findings):
        note(f"  … and {found - len(findings)} more.")
    if found:
        say(f"✗ The log does not hold: {found} finding{'s' * (found > 1)} in {summary['events']} events.")
        return Exit.AUDIT_FAILED
    head = (summary["head_hash"] or "–")[:16]
    say(
        f"✓ The log holds: {summary['events']} events, {summary['commands']} commands, "
        f"{summary['refusals']} of them refused, every byte chained and signed; head {head}…."
    )
    return Exit.DONE


@app.command
def looks(
    *,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
    time: Annotated[TimeFormat | None, Parameter(help="local, iso or relative.")] = None,
) -> int:
    """Show who opened sealed names and texts, when, and what for; the newest look last."""
    from activities.places import ClosedHomeError, PlaceError, stopped_server, vault_place
    from activities.settings import Settings
    from activities.vault import VaultUnavailableError, read_looks
    from domain.canonical import instant_from_text

    settings = Settings()
    try:
        place = vault_place(settings)
        found = read_looks(place)
    except ClosedHomeError as error:
        raise no_access(settings.home) from error
    except PlaceError as error:
        raise Failure(Exit.UNREACHABLE, "U-VAULT", str(error), (error.fix,), ("brokerage doctor",)) from error
    except VaultUnavailableError as error:
        if isinstance(place, Path) and place.exists() and not os.access(place, os.R_OK):
            raise no_access(place) from error
        if stopped := stopped_server(settings):
            raise Failure(
                Exit.UNREACHABLE, "U-VAULT", f"{stopped}.", (), ("brokerage up", "brokerage doctor")
            ) from error
        raise Failure(
            Exit.UNREACHABLE,
            "U-VAULT",
            f"{error}.".replace("there is", "There is", 1),
            (*((error.fix,) if error.fix else ()), f"Home: {settings.home}"),
            ("brokerage doctor",),
        ) from error
    if json:
        say_json([asdict(look) for look in found])
        return Exit.DONE
    say_table(
        (
            (
                str(look.number),
                show_time(instant_from_text(look.at), time),
                look.reader,
                look.purpose,
                look.subject,
            )
            for look in found
        ),
        ("#", "WHEN", "WHO", "WHAT FOR", "WHOSE TEXTS"),
    )
    return Exit.DONE


def _where(finding: dict[str, Any]) -> str:
    """Position, command and stream of a finding, as far as it has them."""
    parts = (
        f"position {finding['position']}" if finding["position"] is not None else "",
        f"command {finding['command_number']}" if finding["command_number"] is not None else "",
        finding["stream"] or "",
    )
    return ", ".join(part for part in parts if part) or "log"


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
    }


def _print(entry: Entry, form: TimeFormat | None, zone: str) -> None:
    at = f" at {entry.school}" if entry.school else ""
    post = f"{entry.post_words}{at}" if entry.post_words else "no post needed"
    upcast = f", read as v{entry.read_as}" if entry.read_as != entry.schema_version else ""
    say(
        f"{entry.version:>3}  {show_time(entry.recorded_at, form, zone)}  {entry.type} v{entry.schema_version}{upcast}"
        f"  (position {entry.position})"
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
