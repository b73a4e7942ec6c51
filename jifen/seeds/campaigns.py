"""The demo's segment and campaign."""

from datetime import datetime

from jifen.seeds.laying import lay_rules
from loyalty.policies.campaign import Campaign
from loyalty.segments.rfm import Rfm

LOYAL = Rfm("常客", "Regulars", recency_from=4, frequency_from=4, orders_from=3)
VIP_20 = Campaign(
    segment_slot="segment:loyal",
    coupon_slot="coupon:vip_20",
    reason_zh="近一年您多次购买",
    reason_en="You bought often this year",
)
RULES = (("segment:loyal", LOYAL), ("campaign:vip_20", VIP_20))


async def lay(*, at: datetime) -> None:
    """Publish them; a second time changes nothing.

    The campaign begins now, so that its first morning is one that somebody who plays sees.
    """
    await lay_rules(RULES, at=at, starts_at=at)
