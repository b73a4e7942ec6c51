"""A file of products brought in or tried out, with what became of each row."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from connectors.products.reading import ProductsRead
from loyalty import product_list
from loyalty.imports import RowParked
from loyalty.outcomes import Fate
from loyalty.product_list import ProductChanged, ProductList, ProductsTaken

Verb = Callable[[ProductList], Awaitable[ProductsTaken]]


@dataclass(frozen=True, slots=True)
class FileTaken:
    """What a file did, or would do. ``kept_on_sale`` says that nothing could go off sale.

    Some rows name a product by an SKU that cannot be read, which must not take it off sale.
    """

    added: dict[str, ProductChanged]
    changed: dict[str, ProductChanged]
    unchanged: int
    off_sale: list[str]
    kept_on_sale: bool
    refused: list[RowParked]
    row_count: int
    product_count: int
    costless_count: int
    unknown: list[str]
    says_cost: bool


async def bring_in(read: ProductsRead, *, only_listed: bool) -> FileTaken:
    """Bring in what a file tells."""
    return await _taken(read, product_list.bring_in, only_listed)


async def try_out(read: ProductsRead, *, only_listed: bool) -> FileTaken:
    """Return what bringing in a file would do; nothing is written."""
    return await _taken(read, product_list.try_out, only_listed)


async def _taken(read: ProductsRead, verb: Verb, only_listed: bool) -> FileTaken:
    products = list(read.products.values())
    keeps = only_listed and read.unread_skus > 0
    stays = frozenset(read.named) if only_listed and not keeps else None
    taken = await verb(ProductList(products, stays))
    added: dict[str, ProductChanged] = {}
    changed: dict[str, ProductChanged] = {}
    for told, outcome in zip(products, taken.outcomes, strict=True):
        if outcome.refusal:
            read.refuse_product(told.sku, outcome.refusal)
        elif outcome.fate is Fate.DONE and outcome.value:
            (added if outcome.value.is_new else changed)[told.sku] = outcome.value
    return FileTaken(
        added=added,
        changed=changed,
        unchanged=sum(one.fate is Fate.ALREADY_DONE for one in taken.outcomes),
        off_sale=taken.off_sale,
        kept_on_sale=keeps,
        refused=sorted(read.refused, key=lambda one: one.row_number),
        row_count=read.row_count,
        product_count=taken.product_count,
        costless_count=taken.costless_count,
        unknown=list(read.unknown),
        says_cost="cost_fen" in read.headings,
    )
