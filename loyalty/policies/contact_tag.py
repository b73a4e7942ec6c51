"""A tag that contacts in WeCom have while they are in a tier, a segment or a VIP group."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.policies import POLICIES

TagName = Annotated[str, Meta(min_length=1, max_length=30)]


@POLICIES.add("contact_tag")
class ContactTagPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """A tag in WeCom for those of a tier, of a segment, or in a VIP group: staff see it there.

    It comes and goes with them: who rises to another tier loses the one and gets the other. Of a
    segment they are those of the day, of those who let the brand personalise.
    """

    tag_name: TagName = "金卡会员"
    tag_group: TagName = "会员"
    follows: Annotated[
        str,
        Meta(pattern=r"^(tier:[a-z0-9_]{1,20}|(segment|community):[a-z0-9_]{1,40})$"),
    ] = "tier:gold"
