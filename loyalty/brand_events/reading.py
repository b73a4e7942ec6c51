"""Events as a member sees them, and as staff do."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from loyalty import programme
from loyalty.brand_events.rules import PREFIX, Hers, HerState, find, is_on, newest, stands, taken
from loyalty.errors import NotFound
from loyalty.policies import POLICIES
from loyalty.policies.event import BrandEvent
from loyalty.programme import Programme, Rule
from loyalty.roots import HER_IDS
from models import db

A_PAGE = 2_000
NOBODY = (0, 0, 0, 0, 0)


class SeenEvent(Struct, frozen=True):
    """An event as a member sees it; ``left`` is how many places are, None where all may come."""

    code: str
    event: BrandEvent
    hers: Hers
    left: int | None


class EventFigures(Struct, frozen=True):
    """Who takes part in an event: with a place (those who came among them), waiting, there."""

    code: str
    rule: Rule
    is_in_force: bool
    placed: int
    waiting: int
    came: int
    walked_in: int
    points: int


class Guest(Struct, frozen=True):
    """One member in an event's list, in the sequence of the line."""

    member_id: int
    member_uuid: UUID
    signed_up_at: datetime
    state: HerState
    came_at: datetime | None
    by: str | None


_HERS = f"SELECT DISTINCT slot FROM event_signup WHERE member_id = ANY({HER_IDS})"
_FIGURES = """
SELECT slot, count(*) FILTER (WHERE placed_at IS NOT NULL) AS placed,
       count(*) FILTER (WHERE placed_at IS NULL) AS waiting, count(came_at) AS came,
       count(*) FILTER (WHERE came_at = signed_up_at) AS walked_in,
       coalesce(sum(points), 0)::bigint AS points
FROM event_signup WHERE slot = ANY($1::text[]) AND left_at IS NULL GROUP BY slot
"""
_GUESTS = """
SELECT event_signup.member_id AS line, root.id AS member_id, root.uuid, signed_up_at, placed_at,
       came_at, staff_member.name
FROM event_signup JOIN customer ON customer.id = member_id
JOIN customer AS root ON root.id = coalesce(customer.merged_into_id, customer.id)
LEFT JOIN staff_member ON staff_member.id = let_in_by
WHERE slot = $1 AND event_signup.left_at IS NULL
  AND (signed_up_at, event_signup.member_id) > ($2, $3)
ORDER BY signed_up_at, event_signup.member_id LIMIT $4 OFFSET $5
"""


async def upcoming(member_id: int, *, at: datetime) -> list[SeenEvent]:
    """Return the events in force that are not over, the next first, and those that she came to."""
    rules = await programme.recent()
    found = [one for one in rules.of(POLICIES, at) if is_on(one)]
    if not found:
        return []
    hers = {row["slot"] for row in await db.fetch(_HERS, member_id)}
    shown = [
        await _seen(one, member_id, is_hers=one.slot in hers)
        for one in found
        if one.body.held_until > at or one.slot in hers
    ]
    kept = [one for one in shown if one.event.held_until > at or one.hers.state is HerState.CAME]
    return sorted(kept, key=lambda one: (one.event.held_until <= at, one.event.held_from, one.code))


def how_many_to_come(rules: Programme, *, at: datetime) -> int:
    """Return how many events in force are not over."""
    return sum(is_on(one) and one.body.held_until > at for one in rules.of(POLICIES, at))


async def seen(member_id: int, code: str, *, at: datetime) -> SeenEvent:
    """Return one event in force as a member sees it.

    Raises:
        NotFound: ``no_such_brand_event``.
    """
    return await _seen(find(await programme.recent(), code, at=at), member_id, is_hers=True)


async def _seen(rule: Rule, member_id: int, *, is_hers: bool) -> SeenEvent:
    event: BrandEvent = rule.body
    hers = await stands(member_id, rule.slot) if is_hers else Hers(HerState.NONE)
    left = None if event.places is None else max(0, event.places - await taken(rule.slot))
    return SeenEvent(rule.slot.removeprefix(PREFIX), event, hers, left)


async def events(*, at: datetime) -> list[EventFigures]:
    """Return all events that ever were with who takes part, the latest first."""
    rules = await programme.load()
    found = await _figures(newest(rules), rules, at=at)
    return sorted(found, key=lambda one: (one.rule.body.held_from, one.code), reverse=True)


async def figures(code: str, *, at: datetime) -> EventFigures:
    """Return who takes part in an event.

    Raises:
        NotFound: ``no_such_brand_event``.
    """
    rules = await programme.load()
    slot = f"{PREFIX}{code}"
    versions = [one for one in rules.rules.get(POLICIES.name, ()) if one.slot == slot]
    if not versions:
        raise NotFound("no_such_brand_event")
    (found,) = await _figures([rules.find(slot, POLICIES, at) or versions[0]], rules, at=at)
    return found


async def _figures(found: list[Rule], rules: Programme, *, at: datetime) -> list[EventFigures]:
    told = await db.fetch(_FIGURES, [one.slot for one in found])
    rows = {slot: figures for slot, *figures in told}
    return [
        EventFigures(
            one.slot.removeprefix(PREFIX),
            one,
            _is_in_force(rules.find(one.slot, POLICIES, at)),
            *rows.get(one.slot, NOBODY),
        )
        for one in found
    ]


def _is_in_force(rule: Rule | None) -> bool:
    return rule is not None and is_on(rule)


async def guests(code: str, *, limit: int, offset: int = 0) -> list[Guest]:
    """Return who is in an event's list, in the sequence of the line."""
    rows = await db.fetch(_GUESTS, f"{PREFIX}{code}", programme.BEGINNING, 0, limit, offset)
    return [_guest(row) for row in rows]


async def pages(code: str) -> AsyncIterator[list[Guest]]:
    """Return all of an event's list, each once, whoever signs up meanwhile."""
    at, member_id = programme.BEGINNING, 0
    while rows := await db.fetch(_GUESTS, f"{PREFIX}{code}", at, member_id, A_PAGE, 0):
        at, member_id = rows[-1]["signed_up_at"], rows[-1]["line"]
        yield [_guest(row) for row in rows]


def _guest(row: db.Row) -> Guest:
    state = HerState.CAME if row["came_at"] else HerState.PLACED
    if row["placed_at"] is None:
        state = HerState.WAITING
    return Guest(
        row["member_id"],
        row["uuid"],
        row["signed_up_at"],
        state,
        row["came_at"],
        row["name"],
    )
