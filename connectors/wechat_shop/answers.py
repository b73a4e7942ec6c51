"""What every answer of a shop on WeChat says: 0, or why not."""

from msgspec import Struct

from connectors.reading.texts import Number


class Answered(Struct, frozen=True):
    """The code of an answer, and its text."""

    errcode: Number = 0
    errmsg: str = ""
