"""So many days checked in without a gap."""

from datetime import timedelta

from loyalty.challenges import CHALLENGES, Challenge
from loyalty.happenings import Happenings
from loyalty.happenings.check_ins import CheckedIn

DAY = timedelta(days=1)


@CHALLENGES.add("check_in_streak")
class CheckInStreak(Challenge, frozen=True):
    """So many days in a row with a check-in; the longest row of the round counts."""

    looks_at = (CheckedIn,)
    unit = "days"

    def reached(self, happenings: Happenings) -> int:
        """Return the length of the longest row of days."""
        longest = row = 0
        before = None
        for day in (one.on_day for one in happenings.of(CheckedIn)):
            row = row + 1 if before is not None and day - before == DAY else 1
            longest, before = max(longest, row), day
        return longest
