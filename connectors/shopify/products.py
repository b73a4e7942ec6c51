"""All products of a store on Shopify, by its cursors, and what their variants cost the merchant."""

from collections.abc import AsyncIterator, Iterable, Mapping
from functools import partial
from typing import Protocol, TypeVar

from msgspec import Struct

from connectors.reading.calling import Answer
from connectors.reading.products import page_of
from connectors.reading.texts import Money, first_id
from connectors.shopify import product_parse
from connectors.shopify.links import next_page
from connectors.shopify.parse import CURRENCY
from connectors.shopify.product_parse import ITEM_FIELDS, Item, Stock
from loyalty.connections import ShopifySettings
from web.shops import ProductPage

T = TypeVar("T")
SIZE, COSTS_AT_ONCE = 100, 100


class _Page(Struct, frozen=True):
    products: list[Item]


class _Stocks(Struct, frozen=True):
    inventory_items: list[Stock]


class _Store(Struct, frozen=True):
    currency: str = ""


class _Shop(Struct, frozen=True):
    shop: _Store


class Call(Protocol):
    """A call of the store."""

    async def __call__(
        self, path: str, asked: Mapping[str, str], kind: type[T]
    ) -> tuple[T, Answer]:
        """Return what was answered, and the answer with its headers."""


async def products(call: Call, settings: ShopifySettings) -> AsyncIterator[ProductPage]:
    """Yield all products, a page at a time.

    Raises:
        CallFailed: one of its kinds.
    """
    shop, _ = await call("shop.json", {"fields": "currency"}, _Shop)
    in_yuan = shop.shop.currency == CURRENCY
    first = {"status": "active,archived,draft", "fields": ITEM_FIELDS, "limit": str(SIZE)}
    asked: dict[str, str] | None = first
    while asked is not None:
        told, answer = await call("products.json", asked, _Page)
        has_costs = in_yuan and settings.reads_costs
        costs = await _costs(call, told.products) if has_costs else {}
        yield page_of(
            told.products,
            named=lambda one: str(one.id),
            sold=partial(product_parse.sold, costs=costs, in_yuan=in_yuan),
        )
        cursor = next_page(answer)
        asked = {"limit": str(SIZE), "fields": ITEM_FIELDS, "page_info": cursor} if cursor else None


async def _costs(call: Call, items: Iterable[Item]) -> dict[str, Money]:
    numbers = sorted(
        {first_id(one.inventory_item_id) for item in items for one in item.variants or ()} - {""}
    )
    found: dict[str, Money] = {}
    for start in range(0, len(numbers), COSTS_AT_ONCE):
        ids = ",".join(numbers[start : start + COSTS_AT_ONCE])
        asked = {"ids": ids, "limit": str(COSTS_AT_ONCE)}
        told, _ = await call("inventory_items.json", asked, _Stocks)
        found |= {str(one.id): one.cost for one in told.inventory_items}
    return found
