"""`brokerage provider import`, of a list of leader schools: all of them designated, and the grant of each put into a fund."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Group, Parameter
from sqlalchemy import select

from activities.commands.folding import fold_directory
from activities.read_models.schema import fund
from domain.case.values import minor_units
from domain.funding.amounts import money_words
from domain.funding.funds import FundState
from domain.funding.grants import MOST_GRANTS, Grant
from domain.funding.years import days_of_year
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
from starter.nearest import did_you_mean
from starter.output import say
from starter.reading import Office, reading
from starter.register.csv_file import Parsed, parse_rows
from starter.register.leaders import LeaderRow
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
            help="Put the grant of each school that is designated into this fund of the programme: s2s.2026.",
            completer=funds,
        ),
    ] = None
    open_fund: Annotated[
        bool,
        Parameter(negative="", show_default=False, help="With --fund: open it, where there is none yet."),
    ] = False
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


def import_leaders(
    file: Path, programme: str, given: GrantOptions, files: FileOptions, options: SenderOptions
) -> int:
    """Designate the schools of a file, and put the grant of each into the fund that is named, if one is."""
    everything = parse_leaders(file)
    with reading() as office:
        rules = known_programme(office, programme)
        grants = _grants(office, rules, given)
        parsed = chosen_rows(_in_the_funds_year(with_schools_known(office, everything), grants), files)
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


def _in_the_funds_year(parsed: Parsed[LeaderRow], grants: Grants | None) -> Parsed[LeaderRow]:
    """The same, with a problem for each row that designates its school on no day of the year of its grant."""
    if grants is None:
        return parsed
    year = grants.key.partition(".")[2]
    first, last = days_of_year(year)
    astray = [
        (line, "since", f"begins after {year}, the year of the fund") for line, row in parsed.rows if row.since > last
    ] + [
        (line, "until", f"ends before {year}, the year of the fund")
        for line, row in parsed.rows
        if row.until is not None and row.until < first
    ]  # fmt: skip
    return parsed.but(astray)


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
        if given != GrantOptions():
            raise Failure(
                Exit.USAGE,
                "E-USAGE",
                "--grant, --source and --open-fund are about a fund: give --fund, too.",
            )
        return None
    if given.source is None:
        raise Failure(
            Exit.USAGE,
            "E-USAGE",
            "--source is missing: the paper that gives the money, such as a sub-allotment.",
        )
    key = _fund_of_the_programme(office, rules, given.fund, may_be_new=given.open_fund)
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


def _fund_of_the_programme(office: Office, rules: Programme, typed: str, *, may_be_new: bool) -> str:
    """The key of the fund. Raises Failure: exit 2 where it is another programme's, 3 where there is none."""
    key = fund_key(office, typed, rules)
    declared = _fund(office, key).declared
    if declared is not None and declared.programme != rules.code:
        raise Failure(
            Exit.USAGE,
            "E-FUND",
            f"--fund: {key} is a fund of {declared.programme}; this list is of {rules.code}. Nothing was sent.",
        )
    check_year("--fund", key.partition(".")[2], rules)
    if declared is None and not may_be_new:
        rows = office.connection.execute(
            select(fund.c.code, fund.c.year).where(fund.c.programme == rules.code)
        )
        known = sorted(f"{row.code}.{row.year}" for row in rows)
        raise Failure(
            Exit.NOT_FOUND,
            "E-FUND",
            f"There is no fund {key}.{did_you_mean(key, known)}",
            (
                f"Funds of {rules.code}: {', '.join(known) or 'none yet'}",
                "If it is to be opened with these grants, add --open-fund.",
            ),
        )
    return key


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
    say(f"Fund {grants.key} holds the grants of {len(held)} school{'s' * (len(held) != 1)}: {total}.")
