"""One store order, locked for a change: its member first, as everywhere."""

from models import StoreOrder, db


async def locked(number: str) -> StoreOrder | None:
    """Return an order of the open transaction that nobody else changes meanwhile."""
    rows = await db.fetch("SELECT id, member_id FROM store_order WHERE number = $1", number)
    if not rows:
        return None
    await db.fetch("SELECT FROM member WHERE id = $1 FOR UPDATE", rows[0]["member_id"])
    await db.fetch("SELECT FROM store_order WHERE id = $1 FOR UPDATE", rows[0]["id"])
    return await StoreOrder.get(id=rows[0]["id"])
