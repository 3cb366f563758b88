"""`brokerage person`: people, their keys and their posts."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from cyclopts import App, Parameter
from sqlalchemy import select

from activities.mail.addresses import BadAddressError, parse_address
from activities.read_models.schema import person as person_table
from activities.read_models.schema import post as post_table
from activities.settings import Settings
from domain.directory.people import AssignPost, ChangePerson, EndPost, RegisterPerson, ReplaceKey
from domain.ids import PERSON_ID_PATTERN, PROGRAMME_CODE_PATTERN
from domain.parties import PROGRAMME_POSTS, SCHOOL_POSTS, Post
from starter.commands.file_import import FileOptions, carry_out_import, chosen_rows
from starter.commands.on_record import OnRecord, signer
from starter.commands.people_file import (
    keys_on_record,
    parse_people,
    people_entries,
    posts_on_record,
    stand_in_key,
)
from starter.commands.writing import (
    Order,
    SenderOptions,
    WriteOptions,
    carry_out,
    read_body,
)
from starter.commands.writing import new_key as make_key
from starter.completing import people
from starter.failures import Exit, Failure
from starter.home import create_profile
from starter.nearest import did_you_mean
from starter.reading import reading
from starter.rows import Column, RowOptions, say_rows

app = App(name="person", help="People, their keys and their posts.", help_format="plaintext")

PersonArgument = Annotated[str, Parameter(help="Person id, e.g. sip.carys.", completer=people)]


@dataclass(frozen=True)
class _Held:
    """A post as it was typed, with its school or its programme."""

    post: Post
    school: str | None = None
    programme: str | None = None

    @property
    def words(self) -> str:
        """'head at 6990004', 'broker in EAS'."""
        at = f" at {self.school}" if self.school else ""
        return f"{self.post.value}{at}" + (f" in {self.programme}" if self.programme else "")

    def values(self) -> dict[str, Any]:
        return {"post": self.post.value, "school": self.school, "programme": self.programme}


_LIKE_A_DAY: Final = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|yesterday|today|tomorrow|[+-][0-9]{1,3}[dw]"

FIELDS = ("person", "language", "has_key", "posts")
_TABLE = (
    Column("person", "PERSON", lambda row: row["person"]),
    Column("language", "LANGUAGE", lambda row: row["language"]),
    Column("has_key", "KEY", lambda row: "key" if row["has_key"] else "no key"),
    Column("posts", "POSTS", lambda row: ", ".join(row["posts"])),
)


@app.command
def add(
    person: PersonArgument,
    /,
    *,
    name: Annotated[str, Parameter(help="Name; sealed in the log.")],
    email: Annotated[str, Parameter(help="Mail address; sealed in the log.")],
    language: Annotated[
        Literal["cy", "en", "fil", "both"], Parameter(help="Language they wish to be written to in.")
    ] = "both",
    public_key: Annotated[
        str | None, Parameter(help="Their public key, from 'brokerage person key'.")
    ] = None,
    new_key: Annotated[
        bool, Parameter(negative="", help="Make a key for them in this home's profiles.")
    ] = False,
    post: Annotated[
        tuple[str, ...],
        Parameter(
            negative="", consume_multiple=False, help="A post they hold: broker, sip:6990004, head:6990004, …"
        ),
    ] = (),
    since: Annotated[
        str | None, Parameter(allow_leading_hyphen=True, help="First day of the posts; today if not given.")
    ] = None,
    options: WriteOptions | None = None,
) -> int:
    """Put a person on record, with a key and the posts they hold."""
    chosen = options or WriteOptions()
    settings = Settings()
    if new_key and public_key:
        raise Failure(Exit.USAGE, "E-VALUE", "Give --public-key or --new-key, not both.")
    _check_person(person)
    _check_address(email)
    posts = [
        (
            held.words,
            read_body(AssignPost, _assigned(held, since), WriteOptions()),
        )
        for held in map(_post, post)
    ]
    typed = {"name": name, "email": email, "language": language, "public-key": public_key}
    read_body(RegisterPerson, typed, chosen)
    if new_key and not chosen.dry_run:
        typed["public-key"] = create_profile(settings, person)
    body = read_body(RegisterPerson, typed, chosen)
    own_key = make_key() if chosen.key is None else chosen.key
    with reading() as office:

        def stream(_key: str) -> str:
            return f"person/{person}"

        orders = [Order("register", stream, body, _with_key(chosen, own_key))]
        for number, (words, assignment) in enumerate(posts):
            own = _with_key(chosen, f"{own_key}:post:{number}")
            orders.append(Order("assign-post", stream, assignment, own, f"{person}, {words}"))
        return carry_out(office, *orders, repeat_key=own_key)


@app.command
def change(
    person: PersonArgument,
    /,
    *,
    name: Annotated[str, Parameter(help="Name; sealed in the log.")],
    email: Annotated[str, Parameter(help="Mail address; sealed in the log.")],
    language: Annotated[
        Literal["cy", "en", "fil", "both"], Parameter(help="Language they wish to be written to in.")
    ],
    options: WriteOptions | None = None,
) -> int:
    """Record a person's name, mail address and language anew; key and posts stay as they are."""
    _check_address(email)
    values = {"name": name, "email": email, "language": language}
    return _write(person, ChangePerson, ChangePerson.verb, values, options or WriteOptions())


@app.command
def post(
    person: PersonArgument,
    post: Annotated[str, Parameter(help="The post: broker, sip:6990004, head:6990004, …")],
    /,
    *,
    since: Annotated[
        str | None, Parameter(allow_leading_hyphen=True, help="First day, e.g. 2026-09-01. (required)")
    ] = None,
    until: Annotated[
        str | None, Parameter(allow_leading_hyphen=True, help="Last day, where it is known.")
    ] = None,
    options: WriteOptions | None = None,
) -> int:
    """Record that a person holds a post from a day on."""
    chosen = options or WriteOptions()
    typed = str(chosen.from_ or "")
    if since is None and re.fullmatch(_LIKE_A_DAY, typed):
        raise Failure(
            Exit.USAGE, "E-VALUE", f"--from names a file of values; the first day is --since {typed}."
        )
    values = _post(post).values() | {"since": since, "until": until}
    return _write(person, AssignPost, "assign-post", values, chosen)


@app.command
def end_post(
    person: PersonArgument,
    post: Annotated[str, Parameter(help="The post: broker, sip:6990004, …")],
    /,
    *,
    until: Annotated[str, Parameter(allow_leading_hyphen=True, help="Last day, e.g. 2026-12-31.")],
    options: WriteOptions | None = None,
) -> int:
    """Record the last day on which a person holds a post."""
    values = _post(post).values() | {"until": until}
    return _write(person, EndPost, "end-post", values, options or WriteOptions())


@app.command
def replace_key(
    person: PersonArgument,
    /,
    *,
    public_key: Annotated[str, Parameter(help="The new public key.")],
    options: WriteOptions | None = None,
) -> int:
    """Replace a person's key; what the old one signs is refused from now on."""
    return _write(person, ReplaceKey, "replace-key", {"public-key": public_key}, options or WriteOptions())


@app.command
def key(person: PersonArgument, /) -> int:
    """Make a key for a person in this home, and print its public part to give to an administrator."""
    from starter.output import note, say

    public_key = create_profile(Settings(), person)
    say(public_key)
    note("An administrator puts it on record, for somebody who is on record already or for somebody new:")
    note(f"  brokerage person replace-key {person} --public-key {public_key}")
    note(f"  brokerage person add {person} --name NAME --email ADDRESS --public-key {public_key}")
    return Exit.DONE


@app.command(name="import")
def import_(
    file: Annotated[
        Path, Parameter(help="CSV: person, name, email, language, post, school, programme, from, to.")
    ],
    /,
    *,
    new_keys: Annotated[
        bool, Parameter(negative="", help="Make a key in this home for everybody who has none on record.")
    ] = False,
    files: FileOptions | None = None,
    options: SenderOptions | None = None,
) -> int:
    """Put the people of a file on record, with their posts.

    A row is a post that somebody holds: 'school' for posts of a school, 'programme' (a code such as DEPED)
    for a post held in one programme only, 'to' where its last day is known. A name, an address or a language that
    has changed is recorded anew.
    """
    chosen, rows = options or SenderOptions(), files or FileOptions()
    settings = Settings()
    parsed = chosen_rows(parse_people(file), rows)
    make = stand_in_key if chosen.dry_run else partial(create_profile, settings)
    with reading() as office:
        known, held = keys_on_record(office), posts_on_record(office)
        on_record = OnRecord(office, signer(settings, chosen))
        return carry_out_import(
            office,
            parsed,
            lambda: people_entries(parsed, known, make if new_keys else None, held, on_record),
            "People and posts",
            rows,
            chosen,
        )


@app.command(name="list")
def list_(
    *,
    output: RowOptions | None = None,
) -> int:
    """List people by id with the posts they hold; names stay sealed."""
    chosen = output or RowOptions()
    chosen.fields(FIELDS)
    with reading() as office:
        held = defaultdict(list)
        for row in office.connection.execute(
            select(post_table).order_by(post_table.c.person, post_table.c.place)
        ):
            ended = f" until {row.until}" if row.until else ""
            held[row.person].append(f"{row.post}{_where(row.school or row.programme)}{ended}")
        rows = [
            {
                "person": row.person,
                "language": row.language,
                "has_key": row.public_key is not None,
                "posts": held[row.person],
            }
            for row in office.connection.execute(select(person_table).order_by(person_table.c.person))
        ]
    say_rows(rows, FIELDS, chosen, _TABLE)
    return Exit.DONE


def _write(person: str, model: Any, verb: str, values: dict[str, Any], options: WriteOptions) -> int:
    _check_person(person)
    body = read_body(model, values, options)
    with reading() as office:
        return carry_out(office, Order(verb, lambda _key: f"person/{person}", body, options))


def _post(text: str) -> _Held:
    """A post as it is typed: 'head:6990004', 'broker', or 'broker:EAS' for one programme only."""
    name, _, where = text.partition(":")
    if name in PROGRAMME_POSTS:
        where = where.upper()
    if name not in set(Post):
        raise Failure(
            Exit.USAGE,
            "E-POST",
            f"There is no post {name!r}.{did_you_mean(name, Post)}",
            (f"Posts: {', '.join(Post)}",),
        )
    post = Post(name)
    if post in SCHOOL_POSTS:
        if not where:
            raise Failure(Exit.USAGE, "E-POST", f"The post {name} belongs to a school: {name}:6990004.")
        return _Held(post, school=where)
    if where and (post not in PROGRAMME_POSTS or not re.fullmatch(PROGRAMME_CODE_PATTERN, where)):
        example = f", or {name}:EAS for one programme" if post in PROGRAMME_POSTS else ""
        raise Failure(
            Exit.USAGE, "E-POST", f"The post {name} belongs to no school: write {name} alone{example}."
        )
    return _Held(post, programme=where or None)


def _assigned(held: _Held, since: str | None) -> dict[str, Any]:
    day = since or date.today().isoformat()  # noqa: DTZ011 – the user's own day
    return held.values() | {"since": day}


def _where(place: str | None) -> str:
    return f":{place}" if place else ""


def _check_person(person: str) -> None:
    if not re.fullmatch(PERSON_ID_PATTERN, person):
        raise Failure(
            Exit.USAGE,
            "E-PERSON",
            f"{person!r} cannot name a person: small letters, digits, '.' and '-' only, 40 at most.",
        )


def _check_address(email: str) -> None:
    """Raises Failure (exit 2) where no mail could go there."""
    try:
        parse_address(email)
    except BadAddressError:
        raise Failure(
            Exit.USAGE, "E-VALUE", "--email must be a mail address, such as ann@school.example."
        ) from None


def _with_key(options: WriteOptions, command_key: str) -> WriteOptions:
    from dataclasses import replace

    return replace(options, key=command_key)
