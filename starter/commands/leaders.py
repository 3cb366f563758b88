"""`brokerage provider import`, of a list of leader schools: all of them designated, and the grant of each put into a fund."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Group, Parameter

from activities.commands.folding import fold_directory
from domain.case.values import minor_units
from domain.funding.amounts import money_words
from domain.funding.funds import FundState
from domain.funding.grants import MOST_GRANTS, Grant
from domain.programmes.model import Programme
from starter.commands.file_import import FileOptions, carry_out_import, chosen_rows
from starter.commands.fund_names import fund_key
from starter.commands.import_report import Report, Where
from starter.commands.importing import Entry
from starter.commands.on_record import OnRecord, signer
from starter.commands.programme_names import known_programme
from starter.commands.schools_named import not_in_the_register, not_open
from starter.commands.writing import SenderOptions
from starter.completing import funds
from starter.failures import Exit, Failure
from starter.output import say
from starter.reading import Office, reading
from starter.register.csv_file import Parsed, parse_rows
from starter.register.leaders import LeaderRow
from starter.register.table import read_table
from starter.years import check_year

_WHAT: Final = "Leader schools and their fund"
_DESIGNATED: Final = frozenset({"done", "unchanged"})


@Parameter(name="*", group=Group("Their grants", sort_key=4))
@dataclass(frozen=True, kw_only=True)
class GrantOptions:
    """Flags of an import of leader schools: where the grants of those it designates go."""

    fund: Annotated[
        str | None,
        Parameter(
            help="Put the grant of each school that is designated into this fund, opened where it is not: s2s.2026.",
            completer=funds,
        ),
    ] = None
    grant: Annotated[
        str | None,
        Parameter(help="What each school gets, e.g. 140000.00; the programme's grant if not given."),
    ] = None
    source: Annotated[
        str | None, Parameter(help="With --fund: the paper that gives it, such as a sub-allotment.")
    ] = None


@dataclass(frozen=True)
class Grants:
    """A fund, how much of it is each school's, and on which paper."""

    key: str
    programme: Programme
    each_minor: int
    source: str

    def entries(self, state: FundState, schools: Sequence[str], file: str) -> tuple[list[Entry], ...]:
        """The fund, where it is not open yet, and then the grants of these schools."""
        opening = {
            "programme": self.programme.code,
            "title": self.programme.title.en,
            "currency": self.programme.currency,
        }
        where, stream = Where(file, 0), f"fund/{self.key}"
        had = {grant.school: grant.amount for grant in state.grants}
        allotted = [
            Entry(
                where,
                stream,
                "allocate-grants",
                {"schools": list(part), "each_minor": self.each_minor, "source": self.source},
                same=all(had.get(number) == self.each_minor for number in part),
            )
            for part in (schools[i : i + MOST_GRANTS] for i in range(0, len(schools), MOST_GRANTS))
        ]
        is_new = state.declared is None and bool(schools)
        return [Entry(where, stream, "open", opening)] if is_new else [], allotted


def is_list_of_leaders(file: Path) -> bool:
    """Whether the file says since when schools are designated, and not for what."""
    header = {name.casefold() for name in read_table(file).header}
    return "designated from" in header and "areas" not in header


def import_leaders(
    file: Path, programme: str, given: GrantOptions, files: FileOptions, options: SenderOptions
) -> int:
    """Designate the schools of a file, and put the grant of each into the fund that is named, if one is."""
    everything = parse_leaders(file)
    with reading() as office:
        rules = known_programme(office, programme)
        grants = _grants(office, rules, given)
        parsed = chosen_rows(with_schools_known(office, everything), files)
        on_record = OnRecord(office, signer(office.settings, options))

        def designations() -> Sequence[Sequence[Entry]]:
            return (on_record.held_against(leader_entries(parsed, rules)),)

        code = carry_out_import(
            office, parsed, designations, _WHAT, files, options, _afterwards(office, parsed, grants)
        )
        if grants is not None and not options.dry_run:
            _say_fund(office, grants)
    return code


def parse_leaders(file: Path) -> Parsed[LeaderRow]:
    """The rows of a list of leader schools. Raises Failure (exit 2)."""
    return parse_rows(file, LeaderRow, "school")


def leader_entries(parsed: Parsed[LeaderRow], rules: Programme) -> list[Entry]:
    """A designation for each row."""
    name = parsed.table.path.name
    return [
        Entry(Where(name, line), f"provider/{row.school}", "designate", row.body(rules))
        for line, row in parsed.rows
    ]


def with_schools_known(office: Office, parsed: Parsed[LeaderRow]) -> Parsed[LeaderRow]:
    """The same, with a problem for each row whose school is not in the register, or not open there."""
    return parsed.but((*not_in_the_register(office, parsed.rows), *not_open(office, parsed.rows)))


def _afterwards(
    office: Office, parsed: Parsed[LeaderRow], grants: Grants | None
) -> Callable[[Report], Sequence[Sequence[Entry]]]:
    """Grants are of schools that are designated: those whose row was refused have none."""

    def entries(report: Report) -> Sequence[Sequence[Entry]]:
        if grants is None:
            return ()
        name = parsed.table.path.name
        schools = sorted(
            row.school
            for line, row in parsed.rows
            if (fate := report.fates.get(Where(name, line))) is not None and fate.told in _DESIGNATED
        )
        return grants.entries(_fund(office, grants.key), schools, name)

    return entries


def _fund(office: Office, key: str) -> FundState:
    """The fund as it is by now."""
    with office.now_again() as now:
        state: FundState = fold_directory(now.connection, f"fund/{key}")
    return state


def _grants(office: Office, rules: Programme, given: GrantOptions) -> Grants | None:
    """What the flags say. Raises Failure (exit 2), before anything is sent."""
    if given.fund is None:
        if given.grant is not None or given.source is not None:
            raise Failure(
                Exit.USAGE, "E-USAGE", "--grant and --source say how much of which fund: give --fund, too."
            )
        return None
    if given.source is None:
        raise Failure(
            Exit.USAGE,
            "E-USAGE",
            "--source is missing: the paper that gives the money, such as a sub-allotment.",
        )
    key = fund_key(office, given.fund, rules)
    check_year("--fund", key.partition(".")[2], rules)
    most = rules.finance.grant_minor if rules.finance else None
    each = most if given.grant is None else _amount(given.grant)
    if each is None:
        raise Failure(
            Exit.USAGE,
            "E-USAGE",
            f"{rules.code} names no grant: say how much each school gets: --grant 140000.00",
        )
    if most is not None and each > most:
        raise Failure(
            Exit.USAGE,
            "E-VALUE",
            f"--grant: {money_words(each, rules.currency)} is more than the grant of {rules.code}, "
            f"{money_words(most, rules.currency)}. Nothing was sent.",
        )
    return Grants(key, rules, each, given.source)


def _amount(typed: str) -> int:
    try:
        found: Any = minor_units(typed)
    except ValueError as error:
        raise Failure(Exit.USAGE, "E-VALUE", f"--grant {error}.") from None
    if not found:
        raise Failure(Exit.USAGE, "E-VALUE", "--grant must be more than nothing.")
    return int(found)


def _say_fund(office: Office, grants: Grants) -> None:
    """How many grants the fund holds by now, and what they come to."""
    held: tuple[Grant, ...] = _fund(office, grants.key).grants
    total = money_words(sum(grant.amount for grant in held), grants.programme.currency)
    say(f"Fund {grants.key} holds the grants of {len(held)} schools: {total}.")
