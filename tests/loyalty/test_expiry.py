"""When points lapse, at the borders of Shanghai's days, months and years."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.calendar import SHANGHAI
from loyalty.expiry.calendar_year import CalendarYear
from loyalty.expiry.rolling import Rolling

SECOND = timedelta(seconds=1)
NEW_YEAR = datetime(2027, 1, 1, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("years", "earned_at", "ends"),
    [
        (0, NEW_YEAR - SECOND, 2027),
        (0, NEW_YEAR, 2028),
        (1, NEW_YEAR - SECOND, 2028),
        (1, NEW_YEAR, 2029),
        (10, NEW_YEAR - SECOND, 2037),
    ],
)
def test_what_is_earned_in_a_years_last_second_is_of_that_year_in_shanghai(
    years: int, earned_at: datetime, ends: int
) -> None:
    for told_in in (SHANGHAI, UTC):
        expires_at = CalendarYear(years).expires_at(earned_at.astimezone(told_in))
        assert expires_at == datetime(ends, 1, 1, tzinfo=SHANGHAI)


def test_a_new_year_begins_in_shanghai_eight_hours_before_it_does_in_utc() -> None:
    assert CalendarYear(0).expires_at(datetime(2026, 12, 31, 16, tzinfo=UTC)) == datetime(
        2027, 12, 31, 16, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("earned_at", "day_after"),
    [
        (datetime(2027, 1, 31, 23, 59, 59, tzinfo=SHANGHAI), (2027, 3, 1)),
        (datetime(2027, 2, 1, tzinfo=SHANGHAI), (2027, 3, 2)),
        (datetime(2028, 1, 31, tzinfo=SHANGHAI), (2028, 3, 1)),
    ],
)
def test_a_month_rolls_to_the_end_of_the_same_day_or_of_the_months_last(
    earned_at: datetime, day_after: tuple[int, int, int]
) -> None:
    assert Rolling(1).expires_at(earned_at) == datetime(*day_after, tzinfo=SHANGHAI)
