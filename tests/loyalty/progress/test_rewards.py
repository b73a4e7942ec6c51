"""A reward of the catalogue for a challenge: by an exchange coupon, and undone like the rest."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID, uuid4

import pytest

from loyalty import coupons, early_access, programme, progress, redemptions, standing, taking_back
from loyalty.challenges.orders import Orders
from loyalty.discounts.exchange import Exchange
from loyalty.discounts.fen_off import FenOff
from loyalty.redemptions import Destination, Sent
from loyalty.rewards import Reward
from loyalty.rewards.coupon import CouponReward
from loyalty.rewards.early_access import EarlyAccess
from loyalty.rewards.friend_gift import FriendGift
from loyalty.rewards.gift import Gift
from loyalty.rewards.shipped_gift import ShippedGift
from models import Coupon, CouponState, Redemption, RewardStock, db
from tests.cast import DAY, JUNE_1, LIN
from tests.loyalty.play_scene import derived, member, publish
from tests.loyalty.progress.test_steps import MONTH, bought, gives_back, hers
from tests.loyalty.redemptions.test_shipping import HOME
from tests.loyalty.store import SEALER


@pytest.fixture(autouse=True)
async def brand(database: None) -> None:
    await publish()
    await lay("coupon:free", Exchange(reward_slot="reward:prize"))
    await lay("challenge:prize", Orders(rounds="monthly", reward_coupon_slot="coupon:free"))


async def lay(slot: str, rule: object) -> None:
    await programme.publish(slot, rule, starts_at=programme.BEGINNING, by="t", at=JUNE_1)


async def won(reward: Reward, *, destination: Destination | None = None) -> tuple[int, UUID]:
    """Let Wang reach the challenge, claim and exchange; return her and her redemption."""
    await lay("reward:prize", reward)
    wang, uuid = await bought(1), uuid4()
    claimed = await progress.claim(wang, "prize", MONTH, at=JUNE_1)
    coupon = await Coupon.get(id=claimed.coupon_id)
    await redemptions.redeem(
        wang,
        uuid,
        slot="reward:prize",
        at=JUNE_1,
        destination=destination,
        coupon_uuid=coupon.uuid,
    )
    return wang, uuid


async def stands(uuid: UUID) -> str:
    return (await Redemption.get(uuid=uuid)).state.value


async def test_what_was_not_fetched_is_cancelled_with_the_order() -> None:
    wang, uuid = await won(Gift(stock=1))
    await gives_back(1)
    found = await redemptions.find(uuid, member_id=wang, at=JUNE_1)
    assert (found.state.value, found.ended_why) == ("cancelled", "reward_taken_back")
    assert [one.state for one in await Coupon.all()] == [CouponState.VOID]
    assert (await RewardStock.get(slot="reward:prize")).taken == 0
    assert (await hers(wang, "prize")).state.value == "open"
    await bought(1, first=2)
    again = await progress.claim(wang, "prize", MONTH, at=JUNE_1)
    assert (await Coupon.get(id=again.coupon_id)).state is CouponState.ISSUED


async def test_what_she_has_is_hers_and_nothing_comes_twice() -> None:
    wang, uuid = await won(Gift(stock=9))
    code = (await Redemption.get(uuid=uuid)).code
    await redemptions.hand_over(code, staff_member_id=1, at=JUNE_1)
    await gives_back(1)
    assert await stands(uuid) == "handed_over"
    await bought(1, first=2)
    again = await progress.claim(wang, "prize", MONTH, at=JUNE_1)
    assert (await Coupon.get(id=again.coupon_id)).state is CouponState.USED
    assert await Coupon.all().count() == 1


async def test_a_parcel_on_its_way_brings_no_coupon_back() -> None:
    goes = Destination(HOME, SEALER)
    _, uuid = await won(ShippedGift(), destination=goes)
    await redemptions.ship([Sent(uuid, "顺丰", "SF1")], staff_member_id=1, at=JUNE_1)
    await gives_back(1)
    assert await stands(uuid) == "shipped"
    await redemptions.take_back(uuid, at=JUNE_1 + DAY)
    assert [one.state for one in await Coupon.all()] == [CouponState.EXPIRED]


@pytest.mark.parametrize("kind", [CouponReward, FriendGift])
async def test_a_coupon_that_came_of_it_is_void(kind: type[CouponReward]) -> None:
    await lay("coupon:ten", FenOff())
    _, uuid = await won(kind(coupon_slot="coupon:ten"))
    await gives_back(1)
    assert await stands(uuid) == "cancelled"
    assert {one.state for one in await Coupon.all()} == {CouponState.VOID}


async def all_states() -> set[CouponState]:
    return {one.state for one in await Coupon.all()}


async def comes_back(order_id: int, member_id: int, *, at: datetime) -> None:
    """Let an order that was not paid give back what it holds."""
    waiting = await taking_back.who_waits(order_id)
    assert waiting == [member_id]
    await coupons.give_back([order_id], at=at)
    await early_access.give_back([order_id])
    await standing.changed(waiting)
    await derived(at=at)


async def test_a_coupon_that_came_of_it_waits_for_the_order_that_holds_it() -> None:
    await lay("coupon:ten", FenOff())
    wang, uuid = await won(CouponReward(coupon_slot="coupon:ten"))
    held = await Coupon.get(slot="coupon:ten")
    await coupons.lock(held.uuid, member_id=wang, order_id=7, at=JUNE_1)
    await gives_back(1)
    assert await all_states() == {CouponState.USED, CouponState.LOCKED}
    assert (await hers(wang, "prize")).state.value == "claimed"
    await comes_back(7, wang, at=JUNE_1 + DAY)
    assert await all_states() == {CouponState.VOID}
    assert await stands(uuid) == "cancelled"
    assert (await hers(wang, "prize")).state.value == "open"


async def test_a_right_to_buy_early_waits_for_the_order_that_holds_it() -> None:
    wang, uuid = await won(EarlyAccess(skus=("A",), opens_at=JUNE_1 + 9 * DAY))
    await early_access.lock(wang, ["A"], order_id=7, at=JUNE_1)
    await gives_back(1)
    assert await stands(uuid) == "issued"
    await comes_back(7, wang, at=JUNE_1 + DAY)
    assert (await stands(uuid), await all_states()) == ("cancelled", {CouponState.VOID})


async def test_what_was_paid_with_it_is_hers_and_the_rest_is_settled() -> None:
    await lay("coupon:ten", FenOff())
    wang, uuid = await won(CouponReward(coupon_slot="coupon:ten"))
    held = await Coupon.get(slot="coupon:ten")
    await coupons.lock(held.uuid, member_id=wang, order_id=7, at=JUNE_1)
    await gives_back(1)
    await coupons.use([7], at=JUNE_1)
    assert await taking_back.who_waits(7) == [wang]
    await standing.changed([wang])
    await derived(at=JUNE_1)
    assert (await stands(uuid), (await hers(wang, "prize")).state.value) == ("handed_over", "open")


@asynccontextmanager
async def meanwhile_given_back() -> AsyncIterator[None]:
    """Give the order back while what the caller does is not committed yet, and see it wait."""
    done = asyncio.Event()

    async def give() -> None:
        await done.wait()
        await gives_back(1)

    # begun here, it joins no transaction of the caller
    given_back = asyncio.create_task(give())
    async with db.transaction():
        yield
        done.set()
        await asyncio.sleep(0.2)
        assert not given_back.done()
    await given_back


async def test_a_friend_cancels_what_she_exchanged_while_the_order_is_given_back() -> None:
    wang, uuid = await won(Gift(stock=9))
    lin = await member(LIN)
    await Redemption.filter(uuid=uuid).update(member_id=lin)
    await Coupon.all().update(member_id=lin)
    async with meanwhile_given_back():
        await redemptions.cancel(lin, uuid, at=JUNE_1)
    assert await all_states() == {CouponState.VOID}
    assert (await hers(wang, "prize")).state.value == "open"


async def test_a_friend_exchanges_it_while_the_order_is_given_back() -> None:
    await lay("reward:prize", Gift(stock=9))
    wang, lin, uuid = await bought(1), await member(LIN), uuid4()
    await progress.claim(wang, "prize", MONTH, at=JUNE_1)
    await Coupon.all().update(member_id=lin)
    coupon = await Coupon.get()
    async with meanwhile_given_back():
        await redemptions.redeem(lin, uuid, slot="reward:prize", at=JUNE_1, coupon_uuid=coupon.uuid)
    assert (await stands(uuid), await all_states()) == ("cancelled", {CouponState.VOID})
