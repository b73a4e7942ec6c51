"""What a person reads of a file of products: why it is refused, and what it did."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.files import reasons
from connectors.files import texts as of_files
from connectors.files.words import Words, told
from connectors.products.taking import FileTaken
from loyalty.imports import RowParked

MOST_NAMED = 20
_ONE_OF_MANY = re.compile(r"(?<![\w.,])(1 (?:product|row))s\b")

REFUSALS: dict[str, Words] = {
    "no_sku_column": (
        "找不到商品编码列（SKU、商家编码、货号）；有：{found}",
        "there is no column of SKUs (SKU, 商家编码, product code); there are: {found}",
    ),
    "two_columns": (
        "{columns} 两列意思相同，请只留一列",
        "the columns {columns} mean the same: leave one of them",
    ),
    "too_many_rows": ("超过 {most} 行", "more than {most} rows"),
    "cut_in_the_middle": (
        "文件在第 {row} 行中间断了；什么都没有写入",
        "the file ends in the middle of row {row}; nothing was written",
    ),
    "open_quote": (
        "第 {row} 行（文本第 {line} 行）的引号没有结束；什么都没有写入",
        "a quote opened in row {row} (line {line}) never ends; nothing was written",
    ),
    "wrong_encoding": (
        "第 {row} 行起不是 {encoding} 编码；什么都没有写入",
        "from row {row} on it is not {encoding}; nothing was written",
    ),
    "damaged_after": (
        "{kind} 文件在第 {row} 行之后损坏；什么都没有写入",
        "the {kind} file is damaged after row {row}; nothing was written",
    ),
}

SAID: dict[str, Words] = {
    "unknown": ("忽略的列：{columns}", "ignored columns: {columns}"),
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
    "row": ("第 {row} 行，{column}：{reason}", "row {row}, {column}: {reason}"),
    "whole_row": ("第 {row} 行：{reason}", "row {row}: {reason}"),
    "more_rows": (
        "……还有 {count} 行；--parked 文件.csv 导出全部",
        "... and {count} more; --parked FILE.csv writes out all of them",
    ),
    "dry": ("试运行：什么都没有写入", "dry run: nothing was written"),
    "exported": ("被拒绝的 {rows} 行已写入 {files}", "wrote the {rows} refused rows to {files}"),
}


def refusal(code: str, figures: Mapping[str, Any], language: str) -> str:
    """Return why a file is refused."""
    if code in REFUSALS:
        return told(REFUSALS[code], figures, language)
    return of_files.refusal(code, figures, language)


def said(sentence: str, language: str, **figures: object) -> str:
    """Return one sentence; English says one product, not one products."""
    whole = told(SAID[sentence], figures, language)
    return _ONE_OF_MANY.sub(r"\1", whole) if language == "en" else whole


def row_refused(row: RowParked, language: str) -> str:
    """Return why a row is refused, with its number and column."""
    reason = reasons.reason(row.code, row.figures, language)
    sentence = "row" if row.column else "whole_row"
    return said(sentence, language, row=row.row_number, column=row.column, reason=reason)


def sentences(taken: FileTaken, language: str) -> Iterator[str]:
    """Yield what a file did, or would do, without the rows that it refuses."""
    if taken.unknown:
        yield said("unknown", language, columns=taken.unknown)
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
