"""An order is placed: what was shown is what will be charged, and its coupon is locked to it."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from loyalty import budgets, coupons, early_access, programme, quotes
from loyalty.budgets import Wanted
from loyalty.checkout import using_up
from loyalty.checkout.sealing import kept, seal
from loyalty.checkout.settling import record_paid
from loyalty.discounts import DISCOUNTS
from loyalty.errors import Conflict, Refused
from loyalty.orders import OrderLine
from loyalty.payments import PAYABLE_FOR, Payer, new_number
from loyalty.products import ForSale, wanted
from loyalty.quotes import Grounds, Shown
from loyalty.roots import hold
from loyalty.sealing import Sealer
from models import Coupon, StoreOrder, db


async def order(
    member_id: int, uuid: UUID, token: str, *, payer: Payer, sealer: Sealer, at: datetime
) -> StoreOrder:
    """Place an order of a signed quote; the same ``uuid`` and quote again is the same order.

    It awaits payment for 15 minutes. One that costs nothing is paid at once.

    Raises:
        Refused: ``quote_forged``, ``quote_expired``, ``product_not_on_sale``, ``opens_later``, and
            what ``coupons.lock`` and ``budgets.reserve`` refuse; as ``using_up.check``. Then
            nothing is taken.
        NotFound: ``no_such_product``, and what ``coupons.lock`` does not find.
        Conflict: ``key_reused``: the uuid stands for another order. ``member_was_deleted``.
    """
    shown = quotes.read(token, sealer)
    if shown.member_id != member_id:
        raise Refused("quote_forged")
    async with db.transaction():
        await hold(member_id)
        known = await StoreOrder.get_or_none(uuid=uuid)
        if known is not None:
            return _same(known, shown)
        quotes.check_good(shown, at=at)
        products = await wanted(line.sku for line in shown.lines)
        hesitates = await using_up.check(shown, at=at)
        new = _New(
            uuid=uuid,
            shown=shown,
            grounds=quotes.unpacked(quotes.grounds_in(token, sealer)),
            payer=payer,
            hesitates=hesitates,
        )
        placed = await _place(new, products, sealer=sealer, at=at)
        skus = [line.sku for line in shown.lines]
        await early_access.lock(member_id, skus, order_id=placed, at=at)
        if shown.coupon is not None:
            await coupons.lock(shown.coupon, member_id=member_id, order_id=placed, at=at)
        if shown.discounts:
            await budgets.reserve(
                await _wanted(shown, at=at), member_id=member_id, order_id=placed, at=at
            )
        if not shown.total_fen:
            await record_paid(await StoreOrder.get(id=placed), paid_at=at, payer_fen=0, at=at)
    return await StoreOrder.get(id=placed)


async def _wanted(shown: Shown, *, at: datetime) -> list[Wanted]:
    """Return what an order takes of each discount that was shown, and the budgets that hold now."""
    rules = await programme.load()
    found = []
    for one in shown.discounts:
        rule = rules.version(one.version_id, DISCOUNTS)
        assert rule is not None, "what was shown is published"
        held = budgets.budgets_of(one.slot, rule.body, rules, at=at)
        found.append(Wanted(one.slot, one.version_id, one.saved_fen, held))
    return found


async def keep_prepay(order_id: int, prepay_id: str) -> None:
    """Keep what WeChat Pay calls the payment that it awaits."""
    await db.fetch("UPDATE store_order SET prepay_id = $2 WHERE id = $1", order_id, prepay_id)


def _same(known: StoreOrder, shown: Shown) -> StoreOrder:
    """Return the order again where it is of the same quote, which also says whose it is."""
    if msgspec.convert(known.quote, Shown) != shown:
        raise Conflict("key_reused")
    return known


class _New(Struct, frozen=True):
    """An order to place."""

    uuid: UUID
    shown: Shown
    grounds: Grounds
    payer: Payer
    hesitates: bool


_PLACE = """
INSERT INTO store_order (uuid, member_id, number, openid, app_id, quote, lines, total_fen,
    coupon_id, state, ordered_at, lapses_at, hesitates, grounds, seal)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8, $9, 'awaiting_payment', $10, $11, $12,
    $13::jsonb, $14)
ON CONFLICT (uuid) DO NOTHING RETURNING id
"""


async def _place(new: _New, products: dict[str, ForSale], *, sealer: Sealer, at: datetime) -> int:
    shown, payer = new.shown, new.payer
    lines = _lines(shown, products)
    coupon = await Coupon.get_or_none(uuid=shown.coupon) if shown.coupon else None
    rows = await db.fetch(
        _PLACE,
        new.uuid,
        shown.member_id,
        new_number(at),
        payer.openid,
        payer.app_id,
        msgspec.json.encode(shown).decode(),
        msgspec.json.encode(lines).decode(),
        shown.total_fen,
        coupon.id if coupon else None,
        at,
        at + PAYABLE_FOR,
        new.hesitates,
        msgspec.json.encode(new.grounds).decode(),
        seal(kept(shown, new.grounds, lines), sealer),
    )
    if not rows:
        raise Conflict("key_reused")
    order_id: int = rows[0]["id"]
    return order_id


def _lines(shown: Shown, products: dict[str, ForSale]) -> list[OrderLine]:
    return [
        OrderLine(
            key=line.sku,
            sku=line.sku,
            title=products[line.sku].name_zh,
            quantity=line.quantity,
            goods_fen=line.goods_fen,
            paid_fen=line.total_fen,
            category=products[line.sku].category,
            brand=products[line.sku].brand,
        )
        for line in shown.lines
    ]
