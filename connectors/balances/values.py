"""A cell of a table of members and points made into a field's value; nothing is guessed."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import UNSET, UnsetType

from connectors.files.cells import BLANK_MARKS, Cell, moment, optional_name, quantity, text
from connectors.files.faults import CellFault
from loyalty.calendar import SHANGHAI, day_of, start_of

NEVER = frozenset(
    {"永久", "永久有效", "长期", "长期有效", "永不过期", "never", "forever", "permanent"}
)
_SEPARATORS = re.compile(r"[\s()（）\-]")
_CHINA = re.compile(r"(?:\+86|0086|86)?(1[3-9]\d{9})", re.ASCII)
_ABROAD = re.compile(r"(?:\+|00)([1-9]\d{6,14})", re.ASCII)
_MASKED = re.compile(r"[\d+]*[*＊xX]{2,}[\d*＊xX]*")


def mobile(cell: Cell) -> str:
    """Return a number as +8613800138000, or nothing.

    Raises:
        CellFault: ``phone_masked``, ``not_a_phone``, ``digits_lost``.
    """
    found = _SEPARATORS.sub("", optional_name(cell))
    if not found:
        return ""
    if china := _CHINA.fullmatch(found):
        return f"+86{china[1]}"
    if abroad := _ABROAD.fullmatch(found):
        return f"+{abroad[1]}"
    raise CellFault("phone_masked" if _MASKED.fullmatch(found) else "not_a_phone")


def points(cell: Cell) -> int:
    """Return whole points; a blank cell is none.

    Raises:
        CellFault: ``not_points``.
    """
    if text(cell) in BLANK_MARKS:
        return 0
    try:
        return quantity(cell)
    except CellFault as fault:
        raise CellFault("not_points", value=text(cell)[:40]) from fault


def expires_at(cell: Cell) -> datetime | UnsetType | None:
    """Return the end of the last day on which points are good, in Shanghai.

    UNSET where the cell says nothing; None where it says that they never lapse.

    Raises:
        CellFault: ``not_a_moment``.
    """
    found = text(cell)
    if found in BLANK_MARKS:
        return UNSET
    if found.casefold() in NEVER:
        return None
    return start_of(day_of(moment(cell, SHANGHAI)) + timedelta(days=1))


def joined_at(cell: Cell) -> datetime | None:
    """Return a moment that is over, or nothing.

    Raises:
        CellFault: ``not_a_moment``, ``in_the_future``.
    """
    found = text(cell)
    if found in BLANK_MARKS:
        return None
    told = moment(cell, SHANGHAI)
    if told > datetime.now(UTC):
        raise CellFault("in_the_future", value=found[:40])
    return told


CONVERSIONS: dict[str, Callable[[Cell], Any]] = {
    "name": optional_name,
    "mobile": mobile,
    "unionid": optional_name,
    "openid": optional_name,
    "app_id": optional_name,
    "points": points,
    "expires_on": expires_at,
    "joined_on": joined_at,
}
