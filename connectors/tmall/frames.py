"""The binary frames of Taobao's message service (TMC), little endian (1.3 of the protocol notes).

A frame is its version and type, then headers up to an empty one.
"""

import struct
from collections.abc import Mapping

from msgspec import Struct

VERSION = 2
CONNECT, CONNECTACK, SEND, SENDACK = 0, 1, 2, 3
END, CUSTOM, STATUS_CODE, STATUS_PHRASE, FLAG, TOKEN = 0, 1, 2, 3, 4, 5
VOID, TEXT, BYTE, INT16, INT32, INT64, DATE, BYTES = range(8)
KIND = "__kind"
PULL, CONFIRM, FAILED = 1, 2, 20

Value = str | int | bytes | None
_NUMBERS = {BYTE: "<b", INT16: "<h", INT32: "<i", INT64: "<q", DATE: "<q"}


class FrameBroken(Exception):
    """It is no frame of the message service."""


class Frame(Struct, frozen=True):
    """One frame. ``content`` are its own headers by name."""

    kind: int
    content: Mapping[str, Value] = {}
    token: str = ""
    status_code: int = 0
    status_phrase: str = ""


def encoded(frame: Frame) -> bytes:
    """Return a frame as it goes over the wire: a kind in one byte, other numbers in eight."""
    parts = [struct.pack("<bb", VERSION, frame.kind)]
    if frame.status_code:
        parts.append(struct.pack("<hi", STATUS_CODE, frame.status_code))
    if frame.status_phrase:
        parts += [struct.pack("<h", STATUS_PHRASE), _counted(frame.status_phrase.encode())]
    if frame.token:
        parts += [struct.pack("<h", TOKEN), _counted(frame.token.encode())]
    for name, value in frame.content.items():
        parts += [struct.pack("<h", CUSTOM), _counted(name.encode()), _value(name, value)]
    parts.append(struct.pack("<h", END))
    return b"".join(parts)


def _value(name: str, value: Value) -> bytes:
    if value is None:
        return struct.pack("<b", VOID)
    if isinstance(value, str):
        return struct.pack("<b", TEXT) + _counted(value.encode())
    if isinstance(value, bytes):
        return struct.pack("<b", BYTES) + _counted(value)
    if name == KIND:
        return struct.pack("<bb", BYTE, value)
    return struct.pack("<bq", INT64, value)


def _counted(told: bytes) -> bytes:
    return struct.pack("<i", len(told)) + told


def decoded(told: bytes) -> Frame:
    """Return the frame that some bytes are.

    Raises:
        FrameBroken: they are none.
    """
    try:
        return _Reader(told).frame()
    except (struct.error, UnicodeDecodeError, KeyError) as error:
        raise FrameBroken(f"{type(error).__name__}: {error}") from None


class _Reader:
    def __init__(self, told: bytes) -> None:
        self._told = told
        self._at = 0

    def frame(self) -> Frame:
        _, kind = self._number("<b"), self._number("<b")
        content: dict[str, Value] = {}
        token, status_code, status_phrase = "", 0, ""
        while (header := self._number("<h")) != END:
            if header == CUSTOM:
                name = self._counted().decode()
                content[name] = self._value()
            elif header == STATUS_CODE:
                status_code = self._number("<i")
            elif header == STATUS_PHRASE:
                status_phrase = self._counted().decode()
            elif header == FLAG:
                self._number("<i")
            elif header == TOKEN:
                token = self._counted().decode()
            else:
                raise FrameBroken(f"there is no header {header}")
        return Frame(kind, content, token, status_code, status_phrase)

    def _value(self) -> Value:
        form = self._number("<b")
        if form == VOID:
            return None
        if form == TEXT:
            return self._counted().decode()
        return self._counted() if form == BYTES else self._number(_NUMBERS[form])

    def _number(self, form: str) -> int:
        (number,) = struct.unpack_from(form, self._told, self._at)
        self._at += struct.calcsize(form)
        return int(number)

    def _counted(self) -> bytes:
        length = self._number("<i")
        if not 0 <= length <= len(self._told) - self._at:
            raise FrameBroken(f"{length} bytes are not there")
        self._at += length
        return self._told[self._at - length : self._at]
