"""A rung gives its coupon once a window, whatever comes first or twice; what is not sent goes."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from loyalty import customers, ladders, purchases, standing
from loyalty.ladders import handing
from loyalty.ladders.handing import Handed, ToHand
from loyalty.orders import IdentityRef
from loyalty.policies.ladder import Rung
from models import IdentityKind, ShopCoupon, ShopCouponState, db
from tests.cast import LIN, line, noon, order
from tests.loyalty.ladders.scene import RUNGS, YEARLY, coupons, let_hold, made, publish
from tests.loyalty.play_scene import buys, derived, member

DAY = timedelta(days=1)
OUID = IdentityRef(IdentityKind.TMALL_OUID, "flagship", "ouid-wang")


@pytest.fixture(autouse=True)
async def brand(database: None) -> None:
    await publish()


async def claimed() -> list[ToHand]:
    told = {"shop": "tmall:flagship", "shop_code": "flagship", "app_key": "app", "limit": 100}
    return await handing.claim(1, **told, at=noon(2026, 3, 9))  # type: ignore[arg-type]


async def known() -> int:
    """Let Wang be known at the shop."""
    her = await member()
    await customers.add_names(her, [OUID], own_id=her, at=noon(2026, 3, 1))
    return her


async def hand(state: ShopCouponState) -> None:
    outcomes = [Handed(one, state) for one in await claimed()]
    await handing.end(outcomes, at=noon(2026, 3, 9))


async def test_each_rung_gives_once_a_year() -> None:
    for number, yuan in enumerate((400, 100, 499, 1, 5000), 1):
        await buys(str(number), yuan, paid_at=noon(2026, 3, number))
    assert await coupons() == [("2026", "first", "waiting"), ("2026", "second", "waiting")]
    first = await ShopCoupon.get(rung="first")
    assert (first.reached_at, first.coupon_fen, first.least_order_fen) == (
        noon(2026, 3, 2),
        2000,
        19_900,
    )
    await buys("6", 500, paid_at=noon(2027, 1, 1))
    assert (await coupons())[2:] == [("2027", "first", "waiting")]


async def test_orders_in_any_sequence_and_derived_at_once_give_once() -> None:
    for number, day in enumerate((9, 3, 7, 1), 1):
        one = order(str(number), line(30_000), paid_at=noon(2026, 3, day))
        await purchases.record([one], at=noon(2026, 3, 9))
        await asyncio.gather(*(standing.derive(at=noon(2026, 3, 9)) for _ in range(4)))
    assert await coupons() == [("2026", "first", "waiting"), ("2026", "second", "waiting")]


async def test_freight_and_what_was_given_back_do_not_count() -> None:
    freight = order("1", line(49_000), freight_fen=2000, paid_at=noon(2026, 3, 1))
    await purchases.record([freight], at=noon(2026, 3, 1))
    await derived(at=noon(2026, 3, 1))
    assert await coupons() == []
    await buys("2", 100, paid_at=noon(2026, 3, 2), refunded_yuan=95)
    assert await coupons() == []


async def test_only_that_shops_orders_count_where_the_ladder_says_so() -> None:
    await let_hold(replace(YEARLY, counts="this_shop", shop="tmall:other"), at=noon(2026, 2, 1))
    await buys("1", 5000, paid_at=noon(2026, 3, 1))
    assert await coupons() == []
    await let_hold(replace(YEARLY, counts="this_shop"), at=noon(2026, 2, 2))
    await standing.everyone_changed()
    await derived(at=noon(2026, 3, 1))
    assert len(await coupons()) == 2


async def test_a_refund_withdraws_what_is_not_sent_and_it_may_be_reached_again() -> None:
    await buys("1", 600, paid_at=noon(2026, 3, 1))
    await buys("1", 600, paid_at=noon(2026, 3, 1), refunded_yuan=200, at=noon(2026, 3, 2))
    assert await coupons() == [("2026", "first", "withdrawn")]
    await buys("2", 100, paid_at=noon(2026, 3, 3))
    assert await coupons() == [("2026", "first", "waiting")]
    assert (await ShopCoupon.get()).reached_at == noon(2026, 3, 3)


async def test_what_was_sent_stays_and_that_she_is_below_is_noted() -> None:
    await known()
    await made()
    await buys("1", 600, paid_at=noon(2026, 3, 1))
    await hand(ShopCouponState.SENT)
    await buys("1", 600, paid_at=noon(2026, 3, 1), refunded_yuan=600, at=noon(2026, 3, 2))
    sent = await ShopCoupon.get()
    assert (sent.state, sent.below_at) == (ShopCouponState.SENT, noon(2026, 3, 2))
    await buys("2", 500, paid_at=noon(2026, 3, 3))
    sent = await ShopCoupon.get()
    assert (sent.state, sent.below_at) == (ShopCouponState.SENT, None), "and no second one"


@pytest.mark.parametrize(
    ("outcome", "end"),
    [
        (ShopCouponState.SENT, "sent"),
        (ShopCouponState.WAITING, "withdrawn"),
        (ShopCouponState.REFUSED, "withdrawn"),
    ],
)
async def test_a_refund_while_it_is_asked_for_waits_for_the_outcome(
    outcome: ShopCouponState, end: str
) -> None:
    await known()
    await made()
    await buys("1", 600, paid_at=noon(2026, 3, 1))
    asked = await claimed()
    await buys("1", 600, paid_at=noon(2026, 3, 1), refunded_yuan=600, at=noon(2026, 3, 2))
    assert await coupons() == [("2026", "first", "asked")]
    assert await claimed() == [], "nobody asks for it again"
    await handing.end([Handed(one, outcome) for one in asked], at=noon(2026, 3, 2))
    assert await coupons() == [("2026", "first", end)]
    # Told again, by somebody who claimed it before: nothing changes.
    await handing.end([Handed(one, ShopCouponState.REFUSED) for one in asked], at=noon(2026, 3, 3))
    assert await coupons() == [("2026", "first", end)]


async def test_two_workers_do_not_claim_the_same() -> None:
    await known()
    await made()
    await buys("1", 1000, paid_at=noon(2026, 3, 1))
    found = await asyncio.gather(*(claimed() for _ in range(6)))
    assert sorted(one.batch_number for some in found for one in some) == ["990first", "990second"]


async def test_who_is_not_known_there_waits_until_she_is_or_until_it_lapses() -> None:
    await made()
    await buys("1", 500, paid_at=noon(2026, 3, 1))
    assert await claimed() == []
    await known()
    assert [one.name for one in await claimed()] == ["ouid-wang"]
    await buys("2", 500, paid_at=noon(2026, 3, 2), buyer=LIN)
    over = noon(2026, 3, 2) + 91 * DAY
    assert await handing.lapse(at=over - DAY) == 0
    assert await handing.lapse(at=over) == 1
    await standing.everyone_changed()
    await derived(at=over)
    assert (await coupons())[1] == ("2026", "first", "lapsed"), "and it is not given anew"


async def test_she_is_given_what_held_when_she_reached_it() -> None:
    await buys("1", 600, paid_at=noon(2026, 3, 1))
    cheaper = (Rung("first", 800, 10), RUNGS[1])
    await let_hold(replace(YEARLY, rungs=cheaper), at=noon(2026, 3, 2))
    await standing.everyone_changed()
    await derived(at=noon(2026, 3, 3))
    (one,) = await ShopCoupon.all()
    assert (one.state, one.coupon_fen) == (ShopCouponState.WAITING, 2000)


async def test_who_refused_her_may_give_it_once_she_bound_herself() -> None:
    her = await known()
    await made()
    await db.fetch(
        "INSERT INTO connection (id, kind, scope, name, sealed_body, created_at)"
        " VALUES (2, 'tmall_pass', 'flagship', '旗舰店', '', now())"
    )
    await buys("1", 600, paid_at=noon(2026, 3, 1))
    await hand(ShopCouponState.REFUSED)
    assert await claimed() == []
    await db.fetch(
        "INSERT INTO pass_binding (connection_id, value, customer_id, bound_at, confirmed_at)"
        " VALUES (2, 'ouid-wang', $1, $2, $2)",
        her,
        noon(2026, 3, 10),
    )
    assert len(await claimed()) == 1


async def test_merged_they_have_it_once_and_parted_each_has_her_own() -> None:
    wang, lin = await member(), await member(LIN)
    await buys("w", 600, paid_at=noon(2026, 3, 1))
    await buys("l", 600, paid_at=noon(2026, 3, 1), buyer=LIN)
    merge = await customers.merge(wang, lin, evidence="e", by="test", at=noon(2026, 3, 3))
    await derived(at=noon(2026, 3, 3))
    assert await coupons() == [
        ("2026", "first", "waiting"),
        ("2026", "first", "withdrawn"),
        ("2026", "second", "waiting"),
    ]
    (told,) = await ladders.progress(wang, at=noon(2026, 3, 3))
    assert told.spent_fen == 120_000
    assert [one.is_reached for one in told.rungs] == [True, True]
    await customers.unmerge(merge, by="test", at=noon(2026, 3, 5))
    await derived(at=noon(2026, 3, 5))
    assert await coupons() == [
        ("2026", "first", "waiting"),
        ("2026", "first", "waiting"),
        ("2026", "second", "withdrawn"),
    ]


async def test_what_rolls_comes_again_after_its_months_though_an_order_was_given_back() -> None:
    await let_hold(
        replace(YEARLY, rungs=RUNGS[:1], window="rolling_months", window_months=3),
        at=noon(2026, 1, 2),
    )
    await known()
    await made()
    await buys("1", 600, paid_at=noon(2026, 3, 1))
    await hand(ShopCouponState.SENT)
    # Told late: she had reached it earlier, which is the same time of it.
    await buys("2", 600, paid_at=noon(2026, 1, 15), at=noon(2026, 3, 2))
    assert len(await coupons()) == 1
    for number, paid_at in (("1", noon(2026, 3, 1)), ("2", noon(2026, 1, 15))):
        await buys(number, 600, paid_at=paid_at, refunded_yuan=600, at=noon(2026, 3, 3))
    await buys("3", 600, paid_at=noon(2026, 5, 31))
    assert [state for _, _, state in await coupons()] == ["sent"], "not yet again"
    await buys("4", 600, paid_at=noon(2026, 9, 1))
    assert [state for _, _, state in await coupons()] == ["sent", "waiting"]


async def test_how_far_she_is_is_told_in_the_window_that_runs() -> None:
    her = await known()
    await buys("1", 700, paid_at=noon(2026, 3, 1))
    (told,) = await ladders.progress(her, at=noon(2026, 3, 2))
    assert (told.code, told.spent_fen, told.is_known) == ("tmall", 70_000, False)
    first, second = told.rungs
    assert first.is_reached
    assert first.coupon is not None
    assert (second.is_reached, second.coupon) == (False, None)
    await made()
    (told,) = await ladders.progress(her, at=noon(2026, 3, 2))
    assert (told.shop_name, told.is_known) == ("旗舰店", True)
    await hand(ShopCouponState.SENT)
    (told,) = await ladders.progress(her, at=noon(2027, 1, 2))
    assert (told.spent_fen, told.rungs[0].is_reached) == (0, False)
    assert [one.rung for one in told.earlier] == ["first"], "still good"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("rolling_months", "calendar_year"),
        ("season", "calendar_year"),
        ("calendar_year", "season"),
        ("calendar_year", "rolling_months"),
        ("rolling_months", "season"),
        ("season", "rolling_months"),
    ],
)
async def test_a_window_of_another_kind_gives_nobody_a_second_one(before: str, after: str) -> None:
    season = {"starts_at": noon(2026, 2, 1), "ends_at": noon(2026, 9, 1)}
    first, second = (replace(YEARLY, window=one, **season) for one in (before, after))
    await let_hold(first, at=noon(2026, 2, 1))
    await buys("1", 600, paid_at=noon(2026, 3, 1))
    ((_, rung, state),) = await coupons()
    assert (rung, state) == ("first", "waiting")
    await let_hold(second, at=noon(2026, 4, 1))
    await standing.everyone_changed()
    await derived(at=noon(2026, 4, 2))
    await buys("2", 100, paid_at=noon(2026, 4, 3))
    assert len(await coupons()) == 1
    told = await ladders.progress(await member(), at=noon(2026, 4, 4))
    assert [one.coupon is not None for one in told[0].rungs] == [True, False]
