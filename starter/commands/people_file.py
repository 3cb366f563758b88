"""The commands that a file of people stands for."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from activities.read_models.schema import person as person_table
from activities.read_models.schema import post as post_table
from domain.directory.people import ChangePerson, PersonRegistered
from domain.parties import PROGRAMME_POSTS, SCHOOL_POSTS
from starter.commands.import_report import Where
from starter.commands.importing import Entry
from starter.commands.on_record import OnRecord
from starter.reading import Office
from starter.register.contradictions import said_otherwise
from starter.register.csv_file import Parsed, parse_rows
from starter.register.wales import PersonRow

MakeKey = Callable[[str], str]
"""Makes a person's key, unless there is one; gives its public part."""


def keys_on_record(office: Office) -> dict[str, str | None]:
    """The public key of everybody on record, None for those who have none."""
    rows = office.connection.execute(select(person_table.c.person, person_table.c.public_key))
    return {row.person: row.public_key for row in rows}


def stand_in_key(_person: str) -> str:
    """A public key that nobody holds: a dry-run makes none."""
    return "A" * 43 + "="


def posts_on_record(office: Office) -> frozenset[tuple[Any, ...]]:
    """Every post that anybody holds or held, as a row of a file would say it."""
    return frozenset(
        (row.person, row.post, row.school, row.programme, row.since, row.until)
        for row in office.connection.execute(select(post_table))
    )


def parse_people(file: Path) -> Parsed[PersonRow]:
    """The rows of a file of people; those of one person say the same of them. Raises Failure (exit 2)."""
    parsed = parse_rows(file, PersonRow)
    return parsed.but(said_otherwise(parsed.rows, "person", "name", "email", "language"))


def people_entries(
    parsed: Parsed[PersonRow],
    known: Mapping[str, str | None],
    make_key: MakeKey | None,
    held: frozenset[tuple[Any, ...]] = frozenset(),
    on_record: OnRecord | None = None,
) -> tuple[list[Entry], list[Entry]]:
    """First the people who are new, have changed or are to get a key, then the posts; those in `held` are on record.

    With `make_key`, everybody in the file who has no key on record gets one. Who has changed is seen with what
    is `on_record`.
    """
    rows, file = parsed.rows, parsed.table.path
    first: dict[str, tuple[int, PersonRow]] = {}
    for line, row in rows:
        first.setdefault(row.person, (line, row))
    people = []
    if on_record is not None:
        on_record.read(f"person/{person}" for person in first if person in known)
    for line, row in first.values():
        where, stream = Where(file.name, line), f"person/{row.person}"
        if row.person not in known:
            people.append(Entry(where, stream, "register", _registration(row, make_key)))
            continue
        if make_key is not None and known[row.person] is None:
            people.append(Entry(where, stream, "replace-key", {"public_key": make_key(row.person)}))
        if on_record is not None and not _stands(on_record, stream, _identity(row)):
            people.append(Entry(where, stream, ChangePerson.verb, _identity(row)))
    posts = [
        Entry(
            Where(file.name, line),
            f"person/{row.person}",
            "assign-post",
            body,
            same=(row.person, *body.values()) in held,
        )
        for line, row in rows
        for body in (_assignment(row),)
    ]
    return people, posts


def _identity(row: PersonRow) -> dict[str, Any]:
    return {"name": row.name, "email": row.email, "language": row.language}


def _registration(row: PersonRow, make_key: MakeKey | None) -> dict[str, Any]:
    return _identity(row) | {"public_key": make_key(row.person) if make_key else None}


def _stands(on_record: OnRecord, stream: str, identity: dict[str, Any]) -> bool:
    """Whether the name, the address and the language are those that were said last."""
    record = on_record.last(stream, PersonRegistered.__name__)
    if record is not None and record.verb != ChangePerson.verb:
        identity = identity | {"public_key": record.body["public_key"]}
    return on_record.said(record, identity)


def _assignment(row: PersonRow) -> dict[str, Any]:
    return {
        "post": row.post.value,
        "school": row.school if row.post in SCHOOL_POSTS else None,
        "programme": row.programme if row.post in PROGRAMME_POSTS else None,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
    }
