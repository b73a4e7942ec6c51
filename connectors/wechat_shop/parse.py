"""From an order of WeChat's shops and its after-sales to an order in our shape. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from connectors.reading.amounts import (
    given_back,
    goods_paid,
    is_wholly_given_back,
    wholly_given_back,
)
from connectors.reading.texts import first_id
from connectors.wechat_shop.attribution import attributed_to
from connectors.wechat_shop.wire import AfterSale, Price, Product, ShopOrder, Told, told_of
from loyalty.connections import WeChatShopSettings
from loyalty.errors import Refused
from loyalty.orders import IdentityRef, Order, OrderLine, ShopRef
from models import IdentityKind, PurchaseState

NEVER_PAID = frozenset({10, 250})
GIVEN_BACK = 200
# 12: the receiver of a gift has not taken it yet; 13: others are to buy with her. Both are paid.
STATES: Mapping[int, PurchaseState] = {
    12: PurchaseState.PAID,
    13: PurchaseState.PAID,
    20: PurchaseState.PAID,
    21: PurchaseState.PAID,
    30: PurchaseState.SHIPPED,
    100: PurchaseState.COMPLETED,
}
REFUNDED = frozenset({"MERCHANT_REFUND_SUCCESS", "MERCHANT_RETURN_SUCCESS"})
# What ended and moved no money.
ENDED = frozenset(
    {
        "USER_CANCELD",
        "RETURN_CLOSED",
        "MERCHANT_REFUND_RETRY_FAIL",
        "MERCHANT_FAIL",
        "MERCHANT_EXCHANGE_SUCCESS",
    }
)
OPEN = frozenset(
    {
        "MERCHANT_PROCESSING",
        "MERCHANT_REJECT_REFUND",
        "MERCHANT_REJECT_RETURN",
        "MERCHANT_REJECT_EXCHANGE",
        "MERCHANT_REJECT_RESHIP",
        "MERCHANT_WAIT_RECEIPT",
        "MERCHANT_OVERDUE_REFUND",
        "PLATFORM_PROCESSING",
        "PLATFORM_REFUNDING",
        "PLATFORM_REFUND_FAIL",
        "USER_WAIT_RETURN",
        "USER_WAIT_RECEIPT",
        "USER_WAIT_CONFIRM",
        "USER_WAIT_CONFIRM_UPDATE",
        "USER_WAIT_HANDLE_MERCHANT_AFTER_SALE",
        "WAIT_PACKAGE_INTERCEPT",
    }
)
MOST_FEN = 10**12


def order(body: bytes, *, shop: ShopRef, settings: WeChatShopSettings) -> Order | None:
    """Return the order in our shape; None where nobody paid, or not yet.

    Raises:
        Refused: ``state_unknown``, ``amounts_do_not_add_up``, ``amount_not_possible``,
            ``refunded_more_than_paid``.
    """
    told = told_of(body)
    one, price = told.order, told.order.order_detail.price_info
    paid_fen = _cash(price, "order_price", settings)
    if not _is_paid(one, paid_fen):
        return None
    freight_fen = _freight(price, paid_fen)
    lines = _lines(one, paid_fen=paid_fen, freight_fen=freight_fen, settings=settings)
    lines, refunded_fen = _with_refunds(told, lines, paid_fen=paid_fen, freight_fen=freight_fen)
    confirmed_at = int(one.order_detail.ext_info.confirm_receipt_time)
    return Order(
        shop=shop,
        number=str(one.order_id),
        state=_state(one, lines),
        ordered_at=_moment(int(one.create_time)),
        paid_at=_moment(int(one.order_detail.pay_info.pay_time) or int(one.create_time)),
        completed_at=_moment(confirmed_at) if confirmed_at and int(one.status) == 100 else None,
        platform_updated_at=_moment(_newest(told)),
        goods_fen=sum(line.goods_fen for line in lines),
        paid_fen=paid_fen,
        freight_fen=freight_fen,
        discount_shop_fen=_discount_of_shop(price),
        discount_platform_fen=_sum(
            price.cash_coupon_discounted_price, price.national_subsidy_discounted_price
        ),
        discount_talent_fen=_sum(price.finder_discounted_price),
        points_deduct_fen=_sum(price.deduction_price),
        refunded_fen=refunded_fen,
        lines=lines,
        source=f"wechat_shop:{settings.app_id}",
        buyer=_buyer(one, settings),
    )


def _is_paid(one: ShopOrder, paid_fen: int) -> bool:
    """Say whether she has paid: of what is to be paid later (先用后付) the moment is not told yet.

    Raises:
        Refused: ``state_unknown``.
    """
    status = int(one.status)
    if status in NEVER_PAID:
        return False
    if status not in STATES and status != GIVEN_BACK:
        raise Refused("state_unknown", state=status)
    costs_nothing = not paid_fen and status != GIVEN_BACK
    return bool(int(one.order_detail.pay_info.pay_time)) or costs_nothing


def _state(one: ShopOrder, lines: Sequence[OrderLine]) -> PurchaseState:
    if int(one.status) == GIVEN_BACK or is_wholly_given_back(lines):
        return PurchaseState.REFUNDED
    return STATES[int(one.status)]


def _fen(name: str, told: int | str) -> int:
    amount = int(told)
    if not 0 <= amount <= MOST_FEN:
        raise Refused("amount_not_possible", name=name, amount=amount)
    return amount


def _sum(*told: int | str) -> int:
    return sum(_fen("discount", one) for one in told)


def _cash(told: Price | Product, name: str, settings: WeChatShopSettings) -> int:
    """Return the buyer's own money of an order or of a line, by the settings of what is in it."""
    whole = _fen(name, getattr(told, name))
    if settings.platform_coupon_in_order_price:
        whole -= _fen("cash_coupon_discounted_price", told.cash_coupon_discounted_price)
    if settings.points_in_real_price and isinstance(told, Product):
        whole -= _fen("deduction_price", told.deduction_price)
    return whole


def _freight(price: Price, paid_fen: int) -> int:
    told = price.change_freight if price.is_change_freight else price.freight
    return min(_fen("freight", told), max(0, paid_fen))


def _discount_of_shop(price: Price) -> int:
    """Return what the shop gave; by an older name where the newer one is not told."""
    merchant = price.merchant_discounted_price
    return _sum(
        price.discounted_price if merchant is None else merchant,
        price.vip_discounted_price,
        price.bulkbuy_discounted_price,
        price.change_down_price,
    )


def _lines(
    one: ShopOrder, *, paid_fen: int, freight_fen: int, settings: WeChatShopSettings
) -> tuple[OrderLine, ...]:
    detail = one.order_detail
    products = detail.product_infos
    paid = goods_paid(
        [_cash(product, "real_price", settings) for product in products],
        paid_fen=paid_fen,
        freight_fen=freight_fen,
    )
    return tuple(
        OrderLine(
            key=key,
            sku=first_id(product.sku_code, product.out_sku_id, product.sku_id),
            title=product.title,
            quantity=_fen("sku_cnt", product.sku_cnt),
            goods_fen=_fen("goods", int(product.sale_price) * int(product.sku_cnt)),
            paid_fen=fen,
            attributed_to=attributed_to(detail, str(product.sku_id)),
        )
        for key, product, fen in zip(_keys(products), products, paid, strict=True)
    )


def _keys(products: Sequence[Product]) -> Iterator[str]:
    """Yield a name for each line: the platform's own, else its SKU, counted where it comes again.

    A gift and a bought piece may be of one SKU.
    """
    seen: dict[str, int] = defaultdict(int)
    for product in products:
        key = first_id(product.product_unique_id, product.sku_id, product.product_id)
        seen[key] += 1
        yield key if seen[key] == 1 else f"{key}:{seen[key]}"


def _with_refunds(
    told: Told, lines: tuple[OrderLine, ...], *, paid_fen: int, freight_fen: int
) -> tuple[tuple[OrderLine, ...], int]:
    """Return the lines with what was given back of each, and what was given back of the order."""
    if int(told.order.status) == GIVEN_BACK:
        return wholly_given_back(lines), paid_fen
    refunds = list(_refunds(told.after_sales))
    lines = given_back(lines, _by_line(refunds, told.order, lines), freight_fen=freight_fen)
    return lines, sum(amount for _, amount in refunds)


def _refunds(after_sales: Sequence[AfterSale]) -> Iterator[tuple[str, int]]:
    """Yield SKU and amount of each after-sale that gave money back.

    Raises:
        Refused: ``state_unknown``: whether one did is not known.
    """
    for one in after_sales:
        if one.status in REFUNDED:
            yield str(one.product_info.sku_id), _fen("refund", one.refund_info.amount)
        elif one.status not in ENDED and one.status not in OPEN:
            raise Refused("state_unknown", state=one.status)


def _by_line(
    refunds: Sequence[tuple[str, int]], one: ShopOrder, lines: Sequence[OrderLine]
) -> dict[str, int]:
    """Return what refunds give back of each line; several lines of one SKU are filled in turn.

    A SKU that the order has no more, since it was exchanged for another before it was shipped,
    counts for the order and no line.
    """
    of_sku: dict[str, list[OrderLine]] = defaultdict(list)
    for product, line in zip(one.order_detail.product_infos, lines, strict=True):
        of_sku[str(product.sku_id)].append(line)
    found: dict[str, int] = defaultdict(int)
    for sku, amount in refunds:
        left = amount
        for line in of_sku.get(sku, ()):
            part = min(left, line.paid_fen - found[line.key])
            found[line.key] += part
            left -= part
        if left and sku in of_sku:
            found[of_sku[sku][-1].key] += left
    return found


def _newest(told: Told) -> int:
    return max(int(told.order.update_time), *(int(one.update_time) for one in told.after_sales), 0)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _buyer(one: ShopOrder, settings: WeChatShopSettings) -> tuple[IdentityRef, ...]:
    """Return who paid: of a gift the giver, and nobody where WeChat does not tell her.

    A member of the brand's mini-program is known by her checkout, too.
    """
    checkout = first_id(one.order_detail.ext_info.vip_order_session_id)
    openid, unionid = one.openid, one.unionid
    if one.is_present:
        openid, unionid = one.present_giver_openid, one.present_giver_unionid
    told = (
        IdentityRef(IdentityKind.UNIONID, "", unionid),
        IdentityRef(IdentityKind.OPENID, settings.app_id, openid),
        IdentityRef(IdentityKind.WECHAT_ORDER_SESSION, settings.app_id, checkout),
    )
    return tuple(ref for ref in told if ref.value)
