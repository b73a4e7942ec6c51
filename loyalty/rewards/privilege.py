"""Something that staff grant, once or several times."""

from typing import Annotated

from msgspec import Meta

from loyalty.rewards import REWARDS, Reward


@REWARDS.add("privilege")
class Privilege(Reward, frozen=True):
    """A privilege such as a tasting: she shows the code, and staff scan it at each use.

    It may be used so many times until its days are over. One that was never used in that time
    gives its points back; one that was used does not.
    """

    uses: Annotated[int, Meta(ge=1, le=1000)] = 1

    @property
    def times(self) -> int:
        """Return how often staff may scan the code of one redemption."""
        return self.uses
