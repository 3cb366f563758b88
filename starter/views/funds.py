"""Funds as tables: what each has, held and left, by year or by authority; rate cards."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import func, select

from activities.read_models.schema import fund, fund_carried, fund_use, rate_card
from starter.reading import Office

FUND_FIELDS: Final = (
    "fund", "year", "programme", "currency", "allocated", "reserved", "committed", "paid", "available",
    "claimed", "advanced", "liquidated", "returned", "written_off", "liquidation_per_mille", "cases", "title", "authorities",
    "claims_until", "open",
)  # fmt: skip
"""Amounts are minor units; available = allocated − reserved − committed − paid, committed being what is not paid yet."""
AUTHORITY_FIELDS: Final = (
    "fund", "year", "programme", "currency", "authority", "reserved", "committed", "paid", "claimed", "advanced",
    "liquidated", "returned", "written_off", "liquidation_per_mille", "cases",
)  # fmt: skip
RATE_FIELDS: Final = ("code", "programme", "since", "until", "currency", "day_rate_minor")

_USES: Final = (
    "reserved",
    "committed",
    "paid",
    "claimed",
    "advanced",
    "liquidated",
    "returned",
    "written_off",
)


def fund_rows(office: Office) -> list[dict[str, Any]]:
    """A row for each fund and year, by programme, year and code."""
    uses = {(row["fund"], row["year"]): row for row in _uses(office, by_authority=False)}
    away = {
        (row.from_code, row.from_year): int(row.amount)
        for row in office.connection.execute(
            select(
                fund_carried.c.from_code,
                fund_carried.c.from_year,
                func.sum(fund_carried.c.amount).label("amount"),
            ).group_by(fund_carried.c.from_code, fund_carried.c.from_year)
        )
    }
    rows = []
    for declared in office.connection.execute(
        select(fund).order_by(fund.c.programme, fund.c.year, fund.c.code)
    ):
        key = (declared.code, declared.year)
        use = uses.get(key) or {**dict.fromkeys(_USES, 0), "cases": 0}
        allocated = declared.allocated - away.get(key, 0)
        rows.append(
            {
                "fund": declared.code,
                "year": declared.year,
                "programme": declared.programme,
                "currency": declared.currency,
                "allocated": allocated,
                "available": allocated - use["reserved"] - use["committed"] - use["paid"],
                **{name: use[name] for name in (*_USES, "cases")},
                "liquidation_per_mille": liquidation(use),
                "title": declared.title,
                "authorities": declared.authorities.splitlines(),
                "claims_until": declared.claims_until,
                "open": declared.open,
            }
        )
    return rows


def authority_rows(office: Office) -> list[dict[str, Any]]:
    """A row for each authority that has something of a fund and year; what is allocated is nobody's share."""
    known = {
        (row.code, row.year): row
        for row in office.connection.execute(
            select(fund.c.code, fund.c.year, fund.c.programme, fund.c.currency)
        )
    }
    rows = []
    for use in _uses(office, by_authority=True):
        declared = known.get((use["fund"], use["year"]))
        if declared is None:  # looked back to a day before the fund was opened
            continue
        words = {"programme": declared.programme, "currency": declared.currency}
        rows.append({**use, **words, "liquidation_per_mille": liquidation(use)})
    return sorted(rows, key=lambda row: (row["programme"], row["year"], row["fund"], row["authority"]))


def liquidation(use: Mapping[str, Any]) -> int | None:
    """Of what was advanced, how much is accounted for or came back, per mille; None where nothing was advanced."""
    if not use["advanced"]:
        return None
    return int((use["liquidated"] + use["returned"]) * 1000 // use["advanced"])


def rate_rows(office: Office) -> list[dict[str, Any]]:
    """A row for each version of each rate card, by card and day."""
    rows = office.connection.execute(select(rate_card).order_by(rate_card.c.code, rate_card.c.since))
    return [{name: getattr(row, name) for name in RATE_FIELDS} for row in rows]


def _uses(office: Office, *, by_authority: bool) -> Iterable[dict[str, Any]]:
    keys = [fund_use.c.fund, fund_use.c.year, *([fund_use.c.authority] if by_authority else [])]
    query = select(
        *keys,
        *(func.sum(fund_use.c[name]).label(name) for name in _USES),
        func.count().label("cases"),
    ).group_by(*keys)
    for row in office.connection.execute(query).mappings():
        # Sums of large integers come back as decimals from PostgreSQL.
        yield {**row, **{name: int(row[name]) for name in (*_USES, "cases")}}
