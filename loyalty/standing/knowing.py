"""What rules may know of members, read in one statement."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from loyalty.calendar import day_of
from loyalty.conditions import NOTHING_MORE
from loyalty.errors import NotFound
from loyalty.facts import BoughtSince, Facts, KeptCart, Review, Wanted
from loyalty.ledger.reading import BALANCE, SOON, Balance
from loyalty.policies.tiers import Tiers
from loyalty.programme import Programme
from loyalty.roots import ids_of, wants_personal_offers
from models import db

R = TypeVar("R")


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

# What rules want to know beyond that. However much she bought, each is an index's one row: the days
# hold what she bought up to them, so that a window is a difference. An order of the own store is
# under way until she was derived after its payment.
_UNDER_WAY = f"""
SELECT id FROM store_order
WHERE store_order.member_id = ANY({ids_of("member.id")}) AND state <> 'closed'
  AND ordered_at > coalesce(derived_at, '-infinity') - interval '1 day'
  AND coalesce(ended_at, 'infinity') >= coalesce(derived_at, '-infinity')
"""
_MORE = f"""
SELECT {_COLUMNS}, member.joined_at, standing.last_paid_at,
       EXISTS ({_UNDER_WAY}) AS is_under_way,
       ARRAY(SELECT goods FROM store_order, jsonb_array_elements(lines) AS line,
                    unnest(ARRAY['sku:' || (line ->> 'sku'), 'category:' || (line ->> 'category'),
                                 'brand:' || (line ->> 'brand')]) AS goods
             WHERE store_order.id IN ({_UNDER_WAY}) AND goods = ANY($4::text[])
             GROUP BY goods ORDER BY goods) AS goods_under_way,
       (SELECT max(ordered_at) FROM store_order
        WHERE store_order.member_id = ANY({ids_of("member.id")})
          AND hesitates AND state <> 'closed') AS hesitated_at,
       (SELECT birthday FROM profile
        WHERE customer_id = ANY({ids_of("member.id")}) AND birthday IS NOT NULL
        ORDER BY birthday_told_at DESC LIMIT 1) AS birthday,
       ARRAY(SELECT DISTINCT slot
             FROM community_member JOIN community ON community.id = community_id
             WHERE customer_id = ANY({ids_of("member.id")})
               AND left_at IS NULL AND dismissed_at IS NULL) AS communities,
       ARRAY(SELECT DISTINCT contact_tag.name
             FROM identity JOIN tagging ON tagging.corp_id = identity.scope
                  AND tagging.external_user_id = identity.value
             JOIN acquaintance USING (corp_id, external_user_id, user_id)
             JOIN contact_tag USING (corp_id, tag_id)
             WHERE identity.customer_id = ANY({ids_of("member.id")})
               AND identity.kind = 'wecom_contact' AND ended_at IS NULL) AS tags,
       cart.units, cart.changed_at, coalesce(upto.orders, 0) AS orders_upto,
       coalesce(upto.spent_fen, 0) AS spent_upto_fen, orders_before, spent_before_fen,
       goods, last_on
FROM member LEFT JOIN standing ON standing.member_id = member.id
LEFT JOIN cart ON cart.member_id = member.id
LEFT JOIN LATERAL (SELECT * FROM bought_day WHERE bought_day.member_id = member.id
                   ORDER BY on_day DESC LIMIT 1) AS upto ON true
CROSS JOIN LATERAL (
    SELECT array_agg(coalesce(before.orders, 0) ORDER BY place) AS orders_before,
           array_agg(coalesce(before.spent_fen, 0) ORDER BY place) AS spent_before_fen
    FROM unnest($3::date[]) WITH ORDINALITY AS span (since, place)
    LEFT JOIN LATERAL (SELECT * FROM bought_day
                       WHERE bought_day.member_id = member.id AND on_day < since
                       ORDER BY on_day DESC LIMIT 1) AS before ON true
) AS earlier
CROSS JOIN LATERAL (
    SELECT array_agg(bought_goods.goods) AS goods, array_agg(bought_goods.last_on) AS last_on
    FROM bought_goods
    WHERE bought_goods.member_id = member.id AND bought_goods.goods = ANY($4::text[])
) AS liked
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
    return _one([*(await facts_of_all([member_id], at=at, rules=rules)).values()])


async def facts_of_all(
    member_ids: Iterable[int], *, at: datetime, rules: Programme, wanted: Wanted | None = None
) -> dict[int, Facts]:
    """Return what is known of members, by their ids; of who is none, nothing.

    ``wanted`` is what the caller wants to know; None is what any rule wants.
    """
    tiers, asked = rules.tiers(at), sorted(member_ids)
    wanted = rules.wanted if wanted is None else wanted
    if not wanted.is_any:
        rows = await db.fetch(_FACTS, at, asked)
        return {row["id"]: _facts(row, tiers, at=at) for row in rows}
    since = sorted({span.begins_on(day_of(at)) for span in wanted.spans})
    rows = await db.fetch(_MORE, at, asked, since, sorted(wanted.goods))
    return {row["id"]: _with_more(_facts(row, tiers, at=at), row, since) for row in rows}


async def known(
    member_id: int, *, at: datetime, rules: Programme, wanted: Wanted = NOTHING_MORE
) -> Known:
    """Return what is known of one member and her balance, with what is ``wanted`` beyond that.

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
    if wanted.is_any:
        facts = _one(
            [*(await facts_of_all([member_id], at=at, rules=rules, wanted=wanted)).values()]
        )
    return Known(facts, balance, row["joined_at"], row["has_phone"])


def _one(rows: Sequence[R]) -> R:
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


def _with_more(facts: Facts, row: db.Row, since: Sequence[date]) -> Facts:
    """Return facts with what rules want to know beyond her standing."""
    before = zip(since, row["orders_before"] or (), row["spent_before_fen"] or (), strict=True)
    units = row["units"]
    return replace(
        facts,
        joined_at=row["joined_at"],
        last_paid_at=row["last_paid_at"],
        is_under_way=row["is_under_way"],
        goods_under_way=frozenset(row["goods_under_way"]),
        bought={
            day: BoughtSince(row["orders_upto"] - orders, row["spent_upto_fen"] - spent_fen)
            for day, orders, spent_fen in before
        },
        last_bought=dict(zip(row["goods"] or (), row["last_on"] or (), strict=True)),
        birthday=row["birthday"],
        communities=frozenset(row["communities"]),
        tags=frozenset(row["tags"]),
        kept_cart=KeptCart(msgspec.json.decode(units), row["changed_at"]) if units else None,
        hesitated_at=row["hesitated_at"],
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
