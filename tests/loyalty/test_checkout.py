"""From a quote to an order, from a payment to points, and all the way back."""

import asyncio
from datetime import datetime
from uuid import uuid4

import pytest

from loyalty import checkout, ledger
from loyalty.checkout import PaymentFate
from loyalty.errors import Conflict, LoyaltyError, NotFound, Refused
from loyalty.outcomes import Fate
from models import (
    Coupon,
    CouponState,
    Entry,
    Product,
    Purchase,
    PurchaseLine,
    PurchaseState,
    StoreOrder,
    StoreOrderState,
    StoreRefund,
    StoreRefundState,
    db,
)
from tests.cast import DAY
from tests.loyalty.store import (
    AT,
    coupon,
    member,
    ordered,
    payment,
    quoted,
    token,
)

pytestmark = pytest.mark.usefixtures("store")


async def state_of(uuid: object) -> CouponState:
    return (await Coupon.get(uuid=uuid)).state


async def test_an_order_charges_what_was_shown_though_the_price_has_changed() -> None:
    lin = await member()
    told = token(await quoted(lin, "M-020"))
    await Product.filter(sku="M-020").update(price_fen=99_900)
    order = await ordered(lin, told)
    assert (order.total_fen, order.state) == (26_900, StoreOrderState.AWAITING_PAYMENT)
    assert (len(order.number), order.lapses_at) == (20, AT + DAY / 96)


async def test_the_same_uuid_is_the_same_order_even_when_the_quote_has_ended() -> None:
    lin, uuid = await member(), uuid4()
    told = token(await quoted(lin, "M-020", coupon=await coupon(lin)))
    first = await ordered(lin, told, uuid=uuid)
    again = await ordered(lin, told, uuid=uuid, at=AT + DAY)
    assert (again.id, await StoreOrder.all().count()) == (first.id, 1)
    with pytest.raises(Conflict, match="key_reused"):
        await ordered(lin, token(await quoted(lin, "B-330")), uuid=uuid)
    with pytest.raises(Refused, match="quote_expired"):
        await ordered(lin, told, at=AT + DAY)


async def test_nobody_orders_by_anothers_quote_or_meets_anothers_order() -> None:
    lin, emma, uuid = await member(), await member("o-emma"), uuid4()
    told = token(await quoted(lin, "M-020"))
    with pytest.raises(Refused, match="quote_forged"):
        await ordered(emma, told)
    await ordered(lin, told, uuid=uuid)
    with pytest.raises(Conflict, match="key_reused"):
        await ordered(emma, token(await quoted(emma, "M-020")), uuid=uuid)


async def test_what_left_the_shelf_since_is_refused() -> None:
    lin = await member()
    told = token(await quoted(lin, "M-020"))
    await Product.filter(sku="M-020").update(is_on_sale=False)
    with pytest.raises(Refused, match="product_not_on_sale"):
        await ordered(lin, told)


async def test_of_five_orders_at_once_with_one_coupon_one_is_placed() -> None:
    lin = await member()
    mine = await coupon(lin)
    told = [token(await quoted(lin, "M-020", coupon=mine)) for _ in range(5)]
    found = await asyncio.gather(*(ordered(lin, one) for one in told), return_exceptions=True)
    refused = [one for one in found if isinstance(one, LoyaltyError)]
    assert (len(refused), await StoreOrder.all().count()) == (4, 1)
    assert await state_of(mine) is CouponState.LOCKED


async def test_a_payment_uses_the_coupon_and_becomes_a_purchase_that_earns() -> None:
    lin = await member()
    mine = await coupon(lin)
    order = await ordered(lin, token(await quoted(lin, "C-100", "M-020", coupon=mine)))
    assert await checkout.paid(payment(order), at=AT) is PaymentFate.TAKEN
    assert (await StoreOrder.get()).state is StoreOrderState.PAID
    assert await state_of(mine) is CouponState.USED
    bought = await Purchase.get()
    assert (bought.customer_id, bought.number, bought.state) == (
        lin,
        order.number,
        PurchaseState.PAID,
    )
    assert (bought.goods_fen, bought.discount_shop_fen, bought.paid_fen) == (39_700, 1640, 38_060)
    lines = await PurchaseLine.filter(purchase_id=bought.id).order_by("number")
    assert [(one.sku, one.category) for one in lines] == [("C-100", "咖啡"), ("M-020", "器具")]
    assert (await ledger.balances([lin], at=AT))[lin].pending == 380


async def test_what_the_quote_promised_is_what_is_earned() -> None:
    lin = await member()
    found = await quoted(lin, "C-100", "M-020", "B-330", coupon=await coupon(lin, "coupon:vip_20"))
    order = await ordered(lin, token(found))
    await checkout.paid(payment(order), at=AT)
    assert (await ledger.balances([lin], at=AT))[lin].pending == found.points_to_earn > 0


async def test_eight_tellings_of_one_payment_at_once_count_once() -> None:
    lin = await member()
    order = await ordered(lin, token(await quoted(lin, "M-020", coupon=await coupon(lin))))
    fates = await asyncio.gather(*(checkout.paid(payment(order), at=AT) for _ in range(8)))
    assert sorted(fates) == [PaymentFate.TAKEN, *[PaymentFate.TAKEN_BEFORE] * 7]
    assert await Purchase.all().count() == await Entry.all().count() == 1


@pytest.mark.parametrize("changed", [{"total_fen": 1}, {"payer_fen": 26_901}, {"payer_fen": -1}])
async def test_a_payment_of_another_amount_moves_nothing(changed: dict[str, int]) -> None:
    lin = await member()
    order = await ordered(lin, token(await quoted(lin, "M-020")))
    with pytest.raises(Refused, match="payment_differs"):
        await checkout.paid(payment(order, **changed), at=AT)
    assert (await StoreOrder.get()).state is StoreOrderState.AWAITING_PAYMENT
    assert not await Purchase.exists()


async def test_a_second_payment_of_one_order_and_one_of_no_order_are_refused() -> None:
    order = await ordered(await member(), token(await quoted(await member(), "M-020")))
    await checkout.paid(payment(order), at=AT)
    with pytest.raises(Refused, match="payment_differs"):
        await checkout.paid(payment(order, payment_id="another"), at=AT)
    with pytest.raises(NotFound, match="no_such_order"):
        await checkout.paid(payment(order, number="none"), at=AT)


async def test_an_order_that_costs_nothing_is_paid_at_once_and_earns_nothing() -> None:
    lin = await member()
    mine = await coupon(lin, "coupon:free")
    order = await ordered(lin, token(await quoted(lin, "M-020", coupon=mine)))
    assert (order.total_fen, order.state) == (0, StoreOrderState.PAID)
    assert await state_of(mine) is CouponState.USED
    assert ((await Purchase.get()).paid_fen, await Entry.all().count()) == (0, 0)


async def test_an_order_that_lapsed_gives_its_coupon_back_once() -> None:
    lin = await member()
    mine = await coupon(lin)
    order = await ordered(lin, token(await quoted(lin, "M-020", coupon=mine)))
    assert await checkout.lapsed(at=AT, limit=10) == []
    late = AT + DAY
    assert [one.number for one in await checkout.lapsed(at=late, limit=10)] == [order.number]
    closings = await asyncio.gather(*(checkout.close(order.number, at=late) for _ in range(4)))
    assert sorted(closings) == [False, False, False, True]
    assert await state_of(mine) is CouponState.ISSUED
    again = await ordered(lin, token(await quoted(lin, "M-020", coupon=mine, at=late)), at=late)
    assert not await checkout.close(order.number, at=late)
    assert (await state_of(mine), again.state) == (
        CouponState.LOCKED,
        StoreOrderState.AWAITING_PAYMENT,
    )


async def test_a_paid_order_is_not_closed() -> None:
    order = await ordered(await member(), token(await quoted(await member(), "M-020")))
    await checkout.paid(payment(order), at=AT)
    assert not await checkout.close(order.number, at=AT + DAY)
    assert await checkout.lapsed(at=AT + DAY, limit=10) == []


async def test_money_that_came_too_late_is_given_back_and_buys_nothing() -> None:
    lin = await member()
    mine = await coupon(lin)
    order = await ordered(lin, token(await quoted(lin, "M-020", coupon=mine)))
    await checkout.close(order.number, at=AT + DAY)
    assert await checkout.paid(payment(order), at=AT + DAY) is PaymentFate.GIVEN_BACK
    assert await checkout.paid(payment(order), at=AT + DAY) is PaymentFate.TAKEN_BEFORE
    (due,) = await checkout.due_refunds(at=AT + DAY, limit=10)
    assert (due.order_number, due.fen, due.total_fen) == (order.number, 25_900, 25_900)
    assert not await Purchase.exists()
    assert await state_of(mine) is CouponState.ISSUED


async def completed(order: StoreOrder, *, at: datetime) -> Fate:
    (outcome,) = await checkout.complete([order.number], at=at)
    return outcome.fate


async def test_a_completed_order_settles_when_the_return_window_is_over() -> None:
    lin = await member()
    order = await ordered(lin, token(await quoted(lin, "M-020")))
    assert await completed(order, at=AT) is Fate.REFUSED, "it is not paid"
    await checkout.paid(payment(order), at=AT)
    assert await completed(order, at=AT + DAY) is Fate.DONE
    assert await completed(order, at=AT + 2 * DAY) is Fate.ALREADY_DONE
    bought = await Purchase.get()
    assert (bought.state, bought.completed_at) == (PurchaseState.COMPLETED, AT + DAY)
    assert await ledger.due_to_settle(at=AT + 7 * DAY, limit=10) == []
    assert len(await ledger.due_to_settle(at=AT + 8 * DAY, limit=10)) == 1


async def test_orders_are_completed_together_and_what_cannot_be_spoils_nothing() -> None:
    lin, wang = await member(), await member("o-wang")
    tokens = [token(await quoted(lin, "M-020")), token(await quoted(lin, "B-330"))]
    whole, half = [await ordered(lin, told) for told in tokens]
    hers = await ordered(wang, token(await quoted(wang, "M-020")), openid="o-wang")
    waiting = await ordered(wang, token(await quoted(wang, "B-330")), openid="o-wang")
    for order in (whole, half, hers):
        await checkout.paid(payment(order), at=AT)
    await checkout.refund(whole.number, "all", at=AT)
    await checkout.refund(half.number, "some", fen=1_00, at=AT)
    assert await checkout.uncompleted(paid_by=AT - DAY, limit=10) == []
    assert await checkout.uncompleted(paid_by=AT + DAY, limit=10) == [half.number, hers.number]
    numbers = [whole.number, "no such", half.number, hers.number, waiting.number]
    outcomes = await checkout.complete(numbers, at=AT + DAY)
    assert [one.fate for one in outcomes] == [
        Fate.ALREADY_DONE,
        Fate.REFUSED,
        Fate.DONE,
        Fate.DONE,
        Fate.REFUSED,
    ]
    assert await checkout.uncompleted(paid_by=AT + DAY, limit=10) == []
    kept = await Purchase.get(number=half.number)
    assert (kept.state, kept.refunded_fen) == (PurchaseState.COMPLETED, 1_00)


async def test_any_series_of_partial_refunds_ends_where_the_whole_one_does() -> None:
    lin = await member()
    order = await ordered(
        lin, token(await quoted(lin, "C-100", "M-020", "X-000", coupon=await coupon(lin)))
    )
    await checkout.paid(payment(order, payer_fen=order.total_fen - 7), at=AT)
    await completed(order, at=AT)
    await checkout.refund(order.number, "a", fen=1, at=AT + DAY)
    await checkout.refund(order.number, "b", fen=9_999, at=AT + DAY)
    half = await Purchase.get()
    assert (half.state, half.refunded_fen > 9_990) == (PurchaseState.COMPLETED, True)
    assert half.points_earned == (half.paid_fen - half.refunded_fen) // 100
    await checkout.refund(order.number, "c", fen=777, at=AT + DAY)
    await checkout.refund(order.number, "d", at=AT + 2 * DAY)
    whole = await Purchase.get()
    assert (whole.state, whole.refunded_fen) == (PurchaseState.REFUNDED, order.total_fen - 7)
    assert whole.points_earned == 0
    balance = (await ledger.balances([lin], at=AT + 2 * DAY))[lin]
    assert (balance.available, balance.pending, balance.debt) == (0, 0, 0)
    assert sum(one.fen for one in await StoreRefund.all()) == order.total_fen
    with pytest.raises(Refused, match="nothing_to_refund"):
        await checkout.refund(order.number, "e", at=AT + 2 * DAY)


async def test_a_refund_counts_though_the_clock_was_set_back(store: None) -> None:
    order = await ordered(await member(), token(await quoted(await member(), "M-020")))
    await checkout.paid(payment(order), at=AT)
    await completed(order, at=AT + 30 * DAY)
    await checkout.refund(order.number, "all", at=AT + DAY)
    assert (await Purchase.get()).points_earned == 0


async def test_a_refund_of_one_name_happens_once() -> None:
    order = await ordered(await member(), token(await quoted(await member(), "M-020")))
    await checkout.paid(payment(order), at=AT)
    found = await asyncio.gather(*(checkout.refund(order.number, "all", at=AT) for _ in range(4)))
    assert len({one.number for one in found}) == await StoreRefund.all().count() == 1
    with pytest.raises(Conflict, match="key_reused"):
        await checkout.refund(order.number, "all", fen=5, at=AT)


@pytest.mark.parametrize("fen", [26_901, -1])
async def test_more_than_an_order_cost_is_not_given_back(fen: int) -> None:
    order = await ordered(await member(), token(await quoted(await member(), "M-020")))
    await checkout.paid(payment(order), at=AT)
    with pytest.raises(Refused, match="refund_too_large"):
        await checkout.refund(order.number, "x", fen=fen, at=AT)
    assert not await StoreRefund.exists()


async def test_an_order_of_nothing_is_refunded_without_money() -> None:
    lin = await member()
    free = await coupon(lin, "coupon:free")
    order = await ordered(lin, token(await quoted(lin, "M-020", coupon=free)))
    made = await checkout.refund(order.number, "all", at=AT)
    assert (made.fen, made.state) == (0, StoreRefundState.DONE)
    assert (await Purchase.get()).state is PurchaseState.REFUNDED
    assert await checkout.due_refunds(at=AT, limit=10) == []


async def test_a_refund_is_asked_for_until_it_has_ended() -> None:
    order = await ordered(await member(), token(await quoted(await member(), "M-020")))
    await checkout.paid(payment(order), at=AT)
    made = await checkout.refund(order.number, "all", at=AT)
    assert [one.number for one in await checkout.due_refunds(at=AT, limit=10)] == [made.number]
    assert await checkout.due_refunds(at=AT, limit=10) == []
    assert len(await checkout.due_refunds(at=AT + DAY, limit=10)) == 1
    await checkout.end_refund(made.number, StoreRefundState.DONE, at=AT + DAY)
    await checkout.end_refund(made.number, StoreRefundState.FAILED, at=AT + DAY)
    assert (await StoreRefund.get()).state is StoreRefundState.DONE
    assert await checkout.due_refunds(at=AT + 2 * DAY, limit=10) == []


async def test_a_payment_that_cannot_be_recorded_leaves_everything_as_it_was() -> None:
    lin = await member()
    mine = await coupon(lin)
    order = await ordered(lin, token(await quoted(lin, "M-020", coupon=mine)))
    await db.fetch("ALTER TABLE purchase_line ADD CONSTRAINT broken CHECK (sku = 'none')")
    try:
        with pytest.raises(Exception, match="broken"):
            await checkout.paid(payment(order), at=AT)
    finally:
        await db.fetch("ALTER TABLE purchase_line DROP CONSTRAINT broken")
    assert await state_of(mine) is CouponState.LOCKED
    assert (await StoreOrder.get()).state is StoreOrderState.AWAITING_PAYMENT
