"""`brokerage admin rebuild`: derive the lists anew from the log, and prove them."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from sqlalchemy.exc import DatabaseError

from starter.failures import Exit, Failure
from starter.output import note, say, say_json, say_table
from starter.reading import Office, reading

if TYPE_CHECKING:
    from activities.read_models.rebuilding import Rebuilt

_MOST_LINES = 20


def rebuild(
    *,
    check: Annotated[bool, Parameter(negative="", help="Only compare; nothing is written.")] = False,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
) -> int:
    """Derive every list anew from the log, and prove that the rows that stand then are what the log says.

    The log itself is only read. Workers may go on: they wait while rows are replaced, not while the log is
    folded. Where the log is damaged, or holds what this version does not know, nothing is changed (exit 8).
    """
    from activities.read_models.rebuilding import check_rows

    with reading() as office:
        found = check_rows(office.engine) if check else _rebuild(office)
    differing = len(found.before.lines)
    _report(found, check, json)
    return Exit.AUDIT_FAILED if check and differing else Exit.DONE


def _rebuild(office: Office) -> "Rebuilt":
    from activities.event_log.engine import open_writer
    from activities.places import log_place
    from activities.read_models.rebuilding import rebuild_rows

    writer = open_writer(log_place(office.settings))
    try:
        return rebuild_rows(office.engine, writer)
    except DatabaseError as error:
        why = str(error.orig).partition("\n")[0]
        raise Failure(
            Exit.UNREACHABLE,
            "U-WRITE",
            f"The lists cannot be written: {why}. Nothing was changed.",
            (f"Home: {office.settings.home}", "This needs the rights of those who run the workers."),
            ("brokerage admin rebuild --check", "brokerage doctor"),
        ) from error
    finally:
        writer.dispose()


def _report(found: "Rebuilt", check: bool, json: bool) -> None:
    before, after = found.before, found.after
    if json:
        say_json(
            {
                "events": found.events,
                "position": found.position,
                "written": not check and before is not after,
                "tables": [
                    {
                        "table": table,
                        "equal": before.equal[table],
                        "differing": before.differing[table],
                        "equal_after": after.equal[table],
                    }
                    for table in before.equal
                ],
            }
        )
        return
    for line in before.lines[:_MOST_LINES]:
        note(f"✗ {line}")
    if len(before.lines) > _MOST_LINES:
        note(f"  … and {len(before.lines) - _MOST_LINES} more.")
    say_table(
        (
            (table, str(before.equal[table]), str(len(before.differing[table])), str(after.equal[table]))
            for table in before.equal
        ),
        ("LIST", "EQUAL", "DIFFERING", "EQUAL NOW"),
    )
    at = f"{found.events} events, position {found.position}"
    wrong = len(before.lines)
    rows = f"{wrong} row{'s' * (wrong != 1)}"
    if not wrong:
        say(f"✓ Every row is what the log says ({at}); nothing was changed.")
    elif check:
        say(f"✗ {rows} not as the log says ({at}). Mend it: brokerage admin rebuild")
    else:
        say(f"✓ {rows} put right; every row is what the log says now ({at}).")
