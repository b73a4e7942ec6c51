"""The demo's catalogue and coupon batches."""

from datetime import datetime

from msgspec import Struct

from loyalty import programme
from loyalty.conditions import Conditions
from loyalty.conditions.min_spend import MinSpend
from loyalty.discounts.fen_off import FenOff
from loyalty.discounts.percent import Percent
from loyalty.programme import BEGINNING
from loyalty.rewards.coupon import CouponReward
from loyalty.rewards.gift import Gift

TOTE = Gift(
    name_zh="帆布袋",
    name_en="Tote bag",
    about_zh="加厚帆布，门店领取。",
    about_en="Heavy canvas; fetch it in a shop.",
    points=200,
    stock=20,
    per_member=1,
)
VIP_20 = Percent(name_zh="VIP 8 折", name_en="VIP 20% off", lane="coupon", percent=20)
TEN_OFF = CouponReward(
    name_zh="立减 10 元券",
    name_en="¥10 off coupon",
    about_zh="满 100 元可用，30 天内有效。",
    about_en="On orders of ¥100 or more, good for 30 days.",
    points=150,
    coupon_slot="coupon:ten_off",
)
RULES: tuple[tuple[str, Struct], ...] = (
    (
        "coupon:ten_off",
        FenOff(
            name_zh="立减 10 元",
            name_en="¥10 off",
            lane="coupon",
            fen=1000,
            conditions=Conditions([MinSpend(fen=10_000)]),
        ),
    ),
    (
        "coupon:vip_20",
        Percent(name_zh="VIP 8 折", name_en="VIP 20% off", lane="coupon", percent=20),
    ),
    ("reward:ten_off", TEN_OFF),
    ("reward:tote", TOTE),
)


async def lay(*, at: datetime) -> None:
    """Publish the catalogue; a second time changes nothing."""
    for slot, rule in RULES:
        await programme.publish(slot, rule, starts_at=BEGINNING, by="demo", at=at)
