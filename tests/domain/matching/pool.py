"""Pools of schools as they might be: a recipient, providers with all that is on record of them, and what is wanted."""

from datetime import date, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from domain.calendars.half_terms import periods_from, periods_of_year
from domain.case.situation import SchoolFact
from domain.matching.filters import Wanted
from domain.matching.inspection import Inspection
from domain.matching.provider import SUCCESS, DeclaredSpan, Designation, PastCases, Provider, Use

TODAY: Final = date(2026, 9, 15)
PERIODS: Final = periods_from("2026-autumn-2", 4)
EVER: Final = date(2025, 1, 6)


def school(number: str, **known: Any) -> SchoolFact:
    """A school of the register, like the recipient but for what is said."""
    usual = {
        "name": f"School {number}",
        "open": True,
        "authority": "Cwm Enfys",
        "phase": "primary",
        "federation": None,
    }
    return SchoolFact(**usual | {"number": number, "heads": (f"head.{number}",)} | known)


RECIPIENT: Final = school(
    "6990001", pupils=200, language_category="English medium", latitude=51_600_000, longitude=-3_000_000
)


def wanted(**changes: Any) -> Wanted:
    """Four days of numeracy in English for a primary school."""
    usual: dict[str, Any] = {
        "reference": "EAS-K7QX4MZ-R", "recipient": RECIPIENT, "area": "numeracy", "phase": "primary",
        "language": "en", "quarter_days": 16, "periods": PERIODS, "year": periods_of_year("april", PERIODS[0]),
        "today": TODAY, "rested_on": date(2025, 9, 15),
    }  # fmt: skip
    return Wanted(**usual | changes)


def provider(number: str = "6990101", **known: Any) -> Provider:
    """A school that suits, but for what is said."""
    usual: dict[str, Any] = {
        "designations": (Designation(frozenset({"numeracy"}), EVER, None),),
        "offers": {"numeracy": ("en",)},
        "capacity": (DeclaredSpan("2026-autumn-1", None, 24),),
    }
    return Provider(number, **usual | known)


def past(accepted_on: date, validated: tuple[int, ...] = (), *, in_the_area: bool = False) -> PastCases:
    """Earlier cases: when the last was accepted, and what was validated of each, in per mille."""
    well = sum(one >= SUCCESS for one in validated) if in_the_area else 0
    return PastCases(accepted_on, len(validated), sum(validated), well)


NUMBERS: Final = [f"69901{n:02d}" for n in range(1, 13)]
_uses = st.lists(
    st.builds(
        Use, st.sampled_from(["EAS-A", "EAS-B"]), st.sampled_from(PERIODS), st.integers(0, 30), st.none()
    ),
    max_size=3,
)
_past = st.none() | st.builds(
    past,
    st.dates(date(2024, 1, 1), TODAY),
    st.lists(st.integers(0, 1000), max_size=5).map(tuple),
    in_the_area=st.booleans(),
)
INSPECTIONS: Final = tuple(
    Inspection(
        TODAY + timedelta(days=since), TODAY + timedelta(days=since + 8), TODAY + timedelta(days=since + 15)
    )
    for since in (-15, -14, 0)
)
"""One that is over since today, one that is over tomorrow, and one of which there is notice today."""
PROVIDERS: Final = st.builds(
    Provider,
    number=st.sampled_from(NUMBERS),
    designations=st.just(()) | st.tuples(st.builds(
        Designation, st.just(frozenset({"numeracy"})), st.dates(date(2026, 9, 1), date(2026, 9, 30)), st.none() | st.dates(date(2026, 9, 1), date(2026, 10, 1))
    )),
    suspended=st.sampled_from([None, None, None, "staffing"]),
    inspection=st.sampled_from([None, None, None, *INSPECTIONS]),
    offers=st.sampled_from([{}, {"numeracy": ("en",)}, {"numeracy": ("cy", "en")}, {"literacy": ("cy",)}]),
    capacity=st.builds(lambda days: (DeclaredSpan("2026-autumn-1", None, days),), st.integers(0, 40)),
    uses=_uses.map(tuple),
    conflict=st.sampled_from([False, False, False, True]),
    objected_on=st.none() | st.dates(date(2024, 9, 1), TODAY),
    past=_past,
)  # fmt: skip
POOLS: Final = st.lists(PROVIDERS, max_size=10, unique_by=lambda each: each.number)
SCHOOLS: Final = {
    number: school(
        number,
        phase=("primary", "secondary", "middle")[place % 3],
        pupils=(None, 180, 400)[place % 3],
        latitude=(None, 51_700_000)[place % 2],
        longitude=-3_100_000,
        open=place != 7,
    )
    for place, number in enumerate(NUMBERS)
}
