"""The reports that platforms export, one file a kind: each is known because it is here."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from pkgutil import iter_modules

from connectors.files.faults import FileFault
from connectors.files.report import Report
from connectors.files.sheets import Sheet


def known() -> Iterator[Report]:
    """Yield every kind of report, by name."""
    for module in sorted(module.name for module in iter_modules(__path__, f"{__name__}.")):
        yield import_module(module).REPORT


def recognised(sheet: Sheet) -> Report:
    """Return the kind of report whose columns a sheet has, and let the sheet take its header.

    The header is looked for in the first ten rows: some tools write a title above it.

    Raises:
        FileFault: ``columns_missing`` names all columns that the nearest kind lacks;
            ``not_recognised`` where no kind is near; ``empty_file`` where nothing stands at all.
    """
    reports = list(known())
    nearest: tuple[float, Report, list[str]] | None = None
    for row in range(1, len(sheet.heading_rows) + 1):
        sheet.take_header(row)
        fitting = [report for report in reports if not report.missing(sheet.header)]
        if fitting:
            return max(fitting, key=lambda report: len(report.needs))
        for report in reports:
            missing = report.missing(sheet.header)
            share = len(missing) / (len(report.needs) + 1)
            if nearest is None or share < nearest[0]:
                nearest = share, report, missing
    sheet.take_header(1)
    if not any(cell.strip() for row in sheet.heading_rows for cell in row):
        raise FileFault("empty_file")
    if nearest and nearest[0] <= 0.6:
        raise FileFault("columns_missing", columns=nearest[2], report=nearest[1].title)
    raise FileFault("not_recognised", found=_shown(sheet.header), known=[r.title for r in reports])


def _shown(header: Sequence[str]) -> list[str]:
    return [name[:30].encode("utf-8", "replace").decode() for name in header[:20]]
