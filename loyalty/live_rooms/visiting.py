"""A member says the word of a live room."""

from datetime import datetime, timedelta

from msgspec import Struct

from loyalty import programme, touchpoints
from loyalty.again import in_transaction
from loyalty.calendar import period_of
from loyalty.coupon_codes import tries
from loyalty.errors import LoyaltyError, NotFound, Refused
from loyalty.facts import Case
from loyalty.happenings.live_rooms import WasInRoom
from loyalty.live_rooms.opening import plain
from loyalty.policies import POLICIES
from loyalty.policies.live_visit import LiveVisitPolicy
from loyalty.programme import Programme, Rule
from loyalty.progress.coming import give_what_comes
from loyalty.roots import HER_IDS, locked
from loyalty.standing.knowing import facts_of
from models import db

SLOT = "live_visit"
# So long it is said of a room that it is over, and not that its word is wrong.
REMEMBERED = timedelta(days=7)
NO_GUESSES = frozenset({"live_room_coming", "live_room_over", "no_live_visits_now"})


class WasThere(Struct, frozen=True):
    """A visit to a live room. ``goal_points`` came with it from challenges.

    ``reason`` says by a code why it earned less than the rule gives, or ""; ``is_new`` whether it
    is the first time that she said the word.
    """

    name_zh: str
    name_en: str
    visited_at: datetime
    points: int
    goal_points: int
    reason: str
    is_new: bool


_ROOMS = """
SELECT id, name_zh, name_en, starts_at, least(ends_at, closed_at) AS ends_at FROM live_room
WHERE word = $1 AND ends_at > $2 ORDER BY starts_at, id
"""
_HERS = f"""
SELECT visited_at, points, reason FROM live_visit
WHERE room_id = $2 AND member_id = ANY({HER_IDS}) ORDER BY visited_at LIMIT 1
"""
_OF_DAY = f"""
SELECT count(DISTINCT room_id) AS rooms FROM live_visit
WHERE member_id = ANY({HER_IDS}) AND visited_at >= $2 AND visited_at < $3 AND points > 0
"""
_ADD = """
INSERT INTO live_visit (room_id, member_id, visited_at, points, reason, rule_version_id)
VALUES ($1, $2, $3, $4, $5, $6)
"""


async def say_word(member_id: int, told: str, *, at: datetime) -> WasThere:
    """Note that a member is in a live room, whose word she said; outside of any transaction.

    Said again in the same room, it is answered as before. Wrong words are counted; beyond the most
    in ten minutes none is looked at.

    Raises:
        NotFound: ``no_such_live_word``, ``no_such_member``.
        Refused: ``live_room_coming``, ``live_room_over``, ``no_live_visits_now``: no rule is in
            force. Throttled: ``too_many_code_tries``.
    """
    scopes = [f"member:{member_id}"]
    await tries.count(scopes, at=at)
    try:
        found = await in_transaction(lambda: _say(member_id, plain(told), at=at))
    except LoyaltyError as refused:
        if refused.code in NO_GUESSES:
            await tries.forgive(scopes)
        raise
    await tries.forgive(scopes)
    return found


async def _say(member_id: int, word: str, *, at: datetime) -> WasThere:
    member_id = await locked(member_id)
    rooms = await db.fetch(_ROOMS, word, at - REMEMBERED) if word else []
    room = _on_now(rooms, at)
    for row in await db.fetch(_HERS, member_id, room["id"]):
        return WasThere(
            name_zh=room["name_zh"],
            name_en=room["name_en"],
            visited_at=row["visited_at"],
            points=row["points"],
            goal_points=0,
            reason=row["reason"],
            is_new=False,
        )
    rules = await programme.load()
    rule = rule_of(rules, at=at)
    points, reason = await _worth(member_id, rule.body, rules=rules, at=at)
    await db.fetch(_ADD, room["id"], member_id, at, points, reason, rule.version_id)
    key = f"live_visit:{room['id']}:{member_id}"
    await touchpoints.give(member_id, key, points, rule, rules=rules, at=at)
    goal_points = await give_what_comes(member_id, WasInRoom, rules=rules, at=at)
    return WasThere(room["name_zh"], room["name_en"], at, points, goal_points, reason, True)


def _on_now(rooms: list[db.Row], at: datetime) -> db.Row:
    """Return the room of a word that is on; else say when the next one begins, or the last ended.

    Raises:
        NotFound: ``no_such_live_word``. Refused: ``live_room_coming``, ``live_room_over``.
    """
    for room in rooms:
        if room["starts_at"] <= at < room["ends_at"]:
            return room
    for room in rooms:
        if at < room["starts_at"] < room["ends_at"]:
            raise Refused("live_room_coming", starts_at=room["starts_at"])
    for room in reversed(rooms):
        if room["ends_at"] <= at:
            raise Refused("live_room_over", ends_at=room["ends_at"])
    raise NotFound("no_such_live_word")


def rule_of(rules: Programme, *, at: datetime) -> Rule:
    """Return the rule by which live rooms earn.

    Raises:
        Refused: ``no_live_visits_now``.
    """
    rule = rules.find(SLOT, POLICIES, at)
    if rule is None or not isinstance(rule.body, LiveVisitPolicy):
        raise Refused("no_live_visits_now")
    return rule


async def _worth(
    member_id: int, policy: LiveVisitPolicy, *, rules: Programme, at: datetime
) -> tuple[int, str]:
    facts = await facts_of(member_id, at=at, rules=rules)
    if not policy.points or policy.conditions.refusals(Case(facts)):
        return 0, "visit_not_for_her" if policy.points else ""
    (row,) = await db.fetch(_OF_DAY, member_id, *period_of(at, "day"))
    if row["rooms"] >= policy.most_rooms_a_day:
        return 0, "visit_points_full"
    return policy.points, ""
