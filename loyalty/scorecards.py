"""Scorecards: figures of the programme for a period, net of refunds, in Shanghai days and months.

A member here is a customer who came to one of the brand's own touchpoints herself: she has an
openid or unionid, and not from a shop on WeChat alone. Others are buyers whom only a shop knows.
What is compared this way is a selection: people who join are people who buy more. It shows no
effect of the programme.
"""

from datetime import date, datetime, timedelta

from msgspec import Struct

from loyalty.calendar import day_of, months_later, start_of
from loyalty.placed import ORDERS
from models import db


class Side(Struct, frozen=True):
    """One side of the comparison. Rates and averages are None where there is nothing to divide."""

    buyers: int
    orders: int
    revenue_fen: int
    repeat_rate: float | None
    orders_per_buyer: float | None
    average_order_fen: int | None


class Month(Struct, frozen=True):
    """Net sales of a Shanghai month, of members, of other buyers, of orders without a buyer."""

    first_on: date
    members_fen: int
    others_fen: int
    nobody_fen: int


class Scorecard(Struct, frozen=True):
    """The programme in [starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime
    members: Side
    others: Side
    nobody_fen: int
    members_share: float | None
    months: list[Month]


_KEPT = """
SELECT coalesce(customer.merged_into_id, customer.id) AS buyer,
       greatest(paid_fen - freight_fen - refunded_fen, 0) AS kept, paid_at,
       shop_id, parent_number, state
FROM purchase LEFT JOIN customer ON customer.id = purchase.customer_id
WHERE paid_at >= $1 AND paid_at < $2 AND paid_fen > refunded_fen
"""

# A shop on WeChat tells an openid of its own and the unionid, whoever buys there.
_OWN = """
EXISTS (SELECT FROM identity WHERE identity.customer_id = buyer
        AND identity.kind IN ('openid', 'unionid')
        AND NOT EXISTS (SELECT FROM connection
                        JOIN identity AS of_shop ON of_shop.customer_id = buyer
                             AND of_shop.kind = 'openid' AND of_shop.scope = connection.scope
                        WHERE connection.kind = 'wechat_shop'
                          AND (identity.kind = 'unionid' OR identity.scope = connection.scope)))
"""

_SIDES = f"""
WITH kept AS ({_KEPT}), buyers AS (
    SELECT buyer, {ORDERS} AS orders, sum(kept)::bigint AS fen FROM kept GROUP BY buyer
), sided AS (
    SELECT *, CASE WHEN buyer IS NULL THEN 'nobody' WHEN {_OWN} THEN 'members' ELSE 'others' END
        AS side
    FROM buyers
)
SELECT side, count(*) AS buyers, sum(orders)::bigint AS orders, sum(fen)::bigint AS fen,
       count(*) FILTER (WHERE orders > 1) AS repeated
FROM sided GROUP BY side
"""

_MONTHS = f"""
WITH kept AS ({_KEPT}), monthly AS (
    SELECT buyer, date_trunc('month', paid_at AT TIME ZONE 'Asia/Shanghai')::date AS first_on,
           sum(kept)::bigint AS fen
    FROM kept GROUP BY 1, 2
), sided AS (SELECT *, buyer IS NOT NULL AND {_OWN} AS is_member FROM monthly)
SELECT first_on, coalesce(sum(fen) FILTER (WHERE is_member), 0)::bigint AS members_fen,
       coalesce(sum(fen) FILTER (WHERE NOT is_member AND buyer IS NOT NULL), 0)::bigint
           AS others_fen,
       coalesce(sum(fen) FILTER (WHERE buyer IS NULL), 0)::bigint AS nobody_fen
FROM sided GROUP BY first_on ORDER BY first_on
"""


async def programme(*, at: datetime, months: int = 12) -> Scorecard:
    """Return the programme's figures of the last so many months, up to the end of today."""
    today = day_of(at)
    starts_at = start_of(months_later(today.replace(day=1), 1 - months))
    ends_at = start_of(today + timedelta(days=1))
    rows = {row["side"]: row for row in await db.fetch(_SIDES, starts_at, ends_at)}
    monthly = await db.fetch(_MONTHS, starts_at, ends_at)
    members, others = _side(rows.get("members")), _side(rows.get("others"))
    nobody_fen = rows["nobody"]["fen"] if "nobody" in rows else 0
    total = members.revenue_fen + others.revenue_fen + nobody_fen
    return Scorecard(
        starts_at=starts_at,
        ends_at=ends_at,
        members=members,
        others=others,
        nobody_fen=nobody_fen,
        members_share=members.revenue_fen / total if total else None,
        months=[Month(*row) for row in monthly],
    )


def _side(row: db.Row | None) -> Side:
    if row is None:
        return Side(0, 0, 0, None, None, None)
    return Side(
        buyers=row["buyers"],
        orders=row["orders"],
        revenue_fen=row["fen"],
        repeat_rate=row["repeated"] / row["buyers"],
        orders_per_buyer=row["orders"] / row["buyers"],
        average_order_fen=row["fen"] // row["orders"],
    )


class Today(Struct, frozen=True):
    """What happened on a Shanghai day so far, and on the day before as a whole.

    Points given to a friend are not spent: they are once she spends them.
    """

    joined: tuple[int, int]
    orders: tuple[int, int]
    sales_fen: tuple[int, int]
    points_earned: tuple[int, int]
    points_spent: tuple[int, int]
    redemptions: tuple[int, int]
    check_ins: tuple[int, int]


_TODAY = f"""
SELECT (SELECT count(*) FROM member WHERE joined_at >= $1 AND joined_at < $2) AS joined,
       {ORDERS} AS orders,
       coalesce(sum(greatest(paid_fen - freight_fen - refunded_fen, 0)), 0)::bigint AS sales_fen,
       (SELECT coalesce(sum(available + pending), 0)::bigint FROM entry
        WHERE kind = 'earn' AND at >= $1 AND at < $2) AS points_earned,
       (SELECT coalesce(-sum(available), 0)::bigint FROM entry
        WHERE kind = 'spend' AND key NOT LIKE 'gift:%' AND at >= $1 AND at < $2) AS points_spent,
       (SELECT count(*) FROM redemption WHERE redeemed_at >= $1 AND redeemed_at < $2)
           AS redemptions,
       (SELECT count(*) FROM check_in WHERE checked_in_at >= $1 AND checked_in_at < $2)
           AS check_ins
FROM purchase WHERE paid_at >= $1 AND paid_at < $2
"""


async def today(*, at: datetime) -> Today:
    """Return the day's figures beside those of the day before."""
    begins = start_of(day_of(at))
    (now,) = await db.fetch(_TODAY, begins, begins + timedelta(days=1))
    (then,) = await db.fetch(_TODAY, begins - timedelta(days=1), begins)
    return Today(**{name: (now[name], then[name]) for name in Today.__struct_fields__})
