"""How a member's own boost reads: double points, and through which day."""

from datetime import datetime, timedelta

from loyalty.boosts import Boosted
from loyalty.calendar import day_of
from loyalty.wording import Worded, day_words

ONCE, DOUBLE = 100, 200


def line(boost: Boosted, *, at: datetime) -> Worded:
    """Return what she has, and the last day on which she has it."""
    last = day_words(day_of(boost.ends_at - timedelta(seconds=1)), today=day_of(at))
    if boost.times_percent == DOUBLE:
        return Worded(
            f"下单得双倍积分，有效至{last.zh}",
            f"Double points for orders through {last.en}",
        )
    times = f"{boost.times_percent / ONCE:g}"
    return Worded(
        f"下单得 {times} 倍积分，有效至{last.zh}",
        f"{times} times the points for orders through {last.en}",
    )
