"""So many events."""

from loyalty.challenges import CHALLENGES, Challenge
from loyalty.happenings import Happenings
from loyalty.happenings.events import CameToEvent


@CHALLENGES.add("events")
class Events(Challenge, frozen=True):
    """So many of the brand's events of the round to which she came."""

    looks_at = (CameToEvent,)
    unit = "events"

    def reached(self, happenings: Happenings) -> int:
        """Return how many."""
        return len({one.slot for one in happenings.of(CameToEvent)})
