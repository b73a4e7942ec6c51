"""A store order that was paid, told as the purchase it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from loyalty import budgets, carts, coupons, early_access, purchases, standing, taking_back
from loyalty.allocation import shares
from loyalty.orders import IdentityRef, Order, OrderLine, ShopRef
from models import IdentityKind, PurchaseState, ShopKind, StoreOrder, StoreRefund, db

SOURCE = "own_store"
_NOTHING_BACK: Mapping[str, int] = {}


async def record_paid(
    order: StoreOrder,
    *,
    paid_at: datetime,
    payer_fen: int,
    at: datetime,
    payment_id: str | None = None,
) -> None:
    """Let an order of the open transaction be paid: its coupon is used, its points are earned."""
    await db.fetch(
        "UPDATE store_order SET state = 'paid', payment_id = $2, payer_fen = $3, ended_at = $4"
        " WHERE id = $1",
        order.id,
        payment_id,
        payer_fen,
        paid_at,
    )
    used = await coupons.use([order.id], at=at) + await early_access.use([order.id], at=at)
    if used:
        await standing.changed(await taking_back.who_waits(order.id))
    await budgets.use([order.id])
    await carts.empty(order)
    paid = await StoreOrder.get(id=order.id)
    (outcome,) = await purchases.record([told(paid, state=PurchaseState.PAID, at=at)], at=at)
    outcome.unwrap()


async def refunded_of(orders: Sequence[StoreOrder]) -> dict[int, dict[str, int]]:
    """Return what was given back of each line's total so far, by order id and line key."""
    found: dict[int, dict[str, int]] = {order.id: {} for order in orders}
    for one in await StoreRefund.filter(store_order_id__in=list(found)):
        hers = found[one.store_order_id]
        for key, fen in msgspec.convert(one.lines, dict[str, int]).items():
            hers[key] = hers.get(key, 0) + fen
    return found


def _lines(order: StoreOrder, refunded: Mapping[str, int]) -> tuple[OrderLine, ...]:
    """Return the lines with the buyer's own money: the part that WeChat gave is not hers.

    Of a line's refund so much is her own as of the line; of a whole line, all of it.
    """
    lines = msgspec.convert(order.lines, tuple[OrderLine, ...])
    payer_fen = order.total_fen if order.payer_fen is None else order.payer_fen
    own = shares(payer_fen, [line.paid_fen for line in lines])
    return tuple(
        replace(
            line,
            paid_fen=part,
            refunded_fen=part * refunded.get(line.key, 0) // (line.paid_fen or 1),
        )
        for line, part in zip(lines, own, strict=True)
    )


def told(
    order: StoreOrder,
    *,
    state: PurchaseState,
    at: datetime,
    refunded: Mapping[str, int] = _NOTHING_BACK,
    completed_at: datetime | None = None,
) -> Order:
    """Return a paid order in the shape of any other shop's, as it stands at a moment.

    ``refunded`` is what was given back of each line's total, by line key.
    """
    lines = _lines(order, refunded)
    assert order.ended_at is not None, "it is paid"
    goods_fen = sum(line.goods_fen for line in lines)
    paid_fen = sum(line.paid_fen for line in lines)
    return Order(
        shop=ShopRef(ShopKind.OWN_STORE, order.app_id),
        number=order.number,
        state=state,
        ordered_at=order.ordered_at,
        paid_at=order.ended_at,
        completed_at=completed_at,
        platform_updated_at=at,
        goods_fen=goods_fen,
        paid_fen=paid_fen,
        discount_shop_fen=goods_fen - order.total_fen,
        discount_platform_fen=order.total_fen - paid_fen,
        refunded_fen=_sum(lines),
        lines=lines,
        source=SOURCE,
        buyer=(IdentityRef(IdentityKind.OPENID, order.app_id, order.openid),),
    )


def _sum(lines: Sequence[OrderLine]) -> int:
    return sum(line.refunded_fen for line in lines)
