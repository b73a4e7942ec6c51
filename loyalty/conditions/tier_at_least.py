"""For members of a tier and those above it."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.conditions import CONDITIONS
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded


@CONDITIONS.add("tier_at_least")
class TierAtLeast(Struct, frozen=True, forbid_unknown_fields=True):
    """Only members of this tier, counted from 0 (the lowest), or of a higher one."""

    rank: Annotated[int, Meta(ge=0, le=20)] = 1

    def refusal(self, case: Case) -> Refused | None:
        """Return None from this tier on."""
        if case.facts.tier_rank >= self.rank:
            return None
        return Refused("tier_too_low", wanted_rank=self.rank, rank=case.facts.tier_rank)

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        tier = tiers.tiers[min(self.rank, len(tiers.tiers) - 1)]
        return Worded(f"限{tier.name_zh}及以上", f"For {tier.name_en} members and above")
