"""What a platform was last told of its members, and whose points or tier are others by now."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from loyalty.policies.tiers import Tiers
from models import db

# Points that lapse are taken away within the hour; until then they still stand here.
_BOUND = """
SELECT pass_binding.id, value, root.uuid, points_available AS points,
       coalesce(standing.tier, $2) AS tier
FROM pass_binding JOIN customer ON customer.id = customer_id
JOIN member ON member.id = coalesce(customer.merged_into_id, customer.id)
JOIN customer AS root ON root.id = member.id
LEFT JOIN standing ON standing.member_id = member.id
WHERE connection_id = $1 AND ended_at IS NULL
"""
_LONGEST = "ORDER BY told_at NULLS FIRST, pass_binding.id LIMIT $3"
_CHANGED = f"""{_BOUND}
  AND (told_points, told_tier) IS DISTINCT FROM (points_available, coalesce(standing.tier, $2))
{_LONGEST}"""
_CHANGED_TIER = f"""{_BOUND}
  AND told_tier IS DISTINCT FROM coalesce(standing.tier, $2)
{_LONGEST}"""
_TOLD = """
UPDATE pass_binding SET told_points = told.points, told_tier = told.tier, told_at = $4
FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS told (id, points, tier)
WHERE pass_binding.id = told.id
"""


class ToTell(Struct, frozen=True):
    """A bound member whom her platform shows otherwise than she stands.

    ``name`` is its name for her, ``uuid`` ours.
    """

    binding_id: int
    name: str
    uuid: UUID
    points: int
    tier: str


async def changed(connection_id: int, *, tiers: Tiers, limit: int) -> list[ToTell]:
    """Return members of a pass whose points or tier their platform was not told, longest first."""
    return await _found(_CHANGED, connection_id, tiers=tiers, limit=limit)


async def changed_tier(connection_id: int, *, tiers: Tiers, limit: int) -> list[ToTell]:
    """Return members of a pass that shows no points, whose tier its platform was not told."""
    return await _found(_CHANGED_TIER, connection_id, tiers=tiers, limit=limit)


async def _found(statement: str, connection_id: int, *, tiers: Tiers, limit: int) -> list[ToTell]:
    rows = await db.fetch(statement, connection_id, tiers.tiers[0].code, limit)
    return [ToTell(*row) for row in rows]


async def told(members: Sequence[ToTell], *, at: datetime) -> None:
    """Note what a platform was told of members."""
    await db.fetch(
        _TOLD,
        [one.binding_id for one in members],
        [one.points for one in members],
        [one.tier for one in members],
        at,
    )
