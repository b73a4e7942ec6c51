"""Store orders, locked for a change: their members first, as everywhere."""

from collections.abc import Sequence

from models import StoreOrder, db


async def locked(numbers: Sequence[str]) -> list[StoreOrder]:
    """Return orders of the open transaction that nobody else changes meanwhile, by their ids."""
    rows = await db.fetch(
        "SELECT store_order.id, coalesce(merged_into_id, customer.id) AS member_id"
        " FROM store_order JOIN customer ON customer.id = member_id"
        " WHERE number = ANY($1::text[])",
        list(numbers),
    )
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    await db.fetch(
        "SELECT FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE",
        [row["member_id"] for row in rows],
    )
    await db.fetch(
        "SELECT FROM store_order WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE", ids
    )
    return await StoreOrder.filter(id__in=ids).order_by("id")


async def locked_one(number: str) -> StoreOrder | None:
    """Return one order that nobody else changes meanwhile; None where there is none."""
    found = await locked([number])
    return found[0] if found else None
