"""So many live rooms."""

from loyalty.challenges import CHALLENGES, Challenge
from loyalty.happenings import Happenings
from loyalty.happenings.live_rooms import WasInRoom


@CHALLENGES.add("live_rooms")
class LiveRooms(Challenge, frozen=True):
    """So many live rooms of the round in which she said the word while they were on."""

    looks_at = (WasInRoom,)
    unit = "rooms"

    def reached(self, happenings: Happenings) -> int:
        """Return how many."""
        return len({one.room_id for one in happenings.of(WasInRoom)})
