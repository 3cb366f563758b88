"""`brokerage fund open`, `allocate`, `reduce`, `carry-forward`, `close`, `set-rate`: what finance declares."""

import re
import sys
from collections.abc import Mapping
from typing import Annotated, Any

from cyclopts import Parameter

from domain.directory.base import DirectoryCommand
from domain.funding.amounts import money_words
from domain.funding.funds import Allocate, CarryForward, CloseFund, OpenFund, Reduce
from domain.funding.rates import PublishRate
from domain.ids import RATE_CARD_PATTERN
from starter.commands.case_filters import authority_named
from starter.commands.fund_names import Fund, fund_key, known_fund
from starter.commands.programme_names import known_programme
from starter.commands.writing import Order, WriteOptions, carry_out, read_body
from starter.completing import programmes
from starter.days import days_from
from starter.failures import Exit, Failure
from starter.output import note, on_terminal
from starter.reading import Office, reading
from starter.views.case_list import now_in
from starter.views.funds import fund_rows

_Programme = Annotated[str, Parameter(help="Programme, e.g. EAS.", completer=programmes)]
_Amount = Annotated[str, Parameter(help="Amount, e.g. 60000.00.")]
_Source = Annotated[
    str, Parameter(help="The paper that gives it, such as an award letter; public, so no words about people.")
]
_Currency = Annotated[str | None, Parameter(help="Currency of the amount, to be checked.")]


def open_(
    fund: Fund,
    /,
    *,
    programme: _Programme,
    title: Annotated[str, Parameter(help="What the fund is called.")],
    amount: Annotated[str | None, Parameter(help="What is put in at once, e.g. 60000.00.")] = None,
    source: Annotated[
        str | None,
        Parameter(help="With --amount: the paper that gives it; public, so no words about people."),
    ] = None,
    authority: Annotated[
        tuple[str, ...], Parameter(help="An authority it may pay for; all where none is named.")
    ] = (),
    claims_until: Annotated[
        str | None, Parameter(help="Last day on which claims are approved as usual; given again, corrected.")
    ] = None,
    options: WriteOptions | None = None,
) -> int:
    """Open a fund for one financial year, with its first money if that is known."""
    with reading() as office:
        rules = known_programme(office, programme)
        typed = {
            "programme": rules.code,
            "title": title,
            "currency": rules.currency,
            "amount": amount,
            "source": source,
            "authorities": tuple(dict.fromkeys(authority_named(office, name) for name in authority)),
            "claims-until": claims_until,
        }
        return _send(office, OpenFund, f"fund/{fund_key(office, fund, rules)}", typed, options)


def allocate(
    fund: Fund,
    /,
    *,
    amount: _Amount,
    source: _Source,
    currency: _Currency = None,
    options: WriteOptions | None = None,
) -> int:
    """Put money into a fund."""
    typed = {"amount": amount, "source": source, "currency": currency}
    return _to_known(fund, Allocate, typed, options)


def reduce(
    fund: Fund,
    /,
    *,
    amount: _Amount,
    source: _Source,
    currency: _Currency = None,
    options: WriteOptions | None = None,
) -> int:
    """Take money out of a fund that nobody was promised."""
    typed = {"amount": amount, "source": source, "currency": currency}
    return _to_known(fund, Reduce, typed, options)


def carry_forward(
    fund: Fund,
    /,
    *,
    from_fund: Annotated[str, Parameter(help="The earlier fund, e.g. laeg.2025-26.")],
    amount: _Amount,
    source: Annotated[
        str, Parameter(help="The paper that allows it; each once. Public, so no words about people.")
    ],
    currency: _Currency = None,
    options: WriteOptions | None = None,
) -> int:
    """Bring what an earlier fund has left into this one; the earlier one has it no more."""
    typed = {"from-fund": from_fund, "amount": amount, "source": source, "currency": currency}
    return _to_known(fund, CarryForward, typed, options)


def close(
    fund: Fund,
    /,
    *,
    yes: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="Do not ask; off a terminal nothing is asked anyway."
        ),
    ] = False,
    options: WriteOptions | None = None,
) -> int:
    """Close a fund for good: it takes no new reservation; what is committed is claimed and paid."""
    chosen = options or WriteOptions()
    with reading() as office:
        key, _ = known_fund(office, fund)
        row = next(row for row in fund_rows(office) if f"{row['fund']}.{row['year']}" == key)
        if row["open"]:
            _agree_to_close(key, row, yes=yes or chosen.dry_run)
        return _send(office, CloseFund, f"fund/{key}", {}, chosen)


def _agree_to_close(key: str, row: Mapping[str, Any], *, yes: bool) -> None:
    """Say what closing leaves, and ask. Raises Failure where it is not wanted."""
    left, committed = (money_words(row[name], row["currency"]) for name in ("available", "committed"))
    note(
        f"Closed for good, {key} takes no new reservation. {committed} of it are committed and not paid yet: they are "
        f"claimed and paid as before. {left} are left: they can be carried forward or taken out."
    )
    if yes or not (on_terminal() and sys.stdin.isatty()):
        return
    sys.stderr.write(f"Close {key}? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise Failure(Exit.INTERRUPTED, "U-INTERRUPTED", "Nothing was sent.")


def set_rate(
    card: Annotated[str, Parameter(help="Code of the rate card, e.g. eas-2026.")],
    /,
    *,
    programme: _Programme,
    since: Annotated[str, Parameter(allow_leading_hyphen=True, help="First day on which it holds.")],
    day_rate: Annotated[str, Parameter(help="What a provider's day costs, e.g. 220.00.")],
    until: Annotated[
        str | None, Parameter(allow_leading_hyphen=True, help="Last day on which it holds.")
    ] = None,
    options: WriteOptions | None = None,
) -> int:
    """Put a day rate of a rate card in force from a day on; visits of earlier days keep theirs."""
    code = card.strip().lower()
    if not re.fullmatch(RATE_CARD_PATTERN, code):
        raise Failure(
            Exit.USAGE,
            "E-RATE-CARD",
            f"{card!r} names no rate card: small letters, figures, dots and hyphens, such as eas-2026.",
        )
    with reading() as office:
        rules = known_programme(office, programme)
        typed = {
            "programme": rules.code,
            "since": since,
            "until": until,
            "day-rate": day_rate,
            "currency": rules.currency,
        }
        with days_from(now_in(office, rules.code)):
            return _send(office, PublishRate, f"ratecard/{code}", typed, options)


def _to_known(
    fund: str, model: type[DirectoryCommand], typed: dict[str, Any], options: WriteOptions | None
) -> int:
    with reading() as office:
        key, _ = known_fund(office, fund, to_write=True)
        return _send(office, model, f"fund/{key}", typed, options)


def _send(
    office: Office,
    model: type[DirectoryCommand],
    stream: str,
    typed: dict[str, Any],
    options: WriteOptions | None,
) -> int:
    chosen = options or WriteOptions()
    body = read_body(model, typed, chosen)
    return carry_out(office, Order(model.verb, lambda _key: stream, body, chosen))
