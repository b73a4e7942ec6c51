"""What a new contact of the staff reads first."""

import re
from typing import Annotated

from msgspec import Meta, Struct

from loyalty.policies import POLICIES

Said = Annotated[str, Meta(min_length=1, max_length=800)]

_PLACE = re.compile(r"\{([^{}]*)\}")
FOR_MEMBERS = frozenset({"points", "tier"})


@POLICIES.add("welcome")
class Welcome(Struct, frozen=True, forbid_unknown_fields=True):
    """What a consumer reads when she has added a staff member in WeCom, once and at once.

    A rule of the slot ``welcome:<code>`` is for those who came by the contact way with that state,
    ``welcome:default`` for all others. To a member it says her ``{points}`` and her ``{tier}``; who
    is none yet reads the other text. Where a group is named and she may join it, its QR code comes
    with it.
    """

    name_zh: Annotated[str, Meta(min_length=1, max_length=40)] = "好友欢迎语"
    name_en: Annotated[str, Meta(min_length=1, max_length=40)] = "Welcome"
    member_text_zh: Said = "您好！您是我们的{tier}，现有 {points} 积分。"
    member_text_en: Said = "Hello! You are {tier} and have {points} points."
    guest_text_zh: Said = "您好！很高兴认识您。"
    guest_text_en: Said = "Hello! Good to meet you."
    community_slot: Annotated[str, Meta(pattern="^(community:[a-z0-9_]{1,40})?$")] = ""

    def __post_init__(self) -> None:
        for name in ("member_text_zh", "member_text_en", "guest_text_zh", "guest_text_en"):
            known = FOR_MEMBERS if name.startswith("member") else frozenset()
            if not known.issuperset(_PLACE.findall(getattr(self, name))):
                raise ValueError(f"No such placeholder - at `$.{name}`")

    def to_member(self, language: str, *, points: int, tier: str) -> str:
        """Return what a member reads."""
        text = self.member_text_zh if language == "zh" else self.member_text_en
        told = {"points": f"{points:,}", "tier": tier}
        return _PLACE.sub(lambda found: told[found[1]], text)

    def to_guest(self, language: str) -> str:
        """Return what somebody reads who is no member, as far as we know."""
        return self.guest_text_zh if language == "zh" else self.guest_text_en
