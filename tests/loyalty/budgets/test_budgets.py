"""Budgets of offers and coupons: reserved, used, released; never overshot, and used to the end."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from loyalty import budgets, checkout, coupons, customers, programme, quotes
from loyalty.budgets import Wanted
from loyalty.discounts import Budget
from loyalty.discounts.fen_off import FenOff
from loyalty.discounts.percent import Percent
from loyalty.errors import Refused
from loyalty.quotes import Quote
from models import CouponState, DiscountUse, StoreOrder, db
from tests.cast import DAY
from tests.loyalty.store import AT, coupon, member, ordered, payment, quoted, token

pytestmark = pytest.mark.usefixtures("store")

FEN = 1_000
OFFER = "offer:ten"


async def publish(*limits: Budget, slot: str = OFFER, fen: int = FEN) -> int:
    """Publish ten yuan off, within budgets."""
    rule = FenOff(fen=fen, lane="goods", budgets=limits)
    return await programme.publish(slot, rule, starts_at=AT - 40 * DAY, by="test", at=AT)


def told(quote: Quote, slot: str = OFFER) -> str:
    """Return what a quote says of an offer: how much it takes off, or why it does not."""
    saved = {one.proposal.slot: str(one.saved_fen) for one in quote.applied}
    why = {one.proposal.slot: one.refusal.code for one in quote.declined}
    return (saved | why)[slot]


async def bought(openid: str, *skus: str, at: datetime = AT) -> StoreOrder:
    lin = await member(openid)
    return await ordered(lin, token(await quoted(lin, *(skus or ("M-020",)), at=at)), at=at)


async def test_what_is_reserved_is_gone_for_others_and_back_once_the_order_is_closed() -> None:
    await publish(Budget(uses=1))
    first = await bought("o-1")
    wang = await member("o-2")
    assert told(await quoted(wang, "M-020")) == "budget_used_up"
    assert await checkout.close(first.number, at=AT)
    assert not await checkout.close(first.number, at=AT)
    assert told(await quoted(wang, "M-020")) == "1000"
    second = await bought("o-2")
    await checkout.paid(payment(second), at=AT)
    assert not await checkout.close(second.number, at=AT)
    assert told(await quoted(wang, "M-020")) == "budget_used_up"


async def test_an_order_whose_quote_no_longer_fits_takes_nothing() -> None:
    await publish(Budget(uses=1))
    lin = await member()
    ten_off = await coupon(lin)
    shown = token(await quoted(lin, "M-020", coupon=ten_off))
    first = await bought("o-2")
    with pytest.raises(Refused, match="budget_used_up"):
        await ordered(lin, shown)
    assert await StoreOrder.all().count() == 1
    assert (await coupons.find(ten_off, member_id=lin, at=AT)).state is CouponState.ISSUED
    await checkout.close(first.number, at=AT)
    uuid = uuid4()
    placed = await ordered(lin, shown, uuid=uuid)
    assert (await ordered(lin, shown, uuid=uuid)).id == placed.id, "a retry takes nothing more"
    assert await DiscountUse.filter(state="reserved").count() == 1


async def test_a_discount_is_taken_whole_or_not_at_all() -> None:
    await publish(Budget(fen=2_500))
    await bought("o-1")
    await bought("o-2")
    wang = await member("o-3")
    assert told(await quoted(wang, "M-020")) == "budget_short"
    assert told(await quoted(wang, "X-000")) == "100", "a smaller cart can have what is left"


async def test_what_a_shorter_budget_leaves_to_others_is_searched_for_too() -> None:
    await programme.publish(
        "offer:half",
        Percent(percent=50, lane="goods", budgets=(Budget(fen=5_000),)),
        starts_at=AT,
        by="test",
        at=AT,
    )
    await publish()
    found = await quoted(await member(), "M-020")
    assert (told(found, "offer:half"), told(found)) == ("budget_short", "1000")


async def test_each_member_uses_it_so_often_under_all_ids_that_she_had() -> None:
    await publish(Budget(uses_per_member=1), Budget("daily", uses=50))
    lin, wang = await member("o-1"), await member("o-2")
    shown = token(await quoted(lin, "M-020"))
    order = await bought("o-2")
    await checkout.paid(payment(order), at=AT)
    await customers.merge(lin, wang, evidence="test", by="test", at=AT)
    assert told(await quoted(lin, "M-020")) == "budget_used_by_her"
    with pytest.raises(Refused, match="budget_used_by_her"):
        await ordered(lin, shown)


async def test_a_day_ends_at_midnight_in_shanghai() -> None:
    await publish(Budget("daily", uses=1))
    night = datetime(2026, 11, 22, 15, 59, 59, 999_999, tzinfo=UTC)
    first = await bought("o-1", at=night)
    wang = await member("o-2")
    refused = await quoted(wang, "M-020", at=night)
    assert told(refused) == "budget_used_up_for_now"
    (declined,) = [one for one in refused.declined if one.proposal.slot == OFFER]
    assert declined.refusal.figures["again_on"] == "2026-11-23"
    midnight = night + timedelta(microseconds=1)
    assert told(await quoted(wang, "M-020", at=midnight)) == "1000"
    await bought("o-2", at=midnight)
    await checkout.close(first.number, at=midnight)
    assert told(await quoted(wang, "M-020", at=night)) == "1000", "it is back on its own day"
    assert told(await quoted(wang, "M-020", at=midnight)) == "budget_used_up_for_now"


async def test_staff_who_change_a_budget_change_it_for_coupons_that_are_out() -> None:
    await publish(Budget(uses=9), slot="coupon:nine")
    lin = await member()
    hers = await coupon(lin, "coupon:nine")
    shown = await quoted(lin, "M-020", coupon=hers)
    await ordered(await member("o-2"), token(await _with_coupon("o-2")))
    await publish(Budget(uses=1), slot="coupon:nine")
    with pytest.raises(Refused, match="budget_used_up"):
        await ordered(lin, token(shown))
    refused = await quoted(lin, "M-020", coupon=hers)
    assert (refused.shown.coupon, told(refused, "coupon:nine")) == (None, "budget_used_up")
    await publish(slot="coupon:nine")
    await ordered(lin, token(shown))


async def _with_coupon(openid: str) -> Quote:
    wang = await member(openid)
    return await quoted(wang, "M-020", coupon=await coupon(wang, "coupon:nine"))


async def test_what_was_used_stays_used_when_the_order_is_given_back() -> None:
    await publish(Budget(uses=1, fen=FEN))
    order = await bought("o-1")
    await checkout.paid(payment(order), at=AT)
    await checkout.refund(order.number, "all", at=AT)
    assert told(await quoted(await member("o-2"), "M-020")) == "budget_used_up"


async def test_no_budget_asks_nothing_of_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    lin = await member()
    await quoted(lin, "M-020")
    asked: list[str] = []
    fetch = db.fetch

    async def watched(sql: str, *arguments: object) -> list[db.Row]:
        asked.append(sql)
        return await fetch(sql, *arguments)

    monkeypatch.setattr(db, "fetch", watched)
    await quoted(lin, "M-020")
    without = len(asked)
    assert not any("budget_taken" in sql for sql in asked)
    await publish(Budget(uses=9), Budget("weekly", fen=9_000), Budget("daily", uses_per_member=3))
    await quotes.quote(lin, [quotes.CartItem("M-020", 1)], None, at=AT)
    asked.clear()
    await quoted(lin, "M-020")
    assert len(asked) == without + 1


async def test_two_hundred_at_once_use_a_budget_to_its_end_and_no_further() -> None:
    """A thousand yuan in tens; half of those who had one close their orders, and others come."""
    version = await publish(Budget(fen=100 * FEN), Budget("daily", uses=100))
    lin = await member()
    held = (Budget(fen=100 * FEN), Budget("daily", uses=100))
    orders = await _orders(lin, count=300)

    async def take(order_id: int) -> bool:
        try:
            async with db.transaction():
                wanted = [Wanted(OFFER, version, FEN, held)]
                await budgets.reserve(wanted, member_id=lin, order_id=order_id, at=AT)
        except Refused:
            return False
        return True

    async def give_back(order_id: int) -> bool:
        async with db.transaction():
            await budgets.release([order_id])
        return True

    first = await asyncio.gather(*map(take, orders[:200]))
    assert sum(first) == 100
    having = [order for order, has in zip(orders[:200], first, strict=True) if has]
    await asyncio.gather(*map(give_back, having[:50] * 2), *map(take, orders[200:240]))
    await asyncio.gather(*map(take, orders[240:]))
    rows = await db.fetch("SELECT per, fen, uses FROM budget_taken ORDER BY per")
    assert [tuple(row) for row in rows] == [("daily", 100 * FEN, 100), ("ever", 100 * FEN, 100)]


async def test_of_many_who_order_the_last_unit_one_has_it_and_the_others_have_nothing() -> None:
    await publish(Budget(uses=2), Budget(uses_per_member=1))
    ids = [await member(f"o-{n}") for n in range(6)]
    shown = [(one, token(await quoted(one, "M-020"))) for one in ids]
    twice = [pair for pair in shown for _ in range(2)]  # each on two phones
    answers = await asyncio.gather(
        *(ordered(one, told) for one, told in twice), return_exceptions=True
    )
    placed = [one for one in answers if isinstance(one, StoreOrder)]
    refused = [one for one in answers if isinstance(one, Refused)]
    assert (len(placed), len(refused)) == (2, 10)
    assert {one.code for one in refused} <= {"budget_used_up", "budget_used_by_her"}
    assert len({one.member_id for one in placed}) == 2
    assert await StoreOrder.all().count() == 2


async def _orders(member_id: int, *, count: int) -> list[int]:
    rows = await db.fetch(
        "INSERT INTO store_order (uuid, member_id, number, openid, app_id, quote, lines, total_fen,"
        " state, grounds, seal, ordered_at, lapses_at)"
        " SELECT gen_random_uuid(), $1, 'reserved' || n, '', '', '{}', '[]', 1, 'awaiting_payment',"
        "  '{}', '',"
        "  $2::timestamptz, $2::timestamptz + interval '15 minutes'"
        " FROM generate_series(1, $3) AS n RETURNING id",
        member_id,
        AT,
        count,
    )
    return [row["id"] for row in rows]


async def test_a_counter_that_does_not_agree_with_its_uses_is_found() -> None:
    await publish(Budget(fen=9_000))
    await bought("o-1")
    await db.fetch("UPDATE budget_taken SET fen = fen + 1")
    (found,) = await budgets.verify()
    assert (found.slot, "counted 1001 fen in 1 uses, used 1000 fen in 1" in found.told) == (
        OFFER,
        True,
    )
    await db.fetch("UPDATE budget_taken SET fen = fen - 1")
