"""Counting a due date out again, day by day, comes to the day on record, or says that it does not."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendars.explain import count_out
from tests.domain.calendars.files import day, wales


def test_days_are_numbered_and_the_others_say_why() -> None:
    found = count_out(wales(), day("2025-10-21"), 5, "school_days", day("2025-11-04"))
    assert found.agrees
    assert [(each.day.day, each.number or each.why_not) for each in found.days] == [
        (22, 1), (23, 2), (24, 3), (25, "weekend"), (26, "weekend"),
        (27, "half term"), (28, "half term"), (29, "half term"), (30, "half term"), (31, "half term"),
        (1, "weekend"), (2, "weekend"), (3, 4), (4, 5),
    ]  # fmt: skip


def test_a_day_too_near_the_edge_of_a_term_is_passed_over_to_the_due_day() -> None:
    found = count_out(wales(), day("2025-12-09"), 7, "school_days", day("2026-01-08"))
    assert (found.full_on, found.due, found.moved_clear, found.agrees) == (
        day("2025-12-18"), day("2026-01-08"), True, True,
    )  # fmt: skip
    told = {each.day: each.number or each.why_not for each in found.days}
    assert told[day("2025-12-18")] == 7
    assert told[day("2025-12-19")] == "too near the edge of a term"
    assert told[day("2025-12-25")] == "Christmas Day"
    assert told[day("2026-01-08")] is None


def test_a_due_day_that_the_calendar_does_not_lead_to_is_not_explained_away() -> None:
    found = count_out(wales(), day("2025-10-21"), 5, "school_days", day("2025-11-06"))
    assert (found.agrees, found.full_on, found.due) == (False, day("2025-11-04"), day("2025-11-06"))


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.dates(day("2025-09-01"), day("2027-08-31")), st.integers(1, 60))
def test_what_was_counted_is_always_explained_in_full(began: date, number: int) -> None:
    days = wales()
    for due in (
        days.after(began, number, "school_days"),
        days.clear_of_edges(days.after(began, number, "school_days")),
    ):
        found = count_out(days, began, number, "school_days", due)
        assert found.agrees
        assert [each.number for each in found.days if each.number] == list(range(1, number + 1))
        assert found.days[-1].day == due
        assert all(each.number or each.why_not or each.day == due for each in found.days)
