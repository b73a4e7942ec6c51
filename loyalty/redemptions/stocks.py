"""The stocks of rewards: how many pieces are taken of each, and by one member in her time."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from loyalty.roots import ids_of
from models import db

# What stands among redemptions: all that were not given back.
STANDING = "redemption.state NOT IN ('cancelled', 'expired', 'returned')"

_TAKEN = "SELECT slot, taken FROM reward_stock WHERE slot = ANY($1::text[])"
_LOCK = f"{_TAKEN} ORDER BY slot FOR UPDATE"
_OPEN = """
INSERT INTO reward_stock (slot, taken) SELECT slot, 0 FROM unnest($1::text[]) AS wanted (slot)
ORDER BY slot ON CONFLICT (slot) DO NOTHING
"""
# By her redemptions, however many others took of it: the planner would go through all of these.
_TAKEN_BY = f"""
SELECT asked.member_id, asked.slot, count(*) AS hers
FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS asked (member_id, slot, since)
CROSS JOIN LATERAL (
    SELECT slot, state, with_coupon_id FROM redemption
    WHERE redemption.member_id = ANY({ids_of("asked.member_id")})
      AND redemption.redeemed_at >= asked.since OFFSET 0) AS redemption
WHERE redemption.slot = asked.slot AND with_coupon_id IS NULL AND {STANDING}
GROUP BY asked.member_id, asked.slot
"""


async def taken(slots: Collection[str]) -> dict[str, int]:
    """Return how many are taken of each reward that anyone ever redeemed."""
    return _by_slot(await db.fetch(_TAKEN, list(slots)))


async def taken_by(since: Mapping[tuple[int, str], datetime]) -> dict[tuple[int, str], int]:
    """Return how many each member took of a reward since a moment, by (member id, slot).

    Where she took none it is left out. What she had for a coupon is not counted.
    """
    if not since:
        return {}
    member_ids, slots = zip(*since, strict=True)
    rows = await db.fetch(_TAKEN_BY, list(member_ids), list(slots), list(since.values()))
    return {(row["member_id"], row["slot"]): row["hers"] for row in rows}


async def open_new(slots: Collection[str]) -> None:
    """Open the stocks of rewards that nobody ever redeemed."""
    await db.fetch(_OPEN, sorted(slots))


async def hold(slots: Collection[str]) -> dict[str, int]:
    """Hold stocks to the end of the caller's transaction; return how many of each are taken."""
    return _by_slot(await db.fetch(_LOCK, sorted(slots)))


def _by_slot(rows: Iterable[db.Row]) -> dict[str, int]:
    return {row["slot"]: row["taken"] for row in rows}
