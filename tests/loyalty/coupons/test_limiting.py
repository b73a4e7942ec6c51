"""Of a batch there are never more coupons than its rule says, in all and for each member."""

import asyncio
from collections import Counter
from contextlib import suppress
from uuid import uuid4

from loyalty import coupon_claims, coupons, customers, gifts, programme
from loyalty.coupons import Issue, Reason
from loyalty.discounts.fen_off import FenOff
from loyalty.errors import LoyaltyError
from loyalty.gifts import GiftWish
from loyalty.outcomes import Outcome
from models import Coupon, CouponStock, db
from tests.cast import DAY, JUNE_1
from tests.loyalty.conftest import joined
from tests.loyalty.gifts.scene import secret, send
from tests.loyalty.ledger.test_cost import statements_counted

AT = JUNE_1
THANKS = Reason(zh="谢谢", en="Thanks")


async def let_hold(slot: str = "coupon:few", **limits: object) -> None:
    rule = FenOff(name_zh="限量券", name_en="Few", fen=500, **limits)  # type: ignore[arg-type]
    await programme.publish(slot, rule, starts_at=JUNE_1, by="test", at=AT)


def few(member_id: int, key: str = "", slot: str = "coupon:few") -> Issue:
    return Issue(key or uuid4().hex, member_id, slot, THANKS)


def fate(outcome: Outcome[int]) -> str:
    return outcome.refusal.code if outcome.refusal else outcome.fate.value


async def taken(slot: str = "coupon:few") -> int:
    return (await CouponStock.get(slot=slot)).taken


async def test_64_at_once_for_the_last_one_and_one_has_it(catalogue: None) -> None:
    await let_hold(stock=1)
    told = await asyncio.gather(*(coupons.issue([few(one)], at=AT) for one in await joined(64)))
    assert Counter(fate(one) for (one,) in told) == {"done": 1, "coupons_all_gone": 63}
    assert await taken() == 1


async def test_batches_of_three_share_ten_and_the_last_one_is_given(catalogue: None) -> None:
    await let_hold(stock=10)
    ids = await joined(24)
    told = await asyncio.gather(
        *(coupons.issue([few(one) for one in ids[i : i + 3]], at=AT) for i in range(0, 24, 3))
    )
    fates = Counter(fate(one) for batch in told for one in batch)
    assert fates == {"done": 10, "coupons_all_gone": 14}
    assert await Coupon.filter(slot="coupon:few").count() == await taken() == 10


async def test_a_retry_takes_no_second_one_and_is_told_even_when_all_are_gone(lin: int) -> None:
    await let_hold(stock=1, per_member=1)
    first, again = await coupons.issue([few(lin, "a"), few(lin, "a")], at=AT)
    (later,) = await coupons.issue([few(lin, "a")], at=AT + DAY)
    assert [fate(one) for one in (first, again, later)] == ["done", "already_done", "already_done"]
    assert first.unwrap() == later.unwrap()
    assert await taken() == 1


async def test_one_key_at_once_counts_once(lin: int) -> None:
    await let_hold(stock=5, per_member=3)
    told = await asyncio.gather(*(coupons.issue([few(lin, "a")], at=AT) for _ in range(16)))
    assert Counter(fate(one) for (one,) in told) == {"done": 1, "already_done": 15}
    assert await taken() == 1


async def test_one_member_at_once_has_as_many_as_she_may(lin: int) -> None:
    await let_hold(per_member=2)
    told = await asyncio.gather(*(coupons.issue([few(lin)], at=AT) for _ in range(16)))
    assert Counter(fate(one) for (one,) in told) == {"done": 2, "coupon_limit_reached": 14}


async def test_within_a_batch_she_has_as_many_as_she_may(lin: int, wang: int) -> None:
    await let_hold(per_member=2, stock=3)
    told = await coupons.issue([few(lin), few(lin), few(lin), few(wang), few(wang)], at=AT)
    assert [fate(one) for one in told] == [
        "done",
        "done",
        "coupon_limit_reached",
        "done",
        "coupons_all_gone",
    ]


async def test_merged_members_count_as_one(lin: int, wang: int) -> None:
    await let_hold(per_member=2)
    for one in (lin, wang):
        await coupons.issue([few(one)], at=AT)
    merge = await customers.merge(lin, wang, evidence="test", by="test", at=AT)
    told = await coupons.issue([few(lin), few(wang)], at=AT)
    assert [fate(one) for one in told] == ["coupon_limit_reached"] * 2
    await customers.unmerge(merge, by="test", at=AT)
    told = await coupons.issue([few(lin), few(wang)], at=AT)
    assert [fate(one) for one in told] == ["done"] * 2


async def test_those_given_before_there_was_a_limit_count(catalogue: None) -> None:
    await let_hold()
    ids = await joined(4)
    await coupons.issue([few(one) for one in ids[:2]], at=AT)
    await let_hold(stock=3)
    told = await coupons.issue([few(one) for one in ids], at=AT)
    assert Counter(fate(one) for one in told) == {"done": 1, "coupons_all_gone": 3}
    await let_hold(stock=4)
    (restocked,) = await coupons.issue([few(ids[0])], at=AT)
    assert fate(restocked) == "done"


async def test_a_void_one_can_be_given_to_another(lin: int, wang: int) -> None:
    await let_hold(stock=1)
    (hers,) = await coupons.issue([few(lin)], at=AT)
    assert fate((await coupons.issue([few(wang)], at=AT))[0]) == "coupons_all_gone"
    told = await asyncio.gather(*(coupons.void([hers.unwrap()], at=AT) for _ in range(8)))
    assert sum(map(len, told)) == 1
    assert fate((await coupons.issue([few(wang)], at=AT))[0]) == "done"


async def test_a_rolled_back_one_is_left_for_another(lin: int, wang: int) -> None:
    await let_hold(stock=1)
    with suppress(ZeroDivisionError):
        async with db.transaction():
            await coupons.issue([few(lin)], at=AT)
            raise ZeroDivisionError
    assert fate((await coupons.issue([few(wang)], at=AT))[0]) == "done"


async def test_a_batch_of_any_size_takes_the_same_statements(catalogue: None) -> None:
    await let_hold(stock=100, per_member=1)
    ids = await joined(50)
    await coupons.issue([few(ids[0])], at=AT)
    counts = []
    for some in (ids[1:3], ids[3:]):
        async with statements_counted() as sent:
            await coupons.issue([few(one) for one in some], at=AT)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 14


async def claimed(member_id: int, slot: str = "coupon:few", uuid: object = None) -> str:
    try:
        held = await coupon_claims.claim(member_id, uuid or uuid4(), slot=slot, at=AT)  # type: ignore[arg-type]
    except LoyaltyError as refused:
        return refused.code
    return held.slot


async def test_she_claims_once_whatever_name_she_gives_and_a_retry_is_free(lin: int) -> None:
    await let_hold(is_claimable=True, stock=9)
    name = uuid4()
    assert [await claimed(lin, uuid=name) for _ in range(3)] == ["coupon:few"] * 3
    assert await claimed(lin) == "coupon_limit_reached"
    assert await claimed(lin, slot="coupon:ten_off", uuid=name) == "key_reused"
    assert await taken() == 1


async def test_anothers_name_for_a_claim_is_refused(lin: int, wang: int) -> None:
    await let_hold(is_claimable=True)
    name = uuid4()
    assert await claimed(lin, uuid=name) == "coupon:few"
    assert await claimed(wang, uuid=name) == "key_reused"


async def test_50_claims_at_once_with_names_of_their_own_are_one_coupon(lin: int) -> None:
    await let_hold(is_claimable=True)
    told = await asyncio.gather(*(claimed(lin) for _ in range(50)))
    assert Counter(told) == {"coupon:few": 1, "coupon_limit_reached": 49}


async def test_only_what_may_be_claimed_is_claimed_and_only_in_its_time(lin: int) -> None:
    assert await claimed(lin, "coupon:ten_off") == "no_such_coupon_batch"
    assert await claimed(lin, "offer:coffee_5") == "no_such_coupon_batch"
    await let_hold(is_claimable=True, claims_from=AT + DAY)
    assert await claimed(lin) == "coupon_claims_not_open"
    await let_hold(is_claimable=True, claims_until=AT)
    assert await claimed(lin) == "coupon_claims_over"
    await let_hold(is_claimable=True, claims_from=AT, claims_until=AT + DAY)
    assert await claimed(lin) == "coupon:few"


async def test_what_the_claim_centre_says_is_what_a_claim_does(lin: int, wang: int) -> None:
    await let_hold("coupon:open", is_claimable=True)
    await let_hold("coupon:last", is_claimable=True, stock=1)
    await let_hold("coupon:later", is_claimable=True, claims_from=AT + DAY)
    await let_hold("coupon:over", is_claimable=True, claims_until=AT)
    await claimed(wang, "coupon:last")
    told = {one.slot: one for one in await coupon_claims.claimable(lin, at=AT)}
    assert {slot: one.state.value for slot, one in told.items()} == {
        "coupon:open": "open",
        "coupon:last": "all_gone",
        "coupon:later": "not_yet",
    }
    for slot, one in told.items():
        assert await claimed(lin, slot) == (one.refusal.code if one.refusal else slot)
    hers = {one.slot: one.state.value for one in await coupon_claims.claimable(lin, at=AT)}
    assert hers["coupon:open"] == "claimed"


async def test_what_a_friend_gave_her_is_no_claim_of_hers(lin: int, wang: int) -> None:
    await let_hold("coupon:open", is_claimable=True, is_giftable=True)
    assert await claimed(lin, "coupon:open") == "coupon:open"
    (hers,) = await coupons.of(lin, at=AT)
    later = AT + 2 * DAY
    gift = await send(lin, GiftWish(coupon_uuid=hers.uuid), at=later)
    await gifts.claim(wang, secret(gift), at=later)
    told = {
        one: (await coupon_claims.claimable(one, at=later))[0].state.value for one in (lin, wang)
    }
    assert told == {lin: "claimed", wang: "open"}
    assert await claimed(wang, "coupon:open") == "coupon:open"
