"""Working days, as the promise of an answer counts them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.reports.working_days import add_working_days, easter_sunday, is_working_day, public_holidays

_days = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("year", "easter"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))],
)
def test_easter(year: int, easter: date) -> None:
    assert easter_sunday(year) == easter


def test_the_days_off_of_a_year() -> None:
    expected = [(1, 1), (4, 20), (4, 21), (4, 26), (5, 5), (5, 29), (6, 8), (6, 9), (12, 25), (12, 26)]
    assert sorted((day.month, day.day) for day in public_holidays(2025)) == expected
    assert date(2026, 5, 5) not in public_holidays(2026)


def test_ten_working_days_over_christmas() -> None:
    assert add_working_days(date(2026, 12, 18), 10) == date(2027, 1, 5)


@given(_days, st.integers(1, 30))
def test_so_many_working_days_lie_between(start: date, days: int) -> None:
    until = add_working_days(start, days)
    between = [start + timedelta(days=each + 1) for each in range((until - start).days)]
    assert sum(map(is_working_day, between)) == days
    assert is_working_day(until)
