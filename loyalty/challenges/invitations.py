"""So many friends."""

from loyalty.challenges import CHALLENGES, Challenge
from loyalty.happenings import Happenings
from loyalty.happenings.invitations import Invited


@CHALLENGES.add("invitations")
class InvitedFriends(Challenge, frozen=True):
    """So many friends who came by her invitation and counted in the round.

    A friend counts when she bought and can give it back no more; what she gives back all the same
    takes her away again. Nothing counts a link that is sent or opened.
    """

    looks_at = (Invited,)
    unit = "friends"

    def reached(self, happenings: Happenings) -> int:
        """Return how many."""
        return len(happenings.of(Invited))
