"""Which column of a table of products is what: by its heading, in Chinese or English."""

import re
from collections.abc import Sequence

from connectors.files.cells import text
from connectors.files.faults import CellFault, FileFault
from connectors.files.parked_csv import ALL_EXTRA
from connectors.files.sheets import Sheet

SYNONYMS: dict[str, tuple[str, ...]] = {
    "sku": (
        *("SKU", "商家编码", "商品编码", "商品编号", "商家SKU", "SKU编码", "SKU ID", "货号"),
        *("product code", "item code"),
    ),
    "name_zh": (
        *("商品名称", "名称", "品名", "商品标题", "宝贝名称", "宝贝标题", "中文名", "中文名称"),
        *("name", "product name", "title", "name zh", "Chinese name"),
    ),
    "name_en": ("英文名", "英文名称", "商品英文名", "name en", "English name", "English"),
    "category": ("类目", "分类", "商品类目", "商品分类", "品类", "category"),
    "brand": ("品牌", "品牌名称", "brand"),
    "price_fen": (
        *("售价", "价格", "销售价", "零售价", "商品价格", "宝贝价格", "一口价"),
        *("price", "price yuan", "retail price", "selling price"),
    ),
    "cost_fen": (
        "成本",
        "成本价",
        "进价",
        "进货价",
        "cost",
        "cost yuan",
        "unit cost",
        "cost price",
    ),
    "picture": (
        *("图片", "图片地址", "图片链接", "商品图片", "主图", "主图链接", "宝贝图片"),
        *("picture", "picture url", "image", "image url", "photo"),
    ),
    "is_on_sale": (
        *("上架", "在售", "是否上架", "是否在售", "上架状态"),
        *("on sale", "is on sale", "for sale", "active"),
    ),
}
MOST_TOLD = 20
_OF_YUAN = re.compile(r"[(（](?:元|人民币|yuan|rmb|cny|¥|￥)[)）]$")


def _plain(heading: str) -> str:
    """Return a heading as it is compared: without case, gaps, and what says that it is in yuan."""
    try:
        found = text(heading)
    except CellFault:
        return ""
    return _OF_YUAN.sub("", re.sub(r"[\s_]+", "", found).casefold())


_MEANING = {_plain(word): field for field, words in SYNONYMS.items() for word in words}
_OURS = {_plain(name) for name in ALL_EXTRA}


def found_in(sheet: Sheet) -> tuple[dict[str, int], list[str]]:
    """Return where each field's column is, and the headings that are no field's.

    The header is the first of the first ten rows that has a column of SKUs.

    Raises:
        FileFault: ``no_sku_column``; ``two_columns`` where two columns are the same field's.
    """
    for row, cells in enumerate(sheet.heading_rows, 1):
        meanings = [_MEANING.get(_plain(cell)) for cell in cells]
        if "sku" in meanings:
            sheet.take_header(row)
            return _places(cells, meanings), _unknown(cells, meanings)
    first = sheet.heading_rows[0] if sheet.heading_rows else []
    raise FileFault("no_sku_column", found=[_shown(cell) for cell in first[:MOST_TOLD]])


def _places(cells: Sequence[str], meanings: Sequence[str | None]) -> dict[str, int]:
    places: dict[str, int] = {}
    for i, field in enumerate(meanings):
        if field in places:
            both = [_shown(cells[places[field]]), _shown(cells[i])]
            raise FileFault("two_columns", columns=both)
        if field:
            places[field] = i
    return places


def _unknown(cells: Sequence[str], meanings: Sequence[str | None]) -> list[str]:
    pairs = zip(cells, meanings, strict=True)
    shown = (_shown(cell) for cell, field in pairs if field is None and _plain(cell) not in _OURS)
    return [heading for heading in shown if heading]


def _shown(heading: str) -> str:
    return heading.strip().encode("utf-8", "replace").decode()[:30]
