"""What is meant is looked up by the index, also right after a load, when nothing was analysed."""

import json
from collections.abc import Iterator
from typing import Any

from loyalty import inbox, programme
from loyalty.leaderboards import played, scoring
from models import db
from tests.cast import JUNE_1
from tests.loyalty.play_scene import publish

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


_TOLD = """
INSERT INTO inbound_event (connection_id, event_key, kind, sender, body, state, attempts,
                           received_at, worked_at)
SELECT 1, 'key ' || number, 'order', 'order ' || number, '', 'worked', 1, now(), now()
FROM generate_series(1, $1) AS number
"""


async def parts(statement: str, *arguments: Any) -> list[dict[str, Any]]:
    """Return the parts of the plan of a statement."""
    told = await db.fetch(f"EXPLAIN (FORMAT JSON) {statement}", *arguments)
    (explained,) = json.loads(told[0][0])
    return list(_parts(explained["Plan"]))


def _parts(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _parts(part)


async def test_scores_of_some_members_do_not_read_everybodys_entries(database: None) -> None:
    rows = await db.fetch(_LAY, MEMBERS, JUNE_1)
    ids = [row["member_id"] for row in rows][:500]
    await publish()
    seasons = await played.scored(await programme.load(), at=JUNE_1)
    assert len(seasons) == 2, "this week and the one before"
    plan = await parts(scoring.SCORE["points"], *scoring.arguments(ids, seasons))
    whole = {part["Relation Name"] for part in plan if part["Node Type"] == "Seq Scan"}
    assert not whole & {"entry", "customer"}
    assert "score" not in whole, "nor all scores"
    of_scores = [part for part in plan if part.get("Relation Name") == "score"]
    indexes = {part["Index Name"] for part in of_scores if "Index Name" in part}
    assert indexes == {"score_pkey"}, "nor a whole board for each"


async def test_refunds_of_some_orders_do_not_read_all_that_a_shop_told(database: None) -> None:
    await db.fetch(_TOLD, 10_000)
    senders = [f"order {number}" for number in range(1, 501)]
    plan = await parts(
        inbox._WORKED_OR_WAITING, [1] * len(senders), senders, "refund", "order_unknown"
    )
    indexes = {part["Index Name"] for part in plan if "Index Name" in part}
    assert indexes == {"inbound_event_sender"}
