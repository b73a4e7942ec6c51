"""What rules may know of members, read in one statement."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from loyalty.errors import NotFound
from loyalty.facts import Facts, Review
from loyalty.ledger.reading import BALANCE, SOON, Balance
from loyalty.policies.tiers import Tiers
from loyalty.programme import Programme
from loyalty.roots import ids_of, wants_personal_offers
from models import db


class Known(Struct, frozen=True):
    """A member at a moment: what rules may know of her, her points, and how we know her."""

    facts: Facts
    balance: Balance
    joined_at: datetime
    has_phone: bool


_COLUMNS = f"""member.id, standing.tier, coalesce(standing.orders, 0) AS orders,
       coalesce(standing.spent_fen, 0) AS spent_fen, coalesce(standing.reached, 0) AS reached,
       standing.review_on, standing.keep_by_on, standing.still_counts, standing.projected_tier,
       ARRAY(SELECT newest.slot FROM (
                 SELECT DISTINCT ON (slot) id, slot FROM snapshot
                 WHERE taken_at <= $1 ORDER BY slot, on_day DESC
             ) AS newest JOIN snapshot_member ON snapshot_id = newest.id
             WHERE member_id = ANY({ids_of("member.id")})) AS segments,
       {wants_personal_offers("member.id")} AS wants_personal_offers"""
_FACTS = f"""
SELECT {_COLUMNS}
FROM member LEFT JOIN standing ON standing.member_id = member.id
WHERE member.id = ANY($2::bigint[])
"""
_KNOWN = f"""
SELECT {_COLUMNS}, {BALANCE.columns}, member.joined_at,
       EXISTS (SELECT FROM identity WHERE customer_id = member.id AND kind = 'mobile') AS has_phone
FROM member LEFT JOIN standing ON standing.member_id = member.id {BALANCE.join}
WHERE member.id = $3
"""


async def facts_of(member_id: int, *, at: datetime, rules: Programme) -> Facts:
    """Return what is known of one member; before anything was derived she is in the lowest tier.

    Raises:
        NotFound: ``no_such_member``.
    """
    return _facts(_one(await db.fetch(_FACTS, at, [member_id])), rules.tiers(at), at=at)


async def facts_of_all(
    member_ids: Iterable[int], *, at: datetime, rules: Programme
) -> dict[int, Facts]:
    """Return what is known of members, by their ids; of who is none, nothing."""
    tiers = rules.tiers(at)
    rows = await db.fetch(_FACTS, at, sorted(member_ids))
    return {row["id"]: _facts(row, tiers, at=at) for row in rows}


async def known(member_id: int, *, at: datetime, rules: Programme) -> Known:
    """Return what is known of one member and her balance.

    Raises:
        NotFound: ``no_such_member``.
    """
    row = _one(await db.fetch(_KNOWN, at, at + SOON, member_id))
    balance = Balance(
        row["available"],
        row["points_pending"],
        row["points_debt"],
        row["expiring"],
        row["expires_first_at"],
    )
    facts = _facts(row, rules.tiers(at), at=at)
    return Known(facts, balance, row["joined_at"], row["has_phone"])


def _one(rows: Sequence[db.Row]) -> db.Row:
    if not rows:
        raise NotFound("no_such_member")
    return rows[0]


def _facts(row: db.Row, tiers: Tiers, *, at: datetime) -> Facts:
    return Facts(
        member_id=row["id"],
        at=at,
        tier_rank=tiers.rank_of(row["tier"] or ""),
        orders=row["orders"],
        spent_fen=row["spent_fen"],
        reached=row["reached"],
        review=_review(row, tiers),
        segments=frozenset(row["segments"]),
        wants_personal_offers=row["wants_personal_offers"],
        tiers=tiers,
    )


def _review(row: db.Row, tiers: Tiers) -> Review | None:
    if row["review_on"] is None:
        return None
    return Review(
        review_on=row["review_on"],
        keep_by_on=row["keep_by_on"],
        still_counts=row["still_counts"],
        projected_rank=tiers.rank_of(row["projected_tier"]),
    )
