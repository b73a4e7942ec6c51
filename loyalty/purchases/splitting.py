"""Orders that their platform split up (拆单): the parts count, and the whole stands replaced.

A replaced order keeps its number and its buyer, and none of the money: that stands in its parts, so
whatever sums what was kept counts it once. Where a part is the first that we hear of, its whole is
written down replaced all the same: another process that is told of it meets it there.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from loyalty.errors import Refused
from loyalty.orders import Order, ShopRef
from loyalty.purchases.known import Known
from loyalty.purchases.task import Task
from models import PurchaseState


def replaced(order: Order) -> Order:
    """Return an order as it stands once its parts count."""
    return replace(
        order,
        state=PurchaseState.REPLACED,
        goods_fen=0,
        paid_fen=0,
        freight_fen=0,
        discount_shop_fen=0,
        discount_platform_fen=0,
        discount_talent_fen=0,
        points_deduct_fen=0,
        refunded_fen=0,
        completed_at=None,
        lines=(),
    )


def as_it_counts(order: Order) -> Order:
    """Return the order as told; one that is told as replaced, without what stands in its parts."""
    return replaced(order) if order.state is PurchaseState.REPLACED else order


def parents(parts: Iterable[Order]) -> list[Order]:
    """Return the orders that stand replaced because these are parts of them.

    Of one that we do not know we know no buyer: the part's moments stand for its own.
    """
    return [
        replaced(
            replace(
                part,
                number=number,
                buyer=(),
                parent_numbers=(),
                platform_updated_at=None,
            )
        )
        for part in parts
        for number in part.parent_numbers
    ]


def with_parents(orders: Iterable[Order]) -> list[tuple[ShopRef, str]]:
    """Return by shop and number the orders and those of which they are parts."""
    return [
        (order.shop, number) for order in orders for number in (order.number, *order.parent_numbers)
    ]


def refuse_circles(tasks: Sequence[Task]) -> None:
    """Refuse orders of one batch that are told to be parts of one another: none would count."""
    pairs = {(task.name, parent) for task in tasks for parent in _parent_names(task.order)}
    for task in tasks:
        if any((parent, task.name) in pairs for parent in _parent_names(task.order)):
            task.refuse(Refused("split_in_a_circle", number=task.order.number))


def is_in_a_circle(task: Task, known: Mapping[tuple[str, str, str], Known]) -> bool:
    """Say whether an order is told to be a part of what is known to be a part of it."""
    of_parents = (known.get(name) for name in _parent_names(task.order))
    return any(one and task.order.number in one.order.parent_numbers for one in of_parents)


def forgotten(task: Task, known: Mapping[tuple[str, str, str], Known]) -> int | None:
    """Return the buyer of an order, or of what it is a part of, whose account was deleted."""
    names = (task.name, *_parent_names(task.order))
    return next(
        (one.customer_id for one in map(known.get, names) if one and one.is_of_deleted), None
    )


def _parent_names(order: Order) -> list[tuple[str, str, str]]:
    shop = order.shop
    return [(shop.kind.value, shop.code, number) for number in order.parent_numbers]
