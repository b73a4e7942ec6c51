"""So many product reviews written."""

from loyalty.challenges import CHALLENGES, Challenge
from loyalty.happenings import Happenings
from loyalty.happenings.reviews import Reviewed


@CHALLENGES.add("reviews")
class Reviews(Challenge, frozen=True):
    """So many reviews of products that she bought and kept, whatever stars they give.

    A review that staff hid, or that she took back, counts no more.
    """

    looks_at = (Reviewed,)
    unit = "reviews"

    def reached(self, happenings: Happenings) -> int:
        """Return how many reviews."""
        return len(happenings.of(Reviewed))
