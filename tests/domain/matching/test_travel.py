"""The way between two schools: an estimate in whole minutes, the same in both directions."""

from hypothesis import given
from hypothesis import strategies as st

from domain.matching.travel import place, travel_minutes

PLACES = st.tuples(st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000))
NEWPORT, CARDIFF = (51_587_700, -2_998_400), (51_481_600, -3_179_100)


def test_between_two_towns_eighteen_kilometres_apart_it_is_about_half_an_hour() -> None:
    assert travel_minutes(NEWPORT, CARDIFF) in range(30, 40)


@given(PLACES, PLACES)
def test_there_is_as_far_as_back_and_nowhere_is_nearer_than_here(
    one: tuple[int, int], other: tuple[int, int]
) -> None:
    assert travel_minutes(one, other) == travel_minutes(other, one) >= 0
    assert travel_minutes(one, one) == 0


def test_half_a_place_is_none() -> None:
    assert place(51_000_000, None) is None
    assert place(None, -3_000_000) is None
    assert place(0, 0) == (0, 0)
