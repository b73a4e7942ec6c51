"""How points come and go, in sentences that are made of the rules in force."""

from datetime import timedelta
from typing import Any

import pytest

from loyalty import programme
from loyalty.earning.cap import Cap
from loyalty.earning.multiplier import Multiplier
from loyalty.earning.per_yuan import PerYuan
from loyalty.expiry.calendar_year import CalendarYear
from loyalty.expiry.inactivity import Inactivity
from loyalty.expiry.rolling import Rolling
from loyalty.ledger import OnShortfall
from loyalty.point_rules import PointRules, point_rules
from loyalty.policies.points import PointsPolicy
from loyalty.policies.tiers import Tier, Tiers
from tests.cast import NOVEMBER_22 as AT

WRITTEN = {
    OnShortfall.DEBT: "从以后获得的积分中抵扣",
    OnShortfall.CLAMP: "以剩余积分为限",
    OnShortfall.DEDUCT: "从退款金额中扣除",
}

pytestmark = pytest.mark.usefixtures("database")


async def publish(**rules: Any) -> None:
    for name, rule in rules.items():
        slot = name.replace("__", ":")
        await programme.publish(slot, rule, starts_at=programme.BEGINNING, by="t", at=AT)


async def told() -> PointRules:
    return point_rules(await programme.load(), at=AT)


async def test_what_gives_stands_before_what_limits() -> None:
    member = Tier(code="member", name_zh="会员", name_en="Member", threshold=0)
    gold = Tier(code="gold", name_zh="金卡", name_en="Gold", threshold=10)
    tiers = Tiers(tiers=(member, gold))
    await publish(
        tiers=tiers,
        earning__all_caps=Cap(most=1000, per="day"),
        earning__base=PerYuan(points=2, every_yuan=5, except_skus=("card",)),
        earning__gold=Multiplier(
            name_zh="金卡加倍", name_en="Gold", times_percent=150, only_tiers=("gold",)
        ),
        earning__over=Multiplier(ends_at=AT - timedelta(days=1)),
        earning__single=Cap(most=5, limited_slots=("earning:gold",)),
    )
    found = await told()
    assert [one.zh for one in found.earning] == [
        "每消费 5 元得 2 积分（部分商品除外）",
        "金卡加倍：1.5 倍积分（限金卡）",
        "每天最多得 1,000 积分",
    ]
    assert [one.en for one in found.earning] == [
        "2 points for every ¥5 that you pay (some goods excepted)",
        "Gold: 1.5 times the points (Gold only)",
        "At most 1,000 points a day",
    ]


@pytest.mark.parametrize(
    ("expiry", "zh", "en"),
    [
        (None, "积分在获得 12 个月后过期", "Points expire 12 months after you earned them"),
        (
            Rolling(months=1),
            "积分在获得 1 个月后过期",
            "Points expire 1 month after you earned them",
        ),
        (
            CalendarYear(years=0),
            "积分在获得当年年底过期",
            "Points expire at the end of the year in which you earned them",
        ),
        (
            CalendarYear(years=2),
            "积分在获得后第 2 年的年底过期",
            "Points expire at the end of the second year after you earned them",
        ),
        (
            Inactivity(months=6),
            "6 个月内没有获得或使用积分，积分全部过期",
            "All points expire when you earn and spend none for 6 months",
        ),
    ],
)
async def test_when_points_expire_is_as_the_rule_says(expiry: Any, zh: str, en: str) -> None:
    if expiry:
        await publish(expiry=expiry)
    sentence = (await told()).keeping[1]
    assert (sentence.zh, sentence.en) == (zh, en)


@pytest.mark.parametrize("on_shortfall", list(OnShortfall))
async def test_when_points_count_and_go_back_is_as_the_policy_says(
    on_shortfall: OnShortfall,
) -> None:
    await publish(points=PointsPolicy(return_window_days=0, on_shortfall=on_shortfall))
    settles, _, back = (await told()).keeping
    assert settles.zh == "订单完成后，积分即可使用"
    assert WRITTEN[on_shortfall] in back.zh
