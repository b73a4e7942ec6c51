"""Before a rule is published: on which products the brand's margin would cut it today."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from console.words.rules import title
from loyalty import programme
from loyalty.discounts import DISCOUNTS, Discount
from loyalty.facts import CartLine, Facts
from loyalty.policies.margin import Margin
from loyalty.quotes.linting import CutCart, CutLine, below_floor, cut_by, tried_on
from models import Product, db
from web.languages import Language

# Of so many products, by their SKUs; the page says so where there are more.
MOST = 500
SHOWN = 50
# The carts of so many purchases, the newest ones, of what is for sale still.
MOST_CARTS = 200

_CARTS = """
SELECT newest.id, line.sku, least(sum(line.quantity), 999)::integer AS quantity
FROM (SELECT id FROM purchase WHERE state <> 'replaced' ORDER BY id DESC LIMIT $1) AS newest
JOIN purchase_line AS line ON line.purchase_id = newest.id
WHERE line.sku = ANY($2::text[]) AND line.quantity > 0
GROUP BY newest.id, line.sku ORDER BY newest.id DESC, line.sku
"""


async def of_discount(draft: Discount, language: Language, *, at: datetime) -> dict[str, Any]:
    """Return what the page shows of an offer or a coupon batch: the products it is cut on."""
    rules = await programme.load()
    goods, names, is_whole = await _goods(language)
    facts = Facts(0, at, tiers=rules.tiers(at))
    cut = cut_by(rules.margin(at), draft, goods, facts=facts)
    return {
        "kind": "cut",
        "count": len(cut),
        "lines": [_line(one, names) for one in cut[:SHOWN]],
        "tried": len(goods),
        "all": is_whole,
        "carts": await _on_carts(rules.margin(at), draft, goods, names=names, facts=facts),
    }


async def _on_carts(
    margin: Margin,
    draft: Discount,
    goods: Sequence[CartLine],
    *,
    names: dict[str, str],
    facts: Facts,
) -> dict[str, Any]:
    """Return how a discount does on the carts of the newest purchases, at today's prices."""
    sold = {line.sku: line for line in goods}
    carts: dict[int, list[CartLine]] = {}
    for row in await db.fetch(_CARTS, MOST_CARTS, list(sold)):
        carts.setdefault(row["id"], []).append(replace(sold[row["sku"]], quantity=row["quantity"]))
    tried = tried_on(margin, draft, [tuple(cart) for cart in carts.values()], facts=facts)
    cut = [one for one in tried if one.cut_fen]
    worst = _worst(cut[0], names) if cut else None
    return {"count": len(carts), "having": len(tried), "cut": len(cut), "worst": worst}


def _worst(one: CutCart, names: dict[str, str]) -> dict[str, Any]:
    return {
        "goods": ", ".join(f"{names[line.sku]} × {line.quantity}" for line in one.cart),
        "full_fen": one.full_fen,
        "left_fen": one.left_fen,
    }


async def of_margin(draft: Margin, language: Language, *, at: datetime) -> dict[str, Any]:
    """Return what the page shows of a margin: what has no room, and which rules would be cut."""
    rules = await programme.load()
    goods, names, is_whole = await _goods(language)
    facts = Facts(0, at, tiers=rules.tiers(at))
    cut = [
        (title(rule.body, language), cut_by(draft, rule.body, goods, facts=facts))
        for rule in rules.of(DISCOUNTS, at)
    ]
    no_room = below_floor(draft, goods)
    return {
        "kind": "margin",
        "no_room": [names[sku] for sku in no_room[:SHOWN]],
        "no_room_count": len(no_room),
        "without_cost": sum(line.cost_fen is None for line in goods),
        "rules": [
            {"name": name, "count": len(found), "sample": _sample(found, names)}
            for name, found in cut
            if found
        ],
        "tried": len(goods),
        "all": is_whole,
    }


async def _goods(language: Language) -> tuple[list[CartLine], dict[str, str], bool]:
    found = await Product.filter(is_on_sale=True).order_by("sku").limit(MOST + 1)
    goods = [
        CartLine(
            one.sku,
            one.category,
            one.brand,
            quantity=1,
            price_fen=one.price_fen or 0,
            cost_fen=one.cost_fen,
        )
        for one in found[:MOST]
    ]
    names = {one.sku: (one.name_en if language == "en" else "") or one.name_zh for one in found}
    return goods, names, len(found) <= MOST


def _line(one: CutLine, names: dict[str, str]) -> dict[str, Any]:
    return {
        "sku": one.sku,
        "name": names[one.sku],
        "quantity": one.quantity,
        "full_fen": one.full_fen,
        "left_fen": one.left_fen,
    }


def _sample(found: Sequence[CutLine], names: dict[str, str]) -> str:
    return ", ".join(names[one.sku] for one in found[:5])
