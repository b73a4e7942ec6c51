"""What can be wrong with a file, a cell, a mapping; each with a stable code and its figures.

The text that a person reads is made of code and figures in ``texts``.
"""


class Fault(Exception):
    """Something in the input that cannot be used."""

    def __init__(self, code: str, **figures: object) -> None:
        self.code = code
        self.figures = figures
        super().__init__(f"{code} {figures}" if figures else code)


class FileFault(Fault):
    """The file cannot be read, or not further; what was recorded before stays."""


class MappingFault(Fault):
    """The mapping file says something that cannot be followed."""


class CellFault(Fault):
    """A value cannot be used, so its whole order is parked.

    ``column`` is the header's name of the value; ``row`` is the row as Excel counts, and ``sheet``
    the number of the file within one reading, where the fault is known to stand there.
    """

    def __init__(
        self,
        code: str,
        *,
        column: str = "",
        sheet: int | None = None,
        row: int | None = None,
        **figures: object,
    ) -> None:
        super().__init__(code, **figures)
        self.column = column
        self.sheet = sheet
        self.row = row


class NotAPurchase(Exception):
    """The order was never paid, so there is nothing to record and nothing to correct."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)
