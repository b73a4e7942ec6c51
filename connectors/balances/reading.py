"""A table of members and points read whole: what each brings, and the rows that cannot be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from connectors.balances.headings import HEADINGS, NAMES
from connectors.balances.values import CONVERSIONS
from connectors.files.faults import CellFault, FileFault
from connectors.files.headings import rows_of
from connectors.files.sheets import Bounds, opened
from connectors.files.taking import RowRead, rows_to_park
from loyalty.errors import LoyaltyError
from loyalty.imports import RowParked

MOST_ROWS = 1_000_000
BOUNDS = Bounds(rows=MOST_ROWS, unpacked_bytes=1 << 30)


class Told(Struct, frozen=True):
    """One row: a member by what it calls her, and points of hers that lapse together."""

    name: str = ""
    mobile: str = ""
    unionid: str = ""
    openid: str = ""
    app_id: str = ""
    points: int = 0
    expires_on: datetime | UnsetType | None = UNSET
    joined_on: datetime | None = None


@dataclass(slots=True)
class BalancesRead:
    """What a file tells: rows in their order, and those refused."""

    headings: Mapping[str, str]
    unknown: Sequence[str]
    told: list[tuple[RowRead, Told]] = field(default_factory=list)
    refused: list[RowParked] = field(default_factory=list)
    row_count: int = 0

    def refuse(self, row: RowRead, fault: CellFault) -> None:
        """Keep a row that cannot be used, with its column and reason."""
        fault.row = row.number
        self.refused += rows_to_park([row], number="", fault=fault)

    def refuse_for(self, row: RowRead, refusal: LoyaltyError) -> None:
        """Keep a row that the programme refused."""
        fault = CellFault(refusal.code)
        fault.figures.update(refusal.figures)
        self.refuse(row, fault)


def read(path: Path, *, app_id: str) -> BalancesRead:
    """Read a file whole; openids without an app id of their own are of ``app_id``.

    Raises:
        FileFault: it cannot be read, or not to its end; no column names members.
    """
    with opened(path, bounds=BOUNDS) as sheet:
        places, unknown = HEADINGS.found_in(sheet)
        header = sheet.header
        found = BalancesRead({name: header[i] for name, i in places.items()}, unknown)
        for row, fault in rows_of(sheet):
            found.row_count += 1
            if found.row_count > MOST_ROWS:
                raise FileFault("too_many_rows", most=MOST_ROWS)
            try:
                if fault:
                    raise fault
                found.told.append((row, _told(row, places, found.headings, app_id=app_id)))
            except CellFault as wrong:
                found.refuse(row, wrong)
    if not found.row_count:
        raise FileFault("header_only")
    return found


def _told(
    row: RowRead, places: Mapping[str, int], headings: Mapping[str, str], *, app_id: str
) -> Told:
    values: dict[str, Any] = {}
    for name, place in places.items():
        try:
            values[name] = CONVERSIONS[name](row.cells[place])
        except CellFault as fault:
            fault.column = headings[name]
            raise
    values["app_id"] = values.get("app_id") or app_id
    told = Told(**values)
    if not any(getattr(told, name) for name in NAMES):
        raise CellFault("nobody_named")
    if told.openid and not told.app_id:
        raise CellFault("app_id_missing", column=headings["openid"])
    return told
