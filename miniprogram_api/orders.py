"""Her orders in the brand's own store: placed at a quote's price, paid by WeChat Pay."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from loyalty import checkout, products, programme
from loyalty.checkout import Payer
from loyalty.discounts import DISCOUNTS
from loyalty.errors import NotFound
from loyalty.orders import OrderLine
from loyalty.programme import Programme
from loyalty.quotes import Grounds, Shown, case_of
from loyalty.roots import ids_that_were
from loyalty.wording import Worded
from miniprogram_api.paging import PageQuery, cut
from models import (
    PurchaseState,
    StoreOrder,
    StoreOrderState,
    db,
)
from web.context import Context
from web.languages import Language
from web.payments import merchant_of, settle
from web.session import Shopper
from web.typed import Moment
from wechat.pay import PaymentRequest, Prepay

DESCRIPTION_BYTES = 120

Token = Annotated[
    str, Meta(min_length=1, max_length=60_000, description="`quote` of the answer of POST /quotes")
]


class PlacedOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """The quote that I order by."""

    quote: Token


class BoughtLine(Struct, frozen=True):
    """One line: ``goods_fen`` before discounts, ``total_fen`` after them."""

    sku: str
    name: str
    quantity: int
    goods_fen: int
    total_fen: int


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

    Once it is paid, ``purchase_state`` says how far it has come and ``refunded_fen`` what came
    back.
    """

    uuid: UUID
    number: str
    state: StoreOrderState
    purchase_state: PurchaseState | None
    lines: list[BoughtLine]
    discounts: list[HadDiscount]
    goods_fen: int
    total_fen: int
    refunded_fen: int
    ordered_at: Moment
    lapses_at: Moment
    payment: PaymentRequest | None


class OrderList(Struct, frozen=True):
    """Newest first; ``next_before`` asks for the next page, and is null on the last."""

    orders: list[Order]
    next_before: UUID | None


async def place(shopper: Shopper, uuid: UUID, body: PlacedOrder, context: Context) -> Order:
    """Order what a quote shows, at its price.

    The uuid is my name for the order: the same again is the same order. My coupon is held until
    the order is paid, or closed after 15 minutes. An order that costs nothing is paid at once.

    Raises:
        Refused: ``quote_forged``, ``quote_expired``, ``product_not_on_sale``, ``coupon_locked``,
            ``coupon_used``, ``coupon_void``, ``coupon_expired``; ``budget_used_up``,
            ``budget_used_up_for_now``, ``budget_used_by_her``, ``budget_used_by_her_for_now``,
            ``budget_short``: ask for a new quote.
        NotFound: ``no_such_product``. Conflict: ``key_reused``.
        Unavailable: ``payments_not_connected``.
    """
    merchant_of(context, shopper.app_id)
    order = await checkout.order(
        shopper.customer_id,
        uuid,
        body.quote,
        payer=Payer(shopper.app_id, shopper.openid),
        sealer=context.sealer,
        at=context.clock(),
    )
    if order.state is StoreOrderState.AWAITING_PAYMENT and order.prepay_id is None:
        order.prepay_id = await _prepaid(context, order)
    return await _one(context, order, shopper.language)


async def read(shopper: Shopper, query: PageQuery, context: Context) -> OrderList:
    """Read my orders, newest first."""
    hers = StoreOrder.filter(member_id__in=await ids_that_were(shopper.customer_id))
    if query.before is not None:
        last = await hers.get_or_none(uuid=query.before)
        hers = hers.filter(id__lt=last.id if last else 0)
    found = await hers.order_by("-id").limit(query.limit + 1)
    shown, next_before = cut(found, query.limit)
    return OrderList(await _told(context, shown, shopper.language), next_before)


async def read_one(shopper: Shopper, uuid: UUID, context: Context) -> Order:
    """Read one of my orders.

    Raises:
        NotFound: ``no_such_order``.
    """
    return await _one(context, await _hers(shopper, uuid), shopper.language)


async def cancel(shopper: Shopper, uuid: UUID, context: Context) -> Order:
    """Give up an order that awaits payment, so that its coupon is free again.

    One that turns out to be paid stays paid; read its state.

    Raises:
        NotFound: ``no_such_order``.
        Unavailable: ``payments_not_connected``.
    """
    order = await _hers(shopper, uuid)
    if order.state is StoreOrderState.AWAITING_PAYMENT:
        await settle(context, order, at=context.clock())
    return await _one(context, await _hers(shopper, uuid), shopper.language)


async def _hers(shopper: Shopper, uuid: UUID) -> StoreOrder:
    ids = await ids_that_were(shopper.customer_id)
    order = await StoreOrder.get_or_none(uuid=uuid, member_id__in=ids)
    if order is None:
        raise NotFound("no_such_order")
    return order


async def _prepaid(context: Context, order: StoreOrder) -> str:
    """Announce the payment to WeChat Pay; the same order again is the same payment."""
    merchant = merchant_of(context, order.app_id)
    prepay_id = await merchant.client.prepay(
        Prepay(
            app_id=order.app_id,
            number=order.number,
            description=_description(_lines_of(order)),
            total_fen=order.total_fen,
            openid=order.openid,
            notify_url=merchant.connection.settings.notify_url,
        )
    )
    await checkout.keep_prepay(order.id, prepay_id)
    return prepay_id


def _lines_of(order: StoreOrder) -> list[OrderLine]:
    return msgspec.convert(order.lines, list[OrderLine])


def _description(lines: Sequence[OrderLine]) -> str:
    more = f" 等 {len(lines)} 件商品" if len(lines) > 1 else ""
    title = lines[0].title.encode()[: DESCRIPTION_BYTES - len(more.encode())]
    return title.decode("utf-8", "ignore") + more


async def _one(context: Context, order: StoreOrder, language: Language) -> Order:
    return (await _told(context, [order], language))[0]


_STANDING = """
SELECT store_order.id, purchase.state, purchase.refunded_fen
FROM store_order
JOIN shop ON shop.kind = 'own_store' AND shop.code = store_order.app_id
JOIN purchase ON purchase.shop_id = shop.id AND purchase.number = store_order.number
WHERE store_order.id = ANY($1::bigint[])
"""


async def _told(context: Context, orders: Sequence[StoreOrder], language: Language) -> list[Order]:
    if not orders:
        return []
    lines = {order.id: _lines_of(order) for order in orders}
    names = await products.names(line.sku for found in lines.values() for line in found)
    rows = await db.fetch(_STANDING, [order.id for order in orders])
    standing = {row["id"]: row for row in rows}
    had = {order.id: _shown_of(order) for order in orders}
    grounds = {order.id: msgspec.convert(order.grounds, Grounds) for order in orders}
    versions = {one.version_id for shown in had.values() for one in shown.discounts}
    versions |= {one.tiers for one in grounds.values() if one.tiers is not None}
    rules = await programme.recent(knowing=versions)
    return [
        Order(
            uuid=order.uuid,
            number=order.number,
            state=order.state,
            purchase_state=(
                PurchaseState(standing[order.id]["state"]) if order.id in standing else None
            ),
            lines=[_line(line, names, language) for line in lines[order.id]],
            discounts=_discounts(had[order.id], grounds[order.id], rules, language),
            goods_fen=sum(line.goods_fen for line in lines[order.id]),
            total_fen=order.total_fen,
            refunded_fen=standing[order.id]["refunded_fen"] if order.id in standing else 0,
            ordered_at=order.ordered_at,
            lapses_at=order.lapses_at,
            payment=_payment(context, order),
        )
        for order in orders
    ]


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


def _line(line: OrderLine, names: dict[str, Worded], language: Language) -> BoughtLine:
    return BoughtLine(
        sku=line.sku,
        name=names[line.sku].spoken(language) if line.sku in names else line.title,
        quantity=line.quantity,
        goods_fen=line.goods_fen,
        total_fen=line.paid_fen,
    )


def _payment(context: Context, order: StoreOrder) -> PaymentRequest | None:
    merchant = context.merchants.get(order.app_id)
    if order.state is not StoreOrderState.AWAITING_PAYMENT or not (merchant and order.prepay_id):
        return None
    return merchant.client.request(order.app_id, order.prepay_id)
