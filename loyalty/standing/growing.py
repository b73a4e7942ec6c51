"""What a member's tier comes from: each order and visit that counts today."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from loyalty.policies.tiers import Tiers
from loyalty.standing.measuring import THESE, arguments, counts_since
from models import db


class Growth(Struct, frozen=True):
    """What one order or one day's visit brought in the tiers' measure, net of refunds."""

    on: date
    kind: Literal["order", "visit"]
    amount: int


_GROWTH = """
WITH {these}
SELECT on_day, kind, amount FROM (
    SELECT on_day, 'order' AS kind, paid_at, kept * $3 / 100 + orders * $4 AS amount FROM bought
    UNION ALL
    SELECT on_day, 'visit', NULL, $5
    FROM (SELECT on_day FROM bought UNION SELECT on_day FROM came) AS day
) AS one WHERE amount > 0 AND on_day >= {since}
ORDER BY on_day DESC, kind, paid_at DESC LIMIT $12::integer
"""


async def growth(member_id: int, tiers: Tiers, *, at: datetime, limit: int) -> list[Growth]:
    """Return what counts for her tier today, the newest first, as the orders stand now."""
    rows = await db.fetch(
        _GROWTH.format(these=THESE, since=counts_since(tiers)),
        *arguments([member_id], tiers, at=at),
        limit,
    )
    return [Growth(*row) for row in rows]
