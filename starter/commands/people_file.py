"""The commands that a file of people stands for."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from activities.read_models.schema import person as person_table
from domain.parties import PROGRAMME_POSTS, SCHOOL_POSTS
from starter.commands.import_report import Where
from starter.commands.importing import Entry
from starter.reading import Office
from starter.register.csv_file import read_rows
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


def people_entries(
    file: Path, known: Mapping[str, str | None], make_key: MakeKey | None
) -> tuple[list[Entry], list[Entry]]:
    """First the people who are new or are to get a key, then the posts.

    With `make_key`, everybody in the file who has no key on record gets one.
    """
    rows = read_rows(file, PersonRow)
    first: dict[str, tuple[int, PersonRow]] = {}
    for line, row in rows:
        first.setdefault(row.person, (line, row))
    people = []
    for line, row in first.values():
        where, stream = Where(file.name, line), f"person/{row.person}"
        if row.person not in known:
            people.append(Entry(where, stream, "register", _registration(row, make_key)))
        elif make_key is not None and known[row.person] is None:
            people.append(Entry(where, stream, "replace-key", {"public_key": make_key(row.person)}))
    posts = [
        Entry(Where(file.name, line), f"person/{row.person}", "assign-post", _assignment(row))
        for line, row in rows
    ]
    return people, posts


def _registration(row: PersonRow, make_key: MakeKey | None) -> dict[str, Any]:
    return {
        "name": row.name,
        "email": row.email,
        "language": row.language,
        "public_key": make_key(row.person) if make_key else None,
    }


def _assignment(row: PersonRow) -> dict[str, Any]:
    return {
        "post": row.post.value,
        "school": row.school if row.post in SCHOOL_POSTS else None,
        "programme": row.programme if row.post in PROGRAMME_POSTS else None,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
    }
