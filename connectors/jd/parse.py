"""From a JD order and its refunds to an order in our shape. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from connectors.jd.wire import GivenBack, ShopOrder, Ware, told_of
from connectors.reading.amounts import is_wholly_given_back, wholly_given_back
from connectors.reading.texts import Id, fen, first_id, moment
from loyalty.allocation import shares
from loyalty.connections import JdSettings
from loyalty.errors import Refused
from loyalty.orders import IdentityRef, Order, OrderLine, ShopRef
from models import IdentityKind, PurchaseState

UNPAID, CANCELLED = "NOT_PAY", "TRADE_CANCELED"
REFUND_DONE = 13
MOST_PIECES = 1_000_000
ON_DELIVERY = "1"  # 货到付款: paid when it is handed over
STATES: Mapping[str, PurchaseState] = {
    "WAIT_SELLER_STOCK_OUT": PurchaseState.PAID,
    "WAIT_SELLER_DELIVERY": PurchaseState.PAID,
    "PAUSE": PurchaseState.PAID,
    "POP_ORDER_PAUSE": PurchaseState.PAID,
    "LOCKED": PurchaseState.PAID,
    "WAIT_GOODS_RECEIVE_CONFIRM": PurchaseState.SHIPPED,
    "DELIVERY_RETURN": PurchaseState.SHIPPED,
    "FINISHED_L": PurchaseState.COMPLETED,
}


def order(body: bytes, *, shop: ShopRef, settings: JdSettings) -> Order | None:
    """Return the order in our shape; None where it was never paid, or not yet.

    Raises:
        Refused: ``another_shop``, ``state_unknown``, ``amount_not_possible``,
            ``moment_not_possible``, ``amounts_do_not_add_up``, ``refunded_more_than_paid``.
    """
    told = told_of(body)
    one, state = told.order, told.order.order_state
    _check_shop(one, settings)
    if state not in STATES and state not in (UNPAID, CANCELLED):
        raise Refused("state_unknown", state=state)
    ordered_at = moment(one.order_start_time, name="orderStartTime")
    if ordered_at is None:
        raise Refused("moment_not_possible", name="orderStartTime", moment="")
    paid_at = _paid_at(one, ordered_at)
    if state == UNPAID or paid_at is None:
        return None
    money = _Money(one, settings)
    lines = money.lines()
    lines = (
        wholly_given_back(lines) if state == CANCELLED else money.given_back(lines, told.refunds)
    )
    is_refunded = state == CANCELLED or is_wholly_given_back(lines)
    completed_at = moment(one.order_end_time, name="orderEndTime")
    return Order(
        shop=shop,
        number=str(one.order_id),
        state=PurchaseState.REFUNDED if is_refunded else STATES[state],
        ordered_at=ordered_at,
        paid_at=paid_at,
        completed_at=completed_at if state == "FINISHED_L" else None,
        platform_updated_at=_updated_at(one, told.refunds),
        goods_fen=money.goods_fen,
        paid_fen=money.paid_fen,
        freight_fen=money.freight_fen,
        discount_shop_fen=money.by_shop_fen,
        discount_platform_fen=money.by_jd_fen,
        refunded_fen=(
            money.paid_fen if state == CANCELLED else sum(line.refunded_fen for line in lines)
        ),
        lines=lines,
        source=f"jd:{settings.vender_id}",
        buyer=_buyer(one, settings),
        parent_numbers=_parents(one),
    )


def _check_shop(one: ShopOrder, settings: JdSettings) -> None:
    vender_id = first_id(one.vender_id)
    if vender_id and vender_id != settings.vender_id:
        raise Refused("another_shop", shop=vender_id)


def _paid_at(one: ShopOrder, ordered_at: datetime) -> datetime | None:
    confirmed = moment(one.payment_confirm_time, name="paymentConfirmTime")
    if confirmed is not None or one.order_state in (UNPAID, CANCELLED):
        return confirmed
    if _number(one.pay_type) == ON_DELIVERY:
        is_done = one.order_state == "FINISHED_L"
        return (moment(one.order_end_time, name="orderEndTime") or ordered_at) if is_done else None
    return ordered_at  # nothing was left to pay


def _updated_at(one: ShopOrder, refunds: Sequence[GivenBack]) -> datetime | None:
    told = [moment(one.modified, name="modified")]
    told += [moment(refund.complete_time, name="completeTime") for refund in refunds]
    return max((at for at in told if at is not None), default=None)


def _number(told: Id | None) -> str:
    """Return the number before the name: "4-在线支付" is 4."""
    return str(told or "").partition("-")[0].strip()


def _pieces(one: Ware) -> int:
    pieces = int(one.item_total)
    if not 0 <= pieces <= MOST_PIECES:
        raise Refused("amount_not_possible", name="itemTotal", amount=pieces)
    return pieces


def _parents(one: ShopOrder) -> tuple[str, ...]:
    """Return the orders that were split up: the nearest, then the first of all (根父订单)."""
    told = (first_id(one.direct_parent_order_id), first_id(one.parent_order_id))
    return tuple(number for number in dict.fromkeys(told) if number and number != str(one.order_id))


def _buyer(one: ShopOrder, settings: JdSettings) -> tuple[IdentityRef, ...]:
    told = (
        (IdentityKind.JD_OPEN_ID, one.open_id_buyer),
        (IdentityKind.JD_XID, one.xid_buyer),
    )
    return tuple(IdentityRef(kind, settings.app_key, value) for kind, value in told if value)


class _Money:
    """The amounts of an order, in fen. JD tells what was paid of the whole, and of no line."""

    def __init__(self, one: ShopOrder, settings: JdSettings) -> None:
        self._items: Sequence[Ware] = one.item_info_list or ()
        self._off = [
            (_number(x.coupon_type), first_id(x.sku_id), fen(x.coupon_price, name="couponPrice"))
            for x in one.coupon_detail_list or ()
        ]
        self.paid_fen = fen(one.order_payment, name="orderPayment")
        self.paid_fen += fen(one.balance_used, name="balanceUsed")
        freight_fen = fen(one.freight_price, name="freightPrice")
        self.freight_fen = min(freight_fen, self.paid_fen)
        self.goods_fen = fen(one.order_total_price, name="orderTotalPrice")
        by_shop, by_card = set(settings.seller_coupon_types), set(settings.gift_card_coupon_types)
        self.by_shop_fen = sum(off for kind, _, off in self._off if kind in by_shop)
        self._by_card_fen = sum(off for kind, _, off in self._off if kind in by_card)
        of_all = sum(off for _, _, off in self._off)
        self.by_jd_fen = of_all - self.by_shop_fen - self._by_card_fen
        most_fen = self.goods_fen + freight_fen + fen(one.tax_fee, name="taxFee")
        most_fen += fen(one.service_fee, name="serviceFee")
        if self.paid_fen > most_fen:
            raise Refused("amounts_do_not_add_up", paid_fen=self.paid_fen, comes_to_fen=most_fen)

    def lines(self) -> tuple[OrderLine, ...]:
        """Return the lines: what was paid for the goods is shared by their prices less discounts.

        Taxes and fees go with the goods.
        """
        goods = [fen(one.jd_price, name="jdPrice") * _pieces(one) for one in self._items]
        off: dict[str, int] = defaultdict(int)
        for _, sku, amount in self._off:
            off[sku] += amount
        weights = [
            max(0, fen_ - off.pop(first_id(one.sku_id), 0))
            for one, fen_ in zip(self._items, goods, strict=True)
        ]
        paid = shares(self.paid_fen - self.freight_fen, weights if any(weights) else goods)
        return tuple(
            OrderLine(
                key=f"{first_id(one.sku_id)}-{i}",
                sku=first_id(one.outer_sku_id, one.product_no, one.sku_id),
                title=one.sku_name or "",
                quantity=int(one.item_total),
                goods_fen=goods[i - 1],
                paid_fen=paid[i - 1],
            )
            for i, one in enumerate(self._items, 1)
        )

    def given_back(
        self, lines: tuple[OrderLine, ...], refunds: Sequence[GivenBack]
    ) -> tuple[OrderLine, ...]:
        """Return the lines with what was given back of each; what names none is shared.

        JD may give back beans, coupons, gift cards and freight in the same figure: what is above
        the money that was paid for a line is none of it.

        Raises:
            Refused: ``refunded_more_than_paid``: more than all these together.
        """
        done = [one for one in refunds if int(one.status or 0) == REFUND_DONE]
        told = [(self._line_of(one), fen(one.refound_amount, name="refoundAmount")) for one in done]
        all_fen = sum(amount for _, amount in told)
        if all_fen > self.paid_fen + self.by_jd_fen + self._by_card_fen:
            raise Refused("refunded_more_than_paid", paid=self.paid_fen, refunded=all_fen)
        back = [0] * len(lines)
        for i, amount in told:
            if i is not None:
                back[i] = min(lines[i].paid_fen, back[i] + amount)
        left = [line.paid_fen - gone for line, gone in zip(lines, back, strict=True)]
        unnamed = min(sum(left), sum(amount for i, amount in told if i is None))
        more = shares(unnamed, left)
        return tuple(
            replace(line, refunded_fen=gone + part)
            for line, gone, part in zip(lines, back, more, strict=True)
        )

    def _line_of(self, refund: GivenBack) -> int | None:
        bill = refund.same_order_service_bill
        ware = first_id(bill.ware_id) if bill else ""
        found = [
            i
            for i, one in enumerate(self._items)
            if ware and ware in (first_id(one.sku_id), first_id(one.ware_id))
        ]
        return found[0] if len(found) == 1 else None
