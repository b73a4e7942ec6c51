"""Members with points that are due, in any number."""

from datetime import datetime

from models import db


async def members(count: int, *, at: datetime) -> list[int]:
    """Let so many customers join."""
    rows = await db.fetch(
        "WITH new AS (INSERT INTO customer (created_at) SELECT $2 FROM generate_series(1, $1)"
        " RETURNING id)"
        " INSERT INTO member (id, joined_at, joined_through) SELECT id, $2, 'test' FROM new"
        " RETURNING id",
        count,
        at,
    )
    return sorted(row["id"] for row in rows)
