"""For those whom staff tagged in WeCom."""

from typing import Annotated

from msgspec import Meta

from loyalty.conditions import CONDITIONS, Personal
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded


@CONDITIONS.add("has_tag")
class HasTag(Personal, frozen=True):
    """Only members who have this tag in WeCom, given by any of the staff. Its name is not shown."""

    tag_name: Annotated[str, Meta(min_length=1, max_length=30)] = "VIP"

    def hers(self, case: Case) -> Refused | None:
        """Return None for those who have it."""
        return None if self.tag_name in case.facts.tags else Refused("not_invited_by_staff")

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        return Worded("限受邀会员", "By invitation")

    def why(self, case: Case) -> Worded:
        """Return that she was invited."""
        return Worded("您是受邀会员", "You are invited")
