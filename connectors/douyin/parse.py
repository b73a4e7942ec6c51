"""From a Douyin order and its after-sales to an order in our shape. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from connectors.douyin.wire import GivenBack, ShopOrder, SkuOrder, told_of
from connectors.reading.amounts import (
    given_back,
    goods_paid,
    is_wholly_given_back,
    wholly_given_back,
)
from connectors.reading.texts import Number, first_id
from loyalty.connections import DouyinSettings
from loyalty.errors import Refused
from loyalty.orders import Attribution, IdentityRef, Order, OrderLine, ShopRef
from models import AttributionKind, IdentityKind, PurchaseState

UNPAID, CANCELLED = 1, 4
REFUND_DONE = 3
STATES: Mapping[int, PurchaseState] = {
    105: PurchaseState.PAID,
    2: PurchaseState.PAID,
    101: PurchaseState.PAID,
    3: PurchaseState.SHIPPED,
    5: PurchaseState.COMPLETED,
}


def order(body: bytes, *, shop: ShopRef, settings: DouyinSettings) -> Order | None:
    """Return the order in our shape; None where it was never paid.

    Raises:
        Refused: ``state_unknown``, ``amounts_do_not_add_up``, ``amount_not_possible``,
            ``line_unknown``, ``refunded_more_than_paid``.
    """
    told = told_of(body)
    one, status = told.order, int(told.order.order_status)
    if status == UNPAID or (status == CANCELLED and not int(one.pay_time)):
        return None
    if status not in STATES and status != CANCELLED:
        raise Refused("state_unknown", state=status)
    paid_fen = _cash(one, settings)
    freight_fen = min(int(one.post_amount), max(paid_fen, 0))
    lines = _lines(one, paid_fen=paid_fen, freight_fen=freight_fen, settings=settings)
    lines = given_back(lines, _by_line(told.after_sales), freight_fen=freight_fen)
    refunded_fen = _refunded(told.after_sales)
    if status == CANCELLED:
        lines, refunded_fen = wholly_given_back(lines), paid_fen
    is_refunded = status == CANCELLED or is_wholly_given_back(lines)
    return Order(
        shop=shop,
        number=str(one.order_id),
        state=PurchaseState.REFUNDED if is_refunded else STATES[status],
        ordered_at=_moment(one.create_time),
        paid_at=_moment(one.pay_time),
        completed_at=_moment(one.finish_time) if status == 5 and int(one.finish_time) else None,
        platform_updated_at=_moment(_newest(one, told.after_sales)),
        goods_fen=sum(line.goods_fen for line in lines),
        paid_fen=paid_fen,
        freight_fen=freight_fen,
        discount_shop_fen=int(one.promotion_shop_amount),
        discount_platform_fen=int(one.promotion_platform_amount) + int(one.promotion_pay_amount),
        discount_talent_fen=int(one.promotion_talent_amount),
        refunded_fen=max(refunded_fen, sum(line.refunded_fen for line in lines)),
        lines=lines,
        source=f"douyin:{settings.shop_id}",
        buyer=_buyer(one, settings),
    )


def _cash(told: ShopOrder | SkuOrder, settings: DouyinSettings) -> int:
    """Return the buyer's own money: what the payment channel paid for her is none of it."""
    by_channel = int(told.promotion_pay_amount) if settings.payment_discount_in_pay_amount else 0
    return int(told.pay_amount) - by_channel


def _lines(
    told: ShopOrder, *, paid_fen: int, freight_fen: int, settings: DouyinSettings
) -> tuple[OrderLine, ...]:
    skus = told.sku_order_list
    paid = goods_paid(
        [_cash(sku, settings) for sku in skus], paid_fen=paid_fen, freight_fen=freight_fen
    )
    return tuple(
        OrderLine(
            key=str(sku.order_id),
            sku=first_id(sku.code, sku.out_sku_id, sku.sku_id),
            title=sku.product_name,
            quantity=int(sku.item_num),
            goods_fen=int(sku.sum_amount) or int(sku.origin_amount) * int(sku.item_num),
            paid_fen=fen,
            attributed_to=_attributed_to(sku),
        )
        for sku, fen in zip(skus, paid, strict=True)
    )


def _attributed_to(sku: SkuOrder) -> tuple[Attribution, ...]:
    told = (
        (AttributionKind.LIVE_ROOM, first_id(sku.room_id_str, sku.room_id), ""),
        (AttributionKind.VIDEO, first_id(sku.video_id), ""),
        (AttributionKind.TALENT, first_id(sku.author_id), sku.author_name),
    )
    return tuple(Attribution(kind, code, name) for kind, code, name in told if code)


def _by_line(after_sales: Sequence[tuple[str, GivenBack]]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for sub_order, info in after_sales:
        if sub_order and int(info.refund_status) == REFUND_DONE:
            found[sub_order] += int(info.real_refund_amount)
    return found


def _refunded(after_sales: Sequence[tuple[str, GivenBack]]) -> int:
    return sum(
        int(info.real_refund_amount)
        for _, info in after_sales
        if int(info.refund_status) == REFUND_DONE
    )


def _newest(told: ShopOrder, after_sales: Sequence[tuple[str, GivenBack]]) -> int:
    return max(int(told.update_time), *(int(info.update_time) for _, info in after_sales), 0)


def _moment(seconds: Number) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _buyer(told: ShopOrder, settings: DouyinSettings) -> tuple[IdentityRef, ...]:
    if not told.doudian_open_id:
        return ()
    open_id = told.doudian_open_id
    return (IdentityRef(IdentityKind.DOUYIN_OPEN_ID, settings.buyers_scope, open_id),)
