"""A brand with tiers, challenges and a board, and short ways to buy."""

from datetime import datetime

from loyalty import customers, programme, purchases, standing
from loyalty.challenges.check_in_streak import CheckInStreak
from loyalty.challenges.orders import Orders
from loyalty.earning.per_yuan import PerYuan
from loyalty.expiry.rolling import Rolling
from loyalty.orders import IdentityRef
from loyalty.policies.board import Board
from loyalty.policies.points import PointsPolicy
from loyalty.policies.tiers import Tiers
from models import PurchaseState
from tests.cast import JUNE_1, WANG, line, order

RULES = (
    ("earning:base", PerYuan()),
    ("expiry", Rolling(months=12)),
    ("points", PointsPolicy(return_window_days=7)),
    ("tiers", Tiers()),
    ("board:week", Board()),
    ("challenge:two_orders", Orders("本周两单", "Two orders", "weekly", 2, reward_points=100)),
    ("challenge:three_days", CheckInStreak("三天", "Three days", "monthly", 3, reward_points=30)),
    (
        "challenge:daily",
        CheckInStreak("签到", "Check in", "daily", reward_points=5, comes_by_itself=True),
    ),
)


async def publish() -> None:
    """Publish the brand's rules."""
    for slot, rule in RULES:
        await programme.publish(slot, rule, starts_at=programme.BEGINNING, by="test", at=JUNE_1)


async def member(identity: IdentityRef = WANG) -> int:
    """Let someone join and return her id."""
    return await customers.meet((identity,), at=JUNE_1, through="test")


async def buys(
    number: str,
    yuan: int,
    *,
    paid_at: datetime,
    buyer: IdentityRef = WANG,
    refunded_yuan: int = 0,
    at: datetime | None = None,
) -> None:
    """Record an order, or its refund, and derive whoever waits."""
    is_gone = yuan == refunded_yuan
    one = order(
        number,
        line(yuan * 100, refunded_fen=refunded_yuan * 100),
        buyer=(buyer,),
        paid_at=paid_at,
        state=PurchaseState.REFUNDED if is_gone else PurchaseState.PAID,
    )
    (outcome,) = await purchases.record([one], at=at or paid_at)
    outcome.unwrap()
    await derived(at=at or paid_at)


async def derived(*, at: datetime) -> None:
    """Derive all who wait."""
    while (one := await standing.derive(at=at)).members:
        await standing.forget(one.members)
