"""How much a table may hold at most, where it is read in a process that others need, too."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most rows, and the most bytes to which the file may unpack."""

    rows: int
    unpacked_bytes: int
