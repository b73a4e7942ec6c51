"""What must be settled before an account is deleted, and what ends with it."""

from uuid import uuid4

import pytest

from jifen.seeds import rewards
from loyalty import deletions, gifts, programme, redemptions
from loyalty.deletions import HindranceKind
from loyalty.discounts.fen_off import FenOff
from loyalty.errors import Refused
from loyalty.gifts import GiftWish
from loyalty.policies.gifts import Gifts
from loyalty.programme import BEGINNING
from models import Coupon, CouponState, GiftState, Redemption, RedemptionState, RewardStock, db
from models import Gift as GiftRow
from tests.cast import DAY, JUNE_1
from tests.loyalty.customers.scene import earn, kept
from tests.loyalty.gifts.scene import LINKS, treat

AT = JUNE_1 + DAY


@pytest.fixture
async def rich(wang: int) -> int:
    """Wang has points, and there is something to redeem them for."""
    await rewards.lay(at=JUNE_1)
    await programme.publish(
        "gifts",
        Gifts(member_for_days=0, held_for_days=0),
        starts_at=BEGINNING,
        by="test",
        at=JUNE_1,
    )
    await earn(wang, 1000, "rich")
    return wang


async def kinds(member_id: int) -> list[HindranceKind]:
    """Return the kinds of what stands in the way, and see that a deletion is refused for it."""
    told = await deletions.outlook(member_id, at=AT)
    if told.hindrances:
        with pytest.raises(Refused, match="deletion_hindered"):
            await deletions.delete(member_id, uuid4(), at=AT)
    return [one.kind for one in told.hindrances]


async def test_what_she_has_not_fetched_is_cancelled_and_its_points_forfeited(rich: int) -> None:
    await redemptions.redeem(rich, uuid4(), slot="reward:tote", at=AT)
    told = await deletions.outlook(rich, at=AT)
    assert (told.points, told.redemptions, told.hindrances) == (800, 1, ())
    done = await deletions.delete(rich, uuid4(), at=AT)
    assert done.points_forfeited == 1000
    one = await Redemption.get(member_id=rich)
    assert (one.state, one.ended_why) == (RedemptionState.CANCELLED, "account_deleted")
    assert (await RewardStock.get(slot="reward:tote")).taken == 0
    assert await kept(rich) == [(0, 0, 0)]


async def test_a_gift_that_its_link_may_still_be_claimed_by_stands_in_the_way(rich: int) -> None:
    gift = await gifts.send(rich, uuid4(), GiftWish(points=50), links=LINKS, at=AT)
    assert await kinds(rich) == [HindranceKind.GIFT_UNCLAIMED]
    await gifts.take_back(rich, gift.uuid, at=AT)
    assert await kinds(rich) == []
    await deletions.delete(rich, uuid4(), at=AT)
    assert (await GiftRow.get(uuid=gift.uuid)).state is GiftState.TAKEN_BACK


@pytest.mark.parametrize("state", ["reserved", "sending", "to_ship", "shipped"])
async def test_a_redemption_on_its_way_stands_in_the_way(rich: int, state: str) -> None:
    await redemptions.redeem(rich, uuid4(), slot="reward:tote", at=AT)
    await db.fetch("UPDATE redemption SET state = $1, cash_fen = 100", state)
    assert await kinds(rich) == [HindranceKind.REDEMPTION_UNDER_WAY]


async def test_an_unpaid_order_stands_in_the_way(rich: int) -> None:
    await db.fetch(
        "INSERT INTO store_order (uuid, member_id, number, openid, app_id, quote, lines, grounds,"
        " seal, total_fen, state, ordered_at, lapses_at) VALUES (gen_random_uuid(), $1, 'number1',"
        " 'o', 'wx', '{}', '[]', '{}', '', 1, 'awaiting_payment', now(), now() + interval '1 day')",
        rich,
    )
    assert await kinds(rich) == [HindranceKind.ORDER_UNPAID]


async def test_her_coupons_are_void(rich: int) -> None:
    batch = FenOff(name_zh="请你喝", name_en="My treat", fen=2000)
    await programme.publish("coupon:treat", batch, starts_at=BEGINNING, by="test", at=JUNE_1)
    await treat(rich)
    assert (await deletions.outlook(rich, at=AT)).coupons == 1
    await deletions.delete(rich, uuid4(), at=AT)
    assert (await Coupon.get(member_id=rich)).state is CouponState.VOID
