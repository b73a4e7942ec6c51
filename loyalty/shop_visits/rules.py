"""What the rule of a shop gives for a visit, and from when the next one counts."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from loyalty.calendar import day_of, period_of, start_of
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.policies import POLICIES
from loyalty.policies.shop_visit import ShopVisitPolicy
from loyalty.programme import Programme, Rule
from loyalty.roots import HER_IDS
from loyalty.standing.knowing import facts_of
from models import VisitWay, db

_OF_SHOP = """
SELECT count(*) AS visits FROM shop_visit WHERE shop_id = $1 AND on_day = $2 AND points > 0
"""
_HERS = f"""
SELECT coalesce(sum(points), 0)::bigint AS points FROM shop_visit
WHERE member_id = ANY({HER_IDS}) AND visited_at >= $2 AND visited_at < $3
"""


def rule_for(rules: Programme, shop_code: str, *, at: datetime) -> Rule:
    """Return the rule that holds in a shop: one that names it, else one for all.

    Raises:
        Refused: ``no_visits_now``.
    """
    found = [one for one in rules.of(POLICIES, at) if isinstance(one.body, ShopVisitPolicy)]
    named = (one for one in found if shop_code in one.body.shop_codes)
    rule = next(named, next((one for one in found if not one.body.shop_codes), None))
    if rule is None:
        raise Refused("no_visits_now")
    return rule


def are_wanted(rules: Programme, *, at: datetime) -> bool:
    """Say whether visits count in any shop."""
    return any(isinstance(one.body, ShopVisitPolicy) for one in rules.of(POLICIES, at))


def again(policy: ShopVisitPolicy, way: VisitWay, visited_at: datetime) -> datetime:
    """Return from when the same kind of code counts again after a visit."""
    if way is VisitWay.STAFF:
        return visited_at + timedelta(hours=policy.hours_apart)
    return start_of(day_of(visited_at) + timedelta(days=policy.poster_days_apart))


async def worth(
    member_id: int,
    policy: ShopVisitPolicy,
    *,
    shop_id: int,
    way: VisitWay,
    rules: Programme,
    at: datetime,
) -> tuple[int, str]:
    """Return the points of a visit, and why they are fewer than the rule's; the shop is locked."""
    points = policy.points if way is VisitWay.STAFF else policy.poster_points
    facts = await facts_of(member_id, at=at, rules=rules)
    if not points or policy.conditions.refusals(Case(facts)):
        return 0, "visit_not_for_her" if points else ""
    most = policy.most_visits_a_day_of_shop
    if most is not None:
        (row,) = await db.fetch(_OF_SHOP, shop_id, day_of(at))
        if row["visits"] >= most:
            return 0, "shop_visits_full"
    left = points
    for limit, since, until in _limits(policy, at):
        (row,) = await db.fetch(_HERS, member_id, since, until)
        left = min(left, max(0, limit - row["points"]))
    return left, "visit_points_full" if left < points else ""


def _limits(policy: ShopVisitPolicy, at: datetime) -> Iterator[tuple[int, datetime, datetime]]:
    """Go through what a member gets at most: so many points, from when until when."""
    if policy.most_points_a_day is not None:
        yield policy.most_points_a_day, *period_of(at, "day")
    if policy.most_points_a_week is not None:
        yield policy.most_points_a_week, *period_of(at, "week")
    if policy.most_points_a_month is not None:
        yield policy.most_points_a_month, *period_of(at, "month")
