"""A member signs up for an event, and takes it back; nobody earns anything by it."""

from datetime import datetime

from loyalty import programme
from loyalty.again import in_transaction
from loyalty.brand_events.filling import fill
from loyalty.brand_events.rules import Hers, HerState, find, has_room, hold, is_waited_for, stands
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.policies.event import BrandEvent
from loyalty.roots import HER_IDS, locked
from loyalty.standing.knowing import facts_of
from models import db

_ADD = """
INSERT INTO event_signup (member_id, slot, signed_up_at, placed_at, told_starts_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (member_id, slot) DO UPDATE
SET signed_up_at = excluded.signed_up_at, placed_at = excluded.placed_at, left_at = NULL,
    told_starts_at = excluded.told_starts_at
"""
_LEAVE = f"""
UPDATE event_signup SET left_at = $3, placed_at = NULL
WHERE member_id = ANY({HER_IDS}) AND slot = $2 AND left_at IS NULL
"""


async def sign_up(member_id: int, code: str, *, at: datetime) -> Hers:
    """Give a member a place at an event, or one in the line; outside of any transaction.

    Told again, she stands where she stood.

    Raises:
        NotFound: ``no_such_brand_event``, ``no_such_member``.
        Refused: ``event_sign_up_not_yet``, ``event_sign_up_over``, ``event_full``: nobody waits
            in line for this one; or why it is not for her.
    """
    return await in_transaction(lambda: _sign_up(member_id, code, at=at))


async def _sign_up(member_id: int, code: str, *, at: datetime) -> Hers:
    member_id = await locked(member_id)
    rules = await programme.load()
    rule = find(rules, code, at=at)
    event: BrandEvent = rule.body
    await hold(rule.slot)
    hers = await stands(member_id, rule.slot)
    if hers.state is not HerState.NONE:
        return hers
    if event.sign_up_from is not None and at < event.sign_up_from:
        raise Refused("event_sign_up_not_yet", opens_at=event.sign_up_from)
    if at >= event.sign_up_ends_at:
        raise Refused("event_sign_up_over")
    facts = await facts_of(member_id, at=at, rules=rules)
    if refusals := event.conditions.refusals(Case(facts)):
        raise refusals[0]
    await fill(rule, at=at)
    has_begun = at >= event.held_from
    # after the start the line moves no more, so nobody passes it, and nobody joins it
    is_placed = await has_room(rule) and not (has_begun and await is_waited_for(rule.slot))
    if not is_placed and (has_begun or not event.has_waiting_list):
        raise Refused("event_full")
    await db.fetch(_ADD, member_id, rule.slot, at, at if is_placed else None, event.held_from)
    return await stands(member_id, rule.slot)


async def leave(member_id: int, code: str, *, at: datetime) -> Hers:
    """Take a member's place back, and let whoever is first in the line have it.

    Whoever is not in it stays so.

    Raises:
        NotFound: ``no_such_brand_event``, ``no_such_member``.
        Refused: ``event_over``: it is over, or she came.
    """
    return await in_transaction(lambda: _leave(member_id, code, at=at))


async def _leave(member_id: int, code: str, *, at: datetime) -> Hers:
    member_id = await locked(member_id)
    rule = find(await programme.load(), code, at=at)
    await hold(rule.slot)
    hers = await stands(member_id, rule.slot)
    if hers.state is HerState.NONE:
        return hers
    if hers.state is HerState.CAME or at >= rule.body.held_until:
        raise Refused("event_over")
    await db.fetch(_LEAVE, member_id, rule.slot, at)
    await fill(rule, at=at)
    return Hers(HerState.NONE)
