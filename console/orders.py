"""Orders of the brand's own store: what was bought and paid, and money that goes back."""

import re
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from aiohttp import web

from console import forms
from console.access import CHANGERS, STAFF, part_of_path
from console.pages import language_of, see, show
from loyalty import checkout, products
from loyalty.errors import LoyaltyError, NotFound, Refused
from loyalty.orders import OrderLine
from models import StoreOrder, StoreOrderState, db
from web.context import CONTEXT
from web.languages import Language
from web.masks import masked
from web.refusals import Forbidden
from web.texts import text

PAGE = 50
LONGEST_SEARCH = 40
_YUAN = re.compile(r"([0-9]{1,8})(?:\.([0-9]{1,2}))?", re.ASCII)

_ORDERS = """
SELECT store_order.id, store_order.number, customer.uuid, store_order.ordered_at, total_fen,
       coalesce(purchase.state, store_order.state) AS state,
       coalesce(given_back.fen, 0) AS refunded_fen
FROM store_order
LEFT JOIN LATERAL (SELECT sum(fen)::bigint AS fen FROM store_refund
                   WHERE store_order_id = store_order.id) AS given_back ON true
JOIN customer ON customer.id = store_order.member_id
LEFT JOIN shop ON shop.kind = 'own_store' AND shop.code = store_order.app_id
LEFT JOIN purchase ON purchase.shop_id = shop.id AND purchase.number = store_order.number
WHERE $1 IN ('', store_order.number)
ORDER BY store_order.id DESC LIMIT $2
"""
_REFUNDS = """
SELECT number, name, fen, state, asked_at, ended_at,
       (SELECT staff_member.name FROM staff_member
        WHERE store_refund.name LIKE 'staff:' || staff_member.id || ':%') AS by
FROM store_refund WHERE store_order_id = $1 ORDER BY id
"""


async def page(request: web.Request) -> web.Response:
    """Show the newest orders, or the one with this number."""
    search = request.query.get("q", "").strip()[:LONGEST_SEARCH].replace("\x00", "")
    rows = [
        {**dict(row), "name": masked(row["uuid"], language_of(request))}
        for row in await db.fetch(_ORDERS, search, PAGE)
    ]
    return await show(request, "orders.html", {"rows": rows, "search": search, "most": PAGE})


async def one(request: web.Request) -> web.Response:
    """Show an order with its lines and refunds."""
    return await _show(request)


async def complete(request: web.Request) -> web.Response:
    """Let an order be completed: she has it."""
    number = _for_change(request)
    (outcome,) = await checkout.complete([number], at=_now(request))
    if outcome.refusal:
        return await _show(request, error=outcome.refusal)
    return see(request, f"/orders/{number}")


async def refund(request: web.Request) -> web.Response:
    """Give money back; the form sent twice gives it back once."""
    number, form = _for_change(request), await forms.read(request)
    asked = form.get("yuan", "").strip()
    try:
        name = UUID(form.get("name", ""))
    except ValueError:
        raise Forbidden("form_not_ours") from None
    try:
        await checkout.refund(
            number, f"staff:{request[STAFF].id}:{name}", fen=_fen(asked), at=_now(request)
        )
    except LoyaltyError as refused:
        return await _show(request, error=refused, asked=asked)
    return see(request, f"/orders/{number}")


def _for_change(request: web.Request) -> str:
    if request[STAFF].role not in CHANGERS:
        raise Forbidden("not_for_your_role")
    return _number(request)


def _number(request: web.Request) -> str:
    return part_of_path(request, "number", otherwise="no_such_order")


def _now(request: web.Request) -> datetime:
    return request.config_dict[CONTEXT].clock()


def _fen(yuan: str) -> int:
    """Read an amount in yuan.

    Raises:
        Refused: ``amount_not_readable``.
    """
    found = _YUAN.fullmatch(yuan)
    if not found:
        raise Refused("amount_not_readable", told=yuan[:20])
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


async def _show(
    request: web.Request, *, error: LoyaltyError | None = None, asked: str | None = None
) -> web.Response:
    number, language = _number(request), language_of(request)
    rows = await db.fetch(_ORDERS, number, 1)
    if not rows:
        raise NotFound("no_such_order")
    row = rows[0]
    order = await StoreOrder.get(id=row["id"])
    left_fen = row["total_fen"] - row["refunded_fen"]
    can_change = request[STAFF].role in CHANGERS and order.state is StoreOrderState.PAID
    return await show(
        request,
        "order.html",
        {
            "order": row,
            "name": masked(row["uuid"], language),
            "lines": await _lines(order, language),
            "refunds": await db.fetch(_REFUNDS, order.id),
            "can_complete": can_change and row["state"] in ("paid", "shipped"),
            "can_refund": can_change and left_fen > 0,
            "asked": f"{left_fen // 100}.{left_fen % 100:02}" if asked is None else asked,
            "refund_name": uuid4(),
            "error": text(error.code, language, error.figures) if error else "",
        },
        http_status=422 if error else 200,
    )


async def _lines(order: StoreOrder, language: Language) -> list[tuple[str, OrderLine]]:
    """Return the lines, each with what its product is called now; else as it was sold."""
    lines = msgspec.convert(order.lines, list[OrderLine])
    names = await products.names(line.sku for line in lines)
    return [
        (names[line.sku].spoken(language) if line.sku in names else line.title, line)
        for line in lines
    ]
