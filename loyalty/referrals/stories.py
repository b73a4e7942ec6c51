"""What happened around invitations, read for many friends at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from loyalty.programme import Programme
from loyalty.referrals.judging import Bought, Story, Verdict
from loyalty.roots import ids_of
from models import ReferralState, db


class Told(NamedTuple):
    """One invitation as it stands, by who both are now, and its story."""

    referral_id: int
    inviter_id: int
    invitee_id: int
    rule_version_id: int
    stands: Verdict
    story: Story


# An order that was split up is one, as its parts kept; it is completed when all of them are. A
# friend's friend who invited her inviter is found by going up from that one, by invitations before.
_STORIES = """
SELECT referral.*, hers.root, inviter.root AS inviter_root,
       (SELECT min(joined_at) FROM member AS one WHERE one.id = ANY(hers.ids)) AS joined_at,
       EXISTS (SELECT FROM referral AS other WHERE other.invitee_id = ANY(hers.ids)
               AND (other.opened_at, other.id) < (referral.opened_at, referral.id)) AS came_before,
       EXISTS (
           WITH RECURSIVE up (id) AS (
               SELECT inviter.root
               UNION
               SELECT coalesce(above.merged_into_id, above.id)
               FROM up JOIN referral AS earlier ON earlier.invitee_id = ANY({ids_above})
                    AND (earlier.opened_at, earlier.id) < (referral.opened_at, referral.id)
               JOIN customer AS above ON above.id = earlier.inviter_id
           ) SELECT FROM up WHERE id = hers.root
       ) AS is_circular,
       bought.paid_at, bought.kept_fen, bought.completed_at
FROM unnest($1::bigint[]) AS wanted (id)
CROSS JOIN LATERAL (SELECT wanted.id AS root, {hers} AS ids OFFSET 0) AS hers
JOIN referral ON referral.invitee_id = ANY(hers.ids)
CROSS JOIN LATERAL (SELECT coalesce(merged_into_id, id) AS root FROM customer
                    WHERE id = referral.inviter_id) AS inviter
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(paid_at ORDER BY paid_at, id), '{{}}') AS paid_at,
           coalesce(array_agg(kept ORDER BY paid_at, id), '{{}}') AS kept_fen,
           coalesce(array_agg(completed_at ORDER BY paid_at, id), '{{}}') AS completed_at
    FROM (SELECT min(id) AS id, min(paid_at) AS paid_at,
                 sum(greatest(paid_fen - freight_fen - refunded_fen, 0))::bigint AS kept,
                 CASE WHEN bool_and(completed_at IS NOT NULL) THEN max(completed_at) END
                     AS completed_at
          FROM purchase WHERE customer_id = ANY(hers.ids) AND state <> 'replaced'
          GROUP BY shop_id, CASE WHEN parent_number = '' THEN number ELSE parent_number END
          ORDER BY paid_at LIMIT 500
    ) AS one
) AS bought
ORDER BY referral.id
""".format(hers=ids_of("wanted.id"), ids_above=ids_of("up.id"))


async def stories(member_ids: Sequence[int], rules: Programme) -> list[Told]:
    """Return the invitations by which these members came, as friends, in one statement.

    The first 500 orders of each are looked at.
    """
    return [_told(row, rules) for row in await db.fetch(_STORIES, list(member_ids))]


def _told(row: db.Row, rules: Programme) -> Told:
    orders = zip(row["paid_at"], row["kept_fen"], row["completed_at"], strict=True)
    stands = Verdict(
        ReferralState(row["state"]), row["reason"], row["changes_at"], row["qualified_at"]
    )
    story = Story(
        opened_at=row["opened_at"],
        joined_at=row["joined_at"],
        qualified_at=row["qualified_at"],
        barred=row["barred"],
        is_self=row["root"] == row["inviter_root"],
        is_circular=row["is_circular"],
        came_before=row["came_before"],
        orders=tuple(
            Bought(paid_at, kept, _settles(paid_at, completed_at, rules))
            for paid_at, kept, completed_at in orders
        ),
    )
    return Told(row["id"], row["inviter_root"], row["root"], row["rule_version_id"], stands, story)


def _settles(paid_at: datetime, completed_at: datetime | None, rules: Programme) -> datetime | None:
    return rules.points(paid_at).settles_at(completed_at) if completed_at else None
