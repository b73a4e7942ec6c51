"""All items of a shop on Tmall or Taobao: those on sale and those in the warehouse, with SKUs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct

from connectors.reading.paging import whole_list
from connectors.reading.products import page_of
from connectors.reading.texts import Id
from connectors.tmall import product_parse
from connectors.tmall.product_parse import ITEM_FIELDS, Item
from web.shops import ProductPage
from wechat.errors import Rejected

T = TypeVar("T")
SIZE, AT_ONCE, LAST_PAGE = 200, 20, 100
ON_SALE, IN_STORE = "taobao.items.onsale.get", "taobao.items.inventory.get"
# The warehouse first: what is put on sale meanwhile is found there or here.
LISTS: Sequence[tuple[str, dict[str, str]]] = (
    (IN_STORE, {"banner": "for_shelved"}),
    (IN_STORE, {"banner": "sold_out"}),
    (IN_STORE, {"banner": "violation_off_shelf"}),
    (ON_SALE, {}),
)


class _Row(Struct, frozen=True):
    num_iid: Id


class _Rows(Struct, frozen=True):
    item: list[_Row] = []


class _Page(Struct, frozen=True):
    total_results: int = 0
    items: _Rows = _Rows()


class _Items(Struct, frozen=True):
    item: list[Item] = []


class _Details(Struct, frozen=True):
    items: _Items = _Items()


class _Category(Struct, frozen=True):
    cid: Id
    name: str = ""


class _Categories(Struct, frozen=True):
    item_cat: list[_Category] = []


class _Named(Struct, frozen=True):
    item_cats: _Categories = _Categories()


class Call(Protocol):
    """A signed call of the shop."""

    async def __call__(self, method: str, asked: Mapping[str, str], kind: type[T]) -> T:
        """Return the inside of an answer."""


async def products(call: Call) -> AsyncIterator[ProductPage]:
    """Yield all items, twenty at a time: as many as the platform tells with their SKUs at once.

    Raises:
        CallFailed: one of its kinds; ``Rejected`` where a list is longer than may be read.
    """
    names: dict[str, str] = {}
    for method, which in LISTS:
        async for rows in whole_list(_pages(call, method, which), size=SIZE, first=1):
            for start in range(0, len(rows), AT_ONCE):
                yield await _read(call, rows[start : start + AT_ONCE], names)


def _pages(
    call: Call, method: str, which: Mapping[str, str]
) -> Callable[[int], Awaitable[tuple[list[str], int]]]:
    async def page(number: int) -> tuple[list[str], int]:
        # what is listed anew goes to the end
        asked = {**which, "fields": "num_iid", "order_by": "list_time:asc"}
        paged = asked | {"page_no": str(number), "page_size": str(SIZE)}
        told = await call(method, paged, _Page)
        if told.total_results > LAST_PAGE * SIZE:
            most = LAST_PAGE * SIZE
            raise Rejected(f"{told.total_results} items, of {most} at most", endpoint=method)
        return [str(one.num_iid) for one in told.items.item], told.total_results

    return page


async def _read(call: Call, numbers: Sequence[str], names: dict[str, str]) -> ProductPage:
    asked = {"num_iids": ",".join(numbers), "fields": ITEM_FIELDS}
    found = (await call("taobao.items.seller.list.get", asked, _Details)).items.item
    if unnamed := sorted({str(one.cid) for one in found if one.cid} - names.keys()):
        which = {"cids": ",".join(unnamed), "fields": "cid,name"}
        told = await call("taobao.itemcats.get", which, _Named)
        names |= dict.fromkeys(unnamed, "")
        names |= {str(one.cid): one.name for one in told.item_cats.item_cat}
    return page_of(
        found,
        named=lambda one: str(one.num_iid),
        sold=lambda one: product_parse.sold(one, names),
    )
