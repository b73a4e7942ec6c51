"""Orders packed for another process: by columns, a quarter of what their structs would take."""

import pickle
from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from loyalty.orders import Order, OrderLine

_LINES = Order.__struct_fields__.index("lines")
_ORDER_ROW = attrgetter(*(name for name in Order.__struct_fields__ if name != "lines"))
_make: Any = Order
_LINE_ROW = attrgetter(*OrderLine.__struct_fields__)


def packed(orders: Sequence[Order | None], *more: Any) -> bytes:
    """Return orders, and more that goes with them, as bytes that ``unpacked`` understands."""
    found = [order for order in orders if order is not None]
    return pickle.dumps(
        (
            [None if order is None else len(order.lines) for order in orders],
            list(map(_ORDER_ROW, found)),
            list(zip(*[_LINE_ROW(line) for order in found for line in order.lines], strict=True)),
            *more,
        ),
        pickle.HIGHEST_PROTOCOL,
    )


def unpacked(told: bytes) -> tuple[list[Order | None], list[Any]]:
    """Return the orders, and what went with them."""
    counts, rows, columns, *more = pickle.loads(told)
    lines = list(map(OrderLine, *columns)) if columns else []
    found: list[Order | None] = []
    row = iter(rows)
    begins = 0
    for count in counts:
        if count is None:
            found.append(None)
            continue
        ends = begins + count
        fields = next(row)
        mine = tuple(lines[begins:ends])
        found.append(_make(*fields[:_LINES], mine, *fields[_LINES:]))
        begins = ends
    return found, more
