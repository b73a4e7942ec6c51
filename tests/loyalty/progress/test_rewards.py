"""A reward of the catalogue for a challenge: by an exchange coupon, and undone like the rest."""

from uuid import UUID, uuid4

import pytest

from loyalty import programme, progress, redemptions
from loyalty.challenges.orders import Orders
from loyalty.discounts.exchange import Exchange
from loyalty.discounts.fen_off import FenOff
from loyalty.redemptions import Destination, Sent
from loyalty.rewards import Reward
from loyalty.rewards.coupon import CouponReward
from loyalty.rewards.friend_gift import FriendGift
from loyalty.rewards.gift import Gift
from loyalty.rewards.shipped_gift import ShippedGift
from models import Coupon, CouponState, Redemption, RewardStock
from tests.cast import DAY, JUNE_1
from tests.loyalty.play_scene import publish
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
