"""Before a rule is published: on which products the brand's margin would cut it today."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from console.words.rules import title
from loyalty import programme
from loyalty.discounts import DISCOUNTS, Discount
from loyalty.facts import CartLine, Facts
from loyalty.policies.margin import Margin
from loyalty.quotes.linting import CutLine, below_floor, cut_by
from models import Product
from web.languages import Language

# Of so many products, by their SKUs; the page says so where there are more.
MOST = 500
SHOWN = 50


async def of_discount(draft: Discount, language: Language, *, at: datetime) -> dict[str, Any]:
    """Return what the page shows of an offer or a coupon batch: the products it is cut on."""
    rules = await programme.load()
    goods, names, is_whole = await _goods(language)
    cut = cut_by(rules.margin(at), draft, goods, facts=Facts(0, at, tiers=rules.tiers(at)))
    lines = [_line(one, names) for one in cut[:SHOWN]]
    return {"kind": "cut", "count": len(cut), "lines": lines, "tried": len(goods), "all": is_whole}


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
