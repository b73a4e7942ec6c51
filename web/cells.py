"""Cells of the CSV files that staff download and open in a spreadsheet."""

import re

STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONG_NUMBER = re.compile("[0-9]{11,}")


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula or rounds: with an apostrophe before."""
    is_risky = cell.lstrip().startswith(STARTS_FORMULA) or LONG_NUMBER.fullmatch(cell)
    return f"'{cell}" if is_risky else cell
