"""How far each shop has been read from its platform."""

from datetime import datetime

from models import db


async def swept_until(connection_id: int) -> datetime | None:
    """Return up to when all that changed has been read; None before the first time."""
    rows = await db.fetch(
        "SELECT swept_until FROM shop_sweep WHERE connection_id = $1", connection_id
    )
    return rows[0]["swept_until"] if rows else None


async def swept(connection_id: int, *, until: datetime, at: datetime) -> None:
    """Note that all that changed before ``until`` has been read; it never goes back."""
    await db.fetch(
        "INSERT INTO shop_sweep (connection_id, swept_until, swept_at) VALUES ($1, $2, $3)"
        " ON CONFLICT (connection_id) DO UPDATE SET error = NULL, swept_at = excluded.swept_at,"
        " swept_until = greatest(shop_sweep.swept_until, excluded.swept_until)",
        connection_id,
        until,
        at,
    )


async def stopped(connection_id: int, error: str, *, at: datetime) -> None:
    """Note why a shop could not be read to the end; what was read before stays."""
    await db.fetch(
        "UPDATE shop_sweep SET error = $2, swept_at = $3 WHERE connection_id = $1",
        connection_id,
        error,
        at,
    )
