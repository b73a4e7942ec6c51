"""The statements of purchases: what is known of a batch of orders, and how it is written."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from loyalty.orders import Attribution, Order, OrderLine, ShopRef
from loyalty.purchases.known import Known
from loyalty.purchases.task import Task
from models import PurchaseState, ShopKind, db

# Each order is looked up by the index: without statistics the planner would read the whole table.

# NULL where her account was deleted: points follow such an order no more.
STILL_HERS = """(
    SELECT member.id FROM customer JOIN member ON member.id = coalesce(customer.merged_into_id,
                                                                       customer.id)
    WHERE customer.id = customer_id AND member.deleted_at IS NULL)"""

_KNOWN = f"""
SELECT purchase.*, shop.kind AS shop_kind, shop.code AS shop_code,
       {STILL_HERS} AS member_id
FROM purchase JOIN shop ON shop.id = purchase.shop_id
WHERE purchase.id = ANY(ARRAY(
    SELECT known.id
    FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (kind, code, number)
    JOIN shop USING (kind, code)
    CROSS JOIN LATERAL (SELECT id FROM purchase
                        WHERE shop_id = shop.id AND purchase.number = wanted.number
                        OFFSET 0) AS known))
ORDER BY purchase.id
FOR UPDATE OF purchase
"""

_COLUMNS = (
    "id",
    "shop_id",
    "number",
    "parent_number",
    "customer_id",
    "state",
    "currency",
    "goods_fen",
    "discount_shop_fen",
    "discount_platform_fen",
    "discount_talent_fen",
    "points_deduct_fen",
    "freight_fen",
    "paid_fen",
    "refunded_fen",
    "ordered_at",
    "paid_at",
    "completed_at",
    "platform_updated_at",
    "source",
    "revision",
    "points_earned",
    "earned",
    "tier",
    "paid_as_id",
    "digest",
    "recorded_at",
)
_LINE_COLUMNS = (
    "purchase_id",
    "number",
    "key",
    "sku",
    "title",
    "category",
    "brand",
    "quantity",
    "goods_fen",
    "paid_fen",
    "refunded_fen",
    "attributed_to",
)
_ATTRIBUTED = msgspec.json.Decoder(tuple[Attribution, ...])

_UPDATE = """
UPDATE purchase
SET parent_number = new.parent_number, customer_id = new.customer_id, state = new.state,
    currency = new.currency,
    goods_fen = new.goods_fen, discount_shop_fen = new.discount_shop_fen,
    discount_platform_fen = new.discount_platform_fen,
    discount_talent_fen = new.discount_talent_fen, points_deduct_fen = new.points_deduct_fen,
    freight_fen = new.freight_fen, paid_fen = new.paid_fen, refunded_fen = new.refunded_fen,
    ordered_at = new.ordered_at, paid_at = new.paid_at, completed_at = new.completed_at,
    platform_updated_at = new.platform_updated_at, source = new.source, revision = new.revision,
    points_earned = new.points_earned, earned = new.earned, tier = new.tier,
    paid_as_id = new.paid_as_id, digest = new.digest, recorded_at = new.recorded_at
FROM jsonb_populate_recordset(NULL::purchase, $1::jsonb) AS new
WHERE purchase.id = new.id
"""


Name = tuple[str, str, str]


def name(order: Order) -> Name:
    """Return what an order is known by: shop kind, shop code, order number."""
    return order.shop.kind.value, order.shop.code, order.number


async def known(wanted: Sequence[tuple[ShopRef, str]]) -> dict[Name, Known]:
    """Return and lock what is recorded of orders, by shop and number; by name, without lines."""
    refs = {(shop.kind.value, shop.code): shop for shop, _ in wanted}
    rows = await db.fetch(
        _KNOWN,
        [shop.kind.value for shop, _ in wanted],
        [shop.code for shop, _ in wanted],
        [number for _, number in wanted],
    )
    found = (read(row, refs[row["shop_kind"], row["shop_code"]]) for row in rows)
    return {name(one.order): one for one in found}


def read(row: db.Row, shop: ShopRef) -> Known:
    """Return what a row says, without lines."""
    return Known(
        purchase_id=row["id"],
        revision=row["revision"],
        digest=row["digest"],
        customer_id=row["customer_id"],
        member_id=row["member_id"],
        earned=tuple((key, points) for key, points in msgspec.json.decode(row["earned"])),
        tier=row["tier"],
        paid_as_id=row["paid_as_id"],
        order=Order(
            shop=shop,
            number=row["number"],
            state=PurchaseState(row["state"]),
            ordered_at=row["ordered_at"],
            paid_at=row["paid_at"],
            goods_fen=row["goods_fen"],
            paid_fen=row["paid_fen"],
            lines=(),
            source=row["source"],
            currency=row["currency"],
            completed_at=row["completed_at"],
            platform_updated_at=row["platform_updated_at"],
            freight_fen=row["freight_fen"],
            discount_shop_fen=row["discount_shop_fen"],
            discount_platform_fen=row["discount_platform_fen"],
            discount_talent_fen=row["discount_talent_fen"],
            points_deduct_fen=row["points_deduct_fen"],
            refunded_fen=row["refunded_fen"],
            parent_numbers=(row["parent_number"],) if row["parent_number"] else (),
        ),
    )


async def lines(purchases: Sequence[Known]) -> dict[int, list[OrderLine]]:
    """Return the lines of purchases by purchase id, in their order."""
    found: dict[int, list[OrderLine]] = {one.purchase_id: [] for one in purchases}
    rows = await db.fetch(
        "SELECT purchase_id, key, sku, title, quantity, goods_fen, paid_fen, refunded_fen,"
        " category, brand, attributed_to FROM purchase_line WHERE purchase_id = ANY($1::bigint[])"
        " ORDER BY purchase_id, number",
        list(found),
    )
    for row in rows:
        told = row["attributed_to"]
        brought = _ATTRIBUTED.decode(told) if told else ()
        found[row["purchase_id"]].append(OrderLine(*[*row[1:-1], brought]))
    return found


ShopIds = dict[tuple[ShopKind, str], int]


async def open_shops(shops: Iterable[ShopRef]) -> ShopIds:
    """Return the ids of shops by kind and code; unknown ones are added."""
    named = {(shop.kind, shop.code): shop.name for shop in shops}
    wanted = sorted(named)
    kinds = [kind.value for kind, _ in wanted]
    codes = [code for _, code in wanted]
    find = (
        "SELECT shop.id, kind, code FROM unnest($1::text[], $2::text[]) AS wanted (kind, code)"
        " JOIN shop USING (kind, code)"
    )
    rows = await db.fetch(find, kinds, codes)
    if len(rows) < len(wanted):
        await db.fetch(
            "INSERT INTO shop (kind, code, name)"
            " SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING",
            kinds,
            codes,
            [named[shop] or shop[1] for shop in wanted],
        )
        rows = await db.fetch(find, kinds, codes)
    return {(ShopKind(row["kind"]), row["code"]): row["id"] for row in rows}


async def number(tasks: Sequence[Task]) -> None:
    """Give new purchases their ids."""
    new = [task for task in tasks if task.known is None]
    if not new:
        return
    rows = await db.fetch(
        "SELECT nextval(sequence) AS id FROM generate_series(1, $1),"
        " (SELECT pg_get_serial_sequence('purchase', 'id')::regclass AS sequence OFFSET 0) AS ids",
        len(new),
    )
    for task, row in zip(new, rows, strict=True):
        task.purchase_id = row["id"]


async def write(tasks: Sequence[Task], *, at: datetime) -> None:
    """Write new purchases and their lines by COPY; replace amended ones."""
    shops = await open_shops(task.order.shop for task in tasks)
    new = [task for task in tasks if task.known is None]
    amended = [task for task in tasks if task.known is not None]
    await db.copy("purchase", _COLUMNS, [_row(task, shops, at) for task in new])
    if amended:
        await _amend(amended, shops, at)
    await db.copy(
        "purchase_line", _LINE_COLUMNS, [row for task in tasks for row in _line_rows(task)]
    )


async def _amend(amended: Sequence[Task], shops: ShopIds, at: datetime) -> None:
    rows = [dict(zip(_COLUMNS, _row(task, shops, at), strict=True)) for task in amended]
    for row in rows:
        row["earned"] = msgspec.Raw(str(row["earned"]).encode())
        row["digest"] = "\\x" + bytes(row["digest"]).hex()  # type: ignore[call-overload]
    await db.fetch(_UPDATE, msgspec.json.encode(rows).decode())
    await db.fetch(
        "DELETE FROM purchase_line WHERE purchase_id = ANY($1::bigint[])",
        [task.purchase_id for task in amended],
    )


def _row(task: Task, shops: ShopIds, at: datetime) -> tuple[object, ...]:
    order = task.order
    return (
        task.purchase_id,
        shops[order.shop.kind, order.shop.code],
        order.number,
        order.parent_numbers[-1] if order.parent_numbers else "",
        task.customer_id,
        order.state.value,
        order.currency,
        order.goods_fen,
        order.discount_shop_fen,
        order.discount_platform_fen,
        order.discount_talent_fen,
        order.points_deduct_fen,
        order.freight_fen,
        order.paid_fen,
        order.refunded_fen,
        order.ordered_at,
        order.paid_at,
        order.completed_at,
        order.platform_updated_at,
        order.source,
        task.revision,
        sum(points for _, points in task.earned),
        msgspec.json.encode(task.earned).decode(),
        task.tier,
        task.paid_as_id,
        task.digest,
        at,
    )


def _line_rows(task: Task) -> list[tuple[object, ...]]:
    purchase_id = task.purchase_id
    return [
        (
            purchase_id,
            position,
            line.key,
            line.sku,
            line.title,
            line.category,
            line.brand,
            line.quantity,
            line.goods_fen,
            line.paid_fen,
            line.refunded_fen,
            msgspec.json.encode(line.attributed_to).decode() if line.attributed_to else None,
        )
        for position, line in enumerate(task.order.lines, 1)
    ]
