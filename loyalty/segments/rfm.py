"""Recency, frequency, money."""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta

from loyalty.calendar import day_of, months_later, start_of
from loyalty.placed import ORDERS
from loyalty.segments import SEGMENTS, CutPoints, Query, Segment

SCORES = 5
SHARES = [0.2, 0.4, 0.6, 0.8]

# What each member kept of what she bought in the window; whole refunds are no orders. Days are
# Shanghai's, counted back from the day of the snapshot.
_FIGURES = f"""
SELECT member.id AS member_id, {ORDERS} AS orders, sum(kept)::bigint AS spent_fen,
       ($2::date - (max(paid_at) AT TIME ZONE 'Asia/Shanghai')::date) AS days_ago
FROM purchase
CROSS JOIN LATERAL (SELECT greatest(paid_fen - freight_fen - refunded_fen, 0) AS kept) AS money
JOIN customer ON customer.id = purchase.customer_id
JOIN member ON member.id = coalesce(customer.merged_into_id, customer.id)
WHERE paid_at >= $1 AND paid_at < $3 AND kept > 0 AND member.deleted_at IS NULL
GROUP BY member.id
"""

_CUT_POINTS = f"""
SELECT percentile_disc($4::float8[]) WITHIN GROUP (ORDER BY days_ago) AS recency,
       percentile_disc($4::float8[]) WITHIN GROUP (ORDER BY orders) AS frequency,
       percentile_disc($4::float8[]) WITHIN GROUP (ORDER BY spent_fen) AS money
FROM ({_FIGURES}) AS figures
"""

# Equal figures always score equally, since each is compared with the bounds and nothing else.
_MEMBERS = f"""
SELECT member_id, r || '-' || f || '-' || m AS cell
FROM ({_FIGURES}) AS figures
CROSS JOIN LATERAL (
    SELECT 5 - (SELECT count(*) FROM unnest($4::bigint[]) AS bound WHERE bound < days_ago) AS r,
           1 + (SELECT count(*) FROM unnest($5::bigint[]) AS bound WHERE bound < orders) AS f,
           1 + (SELECT count(*) FROM unnest($6::bigint[]) AS bound WHERE bound < spent_fen) AS m
) AS score
WHERE r >= $7 AND f >= $8 AND m >= $9 AND orders >= $10
"""

Score = Annotated[int, Meta(ge=1, le=SCORES)]


@SEGMENTS.add("rfm")
class Rfm(Segment, frozen=True):
    """Who bought lately, often and for much: scores from 1 to 5 by the cut-points of all buyers.

    A fifth of the buyers lies between two cut-points, unless many have the same figure: these are
    scored equally, whoever they are. Net of refunds, within the last so many months.
    """

    window_months: Annotated[int, Meta(ge=1, le=60)] = 12
    recency_from: Score = 1
    frequency_from: Score = 1
    money_from: Score = 1
    orders_from: Annotated[int, Meta(ge=1, le=1000)] = 1

    def cut_points(self, *, at: datetime) -> Query:
        """Return the query of the bounds of recency (days), frequency (orders), money (fen)."""
        return Query(_CUT_POINTS, [*self._window(at), SHARES])

    def members(self, cut_points: CutPoints, *, at: datetime) -> Query:
        """Return the query of members with their cells ("5-4-3": recency, frequency, money)."""
        bounds = [cut_points.get(name) or [] for name in ("recency", "frequency", "money")]
        wanted = [self.recency_from, self.frequency_from, self.money_from, self.orders_from]
        return Query(_MEMBERS, [*self._window(at), *bounds, *wanted])

    def _window(self, at: datetime) -> list[object]:
        today = day_of(at)
        since = start_of(months_later(today, -self.window_months))
        return [since, today, start_of(today + timedelta(days=1))]
