"""The brand's products: name, price and cost, what the own store sells, and what other shops do."""

from typing import Any

from aiohttp import web

from console import shop_products
from console.access import EDITORS, STAFF
from console.pages import language_of, show
from models import db

PAGE = 100
LONGEST_SEARCH = 100

_FIND = """
SELECT sku, name_zh, name_en, category, brand, price_fen, cost_fen, picture, is_on_sale,
       told_by_shops
FROM product
WHERE $1 = '' OR strpos(lower(concat_ws(' ', sku, name_zh, name_en, category, brand)), $1) > 0
ORDER BY is_on_sale DESC, category, sku LIMIT $2
"""
_COUNT = """
SELECT count(*) AS products, count(*) FILTER (WHERE is_on_sale) AS on_sale,
       count(*) - count(cost_fen) AS costless
FROM product
"""


async def page(request: web.Request) -> web.Response:
    """Show products; searched by a part of what they are called."""
    search = request.query.get("q", "").strip()[:LONGEST_SEARCH].replace("\x00", "")
    return await show(request, "products.html", await listed(request, search))


async def listed(request: web.Request, search: str) -> dict[str, Any]:
    """Return what the page says of the products that a search finds, and of all."""
    language = language_of(request)
    found = await db.fetch(_FIND, search.lower(), PAGE)
    shops = await shop_products.sold_in([row["sku"] for row in found])
    rows = [
        {
            **dict(row),
            "name": row["name_zh"] if language == "zh" else row["name_en"] or row["name_zh"],
            "by_shops": [name for name in row["told_by_shops"] if row[name] not in (None, "")],
            "shops": shops.get(row["sku"], ()),
        }
        for row in found
    ]
    may_edit = request[STAFF].role in EDITORS
    (counts,) = await db.fetch(_COUNT)
    return {
        "rows": rows,
        "search": search,
        "most": PAGE,
        "counts": counts,
        "may_edit": may_edit,
        "readings": await shop_products.readings(language),
    }
