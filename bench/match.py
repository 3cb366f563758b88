"""Ranking a pool of providers in the handler, beside a plain command to the same case, in turn and in one run.

Prints the median of each and their ratio; needs no server. `python -m bench.match [PROVIDERS]`, 400 if not given.
Behind each school lie five years of cases, one a year, put into the lists as the log would have them.
Each round is of a case of its own; the plain command comes before its ranking and once more after it, because
what a ranking leaves in the case's stream is read again by every later command.
"""

import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert

from activities.event_log.engine import open_writer
from activities.logging_setup import configure_logging
from activities.read_models.schema import capacity_use, partnership
from activities.signing import public_key_text
from bench.command import Office, today
from domain.calendars.half_terms import order_of, periods_from
from domain.ids import case_stream
from domain.messages import HandleCommand, Receipt
from starter.home import profile_seed

_FROM: Final = "2025-autumn-1"
_YEARS: Final = range(2021, 2026)
_WARM_UP: Final = 2


class Pool:
    """An office with so many designated providers, each with a head and days."""

    def __init__(self, home: Path, providers: int) -> None:
        self.office = Office(home)
        self._key = public_key_text(profile_seed(self.office.settings, "admin"))
        self._given = 0
        numbers = [str(number) for number in range(6_980_000, 6_980_000 + providers)]
        for number in numbers:
            self._enter(number)
        self._remember(numbers)

    def round(self, reference: str) -> tuple[float, float, float]:
        """Seconds of a plain command, of the ranking, and of the same plain command after it."""
        stream = case_stream(reference)
        self._give("broker.bench", stream, "triage", {"tier": "light"})
        objective = {"aim": "a", "baseline": "b", "success": "c"}
        need = {"objectives": [objective], "quarter_days": 4, "met_on": today().isoformat()}
        self._give("sip.bench", stream, "scope", need)
        review_on = {"reason_code": "other", "review_on": (today() + timedelta(days=14)).isoformat()}
        before = self._give("broker.bench", stream, "pause", review_on)
        self._give("broker.bench", stream, "resume", {})
        ranking = self._give("broker.bench", stream, "match", {})
        after = self._give("broker.bench", stream, "pause", review_on)
        return before, ranking, after

    def _enter(self, number: str) -> None:
        head = f"head.{number}"
        school = {
            "name": f"Ysgol {number}", "authority": "Bench", "phase": "primary", "pupils": 200,
            "latitude": 51_500_000 + int(number) % 400 * 1000, "longitude": -3_000_000,
        }  # fmt: skip
        identity = {"name": head, "email": f"{head}@bench.example", "public_key": self._key}
        areas = [area.code for area in self.office.programme.areas]
        for stream, verb, body in (
            (f"school/{number}", "register", school),
            (f"person/{head}", "register", identity),
            (f"person/{head}", "assign-post", {"post": "head", "school": number, "since": "2025-09-01"}),
            (f"provider/{number}", "designate", {"programme": "EAS", "areas": areas, "since": "2025-09-01"}),
            (
                f"provider/{number}",
                "declare-capacity",
                {"programme": "EAS", "first": _FROM, "quarter_days": 24},
            ),
        ):
            self._give("admin", stream, verb, body)

    def _remember(self, numbers: list[str]) -> None:
        areas = [area.code for area in self.office.programme.areas]
        cases: list[dict[str, Any]] = [
            {
                "reference": f"EAS-{year}-{number}", "school": number, "programme": "EAS", "position": 1,
                "recipient": numbers[place - 1], "area": areas[(place + year) % len(areas)],
                "accepted_on": f"{year}-10-01", "per_mille": (place * 37 + year) % 1001,
            }
            for year in _YEARS
            for place, number in enumerate(numbers)
        ]  # fmt: skip
        uses = [
            {
                "reference": case["reference"], "school": case["school"], "programme": "EAS", "position": 1,
                "period": period, "period_order": order_of(period), "held": 0, "committed": 0, "given": 8,
                "offered_by": "broker.bench",
            }
            for case in cases
            for period in periods_from(f"{case['accepted_on'][:4]}-autumn-2", 3)
        ]  # fmt: skip
        engine = open_writer(self.office.settings.log_file)
        with engine.begin() as connection:
            connection.execute(insert(partnership), cases)
            connection.execute(insert(capacity_use), uses)
        engine.dispose()

    def _give(self, person: str, stream: str, verb: str, body: dict[str, Any]) -> float:
        self._given += 1
        command = self.office.command(person, stream, verb, body, f"match:{self._given}")
        request = HandleCommand(command=command, now=datetime.now(UTC), workflow="bench", run="")
        begin = time.perf_counter()
        answer = self.office.handler.handle(request).answer
        took = time.perf_counter() - begin
        if not isinstance(answer, Receipt):
            raise SystemExit(f"{verb}: {answer.message}")
        return took


def measure(providers: int) -> float:
    """Run the rounds and print; returns the median of the ranking in seconds."""
    configure_logging("json", "warning")
    with tempfile.TemporaryDirectory() as folder:
        pool = Pool(Path(folder), providers)
        rounds = [pool.round(reference) for reference in pool.office.references][_WARM_UP:]
    before, ranking, after = (statistics.median(each[place] for each in rounds) for place in range(3))
    sys.stdout.write(
        f"a plain command        p50 {before * 1000:6.1f} ms\n"
        f"ranking {providers:4} providers p50 {ranking * 1000:6.1f} ms   {ranking / before:.1f} times that\n"
        f"the same, ranked since p50 {after * 1000:6.1f} ms   {after / before:.1f} times that   ({len(rounds)} cases)\n"
    )
    return ranking


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
