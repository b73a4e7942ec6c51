"""The tiers, and what it takes to be in one."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.policies import POLICIES


class Tier(Struct, frozen=True, forbid_unknown_fields=True):
    """One tier: from so many fen spent within the window, net of refunds."""

    code: Annotated[str, Meta(pattern="^[a-z0-9_]{1,20}$")]
    name_zh: Annotated[str, Meta(min_length=1, max_length=20)]
    name_en: Annotated[str, Meta(min_length=1, max_length=20)]
    from_fen: Annotated[int, Meta(ge=0, le=10**12)]
    colour: Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")] = "#8c6a3f"


BASIC = Tier("basic", "普通会员", "Member", 0, "#7a6a55")
SILVER = Tier("silver", "银卡会员", "Silver", 50_000, "#5f6b76")
GOLD = Tier("gold", "金卡会员", "Gold", 200_000, "#8a6414")


@POLICIES.add("tiers")
class Tiers(Struct, frozen=True, forbid_unknown_fields=True):
    """The tiers from the lowest on, by money spent in the last so many months, net of refunds."""

    tiers: Annotated[tuple[Tier, ...], Meta(min_length=1, max_length=20)] = (BASIC, SILVER, GOLD)
    window_months: Annotated[int, Meta(ge=1, le=60)] = 12

    def __post_init__(self) -> None:
        bounds = [tier.from_fen for tier in self.tiers]
        if bounds[0] != 0 or bounds != sorted(set(bounds)):
            raise ValueError("tiers begin at 0 fen, each at more than the one before")
        if len({tier.code for tier in self.tiers}) != len(self.tiers):
            raise ValueError("each tier needs a code of its own")

    def rank(self, spent_fen: int) -> int:
        """Return the place of the highest tier that so much reaches."""
        return max(i for i, tier in enumerate(self.tiers) if tier.from_fen <= spent_fen)

    def rank_of(self, code: str) -> int:
        """Return the place of a tier; 0 for one that there is no more."""
        return next((i for i, tier in enumerate(self.tiers) if tier.code == code), 0)
