"""One field of a form, as a page shows it."""

from msgspec import Struct


class Input(Struct, frozen=True):
    """One field as the page shows it.

    ``kind`` is number, text, long (text of several lines), choice, yes_no, moment, list, json, rows
    or conditions: rows have a cell for each field of each of their structs, named "tiers.0.code",
    and end with blank ones, and so do conditions, each with the fields of its own kind.
    """

    name: str
    kind: str
    value: str
    choices: list[str] = []
    least: int | None = None
    most: int | None = None
    is_optional: bool = False
    rows: list[list["Input"]] = []
