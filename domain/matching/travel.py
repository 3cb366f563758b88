"""How long the way between two schools takes: an estimate, and always said to be one.

The great circle between the two, a third more for roads that are not straight, at 40 kilometres an hour.
Coordinates are whole millionths of a degree.
"""

from math import asin, cos, radians, sin, sqrt
from typing import Final

_EARTH_KM: Final = 6371.0
_DETOUR: Final = 1.3
_KM_AN_HOUR: Final = 40.0
_MILLION: Final = 1_000_000

Place = tuple[int, int]
"""Latitude and longitude in millionths of a degree."""


def place(latitude: int | None, longitude: int | None) -> Place | None:
    """Where that is; None where half of it is not known."""
    return None if latitude is None or longitude is None else (latitude, longitude)


def travel_minutes(one: Place, other: Place) -> int:
    """Estimated minutes on the road between two places, one way."""
    (south, west), (north, east) = (
        (radians(latitude / _MILLION), radians(longitude / _MILLION)) for latitude, longitude in (one, other)
    )
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    kilometres = 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))
    return round(kilometres * _DETOUR * 60 / _KM_AN_HOUR)
