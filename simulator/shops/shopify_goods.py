"""The products of a store on Shopify, and what they cost it."""

from collections.abc import Sequence

from simulator.shops.shelf import Good, Shelf, number
from simulator.shops.shopify_told import money

PRODUCTS, VARIANTS, STOCKS = 8_000_000_000_000, 45_000_000_000_000, 47_000_000_000_000
STATUSES = frozenset({"active", "archived", "draft"})
MOST_IDS = 100


class Wrong(Exception):
    """A parameter that is not as documented; ``field`` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def products(shelf: Shelf, statuses: str) -> list[dict[str, object]]:
    """All products of these statuses by number. Raises: Wrong."""
    wanted = set(statuses.split(","))
    if not wanted <= STATUSES:
        raise Wrong("status")
    told = [_product(goods) for goods in shelf.items().values()]
    return sorted((one for one in told if one["status"] in wanted), key=lambda one: str(one["id"]))


def stocks(shelf: Shelf, ids: str) -> list[dict[str, object]]:
    """Inventory items by their numbers. Raises: Wrong."""
    numbers = ids.split(",")
    if not all(one.isdecimal() for one in numbers) or len(numbers) > MOST_IDS:
        raise Wrong("ids")
    return [
        {
            "id": number(one.sku, above=STOCKS),
            "sku": one.sku,
            "cost": None if one.cost_fen is None else money(one.cost_fen),
            "tracked": True,
        }
        for one in shelf.all()
        if str(number(one.sku, above=STOCKS)) in numbers
    ]


def _product(goods: Sequence[Good]) -> dict[str, object]:
    first = goods[0]
    return {
        "id": number(first.item_name, above=PRODUCTS),
        "title": first.title,
        "vendor": first.brand,
        "product_type": first.category,
        "status": "active" if any(one.is_on_sale for one in goods) else "draft",
        "image": {"src": first.picture} if first.picture else None,
        "variants": [
            {
                "id": number(one.sku, above=VARIANTS),
                "product_id": number(first.item_name, above=PRODUCTS),
                "sku": one.sku,
                "title": one.spec or "Default Title",
                "price": money(one.price_fen),
                "inventory_item_id": number(one.sku, above=STOCKS),
            }
            for one in goods
        ],
    }
