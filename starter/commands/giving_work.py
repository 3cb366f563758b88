"""`brokerage work assign` and `hand-over`: whose work a part of a case is, of those who hold the post."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from cyclopts import Parameter
from sqlalchemy import select

from activities.read_models.schema import assignment, case_row
from domain.bulk import command_id_prefix
from domain.case.commands import Assign
from domain.case.stages import TERMINAL
from domain.ids import case_stream, stream_key
from domain.parties import Party, parties_played
from starter.bulk.carrying_out import BulkOptions, Wanted, bulk_key, carry_out_bulk
from starter.commands.writing import Order, WriteOptions, carry_out, read_body
from starter.completing import people, references
from starter.failures import Exit, Failure
from starter.nearest import did_you_mean
from starter.reading import Office, known_reference, person_named, reading
from starter.views.case_list import list_cases, now_in
from starter.views.worklists import STAFF

_STAFF: Final = tuple(sorted(party.value for party in STAFF))

PartyFlag = Annotated[str | None, Parameter(help=f"Which part of the work: {', '.join(_STAFF)}.")]


def assign(
    reference: Annotated[
        str, Parameter(help="Reference of the case, e.g. EAS-K7QX4MZ-R.", completer=references)
    ],
    /,
    *,
    to: Annotated[
        str, Parameter(help="Person id of who sees to it from now on, or 'broker:…'.", completer=people)
    ],
    party: PartyFlag = None,
    options: WriteOptions | None = None,
) -> int:
    """Give a part of a case's work to somebody who holds the post; their clock starts anew.

    Without --party it is the part that this person plays in the case, where they play one only.
    """
    with reading() as office:
        known = known_reference(office, reference)
        person = person_named(office, to)
        given = _part_of(office, known, person) if party is None else _staff(party)
        body = read_body(Assign, {"party": given, "to": person}, WriteOptions())
        chosen = options or WriteOptions()
        return carry_out(office, Order(Assign.verb, lambda _key: case_stream(known), body, chosen))


def hand_over(
    from_: Annotated[str, Parameter(name="FROM", help="Person id of who gives it up.", completer=people)],
    to: Annotated[str, Parameter(name="TO", help="Person id of who takes it over.", completer=people)],
    /,
    *,
    party: PartyFlag = None,
    options: BulkOptions | None = None,
) -> int:
    """Give all the work that is somebody's to somebody else, for when they leave; each case records it.

    What is nobody's in particular goes with the post: end one, and give the other.
    """
    chosen = options or BulkOptions()
    bulk = bulk_key(chosen)
    with reading() as office:
        giver, taker = person_named(office, from_), person_named(office, to)
        if giver == taker:
            raise Failure(Exit.USAGE, "E-VALUE", f"{giver} has it already: name two people.")
        wanted = _work_of(office, giver, taker, None if party is None else _staff(party), bulk)
        if not wanted:
            raise Failure(
                Exit.NOT_FOUND,
                "E-NONE",
                f"Nothing is assigned to {giver} in a case that goes on. Nothing was sent.",
                ("What is nobody's in particular goes with the post.",),
                (f"brokerage work mine --as-person {giver}",),
            )
        return carry_out_bulk(office, bulk, Assign.verb, wanted, chosen)


def _work_of(office: Office, giver: str, taker: str, party: str | None, bulk: str) -> Sequence[Wanted]:
    """Everything that is assigned to the one, and what this very line has given to the other before."""
    rows = office.connection.execute(
        select(assignment.c.reference, assignment.c.party).where(assignment.c.person == giver)
    )
    parts = {(row.reference, row.party) for row in rows if party in {None, row.party}}
    given = {
        (stream_key(one.record.stream), str(one.record.body["party"]))
        for one in office.log.commands_named(command_id_prefix(bulk))
    }
    cases: dict[str, Mapping[str, Any]] = {case["reference"]: case for case in list_cases(office)}
    return [
        Wanted(cases[reference], {"party": part, "to": taker}, part)
        for reference, part in sorted(parts | given)
        if (reference, part) in given or cases[reference]["stage"] not in TERMINAL
    ]


def _part_of(office: Office, reference: str, person: str) -> str:
    """The one part of staff that the person plays in the case today. Raises Failure where it is not one."""
    case = office.connection.execute(select(case_row).where(case_row.c.reference == reference)).one()
    posts = office.facts.posts(person, now_in(office, case.programme).date())
    played = parties_played(posts, case.recipient, case.provider, case.programme)
    parts = [given.value for given in Party if given in played and given in STAFF]
    if len(parts) == 1:
        return parts[0]
    if not parts:
        raise Failure(
            Exit.REFUSED,
            "R-POST",
            f"{person} holds no post of staff in {reference} today. Nothing was sent.",
            (),
            ("brokerage person list",),
        )
    raise Failure(
        Exit.USAGE,
        "E-VALUE",
        f"{person} plays several parts in {reference}: say which with --party.",
        (f"One of: {', '.join(parts)}",),
    )


def _staff(typed: str) -> str:
    name = typed.strip().lower().replace(" ", "_").replace("-", "_")
    if name in _STAFF:
        return name
    raise Failure(
        Exit.USAGE,
        "E-PARTY",
        f"--party: there is no part of staff {typed!r}.{did_you_mean(name, _STAFF)}",
        (f"Parts: {', '.join(_STAFF)}",),
    )
