"""Who may join a VIP group."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.conditions import ALWAYS, Conditions
from loyalty.policies import POLICIES


@POLICIES.add("community")
class CommunityPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """A VIP group, and the conditions that a member must meet to be invited to it.

    Where all of its groups are full, WeCom makes the next one for whoever scans the code: see
    ``next_when_full``.
    """

    name_zh: Annotated[str, Meta(min_length=1, max_length=40)] = "会员群"
    name_en: Annotated[str, Meta(min_length=1, max_length=40)] = "VIP group"
    about_zh: Annotated[str, Meta(max_length=300)] = ""
    about_en: Annotated[str, Meta(max_length=300)] = ""
    conditions: Conditions = ALWAYS
    next_when_full: bool = True
