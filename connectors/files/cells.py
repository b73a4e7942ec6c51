"""Cells as merchants' files write them, made into amounts, counts, names and moments.

Every conversion raises ``CellFault`` with a code for what it cannot use, and guesses nothing.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from math import isfinite
from typing import Any, Generic, TypeVar

from connectors.files.faults import CellFault

T = TypeVar("T")
Cell = Any

MOST_FEN = 10**12
MOST_QUANTITY = 10**9
LONGEST_CELL = 32_767  # Excel's own limit
LONGEST_TEXT = 500
LONGEST_NAME = 100
REMEMBERED_VALUES = 60_000
EARLIEST_YEAR = 1990
NOISE = Decimal("0.0001")

BLANK_MARKS = frozenset({"", "-", "--", "—", "null", "NULL", "None", "nan", "无", "无退款申请"})

_FORMULA = re.compile(r'^="(.*)"$', re.DOTALL)
_NOTE = re.compile(r"\s*[（(][^（()）]*[)）]$")
_COMMAS = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d+)?$")
_NUMBER = re.compile(r"^-?\d{1,30}(\.\d{1,30})?$")
_NEAR_ZERO = re.compile(r"^-?\d(\.\d{1,30})?[eE]-\d{2,3}$")
_SCIENTIFIC = re.compile(r"^\d(\.\d+)?[eE]\+?\d+$")
_SLASHED = re.compile(
    r"^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$"
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PADDING = " \t\r\n\ufeff\u00a0\u3000"


class Memo(dict[Any, T | None], Generic[T]):
    """A conversion that remembers its answers; None stands for a value that cannot be used."""

    def __init__(self, convert: Callable[[Cell], T]) -> None:
        super().__init__()
        self.convert = convert

    def __missing__(self, cell: Cell) -> T | None:
        if len(self) > REMEMBERED_VALUES:
            self.clear()
        try:
            answer: T | None = self.convert(cell)
        except CellFault:
            answer = None
        self[cell] = answer
        return answer


def text(cell: Cell) -> str:
    """Return a cell's text without the wrapping that spreadsheets and exports add.

    Raises:
        CellFault: ``cell_too_long``, ``broken_character``, ``not_a_single_value``.
    """
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return _scalar_text(cell)
    if len(cell) > LONGEST_CELL:
        raise CellFault("cell_too_long", characters=len(cell), most=LONGEST_CELL)
    bad = _UNSTORABLE.search(cell)
    if bad:
        raise CellFault("broken_character", byte=f"0x{ord(bad.group()) & 0xFF:02x}")
    stripped = cell.strip(_PADDING)
    if stripped[:1] not in ("'", "="):
        return stripped
    stripped = stripped.removeprefix("'").strip(_PADDING)
    wrapped = _FORMULA.match(stripped)
    if wrapped:
        stripped = wrapped.group(1).replace('""', '"').strip(_PADDING)
    return stripped.removeprefix("'").strip(_PADDING)


def _scalar_text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, int | Decimal | date):
        return str(cell)
    if isinstance(cell, float):
        if cell != cell:
            return ""
        return str(int(cell)) if isfinite(cell) and cell.is_integer() else repr(cell)
    raise CellFault("not_a_single_value", value=str(cell)[:50])


def label(cell: Cell) -> str:
    """Return a descriptive text (title, category), cut to what is stored."""
    found = text(cell)
    return "" if found in BLANK_MARKS else found[:LONGEST_TEXT]


def name(cell: Cell) -> str:
    """Return an identifying number or name with every digit it had.

    Raises:
        CellFault: ``empty``; ``digits_lost`` where a spreadsheet rounded it; ``name_too_long``.
    """
    if isinstance(cell, float) and cell == cell and (abs(cell) >= 1e15 or not cell.is_integer()):
        raise CellFault("digits_lost", value=repr(cell))
    found = text(cell)
    if found in BLANK_MARKS:
        raise CellFault("empty")
    if _SCIENTIFIC.match(found):
        raise CellFault("digits_lost", value=found)
    if len(found) > LONGEST_NAME:
        raise CellFault("name_too_long", characters=len(found), most=LONGEST_NAME)
    return found


def optional_name(cell: Cell) -> str:
    """Return an identifying name, or nothing where the cell is blank."""
    return "" if text(cell) in BLANK_MARKS else name(cell)


def fen(cell: Cell) -> int:
    """Return an amount written in yuan as fen.

    Raises:
        CellFault: ``empty``, ``not_an_amount``, ``negative_amount``, ``amount_too_fine`` (parts of
            a fen), ``amount_too_large``.
    """
    return _minor_units(cell, 100)


def optional_fen(cell: Cell) -> int:
    """Return an amount written in yuan as fen, zero where the cell is blank."""
    return 0 if _is_blank(cell) else _minor_units(cell, 100)


def plain_fen(cell: Cell) -> int:
    """Return an amount that is written in fen."""
    return _minor_units(cell, 1)


def optional_plain_fen(cell: Cell) -> int:
    """Return an amount that is written in fen, zero where the cell is blank."""
    return 0 if _is_blank(cell) else _minor_units(cell, 1)


def _is_blank(cell: Cell) -> bool:
    if isinstance(cell, str) or cell is None:
        return text(cell) in BLANK_MARKS
    return isinstance(cell, float) and cell != cell


def _minor_units(cell: Cell, scale: int) -> int:
    if isinstance(cell, float):
        found = _from_float(cell, scale)
    elif isinstance(cell, int) and not isinstance(cell, bool):
        found = cell * scale
    else:
        found = _whole(_decimal(cell) * scale, cell)
    if found < 0:
        raise CellFault("negative_amount", value=text(cell))
    if found > MOST_FEN:
        raise CellFault("amount_too_large", value=text(cell)[:40])
    return found


def _from_float(cell: float, scale: int) -> int:
    """Undo binary noise of a stored decimal, up to a ten-thousandth of a fen."""
    if not isfinite(cell) or abs(cell) > MOST_FEN:
        raise CellFault("not_an_amount" if cell != cell else "amount_too_large", value=repr(cell))
    scaled = cell * scale
    if abs(scaled - round(scaled)) > float(NOISE):
        raise CellFault("amount_too_fine", value=repr(cell))
    return round(scaled)


def _decimal(cell: Cell) -> Decimal:
    if isinstance(cell, Decimal) and cell.is_finite() and abs(cell) < 10**30:
        return cell
    found = text(cell)
    if found in BLANK_MARKS:
        raise CellFault("empty")
    bare = _NOTE.sub("", found).removesuffix("元").lstrip("¥￥").strip(_PADDING)
    if _COMMAS.match(bare):
        bare = bare.replace(",", "")
    if not _NUMBER.match(bare) and not _NEAR_ZERO.match(bare):
        raise CellFault("not_an_amount", value=found[:40])
    return Decimal(bare)


def _whole(amount: Decimal, cell: Cell) -> int:
    """Return whole minor units; up to a ten-thousandth off is the noise of stored floats."""
    nearest = round(amount)
    if abs(amount - nearest) > NOISE:
        raise CellFault("amount_too_fine", value=text(cell)[:40])
    return nearest


def quantity(cell: Cell) -> int:
    """Return a whole number of pieces.

    Raises:
        CellFault: ``empty``, ``not_a_quantity``.
    """
    try:
        found = _minor_units(cell, 1)
    except CellFault as fault:
        if fault.code == "empty":
            raise
        raise CellFault("not_a_quantity", value=text(cell)[:40]) from fault
    if found > MOST_QUANTITY:
        raise CellFault("not_a_quantity", value=text(cell)[:40])
    return found


def moment(cell: Cell, zone: tzinfo, pattern: str = "auto") -> datetime:
    """Return a moment in UTC; a cell without a zone is local time of ``zone``.

    ``pattern``: "auto" takes ISO 8601 and 2024/1/5 9:03; "unix" and "unix_ms" count from 1970;
    anything else is a strptime format.

    Raises:
        CellFault: ``empty``, ``not_a_moment``.
    """
    try:
        found = _local(cell, pattern)
        if found.tzinfo is None:
            found = found.replace(tzinfo=zone)
        found = found.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise CellFault("not_a_moment", value=text(cell)[:40]) from error
    if found.year < EARLIEST_YEAR:
        raise CellFault("not_a_moment", value=text(cell)[:40])
    return found


def _local(cell: Cell, pattern: str) -> datetime:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    found = text(cell)
    if found in BLANK_MARKS:
        raise CellFault("empty")
    if pattern in ("unix", "unix_ms"):
        count = int(found)
        return datetime.fromtimestamp(0, UTC) + timedelta(
            milliseconds=count if pattern == "unix_ms" else count * 1000
        )
    if pattern != "auto":
        return datetime.strptime(found, pattern)
    if not isinstance(cell, str):
        raise ValueError(found)
    slashed = _SLASHED.match(found)
    if slashed:
        return datetime(*(int(part or 0) for part in slashed.groups()))  # type: ignore[arg-type]
    if found.isdigit() and len(found) != 8:
        raise ValueError(found)
    return datetime.fromisoformat(found)
