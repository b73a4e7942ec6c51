"""A brand whose members invite friends, and short ways to let friends come and buy."""

from datetime import datetime, timedelta

import pytest

from loyalty import customers, programme, purchases, referrals, standing
from loyalty.earning.per_yuan import PerYuan
from loyalty.orders import IdentityRef
from loyalty.policies.points import PointsPolicy
from loyalty.policies.referral import ReferralPolicy
from models import IdentityKind, PurchaseState, Referral, ReferralWay
from tests.cast import DAY, JUNE_1, WANG, line, order

POLICY = ReferralPolicy(
    inviter_points=100, friend_points=50, least_order_fen=20_00, most_friends_a_day=4
)
HOUR = timedelta(hours=1)


@pytest.fixture
async def inviting_brand(database: None) -> None:
    """Publish rules by which members invite, and settle after seven days."""
    for slot, rule in (
        ("earning:base", PerYuan()),
        ("points", PointsPolicy(return_window_days=7)),
        ("referral", POLICY),
    ):
        await programme.publish(slot, rule, starts_at=programme.BEGINNING, by="test", at=JUNE_1)


def friend(name: str) -> IdentityRef:
    return IdentityRef(IdentityKind.BUYER_NAME, "taobao", name)


async def met(who: IdentityRef, *, at: datetime = JUNE_1 - 30 * DAY) -> int:
    return await customers.meet((who,), at=at, through="test")


async def invited(who: IdentityRef, *, by: IdentityRef = WANG, at: datetime = JUNE_1) -> Referral:
    """Let a friend join and open a member's invitation in one go."""
    code = await referrals.code_of(await met(by), at=at)
    uuid = await referrals.accept(code, await met(who, at=at), way=ReferralWay.LINK, at=at)
    return await Referral.get(uuid=uuid)


async def buys(
    who: IdentityRef,
    number: str,
    yuan: int = 100,
    *,
    paid_at: datetime = JUNE_1 + HOUR,
    refunded_yuan: int = 0,
    told_at: datetime | None = None,
    is_completed: bool = True,
) -> None:
    """Tell of an order that was received a day after it was paid."""
    state = PurchaseState.COMPLETED if is_completed else PurchaseState.PAID
    one = order(
        number,
        line(yuan * 100, refunded_fen=refunded_yuan * 100),
        buyer=(who,),
        state=PurchaseState.REFUNDED if yuan == refunded_yuan else state,
        paid_at=paid_at,
        completed_at=paid_at + DAY if is_completed else None,
        updated_at=told_at or paid_at,
    )
    (outcome,) = await purchases.record([one], at=told_at or paid_at)
    outcome.unwrap()


async def until(at: datetime) -> None:
    """Let the time come, and everybody be derived who waits."""
    await referrals.due(at=at)
    while (done := await standing.derive(at=at)).members:
        await standing.forget(done.members)


async def state_of(one: Referral) -> tuple[str, str]:
    await one.refresh_from_db()
    return one.state.value, one.reason
