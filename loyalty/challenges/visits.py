"""So many days on which she came by."""

from loyalty.challenges import CHALLENGES, Challenge
from loyalty.happenings import Happenings
from loyalty.happenings.check_ins import CheckedIn


@CHALLENGES.add("visits")
class Visits(Challenge, frozen=True):
    """So many days of the round with a check-in, in a row or not."""

    looks_at = (CheckedIn,)
    unit = "days"

    def reached(self, happenings: Happenings) -> int:
        """Return how many days."""
        return len({one.on_day for one in happenings.of(CheckedIn)})
