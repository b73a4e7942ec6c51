"""The demo's crowd: sixty who bought at the Tmall shop over the last year, so that figures live.

The same every time: names, orders and days come from a seed; only the day they are counted back
from is today's. A third of them has opened the mini-program, none follows the account.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from jifen.seeds.store import PRODUCTS
from loyalty import purchases
from loyalty.orders import IdentityRef, Order, OrderLine, ShopRef
from models import IdentityKind, Purchase, PurchaseState

SEED = 2874
BUYERS = 60
SHOPPERS = 20
NAMES_OF = "taobao"  # one set of member names for Taobao and Tmall
SHARE_REFUNDED = 0.08
DAYS = 365
# How many orders a buyer made: most came once or twice, few often.
ORDERS = (1,) * 26 + (2,) * 16 + (3,) * 8 + (4,) * 4 + (5,) * 3 + (6,) * 3


async def lay(shop: ShopRef, *, app_id: str, at: datetime) -> None:
    """Record what the crowd bought, in one batch; a second time changes nothing.

    ``app_id`` is the mini-program that some of them have an openid of.
    """
    told = orders(shop, app_id=app_id, at=at)
    if await Purchase.exists(number=told[0].number):
        return
    for outcome in await purchases.record(told, at=at):
        outcome.unwrap()


def orders(shop: ShopRef, *, app_id: str, at: datetime) -> list[Order]:
    """Return all orders of the crowd."""
    chance = random.Random(SEED)
    counts = chance.sample(ORDERS, BUYERS)
    return [
        order
        for place, count in enumerate(counts)
        for order in _of_buyer(place, count, shop, app_id=app_id, chance=chance, at=at)
    ]


def _of_buyer(
    place: int, count: int, shop: ShopRef, *, app_id: str, chance: random.Random, at: datetime
) -> Iterator[Order]:
    buyer: tuple[IdentityRef, ...] = (
        IdentityRef(IdentityKind.BUYER_NAME, NAMES_OF, f"买家{place + 1:03}"),
    )
    if place < SHOPPERS:
        buyer += (IdentityRef(IdentityKind.OPENID, app_id, f"oCrowd{place + 1:022}"),)
    for turn in range(count):
        paid_at = at - timedelta(days=chance.randrange(1, DAYS), minutes=chance.randrange(1440))
        yield _order(f"2874700{place:03}{turn}", buyer, shop, paid_at, chance=chance, at=at)


def _order(
    number: str,
    buyer: tuple[IdentityRef, ...],
    shop: ShopRef,
    paid_at: datetime,
    *,
    chance: random.Random,
    at: datetime,
) -> Order:
    wanted = chance.sample(PRODUCTS, chance.choice((1, 1, 1, 2)))
    is_refunded = chance.random() < SHARE_REFUNDED
    lines = tuple(
        _line(key, product, chance.choice((1, 1, 1, 2)), is_refunded=is_refunded)
        for key, product in enumerate(wanted, 1)
    )
    completed_at = paid_at + timedelta(days=chance.randrange(2, 9))
    is_completed = completed_at < at
    paid_fen = sum(line.paid_fen for line in lines)
    state = PurchaseState.COMPLETED if is_completed else PurchaseState.PAID
    return Order(
        shop=shop,
        number=number,
        state=PurchaseState.REFUNDED if is_refunded else state,
        ordered_at=paid_at,
        paid_at=paid_at,
        completed_at=completed_at if is_completed and not is_refunded else None,
        goods_fen=sum(line.goods_fen for line in lines),
        paid_fen=paid_fen,
        refunded_fen=paid_fen if is_refunded else 0,
        lines=lines,
        source="demo",
        buyer=buyer,
    )


def _line(
    key: int,
    product: tuple[str, str, str, str, int, int],
    quantity: int,
    *,
    is_refunded: bool,
) -> OrderLine:
    sku, title, _, category, yuan, _ = product
    fen = yuan * 100 * quantity
    return OrderLine(
        key=str(key),
        sku=sku,
        title=title,
        quantity=quantity,
        goods_fen=fen,
        paid_fen=fen,
        refunded_fen=fen if is_refunded else 0,
        category=category,
    )
