"""From the files of one call to readings: which is what, and which are joined."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from connectors.files import formats, lookups, mapping
from connectors.files.faults import FileFault
from connectors.files.mapped import MappedReading
from connectors.files.report import Role
from connectors.files.reported import (
    Companions,
    DetailReading,
    OrderReading,
    Reported,
    reading_digest,
)
from connectors.files.sheets import Sheet, opened
from connectors.files.spill import Spill
from connectors.files.taking import Reading
from loyalty.orders import ShopRef


class FilesRefused(Exception):
    """Some of the files cannot be read; ``faults`` says why, file by file. Nothing was begun."""

    def __init__(self, faults: Sequence[tuple[Path, FileFault]]) -> None:
        self.faults = list(faults)
        super().__init__(", ".join(f"{path.name}: {fault}" for path, fault in faults))


def by_mapping(paths: Sequence[Path], mapping_path: Path, stack: ExitStack) -> list[Reading]:
    """Open files that a mapping file explains, each a reading of its own.

    Raises:
        MappingFault: the mapping file is wrong.
        FilesRefused: a file or lookup cannot be read, or lacks columns that the mapping names.
    """
    told, digest = mapping.load(mapping_path)
    readings: list[Reading] = []
    faults: list[tuple[Path, FileFault]] = []
    for path in paths:
        shape = told.file
        try:
            tables, of_tables = lookups.load(told, beside=[path.parent, mapping_path.parent])
            sheet = stack.enter_context(
                opened(
                    path,
                    encoding=shape.encoding,
                    delimiter=shape.delimiter,
                    sheet=shape.sheet,
                    header_row=shape.header_row,
                )
            )
            readings.append(
                MappedReading(sheet, told, mapping_digest=digest + of_tables, lookups=tables)
            )
        except FileFault as fault:
            faults.append((path, fault))
    if faults:
        raise FilesRefused(faults)
    return _once(readings)


def by_reports(paths: Sequence[Path], shop: ShopRef | None, stack: ExitStack) -> list[Reading]:
    """Open platforms' reports; those of one platform are joined whatever their sequence.

    Raises:
        FilesRefused: a file cannot be read or is no report that we know.
    """
    found: dict[bytes, Reported] = {}
    faults: list[tuple[Path, FileFault]] = []
    for path in paths:
        try:
            sheet: Sheet = stack.enter_context(opened(path))
            report = formats.recognised(sheet)
            found.setdefault(sheet.digest, Reported(sheet, report, len(found)))
        except FileFault as fault:
            faults.append((path, fault))
    if faults:
        raise FilesRefused(faults)
    families = dict.fromkeys(reported.report.family for reported in found.values())
    return [
        reading
        for family in families
        for reading in _joined(
            [one for one in found.values() if one.report.family == family], shop, stack
        )
    ]


def _joined(reports: Sequence[Reported], shop: ShopRef | None, stack: ExitStack) -> list[Reading]:
    orders = [one for one in reports if one.report.role is Role.ORDERS]
    others = [one for one in reports if one.report.role is not Role.ORDERS]
    companions = Companions(others, stack.enter_context(Spill()))
    readings: list[Reading] = [
        OrderReading(one, companions, shop=shop, digest=reading_digest([one, *others], shop))
        for one in orders
    ]
    if others:
        digest = reading_digest([*orders, *others], shop) if orders else b""
        digest = b"details" + (digest or reading_digest(others, shop))
        readings.append(DetailReading(others, companions, shop=shop, digest=digest))
    return readings


def _once(readings: Sequence[Reading]) -> list[Reading]:
    return list({reading.digest: reading for reading in readings}.values())
