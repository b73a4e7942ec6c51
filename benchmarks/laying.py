"""A brand with members by the million: ledger, coupons, redemptions, purchases, carts, segments.

Laid by statements over ranges of members, several at a time: a million takes minutes.
"""

import asyncio
from collections.abc import Iterator
from datetime import datetime

from benchmarks import brand, copying
from benchmarks.copying import HEAVY_EVERY, HEAVY_ORDERS, ORDERS, SHAPES, Crowd
from benchmarks.servers import Database
from loyalty import customers, ledger, sessions
from loyalty.orders import IdentityRef
from loyalty.sealing import Sealer
from models import IdentityKind, db

APP_ID = "wx-benchmark"
COUPONS, HEAVY_COUPONS = 3, 2_000
REDEMPTIONS, HEAVY_REDEMPTIONS = 1, 300
MEMBERS_A_STATEMENT = 10_000
AT_ONCE = 4

# $1 is the first member's id, $2 and $3 the numbers from which and up to which, $4 the moment
_CUSTOMERS = """
INSERT INTO customer (id, created_at)
SELECT $1::bigint + n, $4::timestamptz - interval '400 days'
FROM generate_series($2::bigint, $3::bigint) AS n
"""
_NAMES = f"""
INSERT INTO identity (customer_id, kind, scope, value, created_at)
SELECT $1::bigint + n, kind, scope, value || n, $4
FROM generate_series($2::bigint, $3::bigint) AS n
CROSS JOIN (VALUES ('openid', '{APP_ID}', 'o'), ('unionid', '', 'u'), ('mobile', '', 'm'))
    AS told (kind, scope, value)
"""
_LIKE = f"""
generate_series($2::bigint, $3::bigint) AS n
CROSS JOIN LATERAL (SELECT CASE WHEN n % {HEAVY_EVERY} = 0 THEN $6::bigint
                                ELSE ($5::bigint[])[1 + n % {SHAPES}] END AS id) AS shape
"""
_MEMBERS = f"""
INSERT INTO member (id, joined_at, joined_through, points_available, points_pending, points_debt,
                    entry_count, lot_count, chain)
SELECT laid_chain.member_id, $4::timestamptz - interval '400 days', 'benchmark', points_available,
       points_pending, points_debt, entry_count, lot_count, laid_chain.chain
FROM {_LIKE} JOIN member AS like_her ON like_her.id = shape.id
JOIN laid_chain ON laid_chain.member_id = $1::bigint + n
"""
_LOTS = f"""
INSERT INTO lot
SELECT $1::bigint + n, number, entry_number, points, remaining, earned_at, settles_at, settled_at,
       expires_at FROM {_LIKE} JOIN lot ON lot.member_id = shape.id
WHERE $4::timestamptz IS NOT NULL
"""
_DRAWS = f"""
INSERT INTO draw
SELECT $1::bigint + n, entry_number, lot_number, points
FROM {_LIKE} JOIN draw ON draw.member_id = shape.id
WHERE $4::timestamptz IS NOT NULL
"""
_HOW_MANY = f"""
generate_series($2::bigint, $3::bigint) AS n
CROSS JOIN LATERAL generate_series(
    1, CASE WHEN n % {HEAVY_EVERY} = 0 THEN {{heavy}} ELSE {{light}} END) AS place
"""
# Two of three are over, a part of them unused.
_COUPONS = f"""
INSERT INTO coupon (key, member_id, slot, rule_version_id, code, reason, state, locked_by,
                    issued_at, expires_at, ended_at)
SELECT 'laid:' || $1::bigint + n || ':' || place, $1::bigint + n, slot, rule.id,
       'L' || $1::bigint + n || 'P' || place,
       '{{"code": "coupon_given_by_staff"}}', state,
       CASE WHEN state = 'used' THEN place END, issued_at, issued_at + interval '30 days',
       CASE WHEN state <> 'issued' THEN issued_at + interval '20 days' END
FROM {_HOW_MANY.format(heavy=HEAVY_COUPONS, light=COUPONS)}
CROSS JOIN LATERAL (
    SELECT CASE WHEN place % 3 = 0 THEN 'issued' WHEN place % 2 = 0 THEN 'used' ELSE 'expired' END
               AS state,
           $4::timestamptz - interval '1 hour' * (place * 3 + n % 24)
               - CASE WHEN place % 3 = 0 THEN interval '0' ELSE interval '30 days' END AS told_at
) AS one
CROSS JOIN LATERAL (
    SELECT CASE WHEN place % 3 <> 0 THEN told_at
                ELSE $4::timestamptz - interval '1 minute' * (place * 11 % 30000 + n % 600)
           END AS issued_at
) AS dated
JOIN rule_version AS rule
  ON rule.slot = CASE WHEN place % 2 = 0 THEN 'coupon:vip_20' ELSE 'coupon:autumn' END
 AND rule.version = 1
"""
_REDEMPTIONS = f"""
INSERT INTO redemption (uuid, member_id, slot, rule_version_id, points, state, redeemed_at,
                        expires_at, ended_at)
SELECT gen_random_uuid(), $1::bigint + n, rule.slot, rule.id, 10, 'handed_over', redeemed_at,
       redeemed_at + interval '30 days', redeemed_at + interval '2 days'
FROM {_HOW_MANY.format(heavy=HEAVY_REDEMPTIONS, light=REDEMPTIONS)}
CROSS JOIN LATERAL (
    SELECT $4::timestamptz - interval '1 hour' * (place * 24 + n % 24 + 72) AS redeemed_at) AS dated
JOIN rule_version AS rule ON rule.slot = 'reward:cup' AND rule.version = 1
"""
_BOUGHT = _HOW_MANY.format(heavy=HEAVY_ORDERS, light=ORDERS)
_PURCHASE_ID = f"""
($5::bigint + CASE WHEN n % {HEAVY_EVERY} = 0
    THEN $6::bigint * {ORDERS} + n / {HEAVY_EVERY} * {HEAVY_ORDERS}
    ELSE n * {ORDERS} END + place - 1)"""
_PURCHASES = f"""
INSERT INTO purchase (id, shop_id, number, customer_id, state, currency, goods_fen,
                      discount_shop_fen, discount_platform_fen, discount_talent_fen,
                      points_deduct_fen, freight_fen, paid_fen, refunded_fen, ordered_at, paid_at,
                      completed_at, source, revision, points_earned, digest, recorded_at)
SELECT {_PURCHASE_ID}, shop.id, 'L' || n || '-' || place, $1::bigint + n, 'completed', 'CNY', 30000,
       0, 0, 0, 0, 0, 30000, 0, paid_at, paid_at, paid_at, 'benchmark', 1, 100, '', $4
FROM {_BOUGHT}
CROSS JOIN LATERAL (
    SELECT $4::timestamptz - interval '1 hour' * (place * 24 + n % 24) AS paid_at) AS dated
JOIN shop ON shop.kind = 'tmall' AND shop.code = 'demo'
"""
_LINES = f"""
INSERT INTO purchase_line
SELECT {_PURCHASE_ID}, 1, '1', 'C-100', '冷萃咖啡液', '咖啡', '', 1, 30000, 30000, 0, NULL
FROM {_BOUGHT} WHERE $1::bigint IS NOT NULL AND $4::timestamptz IS NOT NULL
"""
_STANDING = """
INSERT INTO standing (member_id, tier, tier_since, orders, spent_fen, reached, still_counts,
                      first_paid_at, last_paid_at, derived_at)
SELECT $1::bigint + n, 'regular', $4, 2, 60000, 60000, 0, $4::timestamptz - interval '9 days',
       $4::timestamptz - interval '1 day', $4
FROM generate_series($2::bigint, $3::bigint) AS n
"""
_BOUGHT_DAYS = f"""
INSERT INTO bought_day
SELECT $1::bigint + n, ($4::timestamptz - interval '1 day' * (max_place - place))::date, place,
       place * 30000
FROM generate_series($2::bigint, $3::bigint) AS n
CROSS JOIN LATERAL (SELECT CASE WHEN n % {HEAVY_EVERY} = 0 THEN {HEAVY_ORDERS} ELSE {ORDERS} END
                    AS max_place) AS told
CROSS JOIN LATERAL generate_series(1, max_place) AS place
"""
_BOUGHT_GOODS = """
INSERT INTO bought_goods
SELECT $1::bigint + n, goods, $4::timestamptz::date
FROM generate_series($2::bigint, $3::bigint) AS n
CROSS JOIN unnest(ARRAY['sku:C-100', 'category:咖啡']) AS goods
"""
_SCORES = """
INSERT INTO score
SELECT $1::bigint + n, 'board:week',
       to_char($4::timestamptz AT TIME ZONE 'Asia/Shanghai', 'IYYY-"W"IW'),
       1 + n * 7919 % 5000, $4::timestamptz - interval '1 second' * (n % 1000)
FROM generate_series($2::bigint, $3::bigint) AS n
"""
_SNAPSHOT = """
INSERT INTO snapshot (slot, on_day, rule_version_id, members, cut_points, taken_at)
SELECT slot, $1::timestamptz::date, id, $2, '{}', $1 FROM rule_version
WHERE slot LIKE 'segment:%' AND version = 1
"""
_IN_SEGMENTS = """
INSERT INTO snapshot_member
SELECT snapshot.id, $1::bigint + n, '555'
FROM snapshot CROSS JOIN generate_series($2::bigint, $3::bigint) AS n
WHERE (n + snapshot.id) % 2 = 0 AND $4::timestamptz IS NOT NULL
"""
_OF_EACH = (
    (_NAMES, _LOTS, _DRAWS, _MEMBERS),
    (_COUPONS, _REDEMPTIONS, _PURCHASES, _LINES),
    (_STANDING, _BOUGHT_DAYS, _BOUGHT_GOODS, _SCORES, _IN_SEGMENTS),
)


async def lay(
    found: Database, master_key: str, *, members: int, processes: int, at: datetime
) -> Crowd:
    """Lay the demo's brand and so many members with all that they did."""
    await brand.lay_rules(found, brand.new_account(), master_key)
    async with db.opened(found.url, pool_size=AT_ONCE):
        crowd = await _begin(members, at=at)
        await _over_ranges(crowd, (_CUSTOMERS,), at=at)
        await copying.copy_entries(found.url, crowd, at=at, processes=processes)
        for statements in _OF_EACH:
            await _over_ranges(crowd, statements, at=at)
        await _end()
    async with db.session(found.url) as session:  # which may take longer than a statement of ours
        await session.execute("VACUUM ANALYZE")
    return crowd


async def _begin(members: int, *, at: datetime) -> Crowd:
    """Lay those whom the others will be like, by the verbs."""
    names = [IdentityRef(IdentityKind.OPENID, APP_ID, f"shape{n}") for n in range(SHAPES + 1)]
    async with db.transaction():
        ids = await customers.identify([(one,) for one in names], at=at, through="benchmark")
    *shapes, heavy = [one for one in ids if isinstance(one, int)]
    await copying.move_points(shapes, heavy, at=at)
    (row,) = await db.fetch(
        "SELECT (SELECT max(id) FROM customer) AS customer,"
        " (SELECT coalesce(max(id), 0) FROM purchase) AS purchase"
    )
    await db.fetch("CREATE UNLOGGED TABLE laid_chain (member_id bigint PRIMARY KEY, chain bytea)")
    await db.fetch(_SNAPSHOT, at, members // 2)
    return Crowd(row["customer"] + 1, members, row["purchase"] + 1, tuple(shapes), heavy)


async def _over_ranges(crowd: Crowd, statements: tuple[str, ...], *, at: datetime) -> None:
    """Run statements over all members, a range after another, some ranges at once."""
    waiting = iter(list(_ranges(crowd.members)))

    async def work() -> None:
        for first, last in waiting:
            for statement in statements:
                more: list[object] = []
                if _LIKE in statement:
                    more = [list(crowd.shapes), crowd.heavy]
                elif _PURCHASE_ID in statement:
                    more = [crowd.first_purchase, crowd.members]
                await db.fetch(statement, crowd.first, first, last, at, *more)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


def _ranges(members: int) -> Iterator[tuple[int, int]]:
    for first in range(0, members, MEMBERS_A_STATEMENT):
        yield first, min(first + MEMBERS_A_STATEMENT, members) - 1


async def _end() -> None:
    """Count what is taken of stocks, and let the sequences go on after what was laid."""
    for table in ("coupon", "reward"):
        of = "coupon" if table == "coupon" else "redemption"
        await db.fetch(
            f"INSERT INTO {table}_stock SELECT slot, count(*) FROM {of} GROUP BY slot"
            " ON CONFLICT (slot) DO UPDATE SET taken = excluded.taken"
        )
    for table in ("customer", "purchase"):
        await db.fetch(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
    await db.fetch("DROP TABLE laid_chain")


async def open_sessions(
    crowd: Crowd, numbers: list[int], master_key: str, *, at: datetime
) -> list[str]:
    """Sign members in, by their numbers, and return their tokens."""
    sealer = Sealer(master_key)
    return [
        (
            await sessions.open_for(
                crowd.first + number,
                app_id=APP_ID,
                openid=f"o{number}",
                session_key="k",
                sealer=sealer,
                at=at,
            )
        ).token
        for number in numbers
    ]


async def verify(crowd: Crowd, numbers: list[int]) -> list[ledger.Finding]:
    """Return what does not add up of members, by their numbers."""
    return await ledger.verify(member_ids=[crowd.first + number for number in numbers])
