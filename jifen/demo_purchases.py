"""What somebody who plays with the demo buys, completes and gives back at the Tmall shop."""

import secrets
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from jifen.seed import TMALL
from loyalty import customers, purchases
from loyalty.errors import NotFound
from loyalty.orders import IdentityRef, Order, OrderLine
from loyalty.roots import roots_of
from models import Product, Purchase, PurchaseLine, PurchaseState, Shop, ShopKind
from web.typed import Moment

Action = Literal["buy", "complete", "refund"]
WAITING = (PurchaseState.PAID, PurchaseState.SHIPPED)
KEPT = (*WAITING, PurchaseState.COMPLETED)


class Bought(Struct, frozen=True):
    """An order as it stands now; ``points`` is what it earned, or lost, by this."""

    number: str
    state: PurchaseState
    title: str
    paid_fen: int
    refunded_fen: int
    paid_at: Moment
    points: int


async def act(
    action: Action, buyer: tuple[IdentityRef, ...], number: str | None, *, at: datetime
) -> Bought:
    """Let a buyer buy something, or the shop complete or give back an order of hers.

    Without a number it is her newest order that can still be completed or given back.

    Raises:
        NotFound: ``nothing_for_sale``, ``no_order_left``, ``no_such_order``.
    """
    known = await customers.find(buyer)
    if len(set(known.values())) > 1:  # two customers until she follows: the chat's is meant
        buyer = buyer[:1]
    if action == "buy":
        return await _record(await _bought(buyer, at=at), at=at)
    order = await _order(known.get(buyer[0]) or next(iter(known.values()), None), action, number)
    if action == "complete":
        changed = replace(order, state=PurchaseState.COMPLETED, completed_at=at)
    else:
        lines = tuple(replace(line, refunded_fen=line.paid_fen) for line in order.lines)
        changed = replace(
            order, state=PurchaseState.REFUNDED, refunded_fen=order.paid_fen, lines=lines
        )
    return await _record(replace(changed, platform_updated_at=at), at=at)


class Sold(Struct, frozen=True):
    """An order of a shop on a platform as it is recorded; ``points`` is what it has earned.

    ``is_hers``: she whom the chat knows is its buyer.
    """

    state: PurchaseState
    paid_fen: int
    refunded_fen: int
    points: int
    is_hers: bool


async def sold(
    shop: tuple[ShopKind, str], number: str, buyer: tuple[IdentityRef, ...]
) -> Sold | None:
    """Return an order of a shop; None where it is not recorded yet."""
    kind, code = shop
    one = await Shop.get_or_none(kind=kind, code=code)
    found = await Purchase.get_or_none(shop_id=one.id, number=number) if one else None
    if found is None:
        return None
    known = await customers.find(buyer)
    hers = next((known[ref] for ref in buyer if ref in known), None)
    roots = await roots_of([found.customer_id] if found.customer_id else [])
    return Sold(
        found.state,
        found.paid_fen,
        found.refunded_fen,
        found.points_earned,
        hers in roots.values(),
    )


async def _record(order: Order, *, at: datetime) -> Bought:
    (outcome,) = await purchases.record([order], at=at)
    recorded = outcome.unwrap()
    return Bought(
        order.number,
        order.state,
        order.lines[0].title,
        order.paid_fen,
        order.refunded_fen,
        order.paid_at,
        recorded.points,
    )


async def _bought(buyer: tuple[IdentityRef, ...], *, at: datetime) -> Order:
    """Return an order of one product: each time the next one."""
    products = await Product.filter(is_on_sale=True).order_by("sku")
    if not products:
        raise NotFound("nothing_for_sale")
    product = products[await Purchase.filter(source="demo").count() % len(products)]
    line = OrderLine(
        key="1",
        sku=product.sku,
        title=product.name_zh,
        quantity=1,
        goods_fen=product.price_fen,
        paid_fen=product.price_fen,
        category=product.category,
        brand=product.brand,
    )
    return Order(
        shop=TMALL,
        number=f"{at:%y%m%d}{secrets.randbelow(10**12):012}",
        state=PurchaseState.PAID,
        ordered_at=at,
        paid_at=at,
        platform_updated_at=at,
        goods_fen=product.price_fen,
        paid_fen=product.price_fen,
        lines=(line,),
        source="demo",
        buyer=buyer,
    )


async def _order(customer_id: int | None, action: Action, number: str | None) -> Order:
    """Return an order of hers at the demo's shop that can still be completed, or given back."""
    shop = await Shop.get_or_none(kind=TMALL.kind, code=TMALL.code)
    unknown = NotFound("no_such_order" if number else "no_order_left")
    if shop is None or customer_id is None:
        raise unknown
    states = WAITING if action == "complete" else KEPT
    found = Purchase.filter(shop_id=shop.id, customer_id=customer_id, state__in=states)
    if number is not None:
        found = found.filter(number=number)
    purchase = await found.order_by("-paid_at", "-id").first()
    if purchase is None:
        raise unknown
    lines = await PurchaseLine.filter(purchase_id=purchase.id).order_by("number")
    return Order(
        shop=TMALL,
        number=purchase.number,
        state=purchase.state,
        ordered_at=purchase.ordered_at,
        paid_at=purchase.paid_at,
        completed_at=purchase.completed_at,
        goods_fen=purchase.goods_fen,
        paid_fen=purchase.paid_fen,
        freight_fen=purchase.freight_fen,
        lines=tuple(
            OrderLine(
                line.key,
                line.sku,
                line.title,
                line.quantity,
                line.goods_fen,
                line.paid_fen,
                line.refunded_fen,
                line.category,
                line.brand,
            )
            for line in lines
        ),
        source=purchase.source,
    )
