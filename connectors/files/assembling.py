"""An order put together from what several reports tell of it, with amounts that sum exactly."""

from collections.abc import Sequence
from itertools import combinations

from connectors.files.cells import MOST_FEN
from connectors.files.faults import CellFault
from connectors.files.report import LineTold, OrderTold, RefundTold
from connectors.files.shares import spread, told_refunds
from loyalty.orders import Order, OrderLine, ShopRef
from models import PurchaseState


def assembled(
    told: OrderTold,
    lines: Sequence[LineTold],
    refunds: Sequence[RefundTold],
    *,
    shop: ShopRef,
    source: str,
) -> Order:
    """Return the order with its lines and refunds.

    The buyer's money for goods is split over the lines by what each line tells it cost, else by
    list price. Of the refunds told by order, lines and refund report, the largest counts: reports
    of different days tell more or less of them.

    Raises:
        CellFault: ``amount_too_large``, ``refunded_more_than_paid``,
            ``items_do_not_reconcile``.
    """
    goods_paid = told.paid_fen - told.freight_fen
    if lines:
        _reconcile(told, lines, refunds)
    lines = lines or told.lines
    paid = _paid_by_line(goods_paid, lines)
    refunded = _refunded(told, lines, refunds)
    of_lines = told_refunds(refunded, told=[line.refunded_fen for line in lines], paid=paid)
    goods = sum(line.goods_fen for line in lines) if lines else told.goods_fen
    goods = told.due_fen if goods is None else goods
    if max(goods, told.paid_fen, told.due_fen) > MOST_FEN:
        raise CellFault("amount_too_large", value=str(max(goods, told.paid_fen)))
    shop_part = told.discount_shop_fen
    wholly = refunded > 0 and refunded == told.paid_fen
    return Order(
        shop=shop,
        number=told.number,
        state=PurchaseState.REFUNDED if wholly or told.closed else told.state,
        ordered_at=told.ordered_at,
        paid_at=told.paid_at,
        completed_at=told.completed_at,
        goods_fen=goods,
        paid_fen=told.paid_fen,
        freight_fen=told.freight_fen,
        discount_shop_fen=max(0, goods - told.due_fen) if shop_part is None else shop_part,
        discount_platform_fen=told.discount_platform_fen,
        discount_talent_fen=told.discount_talent_fen,
        points_deduct_fen=told.points_deduct_fen,
        refunded_fen=refunded,
        buyer=told.buyer,
        source=source,
        lines=tuple(_line(*parts) for parts in zip(lines, paid, of_lines, strict=True)),
    )


def _reconcile(told: OrderTold, lines: Sequence[LineTold], refunds: Sequence[RefundTold]) -> None:
    """Require that what an item report says was paid for the lines sums to the order's money.

    Lines may hold the freight, the platform's part and what points paid, or not: reports differ.
    After a refund some reports tell the lines without it, so that nothing can be required.

    Raises:
        CellFault: ``items_do_not_reconcile``: items are missing, or belong to another state.
    """
    paid = sum(line.paid_fen or 0 for line in lines)
    given_back = told.refunded_fen or refunds or any(line.refunded_fen for line in lines)
    if not paid or given_back or told.closed:
        return
    parts = (told.freight_fen, told.discount_platform_fen, told.points_deduct_fen)
    goods = told.paid_fen - told.freight_fen
    if paid not in {goods + sum(some) for n in range(4) for some in combinations(parts, n)}:
        raise CellFault("items_do_not_reconcile", items=paid, goods=goods, freight=told.freight_fen)


def _paid_by_line(goods_paid: int, lines: Sequence[LineTold]) -> list[int]:
    told = [line.paid_fen or 0 for line in lines]
    return spread(goods_paid, told if any(told) else [line.goods_fen for line in lines])


def _refunded(told: OrderTold, lines: Sequence[LineTold], refunds: Sequence[RefundTold]) -> int:
    by_refunds = sum(refund.to_buyer_fen for refund in refunds)
    if by_refunds > told.paid_fen:
        raise CellFault("refunded_more_than_paid", refunded=by_refunds, paid=told.paid_fen)
    if refunds:
        return by_refunds
    by_lines = sum(line.refunded_fen for line in lines)
    return min(told.paid_fen, max(told.refunded_fen, by_lines))


def _line(told: LineTold, paid: int, refunded: int) -> OrderLine:
    return OrderLine(
        key=told.key,
        sku=told.sku,
        title=told.title,
        quantity=told.quantity,
        goods_fen=told.goods_fen,
        paid_fen=paid,
        refunded_fen=refunded,
        category=told.category,
        brand=told.brand,
    )
