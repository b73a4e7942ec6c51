"""For members of a tier and those above it."""

from typing import Annotated

from msgspec import Meta

from loyalty.conditions import CONDITIONS, Condition
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.policies.tiers import Tier, Tiers
from loyalty.wording import Worded


@CONDITIONS.add("tier_at_least")
class TierAtLeast(Condition, frozen=True):
    """Only members of this tier, counted from 0 (the lowest), or of a higher one."""

    rank: Annotated[int, Meta(ge=0, le=20)] = 1

    def refusal(self, case: Case) -> Refused | None:
        """Return None from this tier on."""
        facts = case.facts
        if facts.tier_rank >= self.rank:
            return None
        wanted = self._tier(facts.tiers)
        return Refused(
            "tier_too_low",
            tier=Worded(wanted.name_zh, wanted.name_en),
            short=facts.tiers.amount(max(0, wanted.threshold - facts.reached)),
        )

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        tier = self._tier(tiers)
        return Worded(f"限{tier.name_zh}及以上", f"For {tier.name_en} members and above")

    def why(self, case: Case) -> Worded:
        """Return which tier she has."""
        hers = case.facts.tiers.tiers[case.facts.tier_rank]
        return Worded(f"您是{hers.name_zh}", f"You are a {hers.name_en} member")

    def _tier(self, tiers: Tiers) -> Tier:
        return tiers.tiers[min(self.rank, len(tiers.tiers) - 1)]
