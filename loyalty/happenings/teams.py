"""What the members of a VIP group bought together."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self

from msgspec.structs import replace

from loyalty.happenings import Asked, Happening
from loyalty.happenings.kept_orders import PLACED, KeptOrder
from loyalty.roots import ids_of
from loyalty.seasons import Season
from models import db

# Whoever is in the group twice, as two contacts of one customer, is one. Orders count that she
# paid while she was in it: joining brings none of before, leaving takes none away.
_BOUGHT = PLACED.format(
    ids=ids_of("mate.root"), since="greatest($2, joined_at)", until="least($3, left_at)"
)
_TEAMS = f"""
WITH hers AS (
    SELECT DISTINCT community.id, slot
    FROM customer JOIN community_member ON community_member.customer_id = customer.id
    JOIN community ON community.id = community_id
    WHERE coalesce(merged_into_id, customer.id) = ANY($1::bigint[]) AND slot = ANY($4::text[])
), mate AS (
    SELECT hers.id, hers.slot, coalesce(merged_into_id, customer.id) AS root,
           min(joined_at) AS joined_at,
           CASE WHEN bool_and(left_at IS NOT NULL) THEN max(left_at) END AS left_at
    FROM hers JOIN community_member ON community_id = hers.id
    JOIN customer ON customer.id = customer_id
    GROUP BY hers.id, hers.slot, root
)
SELECT mate.*, bought.moments, bought.kept_fen FROM mate CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(at ORDER BY at, placed.id), '{{}}') AS moments,
           coalesce(array_agg(kept ORDER BY at, placed.id), '{{}}') AS kept_fen
    FROM ({_BOUGHT}) AS placed
) AS bought
ORDER BY mate.id, mate.joined_at, mate.root
"""


class Team(Happening, frozen=True):
    """A VIP group with the orders of each of its members, the same for all who ask.

    ``joined_at`` is when each joined, ``left_at`` when those left who are in it no more.
    """

    community_id: int
    slot: str
    orders: Mapping[int, Sequence[KeptOrder]]
    joined_at: Mapping[int, datetime]
    left_at: Mapping[int, datetime]

    @classmethod
    async def read(cls, asked: Asked) -> dict[int, list[Self]]:
        """Return the groups that members are or were in."""
        asked_for = (list(asked.member_ids), asked.since, asked.until, sorted(asked.slots))
        rows = await db.fetch(_TEAMS, *asked_for) if asked.slots else []
        groups: dict[int, list[db.Row]] = {}
        for row in rows:
            groups.setdefault(row["id"], []).append(row)
        found: dict[int, list[Self]] = {member_id: [] for member_id in asked.member_ids}
        for mates in groups.values():
            team = cls._of(mates)
            for member_id in team.orders.keys() & found.keys():
                found[member_id].append(team)
        return found

    @classmethod
    def _of(cls, mates: Sequence[db.Row]) -> Self:
        return cls(
            mates[0]["joined_at"],
            mates[0]["id"],
            mates[0]["slot"],
            {one["root"]: tuple(map(KeptOrder, one["moments"], one["kept_fen"])) for one in mates},
            {one["root"]: one["joined_at"] for one in mates},
            {one["root"]: one["left_at"] for one in mates if one["left_at"]},
        )

    def within(self, span: Season) -> Self:
        """Return the group with its orders of a span."""
        orders = {
            member_id: tuple(one for one in hers if span.holds(one.at))
            for member_id, hers in self.orders.items()
        }
        return replace(self, orders=orders)
