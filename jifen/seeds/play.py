"""The demo's challenges and board."""

from datetime import datetime

from loyalty import programme
from loyalty.challenges.check_in_streak import CheckInStreak
from loyalty.challenges.orders import Orders
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


async def lay(*, at: datetime) -> None:
    """Publish them; a second time changes nothing."""
    for slot, rule in RULES:
        await programme.publish(slot, rule, starts_at=programme.BEGINNING, by="demo", at=at)
