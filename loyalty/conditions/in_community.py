"""For those who are in a VIP group."""

from typing import Annotated

from msgspec import Meta

from loyalty.conditions import CONDITIONS, MORE, Condition
from loyalty.errors import Refused
from loyalty.facts import Case, Wanted
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded


@CONDITIONS.add("in_community")
class InCommunity(Condition, frozen=True):
    """Only members who are in a group of this community now, as WeCom last listed it."""

    community_slot: Annotated[str, Meta(pattern="^community:[a-z0-9_]{1,40}$")] = "community:vip"

    def wanted(self) -> Wanted:
        """Return that it wants to know the groups that she is in."""
        return MORE

    def refusal(self, case: Case) -> Refused | None:
        """Return None for those in one of its groups."""
        if self.community_slot in case.facts.communities:
            return None
        return Refused("not_in_community", slot=self.community_slot)

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        return Worded("限会员群成员", "For members of the VIP group")

    def why(self, case: Case) -> Worded:
        """Return that she is in the group."""
        return Worded("您在会员群里", "You are in the VIP group")
