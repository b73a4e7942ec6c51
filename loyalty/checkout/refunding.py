"""After the payment: money goes back, shared over the lines."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from loyalty import purchases
from loyalty.again import in_transaction
from loyalty.allocation import shares
from loyalty.checkout.locking import locked_one
from loyalty.checkout.settling import refunded_of, told
from loyalty.errors import Conflict, NotFound, Refused
from loyalty.orders import OrderLine
from loyalty.payments import ASK_AGAIN_AFTER, ToRefund
from models import (
    Purchase,
    PurchaseState,
    ShopKind,
    StoreOrder,
    StoreOrderState,
    StoreRefund,
    StoreRefundState,
    db,
)

LATE = "late_payment"

Fens = Mapping[str, int]


async def refund(number: str, name: str, *, fen: int | None = None, at: datetime) -> StoreRefund:
    """Give back so much of an order, shared over what its lines still hold; None is all of it.

    ``name`` is what the caller calls this refund: the same again is the same refund.

    Raises:
        NotFound: ``no_such_order``. Refused: ``order_not_paid``, ``refund_too_large``,
            ``nothing_to_refund``.
        Conflict: ``key_reused``: the name stands for another amount.
    """

    async def act() -> StoreRefund:
        order, _ = await _paid_order(number)
        before = await StoreRefund.get_or_none(store_order_id=order.id, name=name)
        if before is not None:
            return _same(before, before.fen if fen is None else fen)
        left = await _left(order)
        asked = sum(left.values()) if fen is None else fen
        if asked > sum(left.values()):
            raise Refused("refund_too_large", left_fen=sum(left.values()))
        parts = shares(asked, list(left.values()))
        return await _refund(order, name, dict(zip(left, parts, strict=True)), left=left, at=at)

    return await in_transaction(act)


def _same(before: StoreRefund, fen: int) -> StoreRefund:
    if before.fen != fen:
        raise Conflict("key_reused")
    return before


async def _refund(
    order: StoreOrder, name: str, fen_of: dict[str, int], *, left: Fens, at: datetime
) -> StoreRefund:
    if any(not 0 <= fen <= left.get(key, -1) for key, fen in fen_of.items()):
        raise Refused("refund_too_large", left_fen=sum(left.values()))
    if order.total_fen and not any(fen_of.values()):
        raise Refused("nothing_to_refund")
    made = await _add(order, name, fen_of, at=at)
    is_whole = sum(left.values()) == sum(fen_of.values())
    purchase = await _purchase(order)
    await _tell(
        order,
        purchase,
        PurchaseState.REFUNDED if is_whole else purchase.state,
        completed_at=purchase.completed_at,
        at=at,
    )
    return made


async def _add(order: StoreOrder, name: str, fen_of: Fens, *, at: datetime) -> StoreRefund:
    """Write a refund that a pump will ask WeChat Pay for; one of nothing is done at once."""
    count = await StoreRefund.filter(store_order_id=order.id).count()
    fen = sum(fen_of.values())
    return await StoreRefund.create(
        store_order_id=order.id,
        name=name,
        number=f"{order.number}R{count + 1}",
        lines={key: part for key, part in fen_of.items() if part},
        fen=fen,
        state=StoreRefundState.ASKED if fen else StoreRefundState.DONE,
        due_at=at,
        asked_at=at,
        ended_at=None if fen else at,
    )


async def give_back_late(order: StoreOrder, payment_id: str, *, at: datetime) -> None:
    """Give a payment back that came after its order was closed; no purchase comes of it."""
    await db.fetch("UPDATE store_order SET payment_id = $2 WHERE id = $1", order.id, payment_id)
    lines = msgspec.convert(order.lines, tuple[OrderLine, ...])
    await _add(order, LATE, {line.key: line.paid_fen for line in lines}, at=at)


async def due_refunds(*, at: datetime, limit: int) -> list[ToRefund]:
    """Take refunds to ask WeChat Pay for; they come again in a minute until they have ended."""
    rows = await db.fetch(
        "WITH due AS (SELECT id FROM store_refund WHERE state = 'asked' AND due_at <= $1"
        "  ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED),"
        " taken AS (UPDATE store_refund SET due_at = $3 FROM due WHERE store_refund.id = due.id"
        "  RETURNING store_refund.*)"
        " SELECT taken.number, store_order.number AS order_number, app_id, fen, total_fen"
        " FROM taken JOIN store_order ON store_order.id = store_order_id ORDER BY taken.id",
        at,
        limit,
        at + ASK_AGAIN_AFTER,
    )
    return [ToRefund(**dict(row)) for row in rows]


async def end_refund(number: str, state: StoreRefundState, *, at: datetime) -> None:
    """Keep how a refund ended; what has ended stays as it is."""
    await db.fetch(
        "UPDATE store_refund SET state = $2, ended_at = $3 WHERE number = $1 AND state = 'asked'",
        number,
        state.value,
        at,
    )


async def _paid_order(number: str) -> tuple[StoreOrder, Purchase]:
    order = await locked_one(number)
    if order is None:
        raise NotFound("no_such_order")
    if order.state is not StoreOrderState.PAID:
        raise Refused("order_not_paid")
    return order, await _purchase(order)


async def _purchase(order: StoreOrder) -> Purchase:
    rows = await db.fetch(
        "SELECT purchase.id FROM purchase JOIN shop ON shop.id = shop_id"
        " WHERE shop.kind = $1 AND shop.code = $2 AND number = $3",
        ShopKind.OWN_STORE.value,
        order.app_id,
        order.number,
    )
    return await Purchase.get(id=rows[0]["id"])


async def _left(order: StoreOrder) -> dict[str, int]:
    lines = msgspec.convert(order.lines, tuple[OrderLine, ...])
    refunded = (await refunded_of([order]))[order.id]
    return {line.key: line.paid_fen - refunded.get(line.key, 0) for line in lines}


async def _tell(
    order: StoreOrder,
    purchase: Purchase,
    state: PurchaseState,
    *,
    completed_at: datetime | None,
    at: datetime,
) -> None:
    updated_at = purchase.platform_updated_at
    told_order = told(
        order,
        state=state,
        at=max(at, updated_at or at),  # a clock that was set back makes nothing older
        refunded=(await refunded_of([order]))[order.id],
        completed_at=completed_at,
    )
    (outcome,) = await purchases.record([told_order], at=at)
    outcome.unwrap()
