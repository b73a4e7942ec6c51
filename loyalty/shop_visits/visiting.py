"""A member scans the code of a shop: kept once, and what it earns."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from loyalty import programme, touchpoints
from loyalty.again import in_transaction
from loyalty.calendar import SHANGHAI, day_of
from loyalty.errors import Conflict, NotFound, Refused
from loyalty.happenings.shop_visits import VisitedShop
from loyalty.policies import POLICIES
from loyalty.policies.shop_visit import ShopVisitPolicy
from loyalty.programme import Programme
from loyalty.progress.coming import give_what_comes
from loyalty.roots import HER_IDS, locked
from loyalty.sealing import Sealer
from loyalty.shop_visits import codes
from loyalty.shop_visits.rules import again, rule_for, worth
from models import Shop, VisitWay, db


class Scanned(Struct, frozen=True):
    """A code that was read: whose it is, and which turn or poster."""

    shop: Shop
    way: VisitWay
    turn: int | None = None
    poster_id: int | None = None


class Visited(Struct, frozen=True):
    """A visit and what it gave. ``goal_points`` came with it from challenges.

    ``reason`` says by a code why it earned less than the rule gives, or "". ``again_at`` is from
    when the same kind of code counts in this shop again.
    """

    uuid: UUID
    shop: Shop
    way: VisitWay
    visited_at: datetime
    points: int
    goal_points: int
    reason: str
    again_at: datetime


_BY_UUID = f"""
SELECT visit.shop_id, way, turn, poster.code, visited_at, points, reason, rule_version_id
FROM shop_visit AS visit LEFT JOIN shop_poster AS poster ON poster.id = poster_id
WHERE member_id = ANY({HER_IDS}) AND uuid = $2
"""
_POSTER = "SELECT id, shop_id FROM shop_poster WHERE code = $1 AND ended_at IS NULL"
_LAST = f"""
SELECT max(visited_at) AS at FROM shop_visit
WHERE member_id = ANY({HER_IDS}) AND shop_id = $2 AND ($3 = 'poster' OR way = 'staff')
"""
_OF_CODE = "SELECT count(*) AS members FROM shop_visit WHERE shop_id = $1 AND turn = $2"
_ADD = """
INSERT INTO shop_visit (uuid, member_id, shop_id, way, turn, poster_id, on_day, visited_at, points,
                        reason, rule_version_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""


async def visit(
    member_id: int, uuid: UUID, told: str, *, sealer: Sealer, at: datetime, wire_at: datetime
) -> Visited:
    """Note that a member is in a shop, whose code she scanned, and give what it earns.

    ``uuid`` is her phone's name for it: told again, it is answered as before, however late.
    ``told`` is the code or its link; whether it is still taken goes by the wire's time.

    Raises:
        NotFound: ``no_such_shop_code``, ``no_such_member``.
        Refused: ``shop_code_over``: it has turned; ``shop_code_worn``: so many others scanned it
            that she should scan the next; ``no_visits_now``: no rule is in force for the shop;
            ``shop_not_open``: a poster, outside its hours; ``visited_lately``.
        Conflict: ``key_reused``: it names a visit by another code.
    """
    return await in_transaction(
        lambda: _visit(member_id, uuid, told, sealer=sealer, at=at, wire_at=wire_at)
    )


async def _visit(
    member_id: int, uuid: UUID, told: str, *, sealer: Sealer, at: datetime, wire_at: datetime
) -> Visited:
    member_id = await locked(member_id)
    rules = await programme.load()
    for row in await db.fetch(_BY_UUID, member_id, uuid):
        if not _is_same(row, told, sealer=sealer):
            raise Conflict
        return await _as_before(uuid, row, rules)
    scanned = await _scanned(told, sealer=sealer, wire_at=wire_at)
    rule = rule_for(rules, scanned.shop.code, at=at)
    await _check(member_id, scanned, rule.body, at=at)
    points, reason = await worth(
        member_id, rule.body, shop_id=scanned.shop.id, way=scanned.way, rules=rules, at=at
    )
    await db.fetch(
        _ADD,
        uuid,
        member_id,
        scanned.shop.id,
        scanned.way.value,
        scanned.turn,
        scanned.poster_id,
        day_of(at),
        at,
        points,
        reason,
        rule.version_id,
    )
    key = f"shop_visit:{member_id}:{uuid}"
    await touchpoints.give(member_id, key, points, rule, rules=rules, at=at)
    goal_points = await give_what_comes(member_id, VisitedShop, rules=rules, at=at)
    again_at = again(rule.body, scanned.way, at)
    return Visited(uuid, scanned.shop, scanned.way, at, points, goal_points, reason, again_at)


def _is_same(row: db.Row, told: str, *, sealer: Sealer) -> bool:
    """Say whether a visit was by this code, taken still or not."""
    code = codes.typed(told) or ""
    if row["code"] is not None or not codes.is_of_staff(code):
        return bool(row["code"] == code)
    shown = codes.read(code, sealer=sealer)
    return shown is not None and (shown.number, shown.turn) == (row["shop_id"], row["turn"])


async def _as_before(uuid: UUID, row: db.Row, rules: Programme) -> Visited:
    rule = rules.version(row["rule_version_id"], POLICIES)
    assert rule is not None, "versions stay for what they made"
    way = VisitWay(row["way"])
    shop = await Shop.get(id=row["shop_id"])
    again_at = again(rule.body, way, row["visited_at"])
    return Visited(uuid, shop, way, row["visited_at"], row["points"], 0, row["reason"], again_at)


async def _scanned(told: str, *, sealer: Sealer, wire_at: datetime) -> Scanned:
    """Read a code.

    Raises:
        NotFound: ``no_such_shop_code``. Refused: ``shop_code_over``.
    """
    code = codes.typed(told)
    if code is None:
        raise NotFound("no_such_shop_code")
    if not codes.is_of_staff(code):
        rows = await db.fetch(_POSTER, code)
        if not rows:
            raise NotFound("no_such_shop_code")
        shop = await Shop.get(id=rows[0]["shop_id"])
        return Scanned(shop, VisitWay.POSTER, poster_id=rows[0]["id"])
    shown = codes.read(code, sealer=sealer)
    found = await Shop.get_or_none(id=shown.number) if shown else None
    if shown is None or found is None:
        raise NotFound("no_such_shop_code")
    if not shown.is_taken(wire_at):
        raise Refused("shop_code_over")
    return Scanned(found, VisitWay.STAFF, turn=shown.turn)


async def _check(
    member_id: int, scanned: Scanned, policy: ShopVisitPolicy, *, at: datetime
) -> None:
    """Let a visit through that counts; from here on one after another scans in the same shop."""
    if scanned.way is VisitWay.POSTER:
        clock = f"{at.astimezone(SHANGHAI):%H:%M}"
        if not policy.from_time <= clock < policy.until_time:
            raise Refused("shop_not_open", from_time=policy.from_time, until_time=policy.until_time)
    (row,) = await db.fetch(_LAST, member_id, scanned.shop.id, scanned.way.value)
    if row["at"] is not None and at < (again_at := again(policy, scanned.way, row["at"])):
        raise Refused("visited_lately", again_at=again_at)
    await db.fetch("SELECT FROM shop WHERE id = $1 FOR NO KEY UPDATE", scanned.shop.id)
    if scanned.turn is not None:
        (row,) = await db.fetch(_OF_CODE, scanned.shop.id, scanned.turn)
        if row["members"] >= policy.most_members_a_code:
            raise Refused("shop_code_worn")
