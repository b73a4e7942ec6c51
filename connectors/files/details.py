"""Item and refund reports for orders that are recorded already, and what is kept of those."""

from collections.abc import Sequence
from dataclasses import replace

from msgspec.structs import replace as with_fields

from connectors.files.assembling import assembled
from connectors.files.faults import CellFault
from connectors.files.report import OrderTold
from connectors.files.taking import Taken
from loyalty.orders import ShopRef
from models import PurchaseState, ShopKind, db

_KNOWN = """
SELECT purchase.*, shop.kind AS shop_kind, shop.code AS shop_code, shop.name AS shop_name
FROM purchase JOIN shop ON shop.id = purchase.shop_id
WHERE purchase.number = ANY($1) AND shop.kind = ANY($2)
"""

FAMILIES = {
    "taobao": (ShopKind.TAOBAO, ShopKind.TMALL),
    "youzan": (ShopKind.YOUZAN,),
}


async def completed(taken: Sequence[Taken], family: str) -> list[Taken]:
    """Return the orders of a platform's report with what is recorded of them already.

    Details without their order take it from its purchase; without one they are at fault,
    ``order_unknown``. Orders keep the list price that they were first recorded with: an order
    report alone knows only what was asked for after discounts.
    """
    wanted = [one.number for one in taken if one.details or one.order]
    if not wanted:
        return list(taken)
    kinds = [kind.value for kind in FAMILIES.get(family, tuple(ShopKind))]
    rows = await db.fetch(_KNOWN, wanted, kinds)
    known: dict[str, list[db.Row]] = {}
    for row in rows:
        known.setdefault(row["number"], []).append(row)
    return [_completed(one, known.get(one.number, [])) for one in taken]


def _completed(taken: Taken, known: Sequence[db.Row]) -> Taken:
    if taken.order:
        shop = taken.order.shop
        same = [
            row for row in known if (row["shop_kind"], row["shop_code"]) == (shop.kind, shop.code)
        ]
        return _with_list_price(taken, same[0]) if same else taken
    if taken.details is None:
        return taken
    details = taken.details
    mine = [row for row in known if details.shop is None or _shop(row) == details.shop]
    if len(mine) != 1:
        code = "order_in_several_shops" if mine else "order_unknown"
        return replace(taken, fault=CellFault(code))
    try:
        told = _told(mine[0])
        order = assembled(
            told, details.lines, details.refunds, shop=_shop(mine[0]), source=mine[0]["source"]
        )
    except CellFault as fault:
        return replace(taken, fault=fault)
    kept = with_fields(
        order, goods_fen=mine[0]["goods_fen"], discount_shop_fen=mine[0]["discount_shop_fen"]
    )
    return replace(taken, order=kept)


def _shop(row: db.Row) -> ShopRef:
    return ShopRef(ShopKind(row["shop_kind"]), row["shop_code"], row["shop_name"])


def _told(row: db.Row) -> OrderTold:
    return OrderTold(
        number=row["number"],
        state=PurchaseState(row["state"]),
        ordered_at=row["ordered_at"],
        paid_at=row["paid_at"],
        completed_at=row["completed_at"],
        due_fen=row["goods_fen"] - row["discount_shop_fen"],
        paid_fen=row["paid_fen"],
        freight_fen=row["freight_fen"],
        goods_fen=row["goods_fen"],
        discount_shop_fen=row["discount_shop_fen"],
        discount_platform_fen=row["discount_platform_fen"],
        discount_talent_fen=row["discount_talent_fen"],
        points_deduct_fen=row["points_deduct_fen"],
        refunded_fen=row["refunded_fen"],
        closed=row["state"] == PurchaseState.REFUNDED.value,
    )


def _with_list_price(taken: Taken, row: db.Row) -> Taken:
    order = taken.order
    assert order is not None
    money = ("paid_fen", "freight_fen", "discount_platform_fen", "points_deduct_fen")
    if any(getattr(order, name) != row[name] for name in money):
        return taken
    kept = with_fields(
        order, goods_fen=row["goods_fen"], discount_shop_fen=row["discount_shop_fen"]
    )
    return replace(taken, order=kept)
