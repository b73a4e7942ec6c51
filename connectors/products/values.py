"""A cell of a table of products made into a field's value; nothing is guessed.

Every conversion raises ``CellFault`` with a code for what it cannot use.
"""

import re
from collections.abc import Callable
from typing import Any

from connectors.files.cells import BLANK_MARKS, Cell, fen, name, text
from connectors.files.faults import CellFault

LONGEST_WORDS = 200
LONGEST_ADDRESS = 2_000
LONGEST_PICTURE = 8_000  # written out as a data: address; it goes with every list of products
YES = frozenset({"是", "true", "1", "yes", "y", "上架", "在售", "出售中"})
NO = frozenset({"否", "false", "0", "no", "n", "下架", "停售", "仓库中"})
_PICTURE = re.compile(
    r"https://[^\s/\"'<>\\]+(?:/[^\s\"<>\\]*)?|data:image/(?:svg\+xml|png|jpeg|webp|gif)[;,][^\s\"<>\\]+"
)


def words(cell: Cell) -> str:
    """Return a text that may be missing.

    Raises:
        CellFault: ``name_too_long``.
    """
    found = text(cell)
    if len(found) > LONGEST_WORDS:
        raise CellFault("name_too_long", characters=len(found), most=LONGEST_WORDS)
    return "" if found in BLANK_MARKS else found


def needed_words(cell: Cell) -> str:
    """Return a text that must be there.

    Raises:
        CellFault: ``empty``, ``name_too_long``.
    """
    found = words(cell)
    if not found:
        raise CellFault("empty")
    return found


def cost(cell: Cell) -> int | None:
    """Return what one costs in fen; None where the cell says nothing, and 0 only where it says 0.

    Raises:
        CellFault: as for an amount.
    """
    return None if text(cell) in BLANK_MARKS else fen(cell)


def picture(cell: Cell) -> str:
    """Return the address of a picture, or nothing.

    Raises:
        CellFault: ``not_a_picture_address``, ``name_too_long``.
    """
    found = text(cell)
    if found in BLANK_MARKS:
        return ""
    most = LONGEST_PICTURE if found.startswith("data:") else LONGEST_ADDRESS
    if len(found) > most:
        raise CellFault("name_too_long", characters=len(found), most=most)
    if not _PICTURE.fullmatch(found):
        raise CellFault("not_a_picture_address", value=found[:40])
    return found


def yes_or_no(cell: Cell) -> bool:
    """Return whether the cell says yes.

    Raises:
        CellFault: ``empty``, ``not_yes_or_no``.
    """
    found = text(cell).casefold()
    if found in YES | NO:
        return found in YES
    raise CellFault("empty") if not found else CellFault("not_yes_or_no", value=found[:40])


CONVERSIONS: dict[str, Callable[[Cell], Any]] = {
    "sku": name,
    "name_zh": needed_words,
    "name_en": words,
    "category": words,
    "brand": words,
    "price_fen": fen,
    "cost_fen": cost,
    "picture": picture,
    "is_on_sale": yes_or_no,
}
