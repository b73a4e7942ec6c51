"""Coupons given to a friend, and what was redeemed for one."""

import asyncio
from collections import Counter
from uuid import uuid4

import pytest

from loyalty import coupons, customers, gifts, redemptions, taking_back
from loyalty.discounts import DISCOUNTS
from loyalty.discounts.exchange import Exchange
from loyalty.errors import LoyaltyError
from loyalty.gifts import FullGift, GiftWish
from loyalty.programme import BEGINNING, load, publish
from models import Coupon, CouponState
from tests.cast import DAY
from tests.loyalty.conftest import joined
from tests.loyalty.gifts.scene import (
    AT,
    HOUR,
    available,
    claimed,
    refused,
    rich,
    secret,
    send,
    treat,
)

LATE = AT + 10 * DAY


async def states(member_id: int) -> list[str]:
    return [held.state.value for held in await coupons.of(member_id, at=AT + HOUR)]


async def gifts_of(member_id: int) -> list[FullGift]:
    return await gifts.given_by(member_id, at=AT + HOUR)


async def test_a_coupon_in_a_gift_is_no_more_hers_to_use_and_keeps_its_conditions(
    lin: int, wang: int
) -> None:
    uuid = await treat(lin)
    before = await Coupon.get(uuid=uuid)
    gift = await send(lin, GiftWish(coupon_uuid=uuid))
    assert await states(lin) == ["given"]
    with pytest.raises(LoyaltyError, match="coupon_given"):
        await coupons.lock(uuid, member_id=lin, order_id=1, at=AT)
    assert await claimed(wang, gift) == "claimed"
    after = await Coupon.get(uuid=uuid)
    assert (after.rule_version_id, after.expires_at) == (before.rule_version_id, before.expires_at)
    assert (await states(lin), await states(wang)) == ([], ["issued"])
    (held,) = await coupons.of(wang, at=AT + HOUR)
    assert held.reason.code == "coupon_as_gift"
    await coupons.lock(uuid, member_id=wang, order_id=8, at=AT)
    assert await taking_back.who_waits(8) == [lin], "what it was given for may be undone"


@pytest.mark.parametrize("slot", ["coupon:ten_off", "coupon:vip_20"])
async def test_a_coupon_whose_batch_does_not_say_so_is_not_given(lin: int, slot: str) -> None:
    uuid = await treat(lin, slot=slot)
    assert await refused(lin, GiftWish(coupon_uuid=uuid)) == "coupon_not_giftable"
    assert await states(lin) == ["issued"]


async def test_a_coupon_of_another_is_like_none(lin: int, wang: int) -> None:
    uuid = await treat(wang)
    assert await refused(lin, GiftWish(coupon_uuid=uuid)) == "no_such_coupon"
    assert await refused(lin, GiftWish(coupon_uuid=uuid4())) == "no_such_coupon"
    assert await states(wang) == ["issued"]


async def test_a_coupon_that_is_used_locked_or_over_is_not_given(lin: int) -> None:
    uuid = await treat(lin)
    await coupons.lock(uuid, member_id=lin, order_id=7, at=AT)
    assert await refused(lin, GiftWish(coupon_uuid=uuid)) == "coupon_locked"
    await coupons.use([7], at=AT)
    assert await refused(lin, GiftWish(coupon_uuid=uuid)) == "coupon_used"
    late = await treat(lin)
    assert await refused(lin, GiftWish(coupon_uuid=late), at=AT + 40 * DAY) == "coupon_expired"


async def test_a_coupon_is_in_one_gift_or_one_order_whoever_is_first(lin: int) -> None:
    uuid = await treat(lin)

    async def lock() -> str:
        try:
            await coupons.lock(uuid, member_id=lin, order_id=7, at=AT)
        except LoyaltyError as refusal:
            return refusal.code
        return "locked"

    tries = [refused(lin, GiftWish(coupon_uuid=uuid)) if i % 2 else lock() for i in range(20)]
    told = Counter(await asyncio.gather(*tries))
    assert told["sent"] + bool(told["locked"]) == 1
    assert await Coupon.filter(state__in=["given", "locked"]).count() == 1


async def test_a_coupon_comes_back_to_be_used_or_given_anew(lin: int, wang: int) -> None:
    uuid = await treat(lin)
    first = await send(lin, GiftWish(coupon_uuid=uuid))
    await gifts.take_back(lin, first.uuid, at=AT)
    assert await states(lin) == ["issued"]
    second = await send(lin, GiftWish(coupon_uuid=uuid))
    assert await claimed(wang, first) == "gift_over"
    assert await claimed(wang, second) == "claimed"
    with pytest.raises(LoyaltyError, match="gift_claimed"):
        await gifts.take_back(lin, second.uuid, at=AT)


async def test_a_friend_exchanges_what_was_given_to_her(lin: int, wang: int) -> None:
    free = Exchange(reward_slot="reward:tote", is_giftable=True)
    await publish("coupon:tote", free, starts_at=BEGINNING, by="t", at=AT)
    uuid = await treat(lin, slot="coupon:tote")
    gift = await send(lin, GiftWish(coupon_uuid=uuid))

    async def exchanges(member_id: int) -> str:
        try:
            told = await redemptions.redeem(
                member_id, uuid4(), slot="reward:tote", at=AT, coupon_uuid=uuid
            )
        except LoyaltyError as refusal:
            return refusal.code
        return told.state.value

    assert [await exchanges(lin), await exchanges(wang)] == ["coupon_given", "no_such_coupon"]
    await claimed(wang, gift)
    assert [await exchanges(lin), await exchanges(wang)] == ["no_such_coupon", "issued"]


async def test_a_gift_ends_with_its_coupon_and_the_coupon_is_expired(lin: int) -> None:
    uuid = await treat(lin)
    gift = await send(lin, GiftWish(coupon_uuid=uuid), at=AT + 25 * DAY)
    coupon = await Coupon.get(uuid=uuid)
    assert gift.lapses_at == coupon.expires_at
    assert await gifts.return_unclaimed(at=coupon.expires_at, limit=9) == 1
    assert (await Coupon.get(uuid=uuid)).state is CouponState.EXPIRED


async def test_a_coupon_that_is_void_by_then_cannot_be_claimed(lin: int, wang: int) -> None:
    uuid = await treat(lin)
    gift = await send(lin, GiftWish(coupon_uuid=uuid))
    coupon = await Coupon.get(uuid=uuid)
    assert await coupons.void([coupon.id], at=AT) == [coupon.id]
    assert await claimed(wang, gift) == "gift_over"
    assert await gifts.return_unclaimed(at=LATE, limit=9) == 1
    assert (await Coupon.get(uuid=uuid)).state is CouponState.VOID


async def redeem_for_friend(member_id: int) -> FullGift:
    await redemptions.redeem(member_id, uuid4(), slot="reward:friend", at=AT)
    (ready,) = await gifts_of(member_id)
    return ready


async def test_what_is_redeemed_for_a_friend_is_ready_and_hers_to_send_only(
    lin: int, wang: int
) -> None:
    await rich(lin)
    ready = await redeem_for_friend(lin)
    assert (ready.state.value, await available(lin)) == ("ready", 50)
    (redeemed,) = await redemptions.of(lin, at=AT)
    assert (redeemed.uuid, redeemed.state.value) == (ready.uuid, "handed_over")
    assert await states(lin) == ["given"]
    assert await refused(wang, GiftWish()) == "no_such_gift"
    with pytest.raises(LoyaltyError, match="key_reused"):
        await send(wang, GiftWish(), uuid=ready.uuid)
    with pytest.raises(LoyaltyError, match="no_such_gift"):
        await gifts.claim(wang, secret(ready), at=AT)
    with pytest.raises(LoyaltyError, match="gift_not_sent"):
        await gifts.take_back(lin, ready.uuid, at=AT)
    gift = await send(lin, GiftWish(words="请你喝咖啡"), uuid=ready.uuid)
    assert await claimed(wang, gift) == "claimed"
    (held,) = await coupons.of(wang, at=AT + HOUR)
    rule = (await load()).version(held.rule_version_id, DISCOUNTS)
    assert rule is not None
    assert rule.slot == "coupon:treat"


@pytest.mark.parametrize("way", ["taken_back", "returned"])
async def test_what_was_redeemed_for_a_friend_comes_back_ready_as_another_gift(
    lin: int, wang: int, way: str
) -> None:
    await rich(lin)
    ready = await redeem_for_friend(lin)
    first = await send(lin, GiftWish(words="一"), uuid=ready.uuid)
    if way == "taken_back":
        await gifts.take_back(lin, first.uuid, at=AT)
    else:
        await gifts.return_unclaimed(at=LATE, limit=9)
    again, ended = await gifts.given_by(lin, at=LATE)
    assert (again.state.value, ended.state.value) == ("ready", way)
    assert again.uuid != first.uuid
    # a phone that repeats its first sending for ever sends nothing
    repeated = await send(lin, GiftWish(words="一"), uuid=ready.uuid, at=LATE)
    assert repeated.state.value == way
    second = await send(lin, GiftWish(words="二"), uuid=again.uuid, at=LATE)
    assert await claimed(wang, first, at=LATE) == "gift_over"
    assert await claimed(wang, second, at=LATE) == "claimed"


async def test_what_is_never_sent_ends_with_its_coupon(lin: int) -> None:
    await rich(lin)
    ready = await redeem_for_friend(lin)
    assert await gifts.return_unclaimed(at=ready.lapses_at, limit=9) == 1
    (over,) = await gifts.given_by(lin, at=ready.lapses_at)
    assert over.state.value == "returned"
    assert await Coupon.filter(state="expired").count() == 1


async def test_a_giver_who_was_merged_finds_her_gifts_and_the_friend_her_coupon(
    lin: int, wang: int
) -> None:
    (root,) = await joined(1)
    gift = await send(lin, GiftWish(coupon_uuid=await treat(lin)))
    merge = await customers.merge(root, lin, evidence="test", by="test", at=AT)
    assert [one.uuid for one in await gifts_of(root)] == [gift.uuid]
    assert await claimed(root, gift) == "gift_is_yours"
    assert await claimed(wang, gift) == "claimed"
    await customers.unmerge(merge, by="test", at=AT + HOUR)
    assert [one.uuid for one in await gifts_of(lin)] == [gift.uuid]
    assert await states(wang) == ["issued"]
