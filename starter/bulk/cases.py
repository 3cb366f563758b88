"""Flags that say which cases one line is about, and the cases that they mean at the moment of typing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Group, Parameter

from domain.bulk import command_id_prefix
from domain.case.lifecycle import row_at
from domain.case.stages import Stage
from domain.ids import stream_key
from starter.bulk.listed import listed_cases
from starter.commands.case_filters import Filters, authority_named, choice_of
from starter.commands.stages import StageName
from starter.completing import areas, programmes
from starter.failures import Exit, Failure
from starter.output import note
from starter.reading import Office
from starter.views.case_list import list_cases

Case = Mapping[str, Any]


@Parameter(name="*", group=Group("Which cases", sort_key=2))
@dataclass(frozen=True, kw_only=True)
class WhichCases:
    """Flags that choose cases: the open ones of which all holds that is given."""

    authority: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            consume_multiple=False,
            show_default=False,
            help="Of schools of this authority; several may be given.",
        ),
    ] = ()
    schools: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            consume_multiple=False,
            show_default=False,
            help="Of these schools, recipient or provider: 6990004,6990103.",
        ),
    ] = ()
    area: Annotated[str | None, Parameter(help="In this area of support.", completer=areas)] = None
    programme: Annotated[str | None, Parameter(help="Of this programme, e.g. EAS.", completer=programmes)] = (
        None
    )
    route: Annotated[str | None, Parameter(help="By this route, e.g. sip.")] = None
    stage: Annotated[
        tuple[StageName, ...],
        Parameter(
            negative="",
            consume_multiple=False,
            show_default=False,
            help="In this stage, e.g. triage; several may be given, also with commas.",
        ),
    ] = ()

    listed_in: Annotated[
        Path | None,
        Parameter(
            help="Named in the column Reference of this CSV: of `case list --csv`, or what `bulk open` left beside its file."
        ),
    ] = None

    @property
    def given(self) -> bool:
        """Whether anything is said; a line that says nothing would mean every case there is."""
        return self != WhichCases()


def cases_meant(
    office: Office, typed: WhichCases, verb: str, bulk: str, *, paused: bool = False
) -> Sequence[Case]:
    """Rows of the open cases that are meant, in the order of their references; only paused ones if asked.

    A case whose stage the verb does not fit is left out, and counted aloud. One that this very bulk has
    asked before is in, wherever it stands by now. Raises Failure: exit 2 where no flag chooses, exit 3 for
    the name of nothing here and where nothing is left.
    """
    if not typed.given:
        raise Failure(
            Exit.USAGE,
            "E-USAGE",
            "Say which cases: no flag chooses any, and all cases at once are never meant.",
            ("For example: --authority NAME, --schools 6990004,6990103, --programme EAS, --stage triage.",),
        )
    found = _found(office, typed, paused)
    if typed.listed_in is not None:
        listed = listed_cases(office, typed.listed_in)
        if others := len(listed - found.keys()):
            state = "paused" if paused else "open"
            note(
                f"Left out: {others} of {typed.listed_in.name} that are not {state}, or that another flag does not mean."
            )
        found = {reference: case for reference, case in found.items() if reference in listed}
    fitting = {ref: case for ref, case in found.items() if row_at(Stage(case["stage"]), verb) is not None}
    asked = _asked_before(office, bulk) - fitting.keys()
    if asked:
        fitting |= {case["reference"]: case for case in list_cases(office) if case["reference"] in asked}
    if left := sorted({case["stage"] for ref, case in found.items() if ref not in fitting}):
        count = len(found.keys() - fitting.keys())
        stages = ", ".join(Stage(stage).words for stage in left)
        note(f"Left out: {count} in a stage that '{verb}' does not fit ({stages}).")
    if not fitting:
        raise Failure(
            Exit.NOT_FOUND,
            "E-NONE",
            f"No {'paused' if paused else 'open'} case is meant by these flags. Nothing was sent.",
            (),
            ("brokerage case list --open",),
        )
    return [fitting[reference] for reference in sorted(fitting)]


def _found(office: Office, typed: WhichCases, paused: bool) -> dict[str, Case]:
    choice = choice_of(
        office,
        Filters(
            area=typed.area, programme=typed.programme, route=typed.route, stage=typed.stage, open=True,
            paused=paused,
        ),
    )  # fmt: skip
    authorities = [authority_named(office, name) for name in typed.authority] or [None]
    numbers = [number.strip() for text in typed.schools for number in text.split(",") if number.strip()]
    schools = [choice_of(office, Filters(school=number)).school for number in numbers] or [None]
    return {
        case["reference"]: case
        for authority, school in product(authorities, schools)
        for case in list_cases(office, replace(choice, authority=authority, school=school))
    }


def _asked_before(office: Office, bulk: str) -> set[str]:
    """References of the cases that commands of this bulk went to."""
    return {stream_key(one.record.stream) for one in office.log.commands_named(command_id_prefix(bulk))}
