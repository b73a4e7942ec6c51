"""What members bought and were given, read for many of them at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from loyalty.happenings.kept_orders import KeptOrder
from loyalty.milestones import History, Milestone
from loyalty.roots import ids_of
from models import db


class GivenReward(Struct, frozen=True):
    """What was given for one milestone; ``owner_id`` is whose it was before a merge."""

    owner_id: int
    slot: str
    name: str
    rule_version_id: int
    times: int
    points: int
    last_points: int
    coupon_id: int | None
    reached_at: datetime
    given_at: datetime
    undone_at: datetime | None

    @property
    def key(self) -> str:
        """Return the key of the coupon and of the entry that the last time gave."""
        return key_of(self.slot, self.name, self.owner_id, self.times)


def key_of(slot: str, name: str, member_id: int, times: int) -> str:
    """Return the key of what one time of a milestone gives."""
    return f"{slot}:{name}:{member_id}:{times}"


# An order that was split up is one, with all that its parts kept. Whoever was merged is her root,
# and has no history of her own.
_HISTORIES = """
SELECT member.id AS member_id, bought.moments, bought.kept_fen,
       (SELECT min(joined_at) FROM member AS one WHERE one.id = ANY(hers.ids)) AS joined_at
FROM unnest($1::bigint[]) AS wanted (id) JOIN member USING (id)
CROSS JOIN LATERAL (SELECT {ids} AS ids) AS hers
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(paid_at ORDER BY paid_at, id), '{{}}') AS moments,
           coalesce(array_agg(kept ORDER BY paid_at, id), '{{}}') AS kept_fen
    FROM (SELECT min(id) AS id, min(paid_at) AS paid_at,
                 sum(greatest(paid_fen - freight_fen - refunded_fen, 0))::bigint AS kept
          FROM purchase WHERE customer_id = ANY(hers.ids)
          GROUP BY shop_id, CASE WHEN parent_number = '' THEN number ELSE parent_number END
    ) AS purchase WHERE kept > 0
) AS bought
WHERE member.merged_into_id IS NULL AND member.deleted_at IS NULL
""".format(ids=ids_of("member.id"))

_PROFILES = """
SELECT wanted.id, told.birthday, told.birthday_told_at,
       (SELECT min(called_told_at) FROM profile
        WHERE customer_id = ANY(hers.ids)) AS called_told_at,
       (SELECT min(created_at) FROM identity
        WHERE customer_id = ANY(hers.ids) AND kind = 'mobile') AS phone_told_at
FROM unnest($1::bigint[]) AS wanted (id)
CROSS JOIN LATERAL (SELECT {ids} AS ids) AS hers
LEFT JOIN LATERAL (
    SELECT birthday, birthday_told_at FROM profile
    WHERE customer_id = ANY(hers.ids) AND birthday IS NOT NULL
    ORDER BY birthday_told_at DESC LIMIT 1
) AS told ON true
""".format(ids=ids_of("wanted.id"))

_GIVEN = """
SELECT coalesce(customer.merged_into_id, customer.id) AS root, milestone_reached.member_id,
       milestone_reached.slot, name, milestone_reached.rule_version_id, times, points, last_points,
       coupon_id, reached_at, given_at, undone_at
FROM milestone_reached JOIN customer ON customer.id = milestone_reached.member_id
WHERE coalesce(customer.merged_into_id, customer.id) = ANY($1::bigint[])
  AND starts_with(milestone_reached.slot, $2)
ORDER BY given_at, name
"""


async def histories(
    member_ids: Sequence[int], milestones: Iterable[Milestone], *, at: datetime
) -> dict[int, History]:
    """Return what these milestones look at, without members who are somebody else by now.

    What members told of themselves is read only where one of them looks at it.
    """
    found = {
        row["member_id"]: History(
            at, row["joined_at"], tuple(map(KeptOrder, row["moments"], row["kept_fen"]))
        )
        for row in await db.fetch(_HISTORIES, list(member_ids))
    }
    if any(one.looks_at_profile for one in milestones):
        for member_id, *told in await db.fetch(_PROFILES, list(found)):
            of = found[member_id]
            found[member_id] = History(of.at, of.joined_at, of.orders, *told)
    return found


async def given(
    member_ids: Sequence[int], *, slots: str = "milestone:"
) -> dict[int, list[GivenReward]]:
    """Return what each of these members was given, earliest first, of slots that begin so."""
    found: dict[int, list[GivenReward]] = {member_id: [] for member_id in member_ids}
    for row in await db.fetch(_GIVEN, list(member_ids), slots):
        found[row["root"]].append(
            GivenReward(
                row["member_id"],
                row["slot"],
                row["name"],
                row["rule_version_id"],
                row["times"],
                row["points"],
                row["last_points"],
                row["coupon_id"],
                row["reached_at"],
                row["given_at"],
                row["undone_at"],
            )
        )
    return found
