"""For those whom a segment holds."""

from typing import Annotated

from msgspec import Meta

from loyalty.conditions import CONDITIONS, NOTHING_MORE, Personal
from loyalty.errors import Refused
from loyalty.facts import Case, Wanted
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded


@CONDITIONS.add("in_segment")
class InSegment(Personal, frozen=True):
    """Only members whom the segment's newest snapshot holds, if they want personal offers."""

    slot: Annotated[str, Meta(pattern="^segment:[a-z0-9_]{1,40}$")] = "segment:loyal"

    def wanted(self) -> Wanted:
        """Return nothing more: segments are known of everybody."""
        return NOTHING_MORE

    def hers(self, case: Case) -> Refused | None:
        """Return None for those in the segment."""
        if self.slot not in case.facts.segments:
            return Refused("not_in_segment", slot=self.slot)
        return None

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        return Worded("限受邀会员", "For invited members only")

    def why(self, case: Case) -> Worded:
        """Return that she was chosen; what for is the coupon's or the offer's to say."""
        return Worded("因您以往的购买而邀请", "You are invited for what you bought so far")
