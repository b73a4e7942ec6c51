"""A coupon is held by one order, used once, given back once."""

import asyncio
from collections import Counter
from datetime import datetime
from uuid import uuid4

import pytest

from loyalty import coupons
from loyalty.coupons import Held, Issue, Reason
from loyalty.errors import LoyaltyError, NotFound
from models import CouponState, db
from tests.cast import DAY, JUNE_1
from tests.loyalty.conftest import joined
from web.texts import TEXTS

AT = JUNE_1


async def given(member_id: int, *, key: str = "c:1") -> Held:
    issue = Issue(key, member_id, "coupon:ten_off", Reason(zh="谢谢", en="Thanks"))
    (issued,) = await coupons.issue([issue], at=AT)
    return next(one for one in await coupons.of(member_id, at=AT) if one.id == issued.unwrap())


async def locked(held: Held, member_id: int, order_id: int, at: datetime = AT) -> str:
    try:
        await coupons.lock(held.uuid, member_id=member_id, order_id=order_id, at=at)
    except LoyaltyError as refused:
        return refused.code
    return "locked"


async def state_of(held: Held, member_id: int, at: datetime = AT) -> str:
    return (await coupons.find(held.uuid, member_id=member_id, at=at)).state.value


async def test_five_orders_at_once_and_one_of_them_has_the_coupon(lin: int) -> None:
    held = await given(lin)
    told = await asyncio.gather(*(locked(held, lin, order) for order in range(1, 6)))
    assert Counter(told) == {"locked": 1, "coupon_locked": 4}


async def test_64_orders_at_once_and_a_rolled_back_one_leaves_it_to_another(lin: int) -> None:
    held = await given(lin)

    async def order(number: int) -> str:
        async with db.transaction():
            return await locked(held, lin, number)

    async def order_that_fails() -> None:
        async with db.transaction():
            if await locked(held, lin, 999) == "locked":
                await asyncio.sleep(0.05)
            raise ZeroDivisionError

    failing = asyncio.gather(order_that_fails(), return_exceptions=True)
    await asyncio.sleep(0.02)
    told = await asyncio.gather(*(order(number) for number in range(1, 65)))
    await failing
    assert Counter(told) == {"locked": 1, "coupon_locked": 63}


async def test_the_same_order_asks_again_and_has_it(lin: int) -> None:
    held = await given(lin)
    assert [await locked(held, lin, 7) for _ in range(3)] == ["locked"] * 3


async def test_another_members_coupon_is_as_if_it_were_not(lin: int, wang: int) -> None:
    held = await given(lin)
    assert await locked(held, wang, 1) == "no_such_coupon"
    with pytest.raises(NotFound, match="no_such_coupon"):
        await coupons.lock(uuid4(), member_id=wang, order_id=1, at=AT)
    assert await state_of(held, lin) == "issued"


async def test_used_once_when_paid_however_often_it_is_told(lin: int) -> None:
    held = await given(lin)
    await locked(held, lin, 7)
    told = await asyncio.gather(*(coupons.use([7], at=AT) for _ in range(10)))
    assert sorted(told) == [[]] * 9 + [[held.id]]
    assert await coupons.give_back([7], at=AT) == [], "paid is paid"
    assert await locked(held, lin, 8) == "coupon_used"
    assert (await coupons.find(held.uuid, member_id=lin, at=AT)).locked_by == 7


async def test_given_back_once_by_ten_at_once_and_good_for_another_order(lin: int) -> None:
    held = await given(lin)
    await locked(held, lin, 7)
    told = await asyncio.gather(*(coupons.give_back([7], at=AT) for _ in range(10)))
    assert sorted(told) == [[]] * 9 + [[held.id]]
    assert await locked(held, lin, 8) == "locked"
    assert await coupons.give_back([7], at=AT) == [], "it is another order's by now"
    assert await coupons.use([7], at=AT) == []
    assert await state_of(held, lin) == "locked"


async def test_paid_and_closed_in_the_same_moment_it_ends_one_way(lin: int) -> None:
    for turn in range(10):
        held = await given(lin, key=f"c:{turn}")
        await locked(held, lin, turn)
        used, back = await asyncio.gather(
            coupons.use([turn], at=AT), coupons.give_back([turn], at=AT)
        )
        assert len(used) + len(back) == 1
        assert await state_of(held, lin) == ("used" if used else "issued")


async def test_50_who_lock_void_and_sweep_at_once_leave_it_in_one_state(lin: int) -> None:
    held = await given(lin)
    last = held.expires_at

    async def voided() -> str:
        return "void" if await coupons.void([held.id], at=AT) else ""

    async def swept() -> str:
        return "expired" if await coupons.expire(at=last, limit=9) else ""

    locks = (locked(held, lin, order) for order in range(1, 18))
    told = await asyncio.gather(
        *locks, *(voided() for _ in range(17)), *(swept() for _ in range(16))
    )
    won = [one for one in told if one in ("locked", "void", "expired")]
    state = (await db.fetch("SELECT state FROM coupon WHERE id = $1", held.id))[0]["state"]
    assert won == [state]


async def test_an_expired_coupon_is_refused_before_and_after_the_sweep(lin: int) -> None:
    held = await given(lin)
    assert await locked(held, lin, 1, at=held.expires_at) == "coupon_expired"
    assert await coupons.expire(at=held.expires_at, limit=10) == 1
    assert await coupons.expire(at=held.expires_at, limit=10) == 0
    assert await locked(held, lin, 1, at=held.expires_at) == "coupon_expired"


async def test_what_was_locked_in_time_is_used_late_or_comes_back_expired(lin: int) -> None:
    paid, closed = await given(lin, key="a"), await given(lin, key="b")
    late = paid.expires_at + DAY
    await locked(paid, lin, 1)
    await locked(closed, lin, 2)
    assert await coupons.expire(at=late, limit=10) == 0, "they wait for their orders"
    assert await coupons.use([1], at=late) == [paid.id]
    assert await coupons.give_back([2], at=late) == [closed.id]
    assert await state_of(closed, lin, late) == "expired"


async def test_many_orders_close_at_once_from_both_ends(catalogue: None) -> None:
    member_ids = await joined(30)
    for member_id in member_ids:
        await locked(await given(member_id, key=f"k{member_id}"), member_id, member_id)
    told = await asyncio.gather(
        *(coupons.give_back(ids, at=AT) for ids in (member_ids, member_ids[::-1]) * 4)
    )
    assert sum(len(ids) for ids in told) == 30


async def test_a_void_coupon_is_refused_and_a_locked_one_is_not_voided(lin: int) -> None:
    held, kept = await given(lin, key="a"), await given(lin, key="b")
    await locked(kept, lin, 1)
    assert await coupons.void([held.id, kept.id], at=AT) == [held.id]
    assert await locked(held, lin, 2) == "coupon_void"
    assert await state_of(kept, lin) == "locked"


async def test_the_sweep_takes_at_most_so_many_and_two_at_once_take_each_once(
    catalogue: None,
) -> None:
    for member_id in await joined(30):
        await given(member_id, key=f"k{member_id}")
    late = AT + 40 * DAY
    told = await asyncio.gather(*(coupons.expire(at=late, limit=10) for _ in range(8)))
    assert max(told) <= 10
    assert sum(told) + await coupons.expire(at=late, limit=100) == 30


def test_every_state_that_stops_a_coupon_has_its_text() -> None:
    stops = {f"coupon_{state.value}" for state in CouponState if state is not CouponState.ISSUED}
    assert stops <= set(TEXTS)
