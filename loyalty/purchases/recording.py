"""Take a batch of orders: decide each one, write purchases and lines, let points follow."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

from loyalty import customers, ledger, programme, standing
from loyalty.again import in_transaction
from loyalty.errors import LoyaltyError, Refused
from loyalty.orders import Order
from loyalty.outcomes import Fate, Outcome
from loyalty.purchases import siblings, splitting, storing
from loyalty.purchases.amounts import checked, digest, is_older, moves_forward
from loyalty.purchases.describing import describe
from loyalty.purchases.following import follow
from loyalty.purchases.known import Known
from loyalty.purchases.rules import Rules
from loyalty.purchases.task import Recorded, Task
from loyalty.roots import roots_of
from models import PurchaseState, db

_CHANGED_HANDS = ("member_was_merged", "member_was_deleted")


async def record(orders: Sequence[Order], *, at: datetime) -> list[Outcome[Recorded]]:
    """Take orders as purchases with lines; buyers become members; points follow the money.

    Done: new, or a later telling of a known order. Already done: the same content, or an older
    one. Refused: ``order_differs`` (other amounts and no newer update time), ``lines_do_not_sum``,
    ``refunds_do_not_sum``, ``refunded_more_than_paid``, ``completed_before_paid``,
    ``buyer_differs``, ``identities_of_two_customers``, ``split_in_a_circle``. One refused order
    does not spoil the rest. An order of which a part is taken stands replaced from then on.
    Joins the caller's transaction; then a ``db.Collision`` with another process is the caller's to
    try again.
    """
    return await in_transaction(lambda: _record(orders, at=at))


async def _record(orders: Sequence[Order], *, at: datetime) -> list[Outcome[Recorded]]:
    tasks = [_task(order) for order in orders]
    splitting.refuse_circles(tasks)
    waiting = [task for task in tasks if task.is_open]
    while waiting:
        # An order told twice in one batch is taken in two rounds, the second against the first.
        this_round, waiting = _first_tellings(waiting)
        await _record_round(this_round, at=at)
        parents = splitting.parents([one.order for one in this_round if not _ended(one).refusal])
        waiting += map(_task, parents)
    return [_ended(task) for task in tasks]


def _task(order: Order) -> Task:
    order = splitting.as_it_counts(order)
    try:
        return Task(order, storing.name(order), digest(order))
    except Refused as refusal:
        return Task(order, storing.name(order), b"", outcome=Outcome(Fate.REFUSED, refusal=refusal))


def _first_tellings(tasks: Sequence[Task]) -> tuple[list[Task], list[Task]]:
    seen: set[storing.Name] = set()
    first: list[Task] = []
    later: list[Task] = []
    for task in tasks:
        (later if task.name in seen else first).append(task)
        seen.add(task.name)
    return first, later


def _ended(task: Task) -> Outcome[Recorded]:
    assert task.outcome is not None, "every task of a round ends in it"
    return task.outcome


async def _record_round(tasks: Sequence[Task], *, at: datetime) -> None:
    rules = Rules(await programme.load())
    if rules.are_capped(task.order.paid_at for task in tasks):
        buyers = (ref for task in tasks for ref in task.order.buyer)
        await siblings.lock([task.name for task in tasks], buyers)
    await _decide(tasks)
    fresh = [task for task in tasks if task.is_open]
    if not fresh:
        return
    await describe(fresh)
    await _identify(fresh, at=at)
    fresh = sorted((task for task in fresh if task.is_open), key=attrgetter("name"))
    await storing.number(fresh)
    await _know_payers(fresh, rules)
    others = await _move_points(fresh, rules, at=at)
    fresh = [task for task in fresh if task.is_open]
    await storing.write(fresh, at=at)
    await siblings.rewrite(others, at=at)
    await standing.changed(one.member_id for one in (*fresh, *others) if one.member_id is not None)
    for task in fresh:
        task.outcome = Outcome(Fate.DONE, Recorded(task.purchase_id, task.revision, task.points))


async def _know_payers(tasks: Sequence[Task], rules: Rules) -> None:
    """Fix for good as which member an order was paid, and her tier then."""
    new = [task for task in tasks if task.customer_id is not None and task.tier is None]
    held = await standing.held((task.customer_id or 0, task.order.paid_at) for task in new)
    for task, (member_id, tier) in zip(new, held, strict=True):
        task.paid_as_id = member_id
        task.tier = tier or rules.at(task.order.paid_at).lowest_tier
    if capped := siblings.capped_of(tasks, rules):
        await siblings.lock_payers(capped)


async def _move_points(tasks: Sequence[Task], rules: Rules, *, at: datetime) -> list[Task]:
    """Let points follow, and return the other orders whose points changed by it.

    An order whose points the ledger refuses is refused and not written.
    """
    told, others = await siblings.targets(tasks, rules)
    followed = [(one.task, *follow(one.task, one.earned, rules, at=at)) for one in (*told, *others)]
    await ledger.plan_settlement([one for _, _, settlements in followed for one in settlements])
    movements = [(task, one) for task, asked, _ in followed for one in asked]
    outcomes = await ledger.record([one for _, one in movements])
    for (task, _), outcome in zip(movements, outcomes, strict=True):
        if outcome.refusal is not None:
            if outcome.refusal.code in _CHANGED_HANDS or await _was_taken_meanwhile(task):
                raise db.Outdated
            task.refuse(outcome.refusal)
    await _check_still_merged([*tasks, *(one.task for one in others)])
    return [one.task for one in others if one.task.is_open]


async def _was_taken_meanwhile(task: Task) -> bool:
    """Say whether another process wrote a new order between our look and the lock of its member."""
    if task.known is not None:
        return False
    return bool(await storing.known([(task.order.shop, task.order.number)]))


async def _check_still_merged(tasks: Sequence[Task]) -> None:
    """Begin anew where a merge was undone between our look and the lock of its root."""
    merged = {
        task.customer_id: task.member_id
        for task in tasks
        if task.customer_id is not None and task.member_id not in (None, task.customer_id)
    }
    if merged and await roots_of(merged) != merged:
        raise db.Outdated


async def _decide(tasks: Sequence[Task]) -> None:
    # Parents, too: all that this batch changes is locked by one statement, in one order.
    known = await storing.known(splitting.with_parents([task.order for task in tasks]))
    for task in tasks:
        task.known = known.get(task.name)
        task.forgotten_id = splitting.forgotten(task, known)
        if splitting.is_in_a_circle(task, known):
            task.refuse(Refused("split_in_a_circle", number=task.order.number))
            continue
        if task.known is not None and task.known.digest == task.digest:
            task.outcome = _already(task.known)
            continue
        try:
            task.order = checked(task.order)
        except LoyaltyError as refusal:
            task.refuse(refusal)
    amended = [task for task in tasks if task.is_open and task.known is not None]
    lines = await storing.lines([task.known for task in amended if task.known]) if amended else {}
    for task in amended:
        assert task.known is not None
        try:
            _compare(task, task.known.with_lines(lines[task.known.purchase_id]))
        except LoyaltyError as refusal:
            task.refuse(refusal)


def _already(known: Known) -> Outcome[Recorded]:
    return Outcome(Fate.ALREADY_DONE, Recorded(known.purchase_id, known.revision, 0))


def _compare(task: Task, known: Known) -> None:
    """Let the order become the next revision of what is known, or end where it is older.

    Whatever is told of an order that stands replaced, its parts count.

    Raises:
        Refused: ``order_differs``, or as ``checked``.
    """
    if known.order.state is PurchaseState.REPLACED:
        task.outcome = _already(known)
        return
    if task.order.state is PurchaseState.REPLACED:
        _become(task, known, splitting.replaced(known.order))
        return
    told_at, known_at = task.order.platform_updated_at, known.order.platform_updated_at
    is_newer = bool(told_at and known_at and told_at > known_at)
    is_behind = bool(told_at and known_at and told_at < known_at)
    if is_behind or (not is_newer and is_older(known.order, task.order)):
        task.outcome = _already(known)
        return
    order = known.completed(task.order)
    if not is_newer and not moves_forward(known.order, order):
        raise Refused("order_differs", number=order.number, **known.differences(order))
    _become(task, known, order)


def _become(task: Task, known: Known, order: Order) -> None:
    task.order = order
    task.known = known
    task.revision = known.revision + 1
    task.purchase_id = known.purchase_id
    task.earned = list(known.earned)
    if task.forgotten_id and order.state is PurchaseState.REPLACED:
        task.earned = [(key, 0) for key, _ in known.earned]  # forfeited with her account
    task.tier, task.paid_as_id = known.tier, known.paid_as_id


async def _identify(tasks: Sequence[Task], *, at: datetime) -> None:
    found = await customers.recognise(
        [() if task.forgotten_id else task.order.buyer for task in tasks], at=at, through="purchase"
    )
    for task, customer in zip(tasks, found, strict=True):
        if isinstance(customer, LoyaltyError):
            task.refuse(customer)
            continue
        task.member_id, task.customer_id = customer or (None, task.forgotten_id)
        if task.known is None or task.known.customer_id is None:
            continue
        if customer is not None and task.known.member_id != task.member_id:
            task.refuse(Refused("buyer_differs", number=task.order.number))
        task.member_id, task.customer_id = task.known.member_id, task.known.customer_id
