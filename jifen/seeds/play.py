"""The demo's challenges and board."""

from datetime import datetime

from jifen.seeds.laying import lay_rules
from loyalty.challenges.check_in_streak import CheckInStreak
from loyalty.challenges.orders import Orders
from loyalty.milestones.anniversary import Anniversary
from loyalty.milestones.annual_spend import AnnualSpend
from loyalty.milestones.nth_purchase import NthPurchase
from loyalty.milestones.purchases_within import PurchasesWithin
from loyalty.policies.board import Board

RULES = (
    (
        "challenge:check_in",
        CheckInStreak("每日签到", "Daily check-in", "daily", reward_points=5, comes_by_itself=True),
    ),
    (
        "challenge:seven_days",
        CheckInStreak("连续签到 7 天", "Seven days in a row", "monthly", 7, reward_points=50),
    ),
    (
        "challenge:two_orders",
        Orders("本周两单", "Two orders this week", "weekly", 2, reward_points=100),
    ),
    ("board:week", Board()),
)
MILESTONES = (
    (
        "milestone:third_order",
        PurchasesWithin(
            "半年内第三次购买", "Third order in six months", reward_coupon_slot="coupon:vip_20"
        ),
    ),
    (
        "milestone:every_fifth",
        NthPurchase(
            "每满五单", "Every fifth order", reward_coupon_slot="coupon:ten_off", n=5, repeats=True
        ),
    ),
    (
        "milestone:spent_2000",
        AnnualSpend("年度消费满 2,000 元", "¥2,000 spent this year", reward_points=500),
    ),
    ("milestone:year", Anniversary("入会周年", "A year with us", reward_points=88)),
)


async def lay(*, at: datetime) -> None:
    """Publish them; a second time changes nothing.

    Milestones begin now: what the crowd bought before gives nothing.
    """
    await lay_rules(RULES, at=at)
    await lay_rules(MILESTONES, at=at, starts_at=at)
