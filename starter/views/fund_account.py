"""The account of a fund, read from the log itself: every movement in its order, with what was left after it.

Nothing here rests on the rows that `fund status` reads; that both agree is what `audit verify` and the tests see.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from activities.event_log.read import RecordedEvent
from domain.canonical import instant_text
from domain.case import events as e
from domain.funding import funds as f
from domain.ids import stream_key, stream_kind
from domain.streams import event_types, read_event
from starter.reading import Office

STATEMENT_FIELDS: Final = (
    "position", "recorded_at", "occurred_at", "event", "case", "claim", "paper", "other_fund", "amount", "allocated", "reserved",
    "committed", "paid", "available", "currency", "person", "on_behalf_of", "post",
    "change",
)  # fmt: skip
"""Amounts are minor units; the four balances and what is available are those after the movement, `change` is what
it did to what is available.
"""
GRANT_FIELDS: Final = (
    "position",
    "recorded_at",
    "occurred_at",
    "school",
    "name",
    "amount",
    "currency",
    "paper",
    "person",
)

_CASE_MOVES: Final[dict[str, dict[str, int]]] = {
    "BudgetReserved": {"reserved": 1},
    "BudgetReleased": {},
    "BudgetCommitted": {"reserved": -1, "committed": 1},
    "ClaimSubmitted": {},
    "ClaimReturned": {},
    "ClaimApproved": {},
    "PaymentRecorded": {"committed": -1, "paid": 1},
    "FundsReleased": {"committed": -1, "paid": 1},
    "LiquidationAccepted": {},
    "FundsReturned": {"paid": -1},
    "FundsWrittenOff": {},
}
"""What each event of a case does to a fund's balances; one that does nothing is still a line of the account."""
_FUND_MOVES: Final = {
    "FundOpened": 0,
    "FundAllocated": 1,
    "GrantsAllocated": 1,
    "FundReduced": -1,
    "FundCarriedForward": 1,
    "FundClosed": 0,
}

_PAPERS: Final = ("payment", "receipt", "source")
"""Where an event says on what paper it rests."""


@dataclass(frozen=True)
class _Move:
    """What one event does to one fund."""

    amount: int
    by: dict[str, int]
    other_fund: str | None = None
    """To which fund it went, where that is not this one."""


def statement_rows(office: Office, key: str, upto: int | None = None) -> list[dict[str, Any]]:
    """Every movement of the fund 'code.year', up to a position of the log where one is given.

    Raises LogDamagedError.
    """
    balance = dict.fromkeys(("allocated", "reserved", "committed", "paid"), 0)
    rows = []
    for recorded in office.log.events():
        if upto is not None and recorded.position > upto:
            break
        for move in _moves(recorded, key):
            for name, sign in move.by.items():
                balance[name] += sign * move.amount
            rows.append(_row(recorded, move, balance))
    return rows


def _moves(recorded: RecordedEvent, key: str) -> Iterator[_Move]:
    envelope = recorded.envelope
    kind, name = stream_kind(envelope.stream), envelope.type
    if kind == "fund" and name in _FUND_MOVES:
        event: Any = read_event(kind, name, envelope.schema_version, recorded.payload)
        amount = getattr(event, "amount_minor", 0)
        if stream_key(envelope.stream) == key:
            yield _Move(amount, {"allocated": _FUND_MOVES[name]} if amount else {})
        elif isinstance(event, f.FundCarriedForward) and event.from_fund == key:
            yield _Move(amount, {"allocated": -1}, stream_key(envelope.stream))
    elif kind == "case" and name in _CASE_MOVES:
        event = event_types("case").read(name, envelope.schema_version, recorded.payload)
        by: dict[str, int] = {event.held_as: -1} if isinstance(event, e.BudgetReleased) else _CASE_MOVES[name]
        for share in event.shares:
            if f"{share.fund}.{share.year}" == key:
                yield _Move(share.amount_minor, by)


def _row(recorded: RecordedEvent, move: _Move, balance: dict[str, int]) -> dict[str, Any]:
    envelope, payload = recorded.envelope, recorded.payload
    left = balance["allocated"] - balance["reserved"] - balance["committed"] - balance["paid"]
    behalf = envelope.actor.on_behalf_of
    return {
        "position": recorded.position,
        "recorded_at": instant_text(envelope.recorded_at),
        "occurred_at": instant_text(envelope.occurred_at),
        "event": envelope.type,
        "case": stream_key(envelope.stream) if stream_kind(envelope.stream) == "case" else None,
        "claim": payload.get("claim") or payload.get("liquidation"),
        "paper": next((payload[name] for name in _PAPERS if payload.get(name)), None),
        "other_fund": move.other_fund or payload.get("from_fund"),
        "amount": move.amount,
        **balance,
        "available": left,
        "currency": payload.get("currency"),
        "person": envelope.actor.person,
        "on_behalf_of": behalf.person if behalf else None,
        "post": behalf.post if behalf else envelope.actor.post,
        "change": sum(sign * (1 if name == "allocated" else -1) for name, sign in move.by.items())
        * move.amount,
    }


def grant_rows(office: Office, key: str, upto: int | None = None) -> list[dict[str, Any]]:
    """The grant of each school that was put into the fund 'code.year', by school. Raises LogDamagedError."""
    names = office.school_names()
    rows = []
    for recorded in office.log.events():
        if upto is not None and recorded.position > upto:
            break
        envelope = recorded.envelope
        if envelope.stream != f"fund/{key}" or envelope.type != "GrantsAllocated":
            continue
        event: Any = read_event("fund", envelope.type, envelope.schema_version, recorded.payload)
        rows += [
            {
                "position": recorded.position,
                "recorded_at": instant_text(envelope.recorded_at),
                "occurred_at": instant_text(envelope.occurred_at),
                "school": school,
                "name": names.get(school, school),
                "amount": event.each_minor,
                "currency": event.currency,
                "paper": event.source,
                "person": envelope.actor.person,
            }
            for school in event.schools
        ]
    return sorted(rows, key=lambda row: str(row["school"]))
