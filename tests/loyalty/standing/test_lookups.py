"""Members are looked up by the index, also right after a load, when nothing was analysed yet."""

import json
from typing import Any

from loyalty.leaderboards import scoring
from loyalty.seasons import season
from models import db
from tests.cast import JUNE_1

MEMBERS = 3_000

_LAY = """
WITH customers AS (
    INSERT INTO customer (created_at) SELECT now() FROM generate_series(1, $1) RETURNING id
), members AS (
    INSERT INTO member (id, joined_at, joined_through) SELECT id, now(), 'test' FROM customers
)
INSERT INTO entry (member_id, number, kind, key, digest, at, available, pending, debt, cause, hash)
SELECT id, 1, 'earn', 'e' || id, '', $2, 10, 0, 0, '', '' FROM customers
RETURNING member_id
"""


def read_whole(plan: dict[str, Any]) -> set[str]:
    """Return the tables that a plan reads from end to end."""
    found = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return found.union(*(read_whole(part) for part in plan.get("Plans", ())))


async def test_scores_of_some_members_do_not_read_everybodys_entries(database: None) -> None:
    rows = await db.fetch(_LAY, MEMBERS, JUNE_1)
    ids = [row["member_id"] for row in rows][:500]
    span = season("weekly", JUNE_1)
    told = await db.fetch(
        "EXPLAIN (FORMAT JSON) " + scoring._SCORE,
        ids,
        "board:week",
        span.name,
        span.starts_at,
        span.ends_at,
    )
    (plan,) = json.loads(told[0][0])
    assert not read_whole(plan["Plan"]) & {"entry", "customer"}
