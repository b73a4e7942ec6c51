"""Batches of coupons that shops' platforms are to make: wanted, asked for, made or refused.

A platform's coupon ends on a day, not so many days after somebody was given it: so a rung has a
new batch every ``valid_days``, each good for twice as long. Of each there are two at a time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from loyalty.calendar import day_of, start_of
from loyalty.errors import NotFound
from loyalty.policies import POLICIES
from loyalty.policies.ladder import Ladder, Rung
from loyalty.programme import Programme, Rule
from models import db

# Asked for so long ago, nobody waits for the answer any more.
UNANSWERED = timedelta(minutes=2)
# So long after it was asked for, the platform lists what it has made.
LISTED = timedelta(minutes=15)
AT_ONCE = 20


class WantedBatch(NamedTuple):
    """A batch as its shop's platform is to make it, for the connection of that id."""

    connection_id: int
    slot: str
    rung: str
    coupon_fen: int
    least_order_fen: int
    starts_at: datetime
    given_until: datetime
    ends_at: datetime
    rule_version_id: int


class AskedBatch(Struct, frozen=True):
    """A batch that is ours to ask for, or was asked for at ``asked_at``, which is its fence."""

    id: int
    coupon_fen: int
    least_order_fen: int
    ends_at: datetime
    asked_at: datetime


class BatchOutcome(Struct, frozen=True):
    """What became of one: made as ``number``, refused by ``error``, or to be asked for again."""

    batch: AskedBatch
    number: str | None = None
    error: str | None = None
    is_refused: bool = False


_WAITED_FOR = """
SELECT DISTINCT rule_version_id, rung FROM shop_coupon WHERE state = 'waiting' AND lapses_at > $1
"""
_WANT = """
INSERT INTO shop_coupon_batch (connection_id, slot, rung, coupon_fen, least_order_fen, starts_at,
                               given_until, ends_at, rule_version_id)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[],
                     $6::timestamptz[], $7::timestamptz[], $8::timestamptz[], $9::bigint[])
ORDER BY 1, 2, 3, 4, 5, 6
ON CONFLICT DO NOTHING
RETURNING id
"""
_OVER = """
DELETE FROM shop_coupon_batch WHERE state IN ('wanted', 'refused') AND given_until <= $1
"""
_CLAIM = """
WITH due AS (
    SELECT id FROM shop_coupon_batch
    WHERE connection_id = $1 AND state = 'wanted' AND given_until > $2
    ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
)
UPDATE shop_coupon_batch SET state = 'asked', asked_at = clock_timestamp()
FROM due WHERE shop_coupon_batch.id = due.id
RETURNING shop_coupon_batch.id, coupon_fen, least_order_fen, ends_at, asked_at
"""
_UNANSWERED = """
SELECT id, coupon_fen, least_order_fen, ends_at, asked_at FROM shop_coupon_batch
WHERE connection_id = $1 AND state = 'asked' AND asked_at < clock_timestamp() - $2::interval
ORDER BY id LIMIT $3
"""
_END = """
UPDATE shop_coupon_batch
SET state = CASE WHEN told.number IS NOT NULL THEN 'made' WHEN told.is_refused THEN 'refused'
                 ELSE 'wanted' END,
    number = told.number, error = told.error
FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::boolean[])
     AS told (id, asked_at, number, error, is_refused)
WHERE shop_coupon_batch.id = told.id AND shop_coupon_batch.asked_at = told.asked_at
  AND state = 'asked'
"""
_ACTIVE = """
SELECT count(*) AS batches FROM shop_coupon_batch
WHERE connection_id = $1 AND state IN ('asked', 'made') AND ends_at > $2
"""
_NUMBERS = "SELECT number FROM shop_coupon_batch WHERE connection_id = $1 AND number IS NOT NULL"
_AGAIN = """
UPDATE shop_coupon_batch SET state = 'wanted', error = NULL
WHERE id = $1 AND state = 'refused' RETURNING id
"""


async def want(rules: Programme, shops: Mapping[str, int], *, at: datetime) -> int:
    """Want the batches that rungs have at a moment, and those that somebody waits for.

    ``shops`` are the connections of those that are connected, by the shop as ladders name it.
    Wanted again, nothing happens. What can be given to nobody any more is forgotten.
    """
    await db.fetch(_OVER, at)
    waited = {(row["rule_version_id"], row["rung"]) for row in await db.fetch(_WAITED_FOR, at)}
    wanted = {
        batch_of(rule, rung, rules, connection_id=shops[rule.body.shop], at=at)
        for rule, rung in _rungs(rules, waited, at=at)
        if rule.body.shop in shops
    }
    if not wanted:
        return 0
    columns = [list(column) for column in zip(*sorted(wanted), strict=True)]
    return len(await db.fetch(_WANT, *columns))


def _rungs(
    rules: Programme, waited: Iterable[tuple[int, str]], *, at: datetime
) -> Iterator[tuple[Rule, Rung]]:
    for rule in rules.of(POLICIES, at):
        if isinstance(rule.body, Ladder) and not rule.body.is_over(at):
            yield from ((rule, rung) for rung in rule.body.rungs)
    for version_id, code in waited:
        made_by = rules.version(version_id, POLICIES)
        assert made_by is not None, "versions stay for what they made"
        yield from ((made_by, rung) for rung in made_by.body.rungs if rung.code == code)


def batch_of(
    rule: Rule, rung: Rung, rules: Programme, *, connection_id: int, at: datetime
) -> WantedBatch:
    """Return the batch from which a rung's coupons are given at a moment.

    They begin on the day on which the ladder was first published, so that whoever asks means the
    same one.
    """
    first_on = day_of(rules.begins_at(rule.slot, POLICIES))
    past = (day_of(at) - first_on).days // rung.valid_days
    starts_on = first_on + timedelta(days=past * rung.valid_days)
    lasts = timedelta(days=rung.valid_days)
    return WantedBatch(
        connection_id=connection_id,
        slot=rule.slot,
        rung=rung.code,
        coupon_fen=rung.coupon_yuan * 100,
        least_order_fen=rung.least_order_yuan * 100,
        starts_at=start_of(starts_on),
        given_until=start_of(starts_on + lasts),
        ends_at=start_of(starts_on + 2 * lasts),
        rule_version_id=_first_version(rule, rung, rules),
    )


def _first_version(rule: Rule, rung: Rung, rules: Programme) -> int:
    """Return the first version of the slot that has just this rung: the one that made the batch."""
    return min(
        one.version_id
        for one in rules.rules[POLICIES.name]
        if one.slot == rule.slot and rung in one.body.rungs
    )


async def claim(connection_id: int, *, at: datetime) -> list[AskedBatch]:
    """Claim wanted batches of a shop: asked for, committed before this returns."""
    assert not db.in_caller_transaction(), "nothing may be asked before the claim is committed"
    rows = await db.fetch(_CLAIM, connection_id, at, AT_ONCE)
    return sorted((AskedBatch(**dict(row)) for row in rows), key=lambda one: one.id)


async def unanswered(connection_id: int) -> list[AskedBatch]:
    """Return batches that were asked for, and of which nobody waits for the answer any more."""
    rows = await db.fetch(_UNANSWERED, connection_id, UNANSWERED, AT_ONCE)
    return [AskedBatch(**dict(row)) for row in rows]


async def end(outcomes: Sequence[BatchOutcome]) -> None:
    """Note what became of batches that were asked for; one that was asked for anew since stays."""
    if outcomes:
        await db.fetch(
            _END,
            [one.batch.id for one in outcomes],
            [one.batch.asked_at for one in outcomes],
            [one.number for one in outcomes],
            [one.error for one in outcomes],
            [one.is_refused for one in outcomes],
        )


async def active(connection_id: int, *, at: datetime) -> int:
    """Return how many batches of a shop its platform has, or may have, that are not over."""
    (row,) = await db.fetch(_ACTIVE, connection_id, at)
    count: int = row["batches"]
    return count


async def numbers(connection_id: int) -> set[str]:
    """Return what the platform calls the batches that we know of."""
    return {row["number"] for row in await db.fetch(_NUMBERS, connection_id)}


async def try_again(batch_id: int) -> None:
    """Want a batch again that was refused.

    Raises:
        NotFound: ``no_such_batch``: there is none, or it is not refused.
    """
    if not await db.fetch(_AGAIN, batch_id):
        raise NotFound("no_such_batch")
