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
from loyalty.errors import Refused
from web.shops import ProductPage
from wechat.errors import Rejected

T = TypeVar("T")
SIZE = 50
OF_ONE = 50002  # the business of one call failed, and not the call itself


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
        found = await asyncio.gather(*(_read(call, str(one.product_id)) for one in rows))
        yield page_of(
            zip(rows, found, strict=True),
            named=lambda pair: str(pair[0].product_id),
            sold=lambda pair: product_parse.sold(_told(pair[1]), settings.brand_names),
        )
        seen.add(cursor)
        cursor = told.cursor_id or ""
        # a cursor that comes again would lead round and round
        if not told.data or not cursor or cursor in seen:
            return


async def _read(call: Call, number: str) -> Item | Rejected:
    """Return a product, or the refusal of this one: it may be gone since it was listed."""
    try:
        return await call("product/detail", {"product_id": number}, Item)
    except Rejected as refused:
        if refused.errcode != OF_ONE:
            raise
        return refused


def _told(found: Item | Rejected) -> Item:
    if isinstance(found, Rejected):
        raise Refused("item_not_told", why=found.errmsg)
    return found


def _after(cursor: str) -> dict[str, object]:
    return {"cursor_id": cursor} if cursor else {}
