"""What members bought, kept so that any window and any goods are looked up, not counted."""

from collections.abc import Sequence

from loyalty.standing.measuring import BOUGHT
from models import db

# A row a day with all up to it: what a window holds is a difference of two. Only what changed is
# written, mostly the newest day; what a conflict finds unchanged is locked, and so written, too.
_DAYS = f"""
WITH {BOUGHT},
upto AS (
    SELECT member_id, on_day,
           sum(sum(orders)) OVER (PARTITION BY member_id ORDER BY on_day)::integer AS orders,
           sum(sum(kept)) OVER (PARTITION BY member_id ORDER BY on_day)::bigint AS spent_fen
    FROM bought GROUP BY member_id, on_day
),
gone AS (
    DELETE FROM bought_day WHERE member_id = ANY($1::bigint[]) AND NOT EXISTS (
        SELECT FROM upto
        WHERE upto.member_id = bought_day.member_id AND upto.on_day = bought_day.on_day)
)
INSERT INTO bought_day (member_id, on_day, orders, spent_fen)
SELECT member_id, on_day, orders, spent_fen FROM upto WHERE NOT EXISTS (
    SELECT FROM bought_day AS kept
    WHERE kept.member_id = ANY($1::bigint[]) AND kept.member_id = upto.member_id
      AND kept.on_day = upto.on_day
      AND (kept.orders, kept.spent_fen) = (upto.orders, upto.spent_fen))
ORDER BY member_id, on_day
ON CONFLICT (member_id, on_day) DO UPDATE
SET orders = excluded.orders, spent_fen = excluded.spent_fen
"""

# A line that was given for nothing was not bought, nor one that was wholly given back.
_GOODS = f"""
WITH {BOUGHT},
lines AS (
    SELECT member_id, on_day, sku, category, brand
    FROM bought CROSS JOIN LATERAL (
        SELECT * FROM purchase_line WHERE purchase_id = bought.id OFFSET 0) AS line
    WHERE line.paid_fen > line.refunded_fen
),
liked AS (
    SELECT member_id, goods, max(on_day) AS last_on
    FROM lines CROSS JOIN LATERAL (VALUES (sku, 'sku:' || sku), (category, 'category:' || category),
                                          (brand, 'brand:' || brand)) AS named (name, goods)
    WHERE name <> '' GROUP BY member_id, goods
),
gone AS (
    DELETE FROM bought_goods WHERE member_id = ANY($1::bigint[]) AND NOT EXISTS (
        SELECT FROM liked
        WHERE liked.member_id = bought_goods.member_id AND liked.goods = bought_goods.goods)
)
INSERT INTO bought_goods (member_id, goods, last_on)
SELECT member_id, goods, last_on FROM liked WHERE NOT EXISTS (
    SELECT FROM bought_goods AS kept
    WHERE kept.member_id = ANY($1::bigint[]) AND kept.member_id = liked.member_id
      AND kept.goods = liked.goods AND kept.last_on = liked.last_on)
ORDER BY member_id, goods
ON CONFLICT (member_id, goods) DO UPDATE SET last_on = excluded.last_on
"""


async def keep(member_ids: Sequence[int]) -> None:
    """Keep what these members bought as it stands; of the caller's transaction, who locks them."""
    await db.fetch(_DAYS, list(member_ids))
    await db.fetch(_GOODS, list(member_ids))
