"""The demo's catalogue and coupon batches."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from jifen.seeds.laying import lay_rules
from loyalty.calendar import days_good
from loyalty.conditions import Conditions
from loyalty.conditions.min_spend import MinSpend
from loyalty.discounts.exchange import Exchange
from loyalty.discounts.fen_off import FenOff
from loyalty.discounts.percent import Percent
from loyalty.rewards.coupon import CouponReward
from loyalty.rewards.early_access import EarlyAccess
from loyalty.rewards.gift import Gift
from loyalty.rewards.pay_coupon import PayCoupon
from loyalty.rewards.privilege import Privilege
from loyalty.rewards.shipped_gift import ShippedGift

# The batch of cash coupons that the demo's merchant made at the simulated WeChat Pay.
STOCK_ID = "10000001"
EARLY_SKU = "G-001"
OPENS_AFTER_DAYS = 14

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
FREE_TOTE = Exchange(
    name_zh="帆布袋兑换券",
    name_en="A tote bag for you",
    reward_slot="reward:tote",
    is_giftable=True,
)
TEN_OFF = CouponReward(
    name_zh="立减 10 元券",
    name_en="¥10 off coupon",
    about_zh="满 100 元可用，30 天内有效。",
    about_en="On orders of ¥100 or more, good for 30 days.",
    points=150,
    coupon_slot="coupon:ten_off",
)
TUMBLER = Gift(
    name_zh="随行杯",
    name_en="Tumbler",
    about_zh="350 毫升，门店领取。",
    about_en="350 ml; fetch it in a shop.",
    points=120,
    cash_fen=1990,
    stock=30,
)
TASTING = Privilege(
    name_zh="门店手冲品鉴",
    name_en="Pour-over tasting",
    about_zh="每次一杯当季单品。",
    about_en="A cup of the season's beans each time.",
    points=180,
    uses=3,
    per_member=1,
    per="month",
)
BOX = ShippedGift(
    name_zh="冬日咖啡礼盒",
    name_en="Winter coffee box",
    about_zh="三款豆各 50 克，包邮。",
    about_en="Three kinds of beans, 50 g each, sent free.",
    points=260,
    stock=50,
)
CASH = PayCoupon(
    name_zh="微信支付 5 元代金券",
    name_en="¥5 off with WeChat Pay",
    about_zh="付款满 5.01 元自动抵扣。",
    about_en="Comes off payments of ¥5.01 or more.",
    points=90,
    stock=200,
    stock_id=STOCK_ID,
)
EARLY = EarlyAccess(
    name_zh="瑰夏新豆优先购",
    name_en="Geisha before everybody",
    about_zh="开售前可下单一次。",
    about_en="Order once before it opens.",
    points=60,
    stock=40,
    per_member=1,
    skus=(EARLY_SKU,),
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
    ("coupon:vip_20", VIP_20),
    ("coupon:free_tote", FREE_TOTE),
    ("reward:ten_off", TEN_OFF),
    ("reward:tote", TOTE),
    ("reward:tumbler", TUMBLER),
    ("reward:vip_tasting", TASTING),
    ("reward:winter_box", BOX),
    ("reward:wxpay_five", CASH),
)


async def lay(*, at: datetime) -> None:
    """Publish the catalogue; a second time changes nothing."""
    early = replace(EARLY, opens_at=days_good(at, OPENS_AFTER_DAYS))
    await lay_rules([*RULES, ("reward:xin_geisha", early)], at=at)
