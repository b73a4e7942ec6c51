"""Her orders in the brand's own store: placed at a quote's price, paid by WeChat Pay."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from loyalty import checkout
from loyalty.checkout import Payer
from loyalty.errors import NotFound
from loyalty.orders import OrderLine
from loyalty.roots import ids_that_were
from miniprogram_api.ordered import Order, lines_of, told
from miniprogram_api.paging import PageQuery, cut
from models import (
    StoreOrder,
    StoreOrderState,
)
from web.context import Context
from web.payments import merchant_of, settle
from web.session import Shopper
from wechat.pay import Prepay

DESCRIPTION_BYTES = 120

Token = Annotated[
    str, Meta(min_length=1, max_length=60_000, description="`quote` of the answer of POST /quotes")
]


class PlacedOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """The quote that I order by."""

    quote: Token


class OrderQuery(PageQuery, frozen=True, forbid_unknown_fields=True):
    """Which orders, and which page of them."""

    state: StoreOrderState | None = None


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
    return await _one(context, order, shopper)


async def read(shopper: Shopper, query: OrderQuery, context: Context) -> OrderList:
    """Read my orders, or those that stand so, newest first."""
    hers = StoreOrder.filter(member_id__in=await ids_that_were(shopper.customer_id))
    if query.state is not None:
        hers = hers.filter(state=query.state)
    if query.before is not None:
        last = await StoreOrder.get_or_none(
            uuid=query.before, member_id__in=await ids_that_were(shopper.customer_id)
        )
        hers = hers.filter(id__lt=last.id if last else 0)
    found = await hers.order_by("-id").limit(query.limit + 1)
    shown, next_before = cut(found, query.limit)
    return OrderList(await told(context, shown, shopper), next_before)


async def read_one(shopper: Shopper, uuid: UUID, context: Context) -> Order:
    """Read one of my orders.

    Raises:
        NotFound: ``no_such_order``.
    """
    return await _one(context, await _hers(shopper, uuid), shopper)


async def receive(shopper: Shopper, uuid: UUID, context: Context) -> Order:
    """Say that what I ordered has come; saying it again changes nothing.

    The order is completed: its points can be spent when the return window is over, and what I
    bought can be reviewed.

    Raises:
        NotFound: ``no_such_order``. Refused: ``order_not_paid``.
    """
    order = await _hers(shopper, uuid)
    (outcome,) = await checkout.complete([order.number], at=context.clock())
    if outcome.refusal is not None:
        raise outcome.refusal
    return await _one(context, order, shopper)


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
    return await _one(context, await _hers(shopper, uuid), shopper)


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
            description=_description(lines_of(order)),
            total_fen=order.total_fen,
            openid=order.openid,
            notify_url=merchant.connection.settings.notify_url,
        )
    )
    await checkout.keep_prepay(order.id, prepay_id)
    return prepay_id


def _description(lines: Sequence[OrderLine]) -> str:
    more = f" 等 {len(lines)} 件商品" if len(lines) > 1 else ""
    title = lines[0].title.encode()[: DESCRIPTION_BYTES - len(more.encode())]
    return title.decode("utf-8", "ignore") + more


async def _one(context: Context, order: StoreOrder, shopper: Shopper) -> Order:
    return (await told(context, [order], shopper))[0]
