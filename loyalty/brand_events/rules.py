"""Which events are in force, where a member stands in one, and how many places are taken."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from loyalty.errors import NotFound
from loyalty.policies import POLICIES
from loyalty.policies.event import BrandEvent
from loyalty.programme import Programme, Rule
from loyalty.roots import HER_IDS
from models import db

PREFIX = "event:"


class HerState(StrEnum):
    """Where a member stands in an event."""

    NONE = "none"
    WAITING = "waiting"
    PLACED = "placed"
    CAME = "came"


class Hers(Struct, frozen=True):
    """Where a member stands in an event; ``number`` is hers in the line of who waits, from 1."""

    state: HerState
    number: int | None = None
    points: int = 0
    came_at: datetime | None = None


# Of two of hers who are one the better: `following` takes the other out.
_HERS = f"""
SELECT member_id, signed_up_at, placed_at, came_at, points FROM event_signup
WHERE member_id = ANY({HER_IDS}) AND slot = $2 AND left_at IS NULL
ORDER BY came_at, placed_at, signed_up_at, member_id LIMIT 1
"""
_TAKEN = """
SELECT count(*) AS places FROM event_signup
WHERE slot = $1 AND left_at IS NULL AND placed_at IS NOT NULL
"""
_WAITING = """
SELECT FROM event_signup WHERE slot = $1 AND left_at IS NULL AND placed_at IS NULL LIMIT 1
"""
_UP_TO = """
SELECT count(*) AS members FROM event_signup
WHERE slot = $1 AND left_at IS NULL AND placed_at IS NULL
  AND (signed_up_at, member_id) <= ($2, $3)
"""


def find(rules: Programme, code: str, *, at: datetime) -> Rule:
    """Return the rule of an event in force.

    Raises:
        NotFound: ``no_such_brand_event``: there is none, or it was cancelled.
    """
    rule = rules.find(f"{PREFIX}{code}", POLICIES, at)
    if rule is None or not is_on(rule):
        raise NotFound("no_such_brand_event")
    return rule


def is_on(rule: Rule) -> bool:
    """Say whether a rule in force is of an event that was not cancelled."""
    return isinstance(rule.body, BrandEvent) and not rule.body.is_cancelled


def newest(rules: Programme) -> list[Rule]:
    """Return the newest version of each event, in force or not, in the slots' order."""
    found: dict[str, Rule] = {}
    for one in rules.rules.get(POLICIES.name, ()):
        if isinstance(one.body, BrandEvent):  # the newest version stands first
            found.setdefault(one.slot, one)
    return [found[slot] for slot in sorted(found)]


async def hold(slot: str) -> None:
    """Let one after another change who comes to an event, in the caller's transaction."""
    await db.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", slot)


async def taken(slot: str) -> int:
    """Return how many places are taken."""
    (row,) = await db.fetch(_TAKEN, slot)
    return int(row["places"])


async def has_room(rule: Rule) -> bool:
    """Say whether an event, which is held, has a place left."""
    event: BrandEvent = rule.body
    return event.places is None or await taken(rule.slot) < event.places


async def is_waited_for(slot: str) -> bool:
    """Say whether anybody waits for a place."""
    return bool(await db.fetch(_WAITING, slot))


async def stands(member_id: int, slot: str) -> Hers:
    """Return where a member stands in an event."""
    for row in await db.fetch(_HERS, member_id, slot):
        if row["came_at"] is not None:
            return Hers(HerState.CAME, points=row["points"], came_at=row["came_at"])
        if row["placed_at"] is not None:
            return Hers(HerState.PLACED)
        (line,) = await db.fetch(_UP_TO, slot, row["signed_up_at"], row["member_id"])
        return Hers(HerState.WAITING, line["members"])
    return Hers(HerState.NONE)
