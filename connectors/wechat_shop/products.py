"""All products of a shop on WeChat, each with its SKUs, and the names of categories and brands."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Protocol, TypeVar

from connectors.reading.products import page_of
from connectors.reading.texts import Id, first_id
from connectors.wechat_shop import product_parse
from connectors.wechat_shop.answers import Answered
from connectors.wechat_shop.product_parse import Item
from loyalty.connections import WeChatShopSettings
from web.shops import ProductPage
from wechat.errors import Rejected

T = TypeVar("T", bound=Answered)
SIZE, BRANDS_AT_ONCE = 30, 50
GONE = 10020052  # taken away between the list and the reading of it


class _Ids(Answered, frozen=True):
    product_ids: list[Id] | None = None
    next_key: str | None = ""


class _Product(Answered, frozen=True):
    product: Item | None = None


class _Category(Answered, frozen=True):
    info: "_Name | None" = None


class _Name(Answered, frozen=True):
    name: str | None = ""


class _Brand(Answered, frozen=True):
    brand_id: Id = ""
    ch_name: str | None = ""
    en_name: str | None = ""


class _Brands(Answered, frozen=True):
    brands: list[_Brand] | None = None
    next_key: str | None = ""


class Call(Protocol):
    """A call of the shop with its token."""

    async def __call__(self, path: str, asked: Mapping[str, object], kind: type[T]) -> T:
        """Return an answer."""


async def products(call: Call, settings: WeChatShopSettings) -> AsyncIterator[ProductPage]:
    """Yield all products, thirty at a time; drafts that were never online are none.

    Raises:
        CallFailed: one of its kinds.
    """
    brands = await _brands(call)
    categories: dict[str, str] = {}
    next_key, goes_on = "", True
    while goes_on:
        asked = {"page_size": SIZE, **({"next_key": next_key} if next_key else {})}
        told = await call("/channels/ec/product/list/get", asked, _Ids)
        found = await asyncio.gather(*(_read(call, str(one)) for one in told.product_ids or ()))
        items = [one for one in found if one is not None]
        await _name(call, items, categories, path=settings.category_endpoint)
        yield page_of(
            items,
            named=lambda one: str(one.product_id),
            sold=lambda one: product_parse.sold(one, categories, brands),
        )
        # a key that stays the same would lead round and round
        goes_on = bool(told.product_ids) and (told.next_key or "") not in ("", next_key)
        next_key = told.next_key or ""


async def _read(call: Call, number: str) -> Item | None:
    try:
        asked = {"product_id": number, "data_type": 1}
        return (await call("/channels/ec/product/get", asked, _Product)).product
    except Rejected as refused:
        if refused.errcode == GONE:
            return None
        raise


async def _name(call: Call, items: Iterable[Item], names: dict[str, str], *, path: str) -> None:
    """Learn what the categories of products are called, each once a reading."""
    for number in sorted({one.category_id for one in items} - names.keys() - {""}):
        asked = {"cat_id": int(number) if number.isdecimal() else number}
        told = await call(path, asked, _Category)
        names[number] = (told.info.name if told.info else "") or ""


async def _brands(call: Call) -> dict[str, str]:
    """Return what the brands are called that the shop may sell: few, so all of them."""
    names: dict[str, str] = {}
    next_key, goes_on = "", True
    while goes_on:
        asked = {"page_size": BRANDS_AT_ONCE, **({"next_key": next_key} if next_key else {})}
        told = await call("/channels/ec/brand/valid/list/get", asked, _Brands)
        for one in told.brands or ():
            names[first_id(one.brand_id)] = one.ch_name or one.en_name or ""
        goes_on = bool(told.brands) and (told.next_key or "") not in ("", next_key)
        next_key = told.next_key or ""
    return names
