"""All SKUs of a shop on JD, with the wares that they belong to and the names of categories."""

from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial

from msgspec import Struct

from connectors.jd import product_parse
from connectors.jd.gateway import Gateway
from connectors.jd.product_parse import SKU_FIELDS, WARE_FIELDS, Sku, Ware
from connectors.reading.paging import whole_list
from connectors.reading.products import page_of
from connectors.reading.texts import Number
from loyalty.connections import JdSettings
from web.shops import ProductPage

SKUS_AT_ONCE, WARES_AT_ONCE = 50, 20
ON_SALE_AND_NOT = "1,2"
SKUS, WARES = "jingdong.sku.read.searchSkuList", "jingdong.ware.read.searchWare4Valid"
CATEGORY = "jingdong.category.read.findById"


class _SkuPage(Struct, frozen=True, rename="camel"):
    data: list[Sku] | None = None
    total_item: Number = 0
    page_size: Number = 0


class _Skus(Struct, frozen=True):
    page: _SkuPage


class _WarePage(Struct, frozen=True):
    data: list[Ware] | None = None


class _Wares(Struct, frozen=True):
    page: _WarePage


class _Category(Struct, frozen=True):
    name: str | None = ""


class _Named(Struct, frozen=True):
    category: _Category | None = None


async def products(gateway: Gateway, settings: JdSettings) -> AsyncIterator[ProductPage]:
    """Yield all SKUs by their numbers, a page at a time.

    Raises:
        CallFailed: one of its kinds.
    """
    names: dict[str, str] = {}

    async def told(number: int) -> _SkuPage:
        asked = {
            "field": SKU_FIELDS,
            "skuStatuValue": ON_SALE_AND_NOT,
            "orderFiled": "skuId",  # [sic]
            "orderType": "asc",
            "pageNo": number,
            "page_size": SKUS_AT_ONCE,
        }
        return (await gateway.call(SKUS, asked, _Skus)).page

    async def page(number: int) -> tuple[list[Sku], int]:
        found = await told(number)
        return found.data or [], int(found.total_item)

    size = _granted(await told(1))
    async for skus in whole_list(page, size=size, first=1):
        wares = await _wares(gateway, skus)
        await _name(gateway, wares.values(), names)
        yield page_of(
            skus,
            named=lambda one: str(one.sku_id),
            sold=partial(
                product_parse.sold, wares=wares, categories=names, pictures=settings.picture_base
            ),
        )


def _granted(first: _SkuPage) -> int:
    """Return how many a page has: the platform may grant fewer than were asked for."""
    size, rows = int(first.page_size) or SKUS_AT_ONCE, len(first.data or ())
    return size if rows >= min(size, int(first.total_item)) else max(1, rows)


async def _wares(gateway: Gateway, skus: Sequence[Sku]) -> dict[str, Ware]:
    numbers = sorted({str(one.ware_id) for one in skus if one.ware_id})
    found: dict[str, Ware] = {}
    for start in range(0, len(numbers), WARES_AT_ONCE):
        asked = {
            "wareId": ",".join(numbers[start : start + WARES_AT_ONCE]),
            "field": WARE_FIELDS,
            "pageNo": 1,
            "pageSize": WARES_AT_ONCE,
        }
        told = (await gateway.call(WARES, asked, _Wares)).page.data or []
        found |= {str(one.ware_id): one for one in told}
    return found


async def _name(gateway: Gateway, wares: Iterable[Ware], names: dict[str, str]) -> None:
    """Learn what the categories of wares are called, each once a reading."""
    for number in sorted({str(one.category_id) for one in wares if one.category_id} - names.keys()):
        if not number.isdecimal():
            continue
        told = await gateway.call(CATEGORY, {"cid": int(number), "field": "id,name"}, _Named)
        names[number] = (told.category.name if told.category else "") or ""
