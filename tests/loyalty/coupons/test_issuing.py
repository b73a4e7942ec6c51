"""A coupon is given once a key, to the member it was given to, by the version that made it."""

import asyncio
import re
from collections import Counter
from datetime import datetime, timedelta

import pytest

from loyalty import coupons, programme
from loyalty.calendar import SHANGHAI
from loyalty.coupons import Issue, Reason
from loyalty.discounts import DISCOUNTS
from loyalty.discounts.percent import Percent
from loyalty.errors import NotFound
from loyalty.outcomes import Outcome
from models import Coupon, db
from tests.cast import DAY, JUNE_1
from tests.loyalty.conftest import joined
from tests.loyalty.ledger.test_cost import statements_counted

AT = JUNE_1
THANKS = Reason(zh="感谢您的支持", en="Thank you")


def vip(member_id: int, *, key: str = "c:1", slot: str = "coupon:vip_20") -> Issue:
    return Issue(key, member_id, slot, THANKS)


def fate(outcome: Outcome[int]) -> str:
    return outcome.refusal.code if outcome.refusal else outcome.fate.value


async def test_a_coupon_holds_what_it_is_worth_and_why_she_has_it(lin: int) -> None:
    (issued,) = await coupons.issue([vip(lin)], at=AT)
    (held,) = await coupons.of(lin, at=AT)
    assert (held.id, held.slot, held.reason) == (issued.unwrap(), "coupon:vip_20", THANKS)
    rule = (await programme.load()).version(held.rule_version_id, DISCOUNTS)
    assert rule is not None
    assert isinstance(rule.body, Percent)


async def test_a_coupon_of_30_days_is_good_through_the_last_second_of_the_30th(lin: int) -> None:
    late = datetime(2026, 6, 1, 23, 59, 59, tzinfo=SHANGHAI)
    await coupons.issue([vip(lin)], at=late)
    (held,) = await coupons.of(lin, at=late)
    assert held.expires_at.astimezone(SHANGHAI) == datetime(2026, 7, 2, tzinfo=SHANGHAI)
    moments = (held.expires_at - timedelta(microseconds=1), held.expires_at)
    states = [(await coupons.of(lin, at=moment))[0].state.value for moment in moments]
    assert states == ["issued", "expired"]


async def test_the_same_key_is_the_same_coupon_and_another_content_is_refused(
    lin: int, wang: int
) -> None:
    first, again = await coupons.issue([vip(lin), vip(lin)], at=AT)
    (later,) = await coupons.issue([vip(lin)], at=AT + DAY)
    assert [fate(one) for one in (first, again, later)] == ["done", "already_done", "already_done"]
    assert first.unwrap() == again.unwrap() == later.unwrap()
    others = await coupons.issue([vip(wang), vip(lin, slot="coupon:ten_off")], at=AT)
    assert [fate(one) for one in others] == ["key_reused", "key_reused"]
    assert await Coupon.all().count() == 1


async def test_one_refused_does_not_spoil_the_rest(lin: int) -> None:
    outcomes = await coupons.issue(
        [
            vip(lin, key="a"),
            vip(999, key="b"),
            vip(lin, key="c", slot="coupon:none"),
            vip(lin, key="d", slot="offer:coffee_5"),
            vip(lin, key="e"),
        ],
        at=AT,
    )
    assert [fate(one) for one in outcomes] == [
        "done",
        "no_such_member",
        "no_such_coupon_batch",
        "no_such_coupon_batch",
        "done",
    ]


async def test_one_key_from_32_callers_at_once_is_one_coupon(lin: int) -> None:
    told = await asyncio.gather(*(coupons.issue([vip(lin)], at=AT) for _ in range(32)))
    assert Counter(fate(one) for (one,) in told) == {"done": 1, "already_done": 31}


async def test_crossing_batches_of_the_same_keys_both_end(catalogue: None) -> None:
    member_ids = await joined(20)
    wanted = [vip(one, key=f"k{one}") for one in member_ids]
    told = await asyncio.gather(
        *(coupons.issue(batch, at=AT) for batch in (wanted, wanted[::-1]) * 8)
    )
    assert Counter(fate(one) for batch in told for one in batch)["done"] == 20


async def test_a_batch_of_any_size_takes_the_same_few_statements(catalogue: None) -> None:
    member_ids = await joined(60)
    await programme.load()  # rules are read once as long as they stay the same
    counts = []
    for size, name in ((2, "a"), (60, "b")):
        wanted = [vip(one, key=f"{name}{one}") for one in member_ids[:size]]
        async with statements_counted() as sent:
            await coupons.issue([*wanted, wanted[0]], at=AT)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 3


async def test_codes_cannot_be_guessed_or_mistaken(catalogue: None) -> None:
    member_ids = await joined(200)
    await coupons.issue([vip(one, key=f"k{one}") for one in member_ids], at=AT)
    codes = {row["code"] for row in await db.fetch("SELECT code FROM coupon")}
    assert len(codes) == 200
    assert all(re.fullmatch("[A-Z2-7]{16}", code) for code in codes), "80 bits, no 0 and no 1"
    assert len({code[:4] for code in codes}) > 150, "nothing in it counts up"


async def test_nobody_finds_anothers_coupon(lin: int, wang: int) -> None:
    await coupons.issue([vip(lin)], at=AT)
    (held,) = await coupons.of(lin, at=AT)
    assert await coupons.of(wang, at=AT) == []
    with pytest.raises(NotFound, match="no_such_coupon"):
        await coupons.find(held.uuid, member_id=wang, at=AT)


async def test_usable_ones_come_first_soonest_expiry_first(lin: int) -> None:
    for days, key in ((0, "old"), (20, "soon"), (25, "later"), (26, "void")):
        await coupons.issue([vip(lin, key=key)], at=AT + days * DAY)
    await coupons.void([(await Coupon.get(key="void")).id], at=AT + 30 * DAY)
    names = {one.id: one.key for one in await Coupon.all()}
    held = await coupons.of(lin, at=AT + 40 * DAY)
    assert [names[one.id] for one in held] == ["soon", "later", "old", "void"]
