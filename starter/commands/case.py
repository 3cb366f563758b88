"""`brokerage case`: every verb by name; the code behind one is loaded when it is typed."""

from pathlib import Path
from typing import Final

import orjson
from cyclopts import App, Group

app = App(name="case", help="Open, drive, list and read cases.", help_format="plaintext")

_READS: Final = (
    ("list", "starter.commands.case_list:list_", "List cases, overdue and the earliest due first."),
    (
        "show",
        "starter.commands.case_reading:show",
        "Show where a case stands, what is awaited, and the next command.",
    ),
    ("history", "starter.commands.case_reading:history", "Show what happened in a case, in order, by whom."),
    (
        "explain",
        "starter.commands.explain:explain",
        "Show how each open due date came to be, day by day.",
    ),
    ("read", "starter.commands.read:read", "Read what people wrote in a case; the look is put on record."),
    (
        "wait",
        "starter.commands.case_reading:wait",
        "Wait until a case has reached a stage; exit 10 if it has not in time.",
    ),
)
_OWN_DOORS: Final = {"match": "starter.commands.case_match:match"}
"""Verbs that are read more often than written, and have a command of their own."""
_GROUPS: Final = ("Intake", "Partner", "Agreement", "Delivery", "Review", "Money", "At any time")


def _fill() -> None:
    reads = Group("Read", sort_key=1)
    for name, target, words in _READS:
        app.command(target, name=name, help=words, group=reads)
    groups = {name: Group(name, sort_key=number) for number, name in enumerate(_GROUPS, start=2)}
    for entry in orjson.loads(Path(__file__).with_name("verbs.json").read_bytes()):
        target = _OWN_DOORS.get(entry["verb"], f"starter.commands.verbs:{entry['verb'].replace('-', '_')}")
        app.command(target, name=entry["verb"], help=entry["help"], group=groups[entry["group"]])


_fill()
