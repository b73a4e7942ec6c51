"""What shops on platforms sell: when each was read, what came of it, and to read them now."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from aiohttp import web

from console import forms
from console.access import EDITORS, STAFF
from console.pages import see
from console.words.codes import CONNECTIONS, said
from loyalty import schedule
from loyalty.shop_products import Unread
from models import ShopKind, db
from web.context import CONTEXT
from web.languages import Language
from web.logs import log
from web.refusals import Forbidden
from web.texts import TEXTS, text
from web.wake import wake

JOB = "read_products"

_READINGS = """
SELECT connection.kind, connection.name, reading.whole_at, reading.unread, reading.error,
       reading.leased_until > clock_timestamp() AS is_read_now,
       coalesce(sold.products, 0) AS products, coalesce(sold.gone, 0) AS gone
FROM connection LEFT JOIN product_reading AS reading ON reading.connection_id = connection.id
LEFT JOIN (SELECT connection_id, count(*) FILTER (WHERE gone_at IS NULL) AS products,
                  count(gone_at) AS gone FROM shop_product GROUP BY connection_id) AS sold
       ON sold.connection_id = connection.id
WHERE connection.kind = ANY($1::text[]) ORDER BY connection.kind, connection.name
"""
_SOLD = """
SELECT sku, connection.name AS shop, price_fen, is_on_sale, gone_at
FROM shop_product JOIN connection ON connection.id = connection_id
WHERE sku = ANY($1::text[]) ORDER BY sku, connection_id
"""
# The brand's own stores and tills tell their products with their orders.
PLATFORMS = [kind.value for kind in ShopKind if kind.value not in ("own_store", "pos")]


async def read_now(request: web.Request) -> web.Response:
    """Let the products of all shops be read by a worker now."""
    staff_member = request[STAFF]
    if staff_member.role not in EDITORS:
        raise Forbidden("not_for_your_role")
    await forms.read(request)
    context = request.config_dict[CONTEXT]
    is_new = await schedule.plan_now(JOB, at=context.clock())
    log.info("products_asked_for", staff_member_id=staff_member.id, is_new=is_new)
    await wake(context.redis)
    return see(request, "/products")


async def readings(language: Language) -> list[dict[str, Any]]:
    """Return for each shop on a platform when its products were read, and what came of it."""
    return [
        {
            **dict(row),
            "platform": said(CONNECTIONS, row["kind"], language),
            "unread": [_unread(one, language) for one in _unread_of(row)],
            "error": _why(row["error"], language),
        }
        for row in await db.fetch(_READINGS, PLATFORMS)
    ]


async def sold_in(skus: Collection[str]) -> Mapping[str, Sequence[db.Row]]:
    """Return by SKU the shops that sell it, or did."""
    found: dict[str, list[db.Row]] = defaultdict(list)
    for row in await db.fetch(_SOLD, list(skus)):
        found[row["sku"]].append(row)
    return found


def _unread_of(row: db.Row) -> list[Unread]:
    return msgspec.json.decode(row["unread"] or b"[]", type=list[Unread])


def _unread(one: Unread, language: Language) -> str:
    return f"{one.item}: {text(one.code, language, one.figures)}"


def _why(error: str | None, language: Language) -> str:
    return text(error, language, {}) if error in TEXTS else error or ""
