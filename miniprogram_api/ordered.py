"""How an order of the own store is told: its lines, discounts with their reasons, and points."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from loyalty import product_reviews, products, programme
from loyalty.discounts import DISCOUNTS
from loyalty.orders import OrderLine
from loyalty.product_reviews import ReviewableGoods
from loyalty.programme import Programme
from loyalty.quotes import Grounds, Shown, case_of
from loyalty.wording import Worded
from miniprogram_api.bought import (
    BoughtPoints,
    Products,
    name_of,
    picture_of,
    points_of,
    reviewing,
)
from models import (
    PurchaseState,
    StoreOrder,
    StoreOrderState,
    db,
)
from web.context import Context
from web.languages import Language
from web.session import Shopper
from web.typed import Moment
from wechat.pay import PaymentRequest


class BoughtLine(Struct, frozen=True):
    """One line: ``goods_fen`` before discounts, ``total_fen`` after them.

    ``can_review``: a review of it can be written, of its ``purchase``; ``review`` names the one
    that I wrote. Without a ``picture`` it is empty.
    """

    sku: str
    name: str
    picture: str
    quantity: int
    goods_fen: int
    total_fen: int
    can_review: bool
    review: UUID | None


class HadDiscount(Struct, frozen=True):
    """A discount that the order had.

    ``why`` are my own figures that it looked at then ("This is your third order in six months");
    empty where it was anybody's.
    """

    slot: str
    name: str
    saved_fen: int
    why: list[str]


class Order(Struct, frozen=True):
    """One order. ``payment`` opens the payment sheet while it awaits payment, until ``lapses_at``.

    Once it is paid, it is the ``purchase`` of that name: ``purchase_state`` says how far it has
    come, ``refunded_fen`` what came back, and ``points`` what it brings. ``can_receive``: I can say
    that it has come.
    """

    uuid: UUID
    number: str
    state: StoreOrderState
    purchase: UUID | None
    purchase_state: PurchaseState | None
    points: BoughtPoints | None
    can_receive: bool
    lines: list[BoughtLine]
    discounts: list[HadDiscount]
    goods_fen: int
    total_fen: int
    refunded_fen: int
    ordered_at: Moment
    lapses_at: Moment
    payment: PaymentRequest | None


_STANDING = """
SELECT store_order.id AS order_id, purchase.id, purchase.uuid, purchase.state,
       purchase.refunded_fen, purchase.points_earned AS points, purchase.paid_at,
       purchase.completed_at
FROM store_order
JOIN shop ON shop.kind = 'own_store' AND shop.code = store_order.app_id
JOIN purchase ON purchase.shop_id = shop.id AND purchase.number = store_order.number
WHERE store_order.id = ANY($1::bigint[])
"""


async def told(context: Context, orders: Sequence[StoreOrder], shopper: Shopper) -> list[Order]:
    """Return orders as their member reads them, in a constant number of statements."""
    if not orders:
        return []
    lines = {order.id: lines_of(order) for order in orders}
    known = await products.known(line.sku for found in lines.values() for line in found)
    rows = await db.fetch(_STANDING, [order.id for order in orders])
    bought = {row["order_id"]: row for row in rows}
    ids = [row["id"] for row in rows]
    goods = await product_reviews.of_purchases(shopper.customer_id, ids) if ids else {}
    had = {order.id: _shown_of(order) for order in orders}
    grounds = {order.id: msgspec.convert(order.grounds, Grounds) for order in orders}
    versions = {one.version_id for shown in had.values() for one in shown.discounts}
    versions |= {one.tiers for one in grounds.values() if one.tiers is not None}
    rules = await programme.recent(knowing=versions)
    language = shopper.language
    return [
        _order(
            order,
            bought.get(order.id),
            lines=[
                _line(line, bought.get(order.id), goods, known=known, language=language)
                for line in lines[order.id]
            ],
            discounts=_discounts(had[order.id], grounds[order.id], rules, language),
            rules=rules,
            payment=_payment(context, order),
        )
        for order in orders
    ]


def _order(
    order: StoreOrder,
    bought: db.Row | None,
    *,
    lines: list[BoughtLine],
    discounts: list[HadDiscount],
    rules: Programme,
    payment: PaymentRequest | None,
) -> Order:
    return Order(
        uuid=order.uuid,
        number=order.number,
        state=order.state,
        purchase=bought["uuid"] if bought else None,
        purchase_state=PurchaseState(bought["state"]) if bought else None,
        points=_points(bought, rules) if bought else None,
        can_receive=bought is not None and bought["state"] in ("paid", "shipped"),
        lines=lines,
        discounts=discounts,
        goods_fen=sum(line.goods_fen for line in lines),
        total_fen=order.total_fen,
        refunded_fen=bought["refunded_fen"] if bought else 0,
        ordered_at=order.ordered_at,
        lapses_at=order.lapses_at,
        payment=payment,
    )


def _points(bought: db.Row, rules: Programme) -> BoughtPoints:
    paid_at, completed_at = bought["paid_at"], bought["completed_at"]
    return points_of(bought["points"], paid_at=paid_at, completed_at=completed_at, rules=rules)


def _shown_of(order: StoreOrder) -> Shown:
    return msgspec.convert(order.quote, Shown)


def _discounts(
    shown: Shown, grounds: Grounds, rules: Programme, language: Language
) -> list[HadDiscount]:
    case = case_of(grounds, rules)
    found = []
    for one in shown.discounts:
        rule = rules.version(one.version_id, DISCOUNTS)
        assert rule is not None, "what an order had is published"
        body = rule.body
        found.append(
            HadDiscount(
                slot=one.slot,
                name=Worded(body.name_zh, body.name_en).spoken(language),
                saved_fen=one.saved_fen,
                why=[why.spoken(language) for why in body.conditions.whys(case)],
            )
        )
    return found


def _line(
    line: OrderLine,
    bought: db.Row | None,
    goods: Mapping[tuple[int, str], ReviewableGoods],
    *,
    known: Products,
    language: Language,
) -> BoughtLine:
    said = reviewing(goods.get((bought["id"], line.sku)) if bought else None)
    return BoughtLine(
        sku=line.sku,
        name=name_of(line.sku, line.title, known=known, language=language),
        picture=picture_of(line.sku, known),
        quantity=line.quantity,
        goods_fen=line.goods_fen,
        total_fen=line.paid_fen,
        can_review=said.can_review,
        review=said.review,
    )


def _payment(context: Context, order: StoreOrder) -> PaymentRequest | None:
    merchant = context.merchants.get(order.app_id)
    if order.state is not StoreOrderState.AWAITING_PAYMENT or not (merchant and order.prepay_id):
        return None
    return merchant.client.request(order.app_id, order.prepay_id)


def lines_of(order: StoreOrder) -> list[OrderLine]:
    """Return the lines that the purchase of an order has."""
    return msgspec.convert(order.lines, list[OrderLine])
