"""Other orders of the members whose orders are told: those that share a cap's room with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from loyalty.orders import IdentityRef, Order, ShopRef
from loyalty.programme import Programme
from loyalty.purchases import storing
from loyalty.purchases.capping import MOMENT, Capped, capped, reach, share_room
from loyalty.purchases.earned import NOTHING, Earned, counted, earned
from loyalty.purchases.known import Known
from loyalty.purchases.rules import Rules
from loyalty.purchases.storing import Name
from loyalty.purchases.task import Task
from models import ShopKind, db

# Whoever was merged into her, or was once, may have paid as her.
_SIBLINGS = """
WITH RECURSIVE hers (paid_as_id, id) AS (
    SELECT id, id FROM unnest($1::bigint[]) AS wanted (id)
    UNION
    SELECT paid_as_id, other_id FROM hers JOIN merge ON root_id = hers.id
)
SELECT purchase.*, shop.kind AS shop_kind, shop.code AS shop_code,
       (SELECT coalesce(merged_into_id, id) FROM customer WHERE id = customer_id) AS member_id
FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) AS wanted (id, from_at, until_at)
JOIN hers ON hers.paid_as_id = wanted.id
CROSS JOIN LATERAL (
    SELECT * FROM purchase
    WHERE customer_id = hers.id AND paid_at >= wanted.from_at AND paid_at < wanted.until_at
    OFFSET 0
) AS purchase
JOIN shop ON shop.id = purchase.shop_id
WHERE purchase.paid_as_id = wanted.id AND purchase.id <> ALL($4::bigint[])
ORDER BY purchase.id
"""

# Before the orders: what one order changes reaches other orders of the same members.
_LOCK = """
SELECT FROM member WHERE id = ANY(ARRAY(
    WITH bought AS (
        SELECT unnest(ARRAY[customer_id, paid_as_id]) AS id
        FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (kind, code, number)
        JOIN shop USING (kind, code)
        CROSS JOIN LATERAL (SELECT customer_id, paid_as_id FROM purchase
                            WHERE shop_id = shop.id AND purchase.number = wanted.number
                            OFFSET 0) AS known
        UNION
        SELECT unnest(ARRAY[customer_id, before_merge_id])
        FROM unnest($4::text[], $5::text[], $6::text[]) AS wanted (kind, scope, value)
        JOIN identity USING (kind, scope, value)
    )
    SELECT id FROM bought WHERE id IS NOT NULL
    UNION
    SELECT merged_into_id FROM bought JOIN customer USING (id) WHERE merged_into_id IS NOT NULL
)) ORDER BY id FOR UPDATE
"""

_REWRITE = """
UPDATE purchase SET earned = new.earned, points_earned = new.points_earned, revision = new.revision,
                    recorded_at = $5
FROM unnest($1::bigint[], $2::jsonb[], $3::bigint[], $4::int[])
     AS new (id, earned, points_earned, revision)
WHERE purchase.id = new.id
"""


@dataclass(frozen=True, slots=True)
class Target:
    """An order, told or a sibling, and what it should have earned by now."""

    task: Task
    earned: Earned


async def lock(names: Sequence[Name], buyers: Iterable[IdentityRef] = ()) -> None:
    """Lock the members who bought these orders, or whom these names lead to, in id order."""
    references = sorted(set(buyers))
    await db.fetch(
        _LOCK,
        [kind for kind, _, _ in names],
        [code for _, code, _ in names],
        [number for _, _, number in names],
        [ref.kind.value for ref in references],
        [ref.scope for ref in references],
        [ref.value for ref in references],
    )


async def lock_payers(tasks: Sequence[Task]) -> None:
    """Lock as whom orders were paid, in id order: those whom `lock` could not know."""
    await db.fetch(
        "SELECT FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE",
        sorted({task.paid_as_id for task in tasks if task.paid_as_id is not None}),
    )


async def targets(tasks: Sequence[Task], rules: Rules) -> tuple[list[Target], list[Target]]:
    """Return what orders should have earned, and siblings of theirs that should have other points.

    The members are locked where caps look at several orders.
    """
    if not rules.member_caps:
        return [Target(task, _earned(task, rules)) for task in tasks], []
    spans = _spans(tasks, rules)
    known = await _siblings(
        [(one, *reach(*span, rules.member_caps[::-1])) for one, span in spans.items()],
        apart_from=[task.purchase_id for task in tasks],
    )
    siblings = [Task.again(one) for one in known]
    hers = [(task, _capped(task, rules)) for task in (*tasks, *siblings) if task.paid_as_id]
    share_room(one for _, one in hers)
    found = {task.name: counted(one.given) for task, one in hers}
    return (
        [Target(task, found.get(task.name, NOTHING)) for task in tasks],
        [
            Target(one, found[one.name])
            for one in siblings
            if _is_reached(one, spans) and found[one.name].points != _held(one)
        ],
    )


async def would_earn(order: Order, member_id: int, *, tier: str, rules: Programme) -> int:
    """Return what an order would earn that a member paid now, in her tier and with her caps."""
    by_moment = Rules(rules)
    if not by_moment.member_caps:
        return earned(order, by_moment.at(order.paid_at), tier=tier).points
    task = Task(order, storing.name(order), b"", paid_as_id=member_id, tier=tier)
    task.member_id = member_id
    (told,), _ = await targets([task], by_moment)
    return told.earned.points


def _earned(task: Task, rules: Rules) -> Earned:
    if task.member_id is None:
        return NOTHING
    return earned(task.order, rules.at(task.order.paid_at), tier=task.tier or "")


def _capped(task: Task, rules: Rules) -> Capped:
    assert task.paid_as_id is not None, "asked for members' orders only"
    return capped(task.order, rules, paid_as_id=task.paid_as_id, tier=task.tier or "")


def _spans(tasks: Sequence[Task], rules: Rules) -> dict[int, tuple[datetime, datetime]]:
    """Return by member the first and the last moment that a change of her orders can reach."""
    spans: dict[int, tuple[datetime, datetime]] = {}
    for task in tasks:
        moments = [task.order.paid_at]
        if task.known is not None:  # a newer telling may correct the moment
            moments.append(task.known.order.paid_at)
        if task.paid_as_id is not None:
            first, last = spans.get(task.paid_as_id, (moments[0], moments[0]))
            spans[task.paid_as_id] = min(first, *moments), max(last, *moments)
    reached = {one: reach(*span, rules.member_caps) for one, span in spans.items()}
    return {one: (first, until - MOMENT) for one, (first, until) in reached.items()}


def _is_reached(task: Task, spans: dict[int, tuple[datetime, datetime]]) -> bool:
    assert task.paid_as_id is not None, "siblings are members' orders"
    first, last = spans[task.paid_as_id]
    return first <= task.order.paid_at <= last


def _held(task: Task) -> int:
    return sum(points for _, points in task.earned)


async def _siblings(
    wanted: Sequence[tuple[int, datetime, datetime]], *, apart_from: Sequence[int]
) -> list[Known]:
    """Return with their lines the orders that members paid in [from, until); nothing is locked."""
    rows = await db.fetch(
        _SIBLINGS,
        [member_id for member_id, _, _ in wanted],
        [first for _, first, _ in wanted],
        [until for _, _, until in wanted],
        list(apart_from),
    )
    found = [
        storing.read(row, ShopRef(ShopKind(row["shop_kind"]), row["shop_code"])) for row in rows
    ]
    by_id = await storing.lines(found) if found else {}
    return [one.with_lines(by_id[one.purchase_id]) for one in found]


async def rewrite(tasks: Sequence[Task], *, at: datetime) -> None:
    """Write what siblings have earned since another order changed it."""
    if tasks:
        await db.fetch(
            _REWRITE,
            [task.purchase_id for task in tasks],
            [msgspec.json.encode(task.earned).decode() for task in tasks],
            [sum(points for _, points in task.earned) for task in tasks],
            [task.revision for task in tasks],
            at,
        )
