"""A scheduled campaign: who gets which coupon, and what is said to them."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.policies import POLICIES


@POLICIES.add("campaign")
class Campaign(Struct, frozen=True, forbid_unknown_fields=True):
    """Each member of the segment gets one coupon of the batch, once for this rule's slot.

    The reason is said in both languages; a subscribe message is tried first, then a customer
    message. She is not asked again within ``again_after_days``.
    """

    segment_slot: Annotated[str, Meta(pattern="^segment:[a-z0-9_]{1,40}$")] = "segment:loyal"
    coupon_slot: Annotated[str, Meta(pattern="^coupon:[a-z0-9_]{1,40}$")] = "coupon:vip_20"
    reason_zh: Annotated[str, Meta(min_length=1, max_length=60)] = "感谢您的支持"
    reason_en: Annotated[str, Meta(min_length=1, max_length=90)] = "Thank you for your loyalty"
    again_after_days: Annotated[int, Meta(ge=1, le=366)] = 90
