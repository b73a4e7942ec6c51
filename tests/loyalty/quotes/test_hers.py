"""Offers that look at her: why they are hers, off where she wants none, used up by one order."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty import checkout, programme, purchases, quotes, standing
from loyalty.checkout import PaymentFate
from loyalty.conditions import Condition, Conditions
from loyalty.conditions.cart_left import CartLeft
from loyalty.conditions.first_order import FirstOrder
from loyalty.conditions.lapsed import Lapsed
from loyalty.conditions.near_threshold import NearThreshold
from loyalty.conditions.not_bought import NotBought
from loyalty.conditions.orders_within import OrdersWithin
from loyalty.conditions.own_store import InOwnStore
from loyalty.conditions.spent_within import SpentWithin
from loyalty.conditions.weekly_hours import WeeklyHours
from loyalty.discounts.percent import Percent
from loyalty.errors import Refused
from loyalty.orders import IdentityRef
from loyalty.programme import BEGINNING
from loyalty.quotes import CartItem
from models import IdentityKind, StoreOrder, db
from tests.cast import DAY, line, order, switches_personal_offers
from tests.loyalty.store import (
    APP_ID,
    AT,
    member,
    ordered,
    payment,
    quoted,
    token,
)

pytestmark = pytest.mark.usefixtures("store")

LIN = (IdentityRef(IdentityKind.OPENID, APP_ID, "o-lin"),)


async def offer(*conditions: Condition, slot: str = "offer:hers", percent: int = 50) -> None:
    rule = Percent(percent=percent, conditions=Conditions(conditions))
    await programme.publish(slot, rule, starts_at=BEGINNING, by="test", at=AT)


async def bought(*days_ago: int) -> None:
    """Let Lin have bought so many days ago."""
    told = [order(f"T{n}", line(10_000), buyer=LIN, paid_at=AT - n * DAY) for n in days_ago]
    await purchases.record(told, at=AT)
    await derive()


async def derive() -> None:
    derived = await standing.derive(at=AT)
    await standing.forget(derived.members)


async def test_her_third_order_in_six_months_says_that_it_is() -> None:
    lin = await member()
    await offer(OrdersWithin(least_orders=2, most_orders=2))
    await bought(20, 300)
    (declined,) = [one for one in (await quoted(lin, "M-020")).declined if "hers" in str(one)]
    assert declined.refusal.figures["short"] == 1
    await bought(10)
    found = await quoted(lin, "M-020")
    (applied,) = found.applied
    assert [why.en for why in found.whys(applied.proposal)] == [
        "This is your third order in six months"
    ]
    await bought(5)
    assert not (await quoted(lin, "M-020")).applied


async def test_two_first_orders_at_once_are_one() -> None:
    lin = await member()
    await offer(FirstOrder())
    tokens = [token(await quoted(lin, sku)) for sku in ("M-020", "B-330")]
    placed = await asyncio.gather(*(ordered(lin, one) for one in tokens), return_exceptions=True)
    (taken,) = [one for one in placed if isinstance(one, StoreOrder)]
    (refused,) = [one for one in placed if isinstance(one, Refused)]
    assert refused.code == "not_first_order"
    assert "offer:hers" not in str((await quoted(lin, "M-020")).shown.discounts)
    assert await checkout.close(taken.number, at=AT)
    assert "offer:hers" in str((await quoted(lin, "M-020")).shown.discounts)


async def test_a_paid_order_ends_the_first_before_and_after_it_was_counted() -> None:
    lin = await member()
    await offer(FirstOrder())
    taken = await ordered(lin, token(await quoted(lin, "M-020")))
    assert await checkout.paid(payment(taken), at=AT) is PaymentFate.TAKEN
    for _ in range(2):
        assert not (await quoted(lin, "M-020")).applied
        await derive()


async def test_who_lapsed_comes_back_with_one_order() -> None:
    lin = await member()
    await offer(Lapsed(days=90))
    await bought(120)
    first, second = [token(await quoted(lin, "M-020")) for _ in range(2)]
    await ordered(lin, first)
    with pytest.raises(Refused, match="not_lapsed"):
        await ordered(lin, second)


async def test_goods_never_bought_are_cheap_in_one_order_whatever_was_quoted_before() -> None:
    lin = await member()
    await offer(NotBought(skus=("M-020",)))
    first, second, other = [token(await quoted(lin, sku)) for sku in ("M-020", "M-020", "B-330")]
    await ordered(lin, other)  # which ends nothing
    taken = await ordered(lin, first)
    with pytest.raises(Refused, match="goods_bought"):
        await ordered(lin, second)
    assert not (await quoted(lin, "M-020")).applied
    assert await checkout.close(taken.number, at=AT)
    taken = await ordered(lin, second)
    assert await checkout.paid(payment(taken), at=AT) is PaymentFate.TAKEN
    for _ in range(2):
        assert not (await quoted(lin, "M-020")).applied
        await derive()


async def test_whoever_hesitates_has_it_once_in_so_many_days() -> None:
    lin = await member()
    await offer(NearThreshold(threshold_fen=27_000, again_after_days=30))
    tokens = [token(await quoted(lin, "M-020")) for _ in range(2)]
    taken = await ordered(lin, tokens[0])
    with pytest.raises(Refused, match="hesitated_before"):
        await ordered(lin, tokens[1])
    assert not (await quoted(lin, "M-020")).applied
    assert await checkout.close(taken.number, at=AT)
    taken = await ordered(lin, token(await quoted(lin, "M-020")))
    await checkout.paid(payment(taken), at=AT)
    assert not (await quoted(lin, "M-020", at=AT + 29 * DAY)).applied
    (applied,) = (await quoted(lin, "M-020", at=AT + 30 * DAY)).applied
    assert applied.saved_fen == 13_450


async def test_a_cart_that_was_left_changes_the_next_quote() -> None:
    lin = await member()
    await offer(CartLeft(hours=24))
    await db.fetch(
        "INSERT INTO cart VALUES ($1, '{\"M-020\": 1}', $2)", lin, AT - timedelta(hours=25)
    )
    found = await quoted(lin, "M-020")
    (applied,) = found.applied
    assert [why.en for why in found.whys(applied.proposal)] == [
        "Your cart has been waiting for 25 hours"
    ]
    assert "offer:hers" not in str((await quoted(lin, "B-330")).shown.discounts)


async def test_an_own_store_and_its_hours_are_the_same_for_all() -> None:
    lin = await member()
    await offer(InOwnStore(stores=(APP_ID,)), WeeklyHours(weekdays=("sun",)))
    assert not (await quoted(lin, "M-020")).applied, "that is the store called store"
    items = [CartItem("M-020", 1)]
    found = await quotes.quote(lin, items, None, at=AT, shop_code=APP_ID)
    assert [found.whys(one.proposal) for one in found.applied] == [[]]
    assert not (await quotes.quote(lin, items, None, at=AT + DAY, shop_code=APP_ID)).applied


SKUS = ("B-330", "C-100", "M-020", "X-000")


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    days_ago=st.lists(st.integers(0, 700), max_size=5, unique=True),
    units=st.dictionaries(st.sampled_from(SKUS), st.integers(1, 9), min_size=1),
)
async def test_who_wants_no_personal_offers_pays_what_everybody_does(
    days_ago: list[int], units: dict[str, int]
) -> None:
    await offer(OrdersWithin(least_orders=1), slot="offer:a", percent=30)
    await offer(SpentWithin(least_fen=10_000), slot="offer:b", percent=31)
    await offer(Lapsed(days=30), slot="offer:c", percent=32)
    await offer(FirstOrder(), slot="offer:d", percent=33)
    await offer(NearThreshold(threshold_fen=30_000), slot="offer:e", percent=34)
    lin, emma = await member(), await member("o-emma")
    told = [order(f"T{n}", line(10_000), buyer=LIN, paid_at=AT - n * DAY) for n in days_ago]
    await purchases.record(told, at=AT)
    await derive()
    items = [CartItem(sku, quantity) for sku, quantity in units.items()]
    prices = []
    for one in (lin, emma):
        await switches_personal_offers(one, on=False)
        found = await quotes.quote(one, items, None, at=AT)
        prices.append((found.shown.lines, found.shown.discounts))
        assert not any(found.whys(applied.proposal) for applied in found.applied)
    assert prices[0] == prices[1]
