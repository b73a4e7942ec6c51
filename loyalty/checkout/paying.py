"""What WeChat Pay says of an order: it was paid, or it can no longer be."""

from datetime import datetime
from typing import Any

from loyalty import budgets, coupons, early_access, standing, taking_back
from loyalty.again import in_transaction
from loyalty.checkout.locking import locked_one
from loyalty.checkout.refunding import give_back_late
from loyalty.checkout.settling import record_paid
from loyalty.errors import NotFound, Refused
from loyalty.payments import Payment, PaymentFate
from loyalty.roots import roots_of
from models import StoreOrder, StoreOrderState, db


async def paid(payment: Payment, *, at: datetime) -> PaymentFate:
    """Take a payment: the coupon is used, the purchase recorded, points earned, all or nothing.

    The same payment again changes nothing. One for an order that was closed meanwhile is given
    back whole.

    Raises:
        NotFound: ``no_such_order``. Refused: ``payment_differs``: another amount than was asked
            for, or a second payment of one order.
    """
    return await in_transaction(lambda: _paid(payment, at=at))


async def _paid(payment: Payment, *, at: datetime) -> PaymentFate:
    order = await locked_one(payment.number)
    if order is None:
        raise NotFound("no_such_order")
    if order.payment_id == payment.payment_id:
        return PaymentFate.TAKEN_BEFORE
    if order.state is StoreOrderState.PAID or payment.total_fen != order.total_fen:
        raise Refused("payment_differs", number=order.number)
    if not 0 <= payment.payer_fen <= payment.total_fen:
        raise Refused("payment_differs", number=order.number)
    if order.state is StoreOrderState.CLOSED:
        await give_back_late(order, payment.payment_id, at=at)
        return PaymentFate.GIVEN_BACK
    await record_paid(
        order,
        # business time may stand apart from that of the wire, in the demo
        paid_at=max(order.ordered_at, min(payment.paid_at, at)),
        payer_fen=payment.payer_fen,
        at=at,
        payment_id=payment.payment_id,
    )
    return PaymentFate.TAKEN


async def lapsed(*, at: datetime, limit: int) -> list[StoreOrder]:
    """Return orders that were not paid in time, the longest waiting first."""
    waiting: Any = StoreOrder.filter(state=StoreOrderState.AWAITING_PAYMENT, lapses_at__lte=at)
    found: list[StoreOrder] = await waiting.order_by("lapses_at", "id").limit(limit)
    return found


async def close(number: str, *, at: datetime) -> bool:
    """Close an order that nobody can pay any more; False if it could not be closed.

    Its coupon is given back, and what it reserved of budgets is released.

    Ask WeChat Pay first: whoever closes an order that can still be paid, takes money for nothing.
    """

    async def act() -> bool:
        order = await locked_one(number)
        if order is None or order.state is not StoreOrderState.AWAITING_PAYMENT:
            return False
        await db.fetch(
            "UPDATE store_order SET state = 'closed', ended_at = $2 WHERE id = $1", order.id, at
        )
        waiting = await taking_back.who_waits(order.id)
        await coupons.give_back([order.id], at=at)
        await early_access.give_back([order.id])
        await budgets.release([order.id])
        # A coupon that came back may be of a milestone that an order given back has undone.
        await standing.changed([*(await roots_of([order.member_id])).values(), *waiting])
        return True

    return await in_transaction(act)
