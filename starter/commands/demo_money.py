"""The money of a demonstration as a fresh process reads it: every fund adds up, and its account in the log says the same."""

from collections.abc import Callable
from typing import Any, Final

import orjson

from domain.funding.amounts import money_words
from starter.failures import Exit, Failure

_BALANCES: Final = ("allocated", "reserved", "committed", "paid", "available")


def prove_money(read: Callable[..., str], say: Callable[[str], None]) -> None:
    """Say what each fund came to; `read` is what a line prints in a process of its own.

    Raises Failure (exit 8) where a fund does not add up.
    """
    for row in orjson.loads(read("fund", "status", "--json")):
        key = f"{row['fund']}.{row['year']}"
        account = orjson.loads(read("fund", "statement", key, "--json"))
        held = row["reserved"] + row["committed"] + row["paid"]
        if row["allocated"] - held != row["available"] or any(
            account[-1][name] != row[name] for name in _BALANCES
        ):
            raise Failure(
                Exit.AUDIT_FAILED,
                "A-MONEY",
                f"Fund {key} does not add up.",
                (),
                ("brokerage fund status", f"brokerage fund statement {key}"),
            )
        say(f"✓ {_balance(key, row)}")


def _balance(key: str, row: dict[str, Any]) -> str:
    """'s2s.2026: PHP 560,000.00 = 81,250.00 paid + 0.00 committed + …; its account in the log says the same.'"""
    parts = " + ".join(
        f"{_plain(row[name], row)} {words}"
        for name, words in (
            ("paid", "paid"),
            ("committed", "committed"),
            ("reserved", "reserved"),
            ("available", "left"),
        )
    )
    advance = (
        f" Of {_plain(row['advanced'], row)} paid in advance {_plain(row['liquidated'], row)} are accounted for and"
        f" {_plain(row['returned'], row)} came back: {row['liquidation_per_mille'] / 10:g} %."
        if row["advanced"]
        else ""
    )
    whole = money_words(row["allocated"], row["currency"])
    return f"{key}: {whole} = {parts}; its account in the log says the same.{advance}"


def _plain(minor: int, row: dict[str, Any]) -> str:
    return money_words(minor, row["currency"]).partition(" ")[2]
