"""A shop's products as they are read, page by page: found ones are kept, lost ones only marked.

A reading that breaks off leaves what it brought and takes nothing away. A product is gone from a
shop when two whole readings in a row did not find it: while pages are read, rows move.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from loyalty.errors import Refused
from loyalty.shop_products.filling import fill, lock
from models import db

MOST_UNREAD = 50
ERROR_LIMIT = 1000

_BEGIN = """
INSERT INTO product_reading AS known (connection_id, begun_at, leased_until)
VALUES ($1, $2, $2::timestamptz + $3::interval)
ON CONFLICT (connection_id) DO UPDATE
SET begun_at = greatest(excluded.begun_at, known.begun_at + interval '1 microsecond'),
    leased_until = excluded.leased_until
WHERE known.leased_until IS NULL OR known.leased_until <= $2
RETURNING begun_at
"""
_RENEW = """
UPDATE product_reading SET leased_until = $3::timestamptz + $4::interval
WHERE connection_id = $1 AND begun_at = $2 AND leased_until IS NOT NULL RETURNING whole_at
"""
_TYPES = {
    "sku": "text",
    "item": "text",
    "name": "text",
    "category": "text",
    "brand": "text",
    "price_fen": "bigint",
    "cost_fen": "bigint",
    "picture": "text",
    "is_on_sale": "boolean",
}
_TOLD = [name for name in _TYPES if name not in ("sku", "price_fen", "is_on_sale")]
# The same code on a page before, in this reading: the lowest price counts, and any that is sold.
_KEEP = f"""
INSERT INTO shop_product AS known (connection_id, seen_at, {", ".join(_TYPES)})
SELECT $1, $2, told.* FROM unnest(
    {", ".join(f"${i}::{kind}[]" for i, kind in enumerate(_TYPES.values(), 3))})
    AS told ({", ".join(_TYPES)})
ON CONFLICT (connection_id, sku) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in _TOLD)},
    price_fen = CASE WHEN known.seen_at = excluded.seen_at
                     THEN least(known.price_fen, excluded.price_fen)
                     ELSE excluded.price_fen END,
    is_on_sale = excluded.is_on_sale OR known.is_on_sale AND known.seen_at = excluded.seen_at,
    seen_at = excluded.seen_at, gone_at = NULL
RETURNING xmax = 0 AS is_new
"""
_SEEN = """
UPDATE shop_product SET seen_at = $2 WHERE connection_id = $1 AND item = ANY($3::text[])
"""
_FOUND = "SELECT count(*) AS products FROM shop_product WHERE connection_id = $1 AND seen_at = $2"
_GONE = """
UPDATE shop_product SET gone_at = $3
WHERE connection_id = $1 AND seen_at < $2 AND gone_at IS NULL RETURNING sku
"""
_FINISH = """
UPDATE product_reading
SET whole_at = begun_at, ended_at = $3, leased_until = NULL, error = NULL, unread = $4::jsonb
WHERE connection_id = $1 AND begun_at = $2
"""
_STOP = """
UPDATE product_reading SET leased_until = NULL, error = $3
WHERE connection_id = $1 AND begun_at = $2
"""


class SoldProduct(Struct, frozen=True):
    """A product as a shop sells it, under the SKU that its orders' lines have.

    ``item`` is what the platform knows it by. What the platform does not tell is empty, or None.
    """

    sku: str
    item: str
    name: str
    category: str = ""
    brand: str = ""
    price_fen: int | None = None
    cost_fen: int | None = None
    picture: str = ""
    is_on_sale: bool = True


class Unread(Struct, frozen=True):
    """An item that could not be used, and the code of why."""

    item: str
    code: str
    figures: dict[str, str] = {}


class Reading(Struct, frozen=True):
    """One whole pass over a shop's products, ours for as long as its lease is renewed."""

    connection_id: int
    begun_at: datetime


class Finished(Struct, frozen=True):
    """What a whole reading found, and how many products it marked as gone from the shop.

    ``unread`` are the items that could not be used.
    """

    products: int
    gone: int
    unread: int


async def was_read(connection_id: int, *, since: datetime) -> bool:
    """Say whether a reading that began at a moment or after it came to its end."""
    rows = await db.fetch(
        "SELECT FROM product_reading WHERE connection_id = $1 AND whole_at >= $2",
        connection_id,
        since,
    )
    return bool(rows)


async def begin(connection_id: int, *, lease: timedelta, at: datetime) -> Reading:
    """Begin to read a shop's products.

    Raises:
        Refused: ``products_being_read``: somebody reads them already.
    """
    rows = await db.fetch(_BEGIN, connection_id, at, lease)
    if not rows:
        raise Refused("products_being_read")
    return Reading(connection_id, rows[0]["begun_at"])


async def take(
    reading: Reading,
    products: Sequence[SoldProduct],
    *,
    unread: Sequence[Unread],
    lease: timedelta,
    at: datetime,
) -> int:
    """Keep a page of what a shop sells, in one transaction; return how many it did not sell before.

    Of items that could not be used what is known stays, and is not missed.

    Raises:
        Refused: ``products_being_read``: the lease ran out, and somebody else reads them.
    """
    told = _one_each(products)
    async with db.transaction():
        await _renew(reading, lease=lease, at=at)
        await lock()
        columns = zip(*([getattr(one, name) for name in _TYPES] for one in told), strict=True)
        found = (reading.connection_id, reading.begun_at)
        kept = await db.fetch(_KEEP, *found, *map(list, columns)) if told else []
        if unread:
            await db.fetch(_SEEN, *found, [one.item for one in unread])
        if told:
            await fill([one.sku for one in told])
    return sum(row["is_new"] for row in kept)


async def finish(reading: Reading, *, unread: Sequence[Unread], at: datetime) -> Finished:
    """End a reading that came to its end, and mark what two such did not find.

    Raises:
        Refused: ``products_being_read``: the lease ran out, and somebody else reads them;
            ``nothing_told``: a shop whose products we know told none, so none is marked.
    """
    async with db.transaction():
        before = await _renew(reading, lease=timedelta(0), at=at)
        await lock()
        found = (reading.connection_id, reading.begun_at)
        (seen,) = await db.fetch(_FOUND, *found)
        if not seen["products"] and before is not None:
            raise Refused("nothing_told")
        gone = await db.fetch(_GONE, reading.connection_id, before, at) if before else []
        if gone:
            await fill([row["sku"] for row in gone])
        told = msgspec.json.encode(unread[:MOST_UNREAD]).decode()
        await db.fetch(_FINISH, *found, at, told)
    return Finished(seen["products"], len(gone), len(unread))


async def stop(reading: Reading, error: str) -> None:
    """End a reading that broke off; what it brought stays, and nothing is missed for it."""
    written = error.encode("utf-8", "backslashreplace").decode().replace("\x00", "")
    await db.fetch(_STOP, reading.connection_id, reading.begun_at, written[:ERROR_LIMIT])


async def _renew(reading: Reading, *, lease: timedelta, at: datetime) -> datetime | None:
    """Hold the lease on, and return when the last whole reading before began."""
    rows = await db.fetch(_RENEW, reading.connection_id, reading.begun_at, at, lease)
    if not rows:
        raise Refused("products_being_read")
    whole_at: datetime | None = rows[0]["whole_at"]
    return whole_at


def _one_each(products: Sequence[SoldProduct]) -> list[SoldProduct]:
    """Return one of each SKU, in their order: with the lowest price, and sold where any is."""
    found: dict[str, SoldProduct] = {}
    for one in products:
        other = found.get(one.sku)
        if other is None:
            found[one.sku] = one
            continue
        prices = [price for price in (one.price_fen, other.price_fen) if price is not None]
        found[one.sku] = msgspec.structs.replace(
            other,
            price_fen=min(prices, default=None),
            is_on_sale=one.is_on_sale or other.is_on_sale,
        )
    return [found[sku] for sku in sorted(found)]
