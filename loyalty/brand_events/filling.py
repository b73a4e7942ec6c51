"""Places that are left go to those who wait, in their sequence, and each is told."""

from datetime import datetime

from loyalty.brand_events.rules import is_waited_for, taken
from loyalty.brand_events.telling import moved_up
from loyalty.policies.event import BrandEvent
from loyalty.programme import Rule
from models import db

# Of two who became one, the better place stays.
_TWICE = """
UPDATE event_signup SET left_at = $2, placed_at = NULL
WHERE slot = $1 AND came_at IS NULL AND left_at IS NULL AND EXISTS (
    SELECT FROM customer JOIN customer AS other
      ON coalesce(other.merged_into_id, other.id) = coalesce(customer.merged_into_id, customer.id)
    JOIN event_signup AS better ON better.member_id = other.id
    WHERE customer.id = event_signup.member_id AND better.slot = $1 AND better.left_at IS NULL
      AND better.member_id <> event_signup.member_id
      AND (better.came_at IS NULL, better.placed_at IS NULL, better.signed_up_at, better.member_id)
        < (true, event_signup.placed_at IS NULL, event_signup.signed_up_at,
           event_signup.member_id))
"""
_FILL = """
UPDATE event_signup SET placed_at = $3
WHERE slot = $1 AND member_id = ANY(ARRAY(
    SELECT member_id FROM event_signup
    WHERE slot = $1 AND left_at IS NULL AND placed_at IS NULL
    ORDER BY signed_up_at, member_id LIMIT $2))
RETURNING member_id, signed_up_at
"""


async def leave_once(slot: str, *, at: datetime) -> None:
    """Leave each member of an event, which the caller holds, one place or one in the line."""
    await db.fetch(_TWICE, slot, at)


async def fill(rule: Rule, *, at: datetime) -> int:
    """Give the places that are left to who waits first; return how many moved up.

    The caller holds the event. After its start nobody moves up: staff let in whom they see.
    """
    event: BrandEvent = rule.body
    if at >= event.held_from:
        return 0
    left = await _left(event, rule.slot)
    if left == 0 or not await is_waited_for(rule.slot):
        return 0
    await leave_once(rule.slot, at=at)
    left = await _left(event, rule.slot)
    rows = await db.fetch(_FILL, rule.slot, left, at)
    await moved_up(rule, [(row["member_id"], row["signed_up_at"]) for row in rows], at=at)
    return len(rows)


async def _left(event: BrandEvent, slot: str) -> int | None:
    """Return how many places are left; None where all may come."""
    return None if event.places is None else max(0, event.places - await taken(slot))
