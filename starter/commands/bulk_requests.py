"""The requests of a file, each held against the log before anything is sent: known, impossible, or to be opened."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select

from activities.event_log.command_record import CommandRecord
from activities.read_models.schema import case_row, school
from domain.bulk import command_id_prefix
from domain.ids import stream_key
from domain.programmes.model import Programme
from starter.home import public_key_of
from starter.nearest import did_you_mean, near_schools
from starter.reading import Office
from starter.register.csv_file import MOST_PROBLEMS
from starter.register.wales import RequestRow
from starter.said_before import differing_fields, said_this
from starter.sending import Sender


@dataclass(frozen=True)
class Told:
    """What became of one request."""

    status: str
    reference: str = ""
    code: str = ""
    message: str = ""


NOT_SENT: Final = Told("not sent", message="Not sent: nothing was done for this row.")


@dataclass
class Wanted:
    """The requests of a file, and what is known of each by its line."""

    rows: dict[int, RequestRow]
    keys: dict[int, str] = field(default_factory=dict)
    """Command ids of those that are to be opened."""
    told: dict[int, Told] = field(default_factory=dict)


def request_id(programme: str, key: str, attempt: int = 1) -> str:
    """Id of the command that opens the case of a request: the same for the same key in the same programme."""
    row = hashlib.sha256(f"{programme}\n{key}".encode()).hexdigest()[:40]
    return f"{command_id_prefix(f'open-{programme.lower()}')}{row}" + (f".{attempt}" if attempt > 1 else "")


def look_at(office: Office, rules: Programme, wanted: Wanted, sender: Sender | None) -> None:
    """Tell what was opened before and what cannot be; give a key to each of the others."""
    open_schools = {
        row.number: row.open for row in office.connection.execute(select(school.c.number, school.c.open))
    }
    open_needs = {
        (row.recipient, row.area): row.reference
        for row in office.connection.execute(
            select(case_row).where(case_row.c.programme == rules.code, case_row.c.open.is_(True))
        )
    }
    prefix = request_id(rules.code, "").partition(".")[0] + "."
    known = {one.record.id: one.record for one in office.log.commands_named(prefix)}
    asked: dict[tuple[str, str], int] = {}
    near = near_schools(office, MOST_PROBLEMS)
    for line, row in wanted.rows.items():
        attempt = 1
        while (key := request_id(rules.code, row.key, attempt)) in known and known[key].outcome == "refused":
            attempt += 1
        if key in known:
            wanted.told[line] = _known_before(known[key], row, rules.code, sender)
            continue
        need = (row.recipient, row.area)
        problem = _problem(rules, row, open_schools, near)
        if problem is None and need in open_needs:
            problem = Told(
                "wrong", open_needs[need], "E-DUP", f"{row.recipient} has an open case for {row.area}"
            )
        if problem is None and asked.setdefault(need, line) != line:
            problem = Told("wrong", "", "E-DUP", f"line {asked[need]} asks for the same")
        if problem is not None:
            wanted.told[line] = problem
        else:
            wanted.keys[line] = key


def _known_before(record: CommandRecord, row: RequestRow, programme: str, sender: Sender | None) -> Told:
    """The case that the Key stands for, where the row is that request and no other.

    What is needed is sealed: whoever opened the case, and only they, can see that it reads otherwise now.
    """
    reference, body = stream_key(record.stream), row.body(programme)
    differing = differing_fields(record, body)
    if not differing and sender is not None and public_key_of(sender.seed) == record.public_key:
        differing = [] if said_this(record, sender.seed, body) else ["need"]
    if not differing:
        return Told("already", reference)
    columns = ", ".join(str(RequestRow.model_fields[name].alias or name) for name in differing)
    return Told("wrong", reference, "E-KEY", f"the Key {row.key} is that of a request with another {columns}")


def _problem(
    rules: Programme, row: RequestRow, open_schools: Mapping[str, bool], near: Callable[[str], str]
) -> Told | None:
    for number in filter(None, (row.recipient, row.preferred_provider, row.provider)):
        if number not in open_schools:
            return Told("wrong", "", "E-SCHOOL", f"{number} is not in the register.{near(number)}")
        if not open_schools[number]:
            return Told("wrong", "", "E-SCHOOL", f"{number} is not open")
    areas, routes = [str(area.code) for area in rules.areas], [str(route.code) for route in rules.routes]
    if row.area not in areas:
        return Told("wrong", "", "E-AREA", f"{row.area!r} is not an area.{did_you_mean(row.area, areas)}")
    if row.route not in routes:
        return Told("wrong", "", "E-ROUTE", f"{row.route!r} is no route; routes: {', '.join(routes)}")
    return None
