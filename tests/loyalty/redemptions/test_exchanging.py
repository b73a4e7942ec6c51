"""Exchange coupons: a reward for the coupon, once, and it comes back where nothing comes of it."""

import asyncio
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
import pytest

from loyalty import coupons, redemptions
from loyalty.conditions import Conditions
from loyalty.conditions.orders_within import OrdersWithin
from loyalty.coupons import Issue, Reason
from loyalty.discounts import DISCOUNTS
from loyalty.discounts.exchange import Exchange
from loyalty.errors import LoyaltyError
from loyalty.payments import Payer
from loyalty.redemptions import CatalogueLine, Destination, Sent, Wish
from loyalty.registry import encode
from loyalty.rewards.coupon import CouponReward
from loyalty.rewards.gift import Gift
from loyalty.rewards.pay_coupon import PayCoupon
from loyalty.rewards.privilege import Privilege
from loyalty.rewards.shipped_gift import ShippedGift
from models import Coupon, CouponState, Redemption, RewardStock
from tests.cast import DAY
from tests.loyalty.customers.scene import merged
from tests.loyalty.ledger.test_cost import statements_counted
from tests.loyalty.redemptions.test_paying import publish
from tests.loyalty.redemptions.test_redeeming import AT, available, redeemed, rich
from tests.loyalty.redemptions.test_shipping import HOME
from tests.loyalty.store import SEALER

FREE = Exchange("茶杯兑换券", "A cup for you", reward_slot="reward:cup")
CUP = Gift("茶杯", "Tea cup", points=5000, cash_fen=900, stock=2, per_member=1)


@pytest.fixture(autouse=True)
async def cup(catalogue: None) -> None:
    await publish("reward:cup", CUP)
    await publish("coupon:cup", FREE)


async def given(member_id: int, slot: str = "coupon:cup", *, at: datetime = AT) -> UUID:
    wanted = Issue(f"{uuid4()}", member_id, slot, Reason(zh="任务", en="A challenge"))
    (outcome,) = await coupons.issue([wanted], at=at)
    return (await Coupon.get(id=outcome.unwrap())).uuid


async def exchanged(
    member_id: int,
    coupon: UUID,
    slot: str = "reward:cup",
    uuid: UUID | None = None,
    *,
    at: datetime = AT,
) -> str:
    """Exchange and return the state, or the code of the refusal."""
    try:
        told = await redemptions.redeem(
            member_id, uuid or uuid4(), slot=slot, at=at, coupon_uuid=coupon
        )
    except LoyaltyError as refused:
        return refused.code
    return told.state.value


async def stands(coupon: UUID) -> CouponState:
    return (await Coupon.get(uuid=coupon)).state


async def line(member_id: int, code: str = "cup") -> CatalogueLine | None:
    found = await redemptions.catalogue(member_id, at=AT)
    return next((one for one in found if one.slot == f"reward:{code}"), None)


async def test_a_reward_is_had_for_the_coupon_and_for_nothing_else(lin: int) -> None:
    coupon, uuid = await given(lin), uuid4()
    told = await redemptions.redeem(lin, uuid, slot="reward:cup", at=AT, coupon_uuid=coupon)
    assert (told.points, told.cash_fen, told.payment_state) == (0, 0, None)
    assert (told.state.value, told.with_coupon_uuid) == ("issued", coupon)
    assert told == await redemptions.find(uuid, member_id=lin, at=AT)
    assert await stands(coupon) is CouponState.USED
    assert (await RewardStock.get(slot="reward:cup")).taken == 1
    assert await exchanged(lin, coupon, uuid=uuid) == "issued"
    assert await exchanged(lin, coupon) == "coupon_used"
    assert await redeemed(lin, "reward:cup", uuid) == "key_reused"
    assert await exchanged(lin, await given(lin), uuid=uuid) == "key_reused"


async def test_of_many_at_once_one_has_it(lin: int) -> None:
    coupon = await given(lin)
    told = await asyncio.gather(*(exchanged(lin, coupon) for _ in range(8)))
    assert sorted(told) == ["coupon_used"] * 7 + ["issued"]
    assert await Redemption.all().count() == 1
    twice = await given(lin)
    wishes = [Wish(lin, uuid4(), "reward:cup", coupon_uuid=twice) for _ in range(2)]
    first, second = await redemptions.redeem_all(wishes, at=AT)
    assert first.refusal is None
    assert second.refusal
    assert second.refusal.code == "coupon_used"


async def test_limit_and_conditions_are_those_of_the_coupon_and_stock_of_the_reward(
    lin: int, wang: int
) -> None:
    many = Conditions((OrdersWithin(least_orders=3),))
    await publish("reward:cup", msgspec.structs.replace(CUP, conditions=many))
    for _ in range(2):
        assert await exchanged(lin, await given(lin)) == "issued"
    late = await given(lin)
    assert await exchanged(lin, late) == "reward_out_of_stock"
    assert await stands(late) is CouponState.ISSUED
    await publish("reward:cup", CUP)
    await publish("coupon:cup", msgspec.structs.replace(FREE, conditions=many))
    assert await exchanged(wang, await given(wang)) == "orders_short"


async def test_what_was_had_for_a_coupon_leaves_the_limit_for_points_as_it_is(lin: int) -> None:
    await rich(lin, 5000)
    await publish("reward:cup", Gift(points=5000, per_member=1))
    assert await exchanged(lin, await given(lin)) == "issued"
    assert await redeemed(lin, "reward:cup") == "issued"
    assert await redeemed(lin, "reward:cup") == "reward_limit_reached"


async def test_another_members_coupon_is_none_and_one_for_carts_no_use(lin: int, wang: int) -> None:
    theirs = await given(wang)
    assert await exchanged(lin, theirs) == "no_such_coupon"
    assert await exchanged(lin, uuid4()) == "no_such_coupon"
    assert await stands(theirs) is CouponState.ISSUED
    assert await exchanged(lin, await given(lin), "reward:tote") == "coupon_not_for_reward"
    ten_off = await given(lin, "coupon:ten_off")
    assert await exchanged(lin, ten_off, "reward:tote") == "coupon_not_for_reward"
    assert await exchanged(lin, await given(lin), at=AT + 40 * DAY) == "coupon_expired"
    void = await given(lin)
    await coupons.void([(await Coupon.get(uuid=void)).id], at=AT)
    assert await exchanged(lin, void) == "coupon_void"


async def test_cancelled_or_not_fetched_the_coupon_comes_back_while_it_is_good(lin: int) -> None:
    coupon, uuid = await given(lin), uuid4()
    await exchanged(lin, coupon, uuid=uuid)
    await redemptions.cancel(lin, uuid, at=AT)
    assert await stands(coupon) is CouponState.ISSUED
    assert (await RewardStock.get(slot="reward:cup")).taken == 0
    again = uuid4()
    assert await exchanged(lin, coupon, uuid=again, at=AT + 20 * DAY) == "issued"
    assert await redemptions.expire(at=AT + 60 * DAY, limit=10) == 1
    assert await stands(coupon) is CouponState.EXPIRED
    assert (await redemptions.find(again, member_id=lin, at=AT)).state.value == "expired"


async def test_whatever_a_reward_becomes_it_can_be_had_for_a_coupon(lin: int) -> None:
    for code, reward in {
        "box": ShippedGift(stock=5),
        "taste": Privilege(uses=3),
        "cash": PayCoupon(stock_id="1"),
        "ten": CouponReward(coupon_slot="coupon:ten_off"),
    }.items():
        await publish(f"reward:{code}", reward)
        await publish(f"coupon:{code}", Exchange(reward_slot=f"reward:{code}"))
    box = await given(lin, "coupon:box")
    assert await exchanged(lin, box, "reward:box") == "address_missing"
    uuid, goes = uuid4(), Destination(HOME, SEALER)
    told = await redemptions.redeem(
        lin, uuid, slot="reward:box", at=AT, destination=goes, coupon_uuid=box
    )
    assert told.state.value == "to_ship"
    await redemptions.ship([Sent(uuid, "顺丰", "SF1")], staff_member_id=1, at=AT)
    await redemptions.take_back(uuid, at=AT)
    assert await stands(box) is CouponState.ISSUED
    assert await exchanged(lin, await given(lin, "coupon:taste"), "reward:taste") == "issued"
    cash = await given(lin, "coupon:cash")
    assert await exchanged(lin, cash, "reward:cash") == "reward_in_miniprogram"
    wish = Wish(lin, uuid4(), "reward:cash", Payer("wx1", "o1"), coupon_uuid=cash)
    (outcome,) = await redemptions.redeem_all([wish], at=AT)
    assert outcome.unwrap().state.value == "sending"
    (asked,) = await redemptions.due_coupons(at=AT, limit=9)
    await redemptions.coupon_refused(asked.request_number, "pay_coupon_used_up", at=AT)
    assert await stands(cash) is CouponState.ISSUED
    ten = await given(lin, "coupon:ten")
    assert await exchanged(lin, ten, "reward:ten") == "handed_over"
    held = next(one for one in await coupons.of(lin, at=AT) if one.slot == "coupon:ten_off")
    assert held.reason == Reason(code="coupon_redeemed")


async def test_the_catalogue_shows_what_a_coupon_of_hers_is_good_for(lin: int, wang: int) -> None:
    await publish("reward:cup", msgspec.structs.replace(CUP, needs_coupon=True))
    assert await line(lin) is None
    assert await redeemed(lin, "reward:cup") == "reward_needs_coupon"
    late = await given(lin, at=AT + DAY)
    soon = await given(lin)
    for _ in range(2):
        hers = await line(lin)
        assert hers
        assert hers.coupon
        assert (hers.coupon.uuid, hers.refusal) == (soon, None)
    assert await line(wang) is None
    await exchanged(lin, soon)
    hers = await line(lin)
    assert hers
    assert hers.coupon
    assert hers.coupon.uuid == late


async def test_a_coupon_not_for_her_yet_leaves_the_points_and_the_next_coupon(lin: int) -> None:
    await rich(lin, 5000)
    await publish("reward:cup", Gift(points=5000))
    many = Conditions((OrdersWithin(least_orders=3),))
    await publish("coupon:cup", msgspec.structs.replace(FREE, conditions=many))
    await given(lin)
    shown = await line(lin)
    assert shown
    assert (shown.coupon, shown.refusal) == (None, None)
    await publish("coupon:other", FREE)
    later = await given(lin, "coupon:other", at=AT + DAY)
    shown = await line(lin)
    assert shown
    assert shown.coupon
    assert (shown.coupon.uuid, shown.refusal) == (later, None)
    await Coupon.filter(uuid=later).update(state=CouponState.VOID, ended_at=AT)
    await publish("reward:cup", Gift(points=5000, needs_coupon=True))
    shown = await line(lin)
    assert shown
    assert shown.coupon
    assert shown.refusal
    assert shown.refusal.code == "orders_short"


async def test_a_shelf_of_coupons_costs_one_statement(lin: int) -> None:
    await given(lin)
    await redemptions.catalogue(lin, at=AT)
    async with statements_counted() as before:
        await redemptions.catalogue(lin, at=AT)
    for place in range(5):
        await publish(f"coupon:cup_{place}", FREE)
        await given(lin, f"coupon:cup_{place}")
    await redemptions.catalogue(lin, at=AT)
    async with statements_counted() as after:
        await redemptions.catalogue(lin, at=AT)
    assert len(after) == len(before)


async def test_a_merged_members_coupon_is_hers(lin: int, wang: int) -> None:
    coupon = await given(wang)
    await merged(lin, wang, at=AT)
    hers = await line(lin)
    assert hers
    assert hers.coupon
    assert (hers.coupon.uuid, await exchanged(lin, coupon)) == (coupon, "issued")


async def test_points_stay_where_they_are(lin: int) -> None:
    await rich(lin, 9000)
    await exchanged(lin, await given(lin))
    assert await available(lin) == 9000


@pytest.mark.parametrize(
    "wrong",
    [
        {"skus": ["A"]},
        {"budgets": [{"uses": 1}]},
        {"lane": "offer"},
        {"categories": ["咖啡"]},
        {"reward_slot": "coupon:x"},
        {"reward_slot": "reward:A"},
    ],
)
def test_what_belongs_to_carts_is_refused_with_its_field(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError, match=next(iter(wrong))):
        DISCOUNTS.decode("exchange", msgspec.json.decode(encode(FREE)) | wrong)
