"""The demo's coupons to claim, and a public word."""

from datetime import datetime, timedelta
from uuid import UUID

from jifen.seeds.laying import lay_rules
from loyalty import coupon_codes
from loyalty.conditions import Conditions
from loyalty.conditions.min_spend import MinSpend
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.coupon_codes.making import CodeWish
from loyalty.discounts.fen_off import FenOff
from loyalty.discounts.percent import Percent
from models import CouponCodeRun

WORD = "COFFEE26"
RULES = (
    (
        "coupon:autumn",
        FenOff(
            name_zh="秋日券",
            name_en="Autumn coupon",
            lane="coupon",
            fen=2000,
            stock=500,
            is_claimable=True,
            conditions=Conditions([MinSpend(fen=20_000)]),
        ),
    ),
    (
        "coupon:gold_ware",
        Percent(
            name_zh="金卡器具券",
            name_en="Gold: brewing tools",
            lane="coupon",
            percent=15,
            categories=("器具",),
            stock=100,
            is_claimable=True,
            conditions=Conditions([TierAtLeast(rank=2)]),
        ),
    ),
    (
        "coupon:friends",
        FenOff(
            name_zh="咖啡口令券",
            name_en="The coffee word",
            lane="coupon",
            fen=500,
            stock=1000,
            per_member=1,
        ),
    ),
)
RUN = UUID("6a6966656e5f636f666665653236aaaa")


async def lay(*, at: datetime) -> None:
    """Publish them with their word, good for a year; a second time changes nothing."""
    await lay_rules(RULES, at=at)
    if not await CouponCodeRun.exists(word=WORD):
        wish = CodeWish(RUN, "coupon:friends", at + timedelta(days=365), "demo", 0)
        await coupon_codes.make_word(wish, WORD, at=at)
