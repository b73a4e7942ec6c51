"""Category and brand of an order's lines, where its source does not tell them: by the products."""

from collections.abc import Sequence

from msgspec.structs import replace

from loyalty.orders import OrderLine
from loyalty.purchases.task import Task
from models import db

Described = tuple[str, str]  # category, brand
NOTHING: Described = ("", "")


async def describe(tasks: Sequence[Task]) -> None:
    """Fill in what lines lack: as it was recorded before, else as the product of the SKU is now.

    So what an order earned stays by the category that it was first known with, whatever becomes of
    the product. One statement for all orders, and none where no line lacks anything.
    """
    lacking = [task for task in tasks if any(map(_lacks, task.order.lines))]
    if not lacking:
        return
    skus = {line.sku for task in lacking for line in task.order.lines if _lacks(line)}
    rows = await db.fetch(
        "SELECT sku, category, brand FROM product WHERE sku = ANY($1::text[])", sorted(skus)
    )
    products = {row["sku"]: (row["category"], row["brand"]) for row in rows}
    for task in lacking:
        known = task.known.order.lines if task.known else ()
        before = {line.key: (line.category, line.brand) for line in known}
        lines = tuple(_described(line, before, products) for line in task.order.lines)
        task.order = replace(task.order, lines=lines)


def _lacks(line: OrderLine) -> bool:
    return bool(line.sku) and not (line.category and line.brand)


def _described(
    line: OrderLine, before: dict[str, Described], products: dict[str, Described]
) -> OrderLine:
    was, now = before.get(line.key, NOTHING), products.get(line.sku, NOTHING)
    category = line.category or was[0] or now[0]
    brand = line.brand or was[1] or now[1]
    if category == line.category and brand == line.brand:
        return line
    return replace(line, category=category, brand=brand)
