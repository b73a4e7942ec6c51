"""Other orders of the members whose orders are told: those that share a cap's room with them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from loyalty import boosts
from loyalty.orders import IdentityRef, Order, ShopRef
from loyalty.programme import Programme
from loyalty.purchases import storing
from loyalty.purchases.capping import Capped, Span, capped, reach, share_room
from loyalty.purchases.earned import NOTHING, Earned, counted, earned
from loyalty.purchases.known import Known
from loyalty.purchases.rules import Rules
from loyalty.purchases.storing import Name
from loyalty.purchases.task import Task
from models import ShopKind, db

# Whoever was merged into her, or was once, may have paid as her.
_SIBLINGS = f"""
WITH RECURSIVE hers (paid_as_id, id) AS (
    SELECT id, id FROM unnest($1::bigint[]) AS wanted (id)
    UNION
    SELECT paid_as_id, other_id FROM hers JOIN merge ON root_id = hers.id
)
SELECT purchase.*, shop.kind AS shop_kind, shop.code AS shop_code,
       {storing.STILL_HERS} AS member_id
FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) AS wanted (id, first_at, last_at)
JOIN hers ON hers.paid_as_id = wanted.id
CROSS JOIN LATERAL (
    SELECT * FROM purchase
    WHERE customer_id = hers.id AND paid_at BETWEEN wanted.first_at AND wanted.last_at
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


class Target(msgspec.Struct, frozen=True):
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


def capped_of(tasks: Sequence[Task], rules: Rules) -> list[Task]:
    """Return the orders of members that a cap over several orders looks at, or did before."""
    if not rules.member_caps:
        return []
    return [
        task
        for task in tasks
        if task.paid_as_id and task.member_id and rules.are_capped(task.moments)
    ]


async def lock_payers(tasks: Sequence[Task]) -> None:
    """Lock as whom orders were paid, in id order: those whom `lock` could not know."""
    await db.fetch(
        "SELECT FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE",
        sorted({task.paid_as_id or 0 for task in tasks}),
    )


async def targets(tasks: Sequence[Task], rules: Rules) -> tuple[list[Target], list[Target]]:
    """Return what orders should have earned, and siblings of theirs that should have other points.

    The members are locked where caps look at several orders.
    """
    hers = capped_of(tasks, rules)
    if not hers:
        await _know_boosts(tasks, rules)
        return [Target(task, _earned(task, rules)) for task in tasks], []
    spans = _spans(hers, rules)
    siblings = [Task.again(one) for one in await _siblings(spans, rules, apart_from=tasks)]
    await _know_boosts([*tasks, *siblings], rules)
    sharing = {task.name: _capped(task, rules) for task in (*hers, *siblings)}
    share_room(sharing.values())
    found = {name: counted(one.given) for name, one in sharing.items()}
    changed = [
        Target(one, found[one.name])
        for one in siblings
        if _is_reached(one, spans) and found[one.name].points != _held(one)
    ]
    return [Target(task, found.get(task.name) or _earned(task, rules)) for task in tasks], changed


async def would_earn(order: Order, member_id: int, *, tier: str, rules: Programme) -> int:
    """Return what an order would earn that a member paid now, in her tier and with her caps."""
    task = Task(order, storing.name(order), b"", member_id=member_id)
    task.paid_as_id, task.tier = member_id, tier
    (told,), _ = await targets([task], Rules(rules))
    return told.earned.points


async def _know_boosts(tasks: Sequence[Task], rules: Rules) -> None:
    payments = {(task.paid_as_id, task.order.paid_at) for task in tasks if task.paid_as_id}
    found = await boosts.held(payments, rules=rules.programme)
    for task in tasks if found else ():
        task.boosts = found.get((task.paid_as_id or 0, task.order.paid_at), ())


def _earned(task: Task, rules: Rules) -> Earned:
    if task.member_id is None:
        return NOTHING
    return earned(
        task.order, rules.at(task.order.paid_at), tier=task.tier or "", boosts=task.boosts
    )


def _capped(task: Task, rules: Rules) -> Capped:
    assert task.paid_as_id is not None, "asked for members' orders only"
    return capped(
        task.order, rules, paid_as_id=task.paid_as_id, tier=task.tier or "", boosts=task.boosts
    )


def _spans(tasks: Sequence[Task], rules: Rules) -> dict[int, Span]:
    """Return by member the first and the last moment that a change of her orders can reach."""
    moments: dict[int, list[datetime]] = {}
    for task in tasks:
        assert task.paid_as_id is not None, "asked for members' orders only"
        moments.setdefault(task.paid_as_id, []).extend(task.moments)
    return {
        one: reach((min(found), max(found)), rules.member_caps) for one, found in moments.items()
    }


def _is_reached(task: Task, spans: Mapping[int, Span]) -> bool:
    assert task.paid_as_id is not None, "siblings are members' orders"
    first, last = spans[task.paid_as_id]
    return first <= task.order.paid_at <= last


def _held(task: Task) -> int:
    return sum(points for _, points in task.earned)


async def _siblings(
    spans: Mapping[int, Span], rules: Rules, *, apart_from: Sequence[Task]
) -> list[Known]:
    """Return with their lines the orders that share a period with these spans, in turn, too."""
    wanted = {one: reach(span, rules.member_caps[::-1]) for one, span in spans.items()}
    rows = await db.fetch(
        _SIBLINGS,
        list(wanted),
        [first for first, _ in wanted.values()],
        [last for _, last in wanted.values()],
        [task.purchase_id for task in apart_from],
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
            [_held(task) for task in tasks],
            [task.revision for task in tasks],
            at,
        )
