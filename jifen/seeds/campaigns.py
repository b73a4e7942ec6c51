"""The demo's segment and campaign."""

from datetime import datetime

from loyalty import programme
from loyalty.policies.campaign import Campaign
from loyalty.segments.rfm import Rfm

RULES = (
    (
        "segment:loyal",
        Rfm("常客", "Regulars", recency_from=4, frequency_from=4, orders_from=3),
    ),
    (
        "campaign:vip_20",
        Campaign(
            segment_slot="segment:loyal",
            coupon_slot="coupon:vip_20",
            reason_zh="近一年您多次购买",
            reason_en="You bought often this year",
        ),
    ),
)


async def lay(*, at: datetime) -> None:
    """Publish them; a second time changes nothing."""
    for slot, rule in RULES:
        await programme.publish(slot, rule, starts_at=programme.BEGINNING, by="demo", at=at)
