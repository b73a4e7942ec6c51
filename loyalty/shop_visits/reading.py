"""Visits as a member sees them, and the figures of a shop."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from loyalty import programme
from loyalty.calendar import day_of
from loyalty.policies.shop_visit import ShopVisitPolicy
from loyalty.roots import HER_IDS
from loyalty.shop_visits.rules import rule_for
from models import Shop, ShopKind, VisitWay, db

LOOKED_BACK = timedelta(days=400)
WEEK = timedelta(days=7)
SHOWN = 20

_HERS = f"""
SELECT on_day FROM shop_visit WHERE member_id = ANY({HER_IDS}) AND on_day >= $2
GROUP BY on_day ORDER BY on_day
"""
_LATELY = f"""
SELECT shop.name AS shop_name, way, visited_at, points, reason
FROM shop_visit JOIN shop ON shop.id = shop_id
WHERE member_id = ANY({HER_IDS}) ORDER BY visited_at DESC, shop_visit.id DESC LIMIT $2
"""
_FIGURES = """
SELECT shop.id AS shop_id, shop.code, shop.name,
       count(visit.id) FILTER (WHERE on_day = $2::date) AS visits_today,
       count(visit.id) AS visits, count(DISTINCT coalesce(merged_into_id, member_id)) AS members,
       count(visit.id) FILTER (WHERE way = 'poster') AS by_poster,
       coalesce(sum(points), 0)::bigint AS points
FROM shop LEFT JOIN shop_visit AS visit ON visit.shop_id = shop.id AND on_day > $2::date - 30
LEFT JOIN customer ON customer.id = member_id
WHERE shop.kind = $1
GROUP BY shop.id ORDER BY shop.name, shop.id
"""
# A code is worn where as many members scanned it as its rule lets in: a queue, or a shared picture.
_WORN = """
SELECT shop_id, turn, min(visited_at) AS at, count(*) AS members
FROM shop_visit JOIN rule_version ON rule_version.id = rule_version_id
WHERE turn IS NOT NULL AND on_day > $1::date - 30
GROUP BY shop_id, turn
HAVING count(*) >= min(coalesce((body ->> 'most_members_a_code')::integer, 10))
ORDER BY at DESC LIMIT 100
"""


class ShopVisits(Struct, frozen=True):
    """How often a member came: days this month, and weeks in a row, this one or the last the end.

    ``lately`` are her newest visits.
    """

    days_this_month: int
    weeks_in_a_row: int
    lately: "Sequence[LatelyVisited]"


class LatelyVisited(Struct, frozen=True):
    """One visit of hers; ``reason`` says why it earned less than usual, or ""."""

    shop_name: str
    way: VisitWay
    visited_at: datetime
    points: int
    reason: str


class WornCode(Struct, frozen=True):
    """A code of staff that so many members scanned as are let in, and when the first did."""

    turn: int
    at: datetime
    members: int


class ShopFigures(Struct, frozen=True):
    """The visits of a shop today, and in the last 30 days with it."""

    shop_id: int
    code: str
    name: str
    visits_today: int
    visits: int
    members: int
    by_poster: int
    points: int
    worn: list[WornCode]


async def of_member(member_id: int, *, at: datetime, limit: int = SHOWN) -> ShopVisits:
    """Return how often a member came by, and her newest visits."""
    today = day_of(at)
    rows = await db.fetch(_HERS, member_id, today - LOOKED_BACK)
    days = [row["on_day"] for row in rows]
    lately = await db.fetch(_LATELY, member_id, limit)
    return ShopVisits(
        days_this_month=sum(day >= today.replace(day=1) for day in days),
        weeks_in_a_row=_weeks_in_a_row(days, today),
        lately=[LatelyVisited(**{**dict(row), "way": VisitWay(row["way"])}) for row in lately],
    )


def _weeks_in_a_row(days: Sequence[date], today: date) -> int:
    weeks = {_monday(day) for day in days}
    week = _monday(today)
    if week not in weeks:
        week -= WEEK
    count = 0
    while week in weeks:
        count, week = count + 1, week - WEEK
    return count


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


async def shops() -> list[Shop]:
    """Return the shops of the brand's own, by their names."""
    return await Shop.filter(kind=ShopKind.POS).order_by("name", "id")


async def figures(*, at: datetime) -> list[ShopFigures]:
    """Return the visits of each shop of the brand's own."""
    today = day_of(at)
    worn: dict[int, list[WornCode]] = {}
    for row in await db.fetch(_WORN, today):
        one = WornCode(row["turn"], row["at"], row["members"])
        worn.setdefault(row["shop_id"], []).append(one)
    rows = await db.fetch(_FIGURES, ShopKind.POS.value, today)
    return [ShopFigures(**dict(row), worn=worn.get(row["shop_id"], [])) for row in rows]


async def policy_of(shop_code: str, *, at: datetime) -> ShopVisitPolicy:
    """Return the rule that holds in a shop now.

    Raises:
        Refused: ``no_visits_now``.
    """
    policy: ShopVisitPolicy = rule_for(await programme.recent(), shop_code, at=at).body
    return policy
