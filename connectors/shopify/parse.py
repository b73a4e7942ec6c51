"""From an order on Shopify and the money that moved for it to an order in our shape. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from connectors.reading.amounts import is_wholly_given_back, wholly_given_back
from connectors.reading.texts import Money, fen, first_id
from connectors.shopify.wire import AmountSet, Line, Payment, Refund, ShopOrder, told_of
from loyalty.allocation import shares
from loyalty.connections import ShopifySettings
from loyalty.errors import Refused
from loyalty.orders import IdentityRef, Order, OrderLine, ShopRef
from models import IdentityKind, PurchaseState

CURRENCY = "CNY"
MOST_PIECES = 1_000_000
UNPAID = frozenset({"pending", "authorized", "partially_paid", "voided", "expired"})
PAID = frozenset({"paid", "partially_refunded", "refunded"})
GIFT_CARD = "gift_card"
SENT: dict[str, PurchaseState] = {
    "": PurchaseState.PAID,
    "partial": PurchaseState.SHIPPED,
    "restocked": PurchaseState.PAID,
    "fulfilled": PurchaseState.COMPLETED,
}


def order(body: bytes, *, shop: ShopRef, settings: ShopifySettings) -> Order | None:
    """Return the order in our shape; None where it is not paid, or only a test.

    Raises:
        Refused: ``privacy_requested``, ``state_unknown``, ``currency_unknown``,
            ``amount_not_possible``, ``amounts_do_not_add_up``, ``refunded_more_than_paid``.
    """
    told = told_of(body)
    if told.privacy is not None:
        about = told.privacy
        raise Refused("privacy_requested", topic=about.topic, customer=about.customer or "–")
    one = told.order
    if one is None or one.test:
        return None
    status = one.financial_status or ""
    if status in UNPAID:
        return None
    if status not in PAID or (one.fulfillment_status or "") not in SENT:
        raise Refused("state_unknown", state=f"{status} {one.fulfillment_status or ''}".strip())
    money = _Money(one, told.payments)
    lines = money.given_back(money.lines())
    paid_at = _paid_at(one, told.payments)
    state, completed_at = _state(one, paid_at, settings)
    return Order(
        shop=shop,
        number=str(one.id),
        state=PurchaseState.REFUNDED if is_wholly_given_back(lines) else state,
        ordered_at=one.created_at.astimezone(UTC),
        paid_at=paid_at,
        completed_at=completed_at,
        platform_updated_at=one.updated_at.astimezone(UTC),
        goods_fen=sum(line.goods_fen for line in lines),
        paid_fen=money.paid_fen,
        freight_fen=money.freight_fen,
        discount_shop_fen=_shop_fen(one.total_discounts, one.total_discounts_set),
        refunded_fen=sum(line.refunded_fen for line in lines),
        lines=lines,
        source=f"shopify:{settings.shop_domain}",
        buyer=_buyer(one, settings),
    )


def _state(
    one: ShopOrder, paid_at: datetime, settings: ShopifySettings
) -> tuple[PurchaseState, datetime | None]:
    if settings.completed_when == "paid":
        return PurchaseState.COMPLETED, paid_at
    state = SENT[one.fulfillment_status or ""]
    if state is not PurchaseState.COMPLETED:
        return state, None
    sent = [x.created_at for x in one.fulfillments or () if x.created_at and x.status == "success"]
    return state, max(paid_at, max(sent, default=one.updated_at).astimezone(UTC))


def _paid_at(one: ShopOrder, payments: Sequence[Payment]) -> datetime:
    """Return when the last of it was paid."""
    told = [payment.processed_at for payment in _taken(payments) if payment.processed_at]
    return max(told, default=one.processed_at or one.created_at).astimezone(UTC)


def _taken(payments: Iterable[Payment]) -> list[Payment]:
    return [one for one in payments if one.kind in ("sale", "capture") and one.status == "success"]


def _gone(refund: Refund) -> list[Payment]:
    told = refund.transactions or ()
    return [one for one in told if one.kind == "refund" and one.status == "success"]


def _cash(payments: Iterable[Payment]) -> int:
    """Return the buyer's own money among payments: a gift card was paid before.

    Raises:
        Refused: ``currency_unknown``: one was made in another currency.
    """
    whole = 0
    for one in payments:
        if one.currency and one.currency != CURRENCY:
            raise Refused("currency_unknown", currency=one.currency)
        amount = fen(one.amount, name="transactions.amount")
        whole += 0 if one.gateway == GIFT_CARD else amount
    return whole


def _shop_fen(plain: Money, told: AmountSet | None, *, name: str = "amount") -> int:
    """Return an amount in the shop's currency.

    Raises:
        Refused: ``currency_unknown``, ``amount_not_possible``.
    """
    found = told.shop_money if told else None
    if found is None:
        return fen(plain, name=name)
    if found.currency_code and found.currency_code != CURRENCY:
        raise Refused("currency_unknown", currency=found.currency_code)
    return fen(found.amount, name=name)


def _buyer(one: ShopOrder, settings: ShopifySettings) -> tuple[IdentityRef, ...]:
    """Return the account she bought with; address and number at checkout are what anybody types."""
    number = first_id(one.customer.id) if one.customer else ""
    if not number:
        return ()
    return (IdentityRef(IdentityKind.CUSTOMER_KEY, settings.shop_domain, number),)


class _Money:
    """The amounts of an order, in fen of the shop's currency."""

    def __init__(self, one: ShopOrder, payments: Sequence[Payment]) -> None:
        if one.currency and one.currency != CURRENCY:
            raise Refused("currency_unknown", currency=one.currency)
        self._items = one.line_items or []
        self._refunds = one.refunds or []
        total_fen = _shop_fen(one.total_price, one.total_price_set, name="total_price")
        taken = _taken(payments)
        self.paid_fen = _cash(taken) if taken else total_fen
        if self.paid_fen > total_fen:
            raise Refused("amounts_do_not_add_up", paid_fen=self.paid_fen, comes_to_fen=total_fen)
        asked = sum(
            _shop_fen(
                x.price if x.discounted_price is None else x.discounted_price,
                x.discounted_price_set,
                name="shipping_lines.price",
            )
            for x in one.shipping_lines or ()
        )
        self.freight_fen = min(asked, self.paid_fen)

    def lines(self) -> tuple[OrderLine, ...]:
        """Return the lines: what was paid for goods is shared by their prices less discounts.

        Pieces that were taken out of the order and never paid have no part in it.
        """
        goods = [self._goods(one) for one in self._items]
        off = [
            sum(_shop_fen(x.amount, x.amount_set) for x in one.discount_allocations or ())
            for one in self._items
        ]
        weights = [max(0, whole - less) for whole, less in zip(goods, off, strict=True)]
        paid = shares(self.paid_fen - self.freight_fen, weights if any(weights) else goods)
        return tuple(
            OrderLine(
                key=str(one.id),
                sku=one.sku or first_id(one.variant_id, one.product_id),
                title=one.title or "",
                quantity=one.quantity,
                goods_fen=whole,
                paid_fen=part,
                category=GIFT_CARD if one.gift_card else "",
                brand=one.vendor or "",
            )
            for one, whole, part in zip(self._items, goods, paid, strict=True)
        )

    def _goods(self, one: Line) -> int:
        if not 0 <= one.quantity <= MOST_PIECES:
            raise Refused("amount_not_possible", name="quantity", amount=one.quantity)
        never_paid = sum(
            x.quantity
            for refund in self._refunds
            if not refund.transactions
            for x in refund.refund_line_items or ()
            if str(x.line_item_id) == str(one.id)
        )
        pieces = min(one.quantity, max(0, one.quantity - never_paid))
        return pieces * _shop_fen(one.price, one.price_set, name="price")

    def given_back(self, lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
        """Return the lines with what was given back: of each refund the money that really went.

        Raises:
            Refused: ``refunded_more_than_paid``.
        """
        gone = [(refund, _cash(_gone(refund))) for refund in self._refunds]
        whole = sum(cash for _, cash in gone)
        if whole > self.paid_fen:
            raise Refused("refunded_more_than_paid", paid=self.paid_fen, refunded=whole)
        if whole and whole == self.paid_fen:
            return wholly_given_back(lines)
        left, unnamed = [line.paid_fen for line in lines], 0
        for refund, cash in gone:
            *of_lines, of_freight = self._shared(refund, cash)
            taken = [min(part, rest) for part, rest in zip(of_lines, left, strict=True)]
            left = [rest - part for rest, part in zip(left, taken, strict=True)]
            unnamed += cash - of_freight - sum(taken)
        more = shares(min(unnamed, sum(left)), left)
        return tuple(
            replace(line, refunded_fen=line.paid_fen - rest + part)
            for line, rest, part in zip(lines, left, more, strict=True)
        )

    def _shared(self, refund: Refund, cash: int) -> list[int]:
        """Return a refund's money by line, and behind them that for the freight.

        All 0 where it names nothing that it is for.
        """
        by_line: dict[str, int] = defaultdict(int)
        for told in refund.refund_line_items or ():
            by_line[str(told.line_item_id)] += fen(told.subtotal, name="subtotal")
            by_line[str(told.line_item_id)] += fen(told.total_tax, name="total_tax")
        weights = [by_line.get(str(one.id), 0) for one in self._items]
        freight = sum(
            fen(str(x.amount or 0).removeprefix("-"), name="order_adjustments.amount")
            for x in refund.order_adjustments or ()
            if x.kind == "shipping_refund"
        )
        weights.append(min(freight, self.freight_fen))
        return shares(cash, weights) if any(weights) else [0] * len(weights)
