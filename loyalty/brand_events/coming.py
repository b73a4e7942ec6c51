"""A member comes to an event: let in once, by the code there or by staff, for its points."""

from datetime import datetime

from msgspec import Struct

from loyalty import programme, touchpoints
from loyalty.again import in_transaction
from loyalty.brand_events import codes
from loyalty.brand_events.filling import fill
from loyalty.brand_events.rules import PREFIX, HerState, find, has_room, hold, stands
from loyalty.errors import NotFound, Refused
from loyalty.facts import Case
from loyalty.happenings.events import CameToEvent
from loyalty.policies.event import BrandEvent
from loyalty.programme import Programme, Rule
from loyalty.progress.coming import give_what_comes
from loyalty.roots import HER_IDS, locked
from loyalty.sealing import Sealer
from loyalty.standing.knowing import facts_of
from models import EventWay, db


class Came(Struct, frozen=True):
    """A member was let in. ``goal_points`` came with it from challenges.

    ``is_new`` is false where she had been let in before.
    """

    code: str
    event: BrandEvent
    came_at: datetime
    points: int
    goal_points: int
    is_new: bool


class _By(Struct, frozen=True):
    """Who lets her in: the code of a turn, or a staff member, who sees how many are there."""

    way: EventWay
    turn: int | None = None
    staff_member_id: int | None = None


_OF_TURN = "SELECT count(*) AS members FROM event_signup WHERE slot = $1 AND turn = $2"
# Her place may stand under an id that she was: that one comes, and no second.
_COME = f"""
WITH hers AS (
    SELECT member_id FROM event_signup WHERE member_id = ANY({HER_IDS}) AND slot = $2
    ORDER BY left_at NULLS FIRST, placed_at, signed_up_at, member_id LIMIT 1
)
INSERT INTO event_signup (member_id, slot, signed_up_at, placed_at, told_starts_at, came_at, way,
                          turn, let_in_by, points, rule_version_id)
SELECT coalesce((SELECT member_id FROM hers), $1), $2, $3, $3, $4, $3, $5, $6, $7, $8, $9
ON CONFLICT (member_id, slot) DO UPDATE
SET signed_up_at = CASE WHEN event_signup.left_at IS NULL THEN event_signup.signed_up_at
                        ELSE excluded.signed_up_at END,
    placed_at = coalesce(event_signup.placed_at, excluded.placed_at), left_at = NULL,
    came_at = excluded.came_at, way = excluded.way, turn = excluded.turn,
    let_in_by = excluded.let_in_by, points = excluded.points,
    rule_version_id = excluded.rule_version_id
"""


async def come(
    member_id: int, told: str, *, sealer: Sealer, at: datetime, wire_at: datetime
) -> Came:
    """Let a member in who scanned the code at an event, and give its points.

    ``told`` is the code or its link; whether it is still taken goes by the wire's time. Once she
    is in, the same event is answered as before, by whatever code.

    Raises:
        NotFound: ``no_such_event_code``, ``no_such_brand_event``: cancelled; ``no_such_member``.
        Refused: ``event_code_over``: it has turned; ``event_code_worn``: so many others came by
            it that she should scan the next; ``event_not_yet``, ``event_over``,
            ``event_needs_place``: only who signed up is let in; ``event_full``; or why it is not
            for her.
    """
    rules = await programme.load()
    found = codes.read(told, rules, sealer=sealer)
    if found is None:
        raise NotFound("no_such_event_code")
    slot, shown = found
    is_taken = shown.is_taken(wire_at)
    by = _By(EventWay.CODE, turn=shown.turn) if is_taken else None
    return await in_transaction(lambda: _come(member_id, slot.removeprefix(PREFIX), by, at=at))


async def let_in(member_id: int, code: str, *, staff_member_id: int, at: datetime) -> Came:
    """Let a member in whom a staff member sees there, also where all places are taken.

    Raises:
        NotFound: ``no_such_brand_event``, ``no_such_member``.
        Refused: ``event_not_yet``, ``event_over``.
    """
    by = _By(EventWay.STAFF, staff_member_id=staff_member_id)
    return await in_transaction(lambda: _come(member_id, code, by, at=at))


async def _come(member_id: int, code: str, by: _By | None, *, at: datetime) -> Came:
    member_id = await locked(member_id)
    rules = await programme.load()
    rule = find(rules, code, at=at)
    event: BrandEvent = rule.body
    await hold(rule.slot)
    hers = await stands(member_id, rule.slot)
    if hers.state is HerState.CAME and hers.came_at is not None:
        return Came(code, event, hers.came_at, hers.points, 0, is_new=False)
    if by is None:
        raise Refused("event_code_over")
    if at < event.doors_open_at:
        raise Refused("event_not_yet", opens_at=event.doors_open_at)
    if at >= event.held_until:
        raise Refused("event_over")
    if by.turn is not None:
        await _check_code(rule, by.turn)
        if hers.state is not HerState.PLACED:
            await _check_room(member_id, hers.state, rule, rules, at=at)
    await db.fetch(
        _COME,
        member_id,
        rule.slot,
        at,
        event.held_from,
        by.way.value,
        by.turn,
        by.staff_member_id,
        event.points,
        rule.version_id,
    )
    key = f"{rule.slot}:{member_id}"
    await touchpoints.give(member_id, key, event.points, rule, rules=rules, at=at)
    goal_points = await give_what_comes(member_id, CameToEvent, rules=rules, at=at)
    return Came(code, event, at, event.points, goal_points, is_new=True)


async def _check_code(rule: Rule, turn: int) -> None:
    """Let a code through that is not worn: a queue, or a shared picture."""
    (row,) = await db.fetch(_OF_TURN, rule.slot, turn)
    if row["members"] >= rule.body.most_members_a_code:
        raise Refused("event_code_worn")


async def _check_room(
    member_id: int, state: HerState, rule: Rule, rules: Programme, *, at: datetime
) -> None:
    """Let somebody through who has no place, where the event does and one is left."""
    event: BrandEvent = rule.body
    if not event.takes_walk_ins:
        raise Refused("event_needs_place")
    if state is HerState.NONE:
        facts = await facts_of(member_id, at=at, rules=rules)
        if refusals := event.conditions.refusals(Case(facts)):
            raise refusals[0]
    await fill(rule, at=at)
    if (await stands(member_id, rule.slot)).state is HerState.PLACED:
        return
    if not await has_room(rule):
        raise Refused("event_full")
