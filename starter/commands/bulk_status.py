"""`brokerage bulk status`: what became of a bulk so far, from the log; and whether it is still under way."""

import asyncio
import re
from typing import Annotated

from cyclopts import Parameter

from domain.bulk import BULK_ID_PATTERN, command_id_prefix
from domain.ids import stream_key, stream_kind
from domain.streams import CASE
from starter.bulk.report import Answered, Report, many
from starter.failures import Exit, Failure
from starter.output import note, say, say_json
from starter.reading import reading
from starter.views.case_list import list_cases


def status(
    bulk: Annotated[str, Parameter(help="Id of the bulk, as its line printed it or as --key gave it.")],
    /,
    *,
    json: Annotated[
        bool, Parameter(negative="", show_default=False, help="Print it as JSON, a row for each case.")
    ] = False,
) -> int:
    """Show what became of a bulk; exit 10 while cases are still to answer."""
    from starter.bulk.under_way import parts_under_way

    if not re.fullmatch(BULK_ID_PATTERN, bulk):
        raise _no_such(bulk)
    with reading() as office:
        known = asyncio.run(parts_under_way(office.settings, bulk))
        records = [one.record for one in office.log.commands_named(command_id_prefix(bulk))]
        if known is None and not records:
            raise _no_such(bulk)
        cases = {case["reference"]: case for case in list_cases(office)}
    answered = [
        Answered.on_record(cases.get(reference, {"reference": reference}), record)
        for record in records
        for reference in (stream_key(record.stream),)
    ]
    of_cases = all(stream_kind(record.stream) == CASE for record in records)
    verb = records[0].verb if records else "bulk"
    report = Report(bulk, verb, answered, noun="case" if of_cases else "row")
    running = None if known is None else known.running > 0
    if json:
        say_json(report.json() | {"person": records[0].person if records else None, "running": running})
    else:
        report.say(json=False)
        if records:
            say(f"By {records[0].person}.")
        if known is None:
            note("Whether it is still under way, Temporal cannot be asked now: brokerage doctor")
        elif known.running:
            say(
                f"Under way: {known.running} of {known.parts} parts; {many(known.cases, report.noun)} handed over."
            )
    return Exit.NOT_YET if running else Exit.DONE


def _no_such(bulk: str) -> Failure:
    return Failure(
        Exit.NOT_FOUND,
        "E-BULK",
        f"Nothing is known of a bulk {bulk!r}: no case has answered it, and Temporal does not run it.",
        ("Its line printed its id, and takes it as --key.",),
    )
