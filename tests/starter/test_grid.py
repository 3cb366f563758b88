"""The national grid gives the places that the Ordnance Survey and others have published."""

from math import cos, degrees, hypot, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starter.register.grid import LARGEST_EASTING, LARGEST_NORTHING, airy, millionths


def test_the_worked_example_of_the_guide_comes_out_to_a_tenth_of_a_millionth() -> None:
    """A guide to coordinate systems in Great Britain, annex C: 52° 39′ 27.2531″ N, 1° 43′ 4.5177″ E."""
    latitude, longitude = (degrees(value) for value in airy(651_409.903, 313_177.270))
    assert latitude == pytest.approx(52 + 39 / 60 + 27.2531 / 3600, abs=1e-7)
    assert longitude == pytest.approx(1 + 43 / 60 + 4.5177 / 3600, abs=1e-7)


@pytest.mark.parametrize(
    ("easting", "northing", "latitude", "longitude"),
    [
        (651_409.903, 313_177.270, 52.657979, 1.716052),
        (530_000, 180_000, 51.503991, -0.128354),
    ],
)
def test_published_places_on_the_satellites_ellipsoid_come_out_to_a_few_metres(
    easting: float, northing: float, latitude: float, longitude: float
) -> None:
    found = millionths(easting, northing)
    assert found[0] == pytest.approx(latitude * 1_000_000, abs=20)
    assert found[1] == pytest.approx(longitude * 1_000_000, abs=20)


@given(st.integers(1, LARGEST_EASTING), st.integers(1, LARGEST_NORTHING - 1000))
def test_a_kilometre_on_the_grid_is_one_on_the_earth(easting: int, northing: int) -> None:
    (south, west), (north, east) = millionths(easting, northing), millionths(easting, northing + 1000)
    metres = 0.11132 * hypot(north - south, (east - west) * cos(radians(south / 1_000_000)))
    assert metres == pytest.approx(1000, rel=0.006)
