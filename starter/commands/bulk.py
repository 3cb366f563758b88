"""`brokerage bulk`: one line, many cases; each gets a command of its own, signed by who typed the line."""

from datetime import datetime
from typing import Annotated, Any

from cyclopts import App, Parameter

from domain.case.commands import CaseCommand, Pause, RecordOrientation, Resume, Submit
from starter.bulk.carrying_out import BulkOptions, Wanted, bulk_key, carry_out_bulk
from starter.bulk.cases import WhichCases, cases_meant
from starter.commands.writing import WriteOptions, read_body
from starter.days import days_from
from starter.flags import flags_of
from starter.reading import Office, reading
from starter.views.case_list import now_in

app = App(name="bulk", help="One line for many cases.", help_format="plaintext")
app.command(
    "starter.commands.bulk_status:status",
    name="status",
    help="Show what became of a bulk; exit 10 while it runs.",
)
app.command("starter.commands.bulk_open:open_", name="open", help="Open a case for each request of a file.")


@app.command
def submit(*, which: WhichCases | None = None, options: BulkOptions | None = None) -> int:
    """Submit many drafts, as after `bulk open`: --listed-in requests.result.csv."""
    return _carry_out(Submit, {}, which, options)


@app.command
def pause(
    *,
    reason_code: Annotated[
        str | None,
        Parameter(
            name=["--reason-code", "--reason"],
            help=next(flag.help for flag in flags_of(Pause) if flag.field == "reason_code"),
        ),
    ] = None,
    review_on: Annotated[
        str | None,
        Parameter(help=next(flag.help for flag in flags_of(Pause) if flag.field == "review_on")),
    ] = None,
    which: WhichCases | None = None,
    options: BulkOptions | None = None,
) -> int:
    """Pause many cases: remaining days are kept, nothing falls due.

    A case that is paused already is not paused twice; one that is paused to an earlier day is prolonged.
    """
    typed = {"reason-code": reason_code, "review-on": review_on}
    return _carry_out(Pause, typed, which, options)


@app.command
def resume(*, which: WhichCases | None = None, options: BulkOptions | None = None) -> int:
    """Resume many paused cases; every wait goes on with the days it had left."""
    return _carry_out(Resume, {}, which, options, paused=True)


@app.command(name="record-orientation")
def record_orientation(
    *,
    on: Annotated[
        str | None,
        Parameter(
            allow_leading_hyphen=True,
            help=next(flag.help for flag in flags_of(RecordOrientation) if flag.field == "on"),
        ),
    ] = None,
    oriented: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            consume_multiple=False,
            help=next(flag.help for flag in flags_of(RecordOrientation) if flag.field == "oriented"),
        ),
    ] = (),
    which: WhichCases | None = None,
    options: BulkOptions | None = None,
) -> int:
    """Record one orientation for all the schools that took part: of a division, or those that are named.

    A case that has it on record already is counted apart; one whose route asks for none refuses it.
    """
    return _carry_out(RecordOrientation, {"on": on, "oriented": oriented}, which, options)


def _carry_out(
    model: type[CaseCommand],
    typed: dict[str, Any],
    which: WhichCases | None,
    options: BulkOptions | None,
    *,
    paused: bool = False,
) -> int:
    chosen = options or BulkOptions()
    bulk = bulk_key(chosen)
    with reading() as office:
        cases = cases_meant(office, which or WhichCases(), model.verb, bulk, paused=paused)
        with days_from(_now(office, cases)):
            body = read_body(model, typed, WriteOptions())
            wanted = [Wanted(case, body) for case in cases]
            return carry_out_bulk(office, bulk, model.verb, wanted, chosen)


def _now(office: Office, cases: Any) -> datetime:
    """Where 'today' is meant: with the cases, if they are all of one programme."""
    programmes = {case["programme"] for case in cases}
    return now_in(office, programmes.pop() if len(programmes) == 1 else "")
