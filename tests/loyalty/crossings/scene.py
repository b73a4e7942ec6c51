"""A brand with milestones, and short ways to see what they gave."""

from datetime import datetime

from loyalty import coupons, ledger, programme
from loyalty.discounts.fen_off import FenOff
from loyalty.milestones import Milestone
from loyalty.milestones.annual_spend import AnnualSpend
from loyalty.milestones.purchases_within import PurchasesWithin
from models import db
from tests.cast import noon
from tests.loyalty import play_scene
from tests.loyalty.play_scene import member

THIRD = PurchasesWithin(
    "半年内第三次购买", "Third order in six months", reward_coupon_slot="coupon:ten_off"
)
SPENT = AnnualSpend("年度消费满 2,000 元", "¥2,000 in a year", reward_points=500)


async def let_hold(code: str, milestone: Milestone, *, at: datetime | None = None) -> None:
    """Publish a milestone, from the beginning where no moment is said."""
    await programme.publish(
        f"milestone:{code}",
        milestone,
        starts_at=at or programme.BEGINNING,
        by="test",
        at=at or noon(2026, 1, 1),
    )


async def publish() -> None:
    """Publish the rules of the play scene, a coupon and two milestones."""
    await play_scene.publish()
    await programme.publish(
        "coupon:ten_off",
        FenOff(name_zh="立减 10 元", name_en="¥10 off", fen=1000, valid_days=30),
        starts_at=programme.BEGINNING,
        by="test",
        at=noon(2026, 1, 1),
    )
    await let_hold("third", THIRD)


async def coupon_states(member_id: int | None = None) -> list[str]:
    """Return the states of her coupons, as they were issued."""
    her = member_id or await member()
    held = await coupons.of(her, at=noon(2026, 1, 1))
    return [one.state.value for one in sorted(held, key=lambda one: one.id)]


async def points_of(cause: str) -> int:
    """Return the points that a cause brought, less what was taken back of them."""
    rows = await db.fetch(
        "SELECT coalesce(sum(available + pending - debt), 0)::bigint AS points FROM entry"
        " WHERE cause = $1",
        cause,
    )
    points: int = rows[0]["points"]
    return points


async def available(at: datetime) -> int:
    """Return what Wang can spend."""
    her = await member()
    return (await ledger.balances([her], at=at))[her].available
