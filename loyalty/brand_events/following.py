"""Lines follow what happened: places that came free, events that moved, and cancelled ones."""

from datetime import datetime
from functools import partial

from loyalty import programme
from loyalty.again import in_transaction
from loyalty.brand_events.filling import fill, leave_once
from loyalty.brand_events.rules import hold, is_on, newest
from loyalty.brand_events.telling import cancelled, moved
from loyalty.policies import POLICIES
from loyalty.programme import Programme, Rule
from models import db

_SLOTS = """
SELECT DISTINCT slot FROM event_signup WHERE slot = ANY($1::text[]) AND left_at IS NULL
"""
_MOVED = """
UPDATE event_signup SET told_starts_at = $2
WHERE slot = $1 AND left_at IS NULL AND came_at IS NULL AND told_starts_at <> $2
RETURNING member_id, signed_up_at
"""
_CANCELLED = """
UPDATE event_signup SET left_at = $2, placed_at = NULL
WHERE slot = $1 AND left_at IS NULL AND came_at IS NULL
RETURNING member_id, signed_up_at
"""


async def follow(*, at: datetime) -> int:
    """Bring the lines of all events to come to what holds now; return how many members moved.

    Doing it twice changes nothing more, and says nothing twice.
    """
    rules = await programme.load()
    coming = [one.slot for one in newest(rules) if one.body.held_until > at]
    told = 0
    for row in await db.fetch(_SLOTS, coming):
        told += await in_transaction(partial(_follow, row["slot"], at=at))
    return told


async def _follow(slot: str, *, at: datetime) -> int:
    await hold(slot)
    rules = await programme.load()
    rule = rules.find(slot, POLICIES, at)
    if rule is None or not is_on(rule):
        return await _cancel(slot, rule, rules, at=at)
    await leave_once(slot, at=at)
    rows = await db.fetch(_MOVED, slot, rule.body.held_from)
    await moved(rule, [(row["member_id"], row["signed_up_at"]) for row in rows], at=at)
    return len(rows) + await fill(rule, at=at)


async def _cancel(slot: str, rule: Rule | None, rules: Programme, *, at: datetime) -> int:
    """Take everybody out of an event that was cancelled.

    So is one whose rule ended, unless another is to come in its place.
    """
    versions = [one for one in rules.rules.get(POLICIES.name, ()) if one.slot == slot]
    if rule is None and any(one.starts_at > at for one in versions):
        return 0
    rows = await db.fetch(_CANCELLED, slot, at)
    await cancelled(versions[0], [(row["member_id"], row["signed_up_at"]) for row in rows], at=at)
    return len(rows)
