"""Points follow money: the movements that bring what a purchase earned to what it should have."""

from datetime import datetime
from typing import Protocol

from loyalty.ledger.movements import ClawBack, Earn, Movement, Settle
from loyalty.orders import Order
from loyalty.purchases.earned import Earned, settles_at
from loyalty.purchases.rules import InForce, Rules


class Followed(Protocol):
    """The part of a task that points look at and change."""

    order: Order
    member_id: int | None
    purchase_id: int
    revision: int
    points: int
    earned: list[tuple[str, int]]


def follow(
    task: Followed, target: Earned, rules: Rules, *, at: datetime
) -> tuple[list[Movement], list[tuple[str, datetime]]]:
    """Return the movements of an order, and when the lots of its known earn keys settle.

    ``target`` is what it should have earned by now.
    """
    if task.member_id is None:
        return [], []
    in_force = rules.at(task.order.paid_at)
    moment = settles_at(task.order, in_force)
    settlements = [(key, moment) for key, points in task.earned if points and moment is not None]
    return _changes(task, target, in_force, settles=moment, at=at), settlements


def _changes(
    task: Followed, target: Earned, rules: InForce, *, settles: datetime | None, at: datetime
) -> list[Movement]:
    held = sum(points for _, points in task.earned)
    task.points = target.points - held
    if task.points < 0:
        return _take_back(task, rules, -task.points, at=at)
    if task.points > 0:
        return _give(task, rules, target, settles=settles, at=at)
    return []


def _give(
    task: Followed, rules: InForce, target: Earned, *, settles: datetime | None, at: datetime
) -> list[Movement]:
    assert task.member_id is not None
    order = task.order
    earned_at = at if task.earned else order.paid_at
    key = f"{_name(order)}:r{task.revision}:earn"
    held = target.points - task.points
    task.earned.append((key, task.points))
    earning: Movement = Earn(
        member_id=task.member_id,
        key=key,
        at=earned_at,
        cause=f"purchase:{task.purchase_id}",
        points=task.points,
        settles_at=settles,
        # However often what it earns changed since: it lapses with what it earned first.
        expires_at=rules.expiry.expires_at(order.paid_at),
        idle_expires_at=rules.expiry.idle_expires_at(earned_at),
        rule_version_id=target.version_id,
        breakdown=target.breakdown(held=held),
    )
    if settles is None or not earned_at < settles <= at:
        return [earning]
    return [
        earning,
        Settle(
            member_id=task.member_id,
            key=f"{key}:settle",
            at=settles,
            cause=f"purchase:{task.purchase_id}",
            earn_key=key,
        ),
    ]


def _take_back(task: Followed, rules: InForce, points: int, *, at: datetime) -> list[Movement]:
    assert task.member_id is not None
    movements: list[Movement] = []
    for i in reversed(range(len(task.earned))):
        key, held = task.earned[i]
        taken = min(points, held)
        if not taken:
            continue
        task.earned[i] = (key, held - taken)
        points -= taken
        movements.append(
            ClawBack(
                member_id=task.member_id,
                key=f"{key}:r{task.revision}:back",
                at=at,
                cause=f"purchase:{task.purchase_id}",
                points=taken,
                earn_key=key,
                on_shortfall=rules.points.on_shortfall,
            )
        )
    return movements


def _name(order: Order) -> str:
    return f"{order.shop.kind.value}:{order.shop.code}:{order.number}"
