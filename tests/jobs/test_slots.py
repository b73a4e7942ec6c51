"""When a job is due by the clock of Shanghai."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.slots import Daily, Every, Slots

MIDNIGHT_IN_SHANGHAI = datetime(2026, 11, 21, 16, tzinfo=UTC)
NIGHTLY = Daily(time(3, 10))

TIMETABLES = st.one_of(
    st.builds(Daily, st.times(max_value=time(23, 59)).map(lambda t: t.replace(microsecond=0))),
    st.sampled_from([Every(30), Every(300), Every(3600)]),
)
MOMENTS = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC)
)


@pytest.mark.parametrize(
    ("at", "slot"),
    [
        (datetime(2026, 11, 21, 19, 10, tzinfo=UTC), datetime(2026, 11, 21, 19, 10, tzinfo=UTC)),
        (datetime(2026, 11, 21, 19, 9, 59, tzinfo=UTC), datetime(2026, 11, 20, 19, 10, tzinfo=UTC)),
        (datetime(2026, 11, 22, 12, tzinfo=UTC), datetime(2026, 11, 21, 19, 10, tzinfo=UTC)),
    ],
)
def test_a_nightly_slot_is_told_by_the_shanghai_clock(at: datetime, slot: datetime) -> None:
    assert NIGHTLY.newest(at) == slot


def test_an_hourly_job_has_a_slot_at_midnight_in_shanghai() -> None:
    just_after = MIDNIGHT_IN_SHANGHAI + timedelta(seconds=1)
    assert Every(3600).newest(just_after) == MIDNIGHT_IN_SHANGHAI


@given(slots=TIMETABLES, at=MOMENTS)
def test_the_newest_slot_is_never_ahead_and_the_same_until_the_next(
    slots: Slots, at: datetime
) -> None:
    newest = slots.newest(at)
    assert newest.tzinfo is UTC
    assert newest <= at < newest + timedelta(days=1)
    assert slots.newest(newest) == newest


@given(slots=TIMETABLES, at=MOMENTS)
def test_the_alarm_rings_at_the_slots_and_at_none_else(slots: Slots, at: datetime) -> None:
    trigger: Any = slots.trigger()
    rings_at = trigger.get_next_fire_time(None, at)
    assert rings_at
    rings_at = rings_at.astimezone(UTC)
    assert slots.newest(rings_at) == rings_at
    if rings_at > at:
        assert slots.newest(rings_at - timedelta(microseconds=1)) == slots.newest(at)
