"""A central office with 362 leader schools, and one of its divisions with its people: registers to be read, and a
pair's year as its people drive it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from domain.canonical import plain
from domain.case.commands import COMMANDS
from domain.ids import case_reference, case_stream
from starter.connection import connect
from starter.home import profile_seed
from starter.sending import Sender, accept, deliver
from tests.end_to_end.office import RunningOffice, today

LEADERS: Final = 362
GRANT: Final = 140_000_00
DIVISION: Final = "Tanglawin"
PAIRS: Final = 8
RELEASED: Final = 86_000_00
"""What the plan of each pair costs."""

_ELSEWHERE: Final = ("Himigan", "Punlakan", "Dalisayan", "Bukangtala", "Tinigwan", "Lagaslasan")


def leader(number: int) -> str:
    """Number of a leader school; the first twelve are of the division."""
    return f"91{number:04d}"


def partner(number: int) -> str:
    """Number of the partner school of that leader; all of them are of the division."""
    return f"92{number:04d}"


def write_registers(folder: Path) -> None:
    """schools.csv, people.csv and leaders.csv, the last with two rows that are wrong."""
    schools = [
        (leader(n), f"Leader School {n}", DIVISION if n < 12 else _ELSEWHERE[n % 6]) for n in range(LEADERS)
    ]
    schools += [(partner(n), f"Partner School {n}", DIVISION) for n in range(PAIRS)]
    lines = [f"{no},{name},{place},{place} I,{place},Elementary School,300" for no, name, place in schools]
    header = "School ID,School Name,Division,District,Municipality,Curricular Offering,Learners"
    _write(folder / "schools.csv", header, lines)
    own = [number for n in range(PAIRS) for number in (leader(n), partner(n))]
    people = [
        f"{word}.{number},A Person,{word}.{number}@schools.example,en,{post},{number},2025-06-16,,"
        for number in own
        for word, post in (("head", "head"), ("focal", "lead"))
    ]
    people += [
        f"{person},A Person,{person}@division.example,en,{post},,2025-06-16,,DEPED"
        for person, post in (
            ("coordinator", "broker"), ("superintendent", "principal_adviser"), ("budget", "finance"),
        )
    ]  # fmt: skip
    people += [f"psds,A Person,psds@division.example,en,sip,{number},2025-06-16,," for number in own]
    _write(folder / "people.csv", "person,name,email,language,post,school,from,to,programme", people)
    leaders = [f"{leader(n)},2025-06-16," for n in range(LEADERS)]
    leaders[200:200] = ["919999,2025-06-16,", f"{partner(0)},16.06.2025,"]
    _write(folder / "leaders.csv", "School ID,Designated From,Designated To", leaders)


def mended(file: Path) -> None:
    """The list without the two rows that nobody meant."""
    header, *lines = file.read_text("utf-8").splitlines()
    _write(file, header, [line for line in lines if line.endswith(",2025-06-16,") and "919999" not in line])


def _write(file: Path, header: str, lines: Sequence[str]) -> None:
    file.write_text("\n".join([header, *lines, ""]), "utf-8")


@dataclass(frozen=True)
class Pair:
    """A leader school with its partner, and what becomes of the money that it gets ahead."""

    number: int
    spent: int
    accepted: bool = True
    returned: int = 0

    @property
    def reference(self) -> str:
        """Reference of its case."""
        return case_reference("DEPED", self.key)

    @property
    def key(self) -> str:
        """What its case is opened under."""
        return f"division-{self.number}"

    def request(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Who says what until the division has triaged it."""
        opening = {
            "programme": "DEPED", "route": "leader", "recipient": partner(self.number),
            "provider": leader(self.number), "area": "pedagogy", "phase": "primary", "support_language": "en",
            "need": "Lessons that reach four reading levels.", "desired_start": _in_weeks(3),
        }  # fmt: skip
        head = f"head.{leader(self.number)}"
        return [
            (head, "open", opening),
            (head, "submit", {}),
            (f"head.{partner(self.number)}", "consent", {"request_version": 1}),
            ("coordinator", "triage", {"tier": "standard"}),
        ]

    def work(self) -> list[tuple[str, str, dict[str, Any]]]:
        """From the need to the day's visit, and to the reviews of both schools."""
        head, focal = f"head.{leader(self.number)}", f"focal.{leader(self.number)}"
        other, their_focal = f"head.{partner(self.number)}", f"focal.{partner(self.number)}"
        day = today("DEPED").isoformat()
        objective = {"aim": "plans", "baseline": "none", "success": "nine of ten lessons"}
        rated = [{"objective": 1, "rating": "met", "evidence": "Lessons that were seen."}]
        review = {"ratings": rated, "partnership": 4, "satisfaction": 4}
        scoped = {"objectives": [objective], "quarter_days": 4, "met_on": day, "plan": f"SIP-{this_year()}"}
        visit = {
            "on": day, "quarter_days": 4, "objectives": [1], "done": "A cell met.", "next_steps": "Another.",
            "work_mode": "lac", "safeguarding_briefed": True,
        }  # fmt: skip
        return [
            (head, "scope", scoped),
            (head, "draft-agreement", {"terms": self._plan()}),
            ("superintendent", "approve-funding", {}),
            (other, "sign", {}),
            (head, "sign", {}),
            ("budget", "release-funds", {"payment": f"ADA-{self.number}", "paid_on": day}),
            (focal, "record-visit", visit),
            (their_focal, "confirm-visit", {"visit": "V1"}),
            (head, "complete", {}),
            (head, "review", review),
            (other, "review", review),
            ("psds", "validate", {"ratings": rated}),
            ("coordinator", "close", {"outcome": "met", "follow_up": "none"}),
        ]

    def account(self) -> list[tuple[str, str, dict[str, Any]]]:
        """What the leader accounts for, what comes back, and the settlement where nothing is left open."""
        spent = [{"use": "pedagogy", "amount_minor": self.spent, "document": f"OR-{self.number}"}]
        steps: list[tuple[str, str, dict[str, Any]]] = [
            (f"head.{leader(self.number)}", "liquidate", {"spent": spent})
        ]
        if not self.accepted:
            return steps
        steps += self.decision()
        if self.returned:
            paid_back = {
                "amount_minor": self.returned,
                "receipt": "OR-3307",
                "received_on": today("DEPED").isoformat(),
            }
            steps.append(("budget", "return-funds", paid_back))
        if self.spent + self.returned == RELEASED:
            steps.append(("budget", "settle", {}))
        return steps

    def decision(self) -> list[tuple[str, str, dict[str, Any]]]:
        """The budget officer accepts the account."""
        return [("budget", "accept-liquidation", {"liquidation": "L1"})]

    def _plan(self) -> dict[str, Any]:
        """A work and financial plan of one day, all of it in this year's grant."""
        return {
            "start": today("DEPED").isoformat(), "end": _in_weeks(8), "quarter_days": 4, "mode": "in-person",
            "work_modes": ["lac"], "language": "en", "activities": "Lessons seen and taught together.",
            "provider_lead": f"focal.{leader(self.number)}", "recipient_lead": f"focal.{partner(self.number)}",
            "travel_minor": 12_000_00, "supplies_minor": RELEASED - 12_000_00,
            "years": [{"financial_year": str(this_year()), "quarter_days": 4}],
            "expectations": "The head takes part.", "safeguarding_contact": f"head.{partner(self.number)}",
            "mid_review_on": _in_weeks(4), "final_review_on": _in_weeks(10),
        }  # fmt: skip


def this_year() -> int:
    """The financial year in the division."""
    return today("DEPED").year


def _in_weeks(weeks: int) -> str:
    return (today("DEPED") + timedelta(weeks=weeks)).isoformat()


def drive(office: RunningOffice, pairs: Sequence[Pair], part: str) -> None:
    """That part of the year of each pair, the pairs side by side, all of it through their workflows."""

    async def all_of_them() -> None:
        client = await connect(office.settings, address=office.address)

        async def one(pair: Pair) -> None:
            for person, verb, values in getattr(pair, part)():
                body = values
                if verb == "sign":
                    body = {"content_hash": office.text_that_stands(pair.reference)}
                sender = Sender(
                    settings=office.settings, person=person, seed=profile_seed(office.settings, person)
                )
                command = sender.sign(
                    stream=case_stream(pair.reference),
                    verb=verb,
                    body=plain(COMMANDS[verb].model_validate(body).model_dump()),
                    command_id=pair.key if verb == "open" else f"{pair.key}:{verb}:{person}",
                )
                accept(command, await deliver(client, command, sender.timeout, lambda: ""))

        async with asyncio.TaskGroup() as group:
            for pair in pairs:
                group.create_task(one(pair))

    asyncio.run(all_of_them())
