"""What a person reads of a file of products: why it is refused, and what it did."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.files import tables
from connectors.files.words import Words, told
from connectors.products.taking import FileTaken

MOST_NAMED = 20

REFUSALS: dict[str, Words] = {
    "no_sku_column": (
        "找不到商品编码列（SKU、商家编码、货号）；有：{found}",
        "there is no column of SKUs (SKU, 商家编码, product code); there are: {found}",
    ),
}

SAID: dict[str, Words] = {
    "done": (
        "{rows} 行：新增 {added}，修改 {changed}，未变 {unchanged}，拒绝 {refused} 行",
        "{rows} rows: {added} added, {changed} changed, {unchanged} unchanged, {refused} rows"
        " refused",
    ),
    "nothing_new": ("没有变化", "nothing changed"),
    "off_sale": (
        "下架 {count} 个商品（文件中没有）：{skus}",
        "{count} products off sale, which the file does not name: {skus}",
    ),
    "kept_on_sale": (
        "没有下架任何商品：有的行读不出商品编码，可能正是要保留的商品",
        "nothing went off sale: some rows have an SKU that cannot be read, and may name what stays",
    ),
    "no_cost_column": (
        "文件没有成本列，成本未改动",
        "the file has no column of costs: costs stay as they were",
    ),
    "costless": (
        "{products} 个商品中有 {costless} 个没有成本",
        "{costless} of {products} products have no cost",
    ),
}


def refusal(code: str, figures: Mapping[str, Any], language: str) -> str:
    """Return why a file is refused."""
    if code in REFUSALS:
        return told(REFUSALS[code], figures, language)
    return tables.refusal(code, figures, language)


def said(sentence: str, language: str, **figures: object) -> str:
    """Return one sentence."""
    return tables.counted(SAID[sentence], figures, language)


def sentences(taken: FileTaken, language: str) -> Iterator[str]:
    """Yield what a file did, or would do, without the rows that it refuses."""
    if taken.unknown:
        yield tables.said("unknown", language, columns=taken.unknown)
    counts = {
        "rows": taken.row_count,
        "added": len(taken.added),
        "changed": len(taken.changed),
        "unchanged": taken.unchanged,
        "refused": len(taken.refused),
    }
    yield said("done", language, **{name: f"{count:,}" for name, count in counts.items()})
    if taken.off_sale:
        shown = [*taken.off_sale[:MOST_NAMED], *["..."][: len(taken.off_sale) > MOST_NAMED]]
        yield said("off_sale", language, count=f"{len(taken.off_sale):,}", skus=shown)
    if taken.kept_on_sale:
        yield said("kept_on_sale", language)
    if not (taken.added or taken.changed or taken.off_sale):
        yield said("nothing_new", language)
    if not taken.says_cost:
        yield said("no_cost_column", language)
    costless, products = f"{taken.costless_count:,}", f"{taken.product_count:,}"
    yield said("costless", language, costless=costless, products=products)
