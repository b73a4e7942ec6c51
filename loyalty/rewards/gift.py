"""Something that staff hand over."""

from loyalty.rewards import REWARDS, Reward


@REWARDS.add("gift")
class Gift(Reward, frozen=True):
    """A thing: she shows the code in a shop, and staff hand it over once."""
