"""For those whom a segment holds."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.conditions import CONDITIONS
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded


@CONDITIONS.add("in_segment")
class InSegment(Struct, frozen=True, forbid_unknown_fields=True):
    """Only members whom the segment's newest snapshot holds, if they want personal offers."""

    slot: Annotated[str, Meta(pattern="^segment:[a-z0-9_]{1,40}$")] = "segment:loyal"

    def refusal(self, case: Case) -> Refused | None:
        """Return None for those in the segment who want to be offered what others are not."""
        if not case.facts.wants_personal_offers:
            return Refused("personal_offers_off")
        if self.slot not in case.facts.segments:
            return Refused("not_in_segment", slot=self.slot)
        return None

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        return Worded("限受邀会员", "For invited members only")
