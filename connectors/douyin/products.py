"""All products of a shop on Douyin, by the platform's cursor, each with its SKUs."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Protocol, TypeVar

from msgspec import Struct

from connectors.douyin import product_parse
from connectors.douyin.product_parse import DELETED, Item
from connectors.reading.products import page_of
from connectors.reading.texts import Id, Number
from loyalty.connections import DouyinSettings
from web.shops import ProductPage

T = TypeVar("T")
SIZE = 50


class _Row(Struct, frozen=True):
    product_id: Id
    status: Number | None = 0


class _Page(Struct, frozen=True):
    data: list[_Row] | None = None
    cursor_id: str | None = ""


class Call(Protocol):
    """A signed call of the shop."""

    async def __call__(self, path: str, asked: Mapping[str, object], kind: type[T]) -> T:
        """Return what an answer holds."""


async def products(call: Call, settings: DouyinSettings) -> AsyncIterator[ProductPage]:
    """Yield all products, a page at a time: an empty page is the end.

    Raises:
        CallFailed: one of its kinds.
    """
    cursor, seen = "", set[str]()
    while True:
        asked = {"size": SIZE, "page": 1, "use_cursor": True}
        told = await call("product/listV2", asked | _after(cursor), _Page)
        rows = [one for one in told.data or () if int(one.status or 0) != DELETED]
        details = await asyncio.gather(
            *(call("product/detail", {"product_id": str(one.product_id)}, Item) for one in rows)
        )
        yield page_of(
            details,
            named=lambda one: str(one.product_id),
            sold=lambda one: product_parse.sold(one, settings.brand_names),
        )
        seen.add(cursor)
        cursor = told.cursor_id or ""
        # a cursor that comes again would lead round and round
        if not told.data or not cursor or cursor in seen:
            return


def _after(cursor: str) -> dict[str, object]:
    return {"cursor_id": cursor} if cursor else {}
