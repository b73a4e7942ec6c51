"""The frames of Taobao's message service: little endian, one byte of version, one of type."""

import io
import struct
from collections.abc import Mapping

CONNECT, CONNECTACK, SEND, SENDACK = range(4)
PULL, CONFIRM, FAILED = 1, 2, 20

Content = Mapping[str, str | int | None]


class NoFrame(Exception):
    """Bytes that are no frame."""


def packed(
    kind: int, content: Content, *, token: str = "", code: int = 0, phrase: str = ""
) -> bytes:
    """A frame. Numbers are told in eight bytes, unless they are small enough for four."""
    out = io.BytesIO()
    out.write(bytes((2, kind)))
    if code:
        out.write(struct.pack("<hi", 2, code))
    if phrase:
        out.write(struct.pack("<h", 3) + _text(phrase))
    if token:
        out.write(struct.pack("<h", 5) + _text(token))
    for name, value in content.items():
        out.write(struct.pack("<h", 1) + _text(name) + _told(value))
    out.write(struct.pack("<h", 0))
    return out.getvalue()


def _text(told: str) -> bytes:
    content = told.encode()
    return struct.pack("<i", len(content)) + content


def _told(value: str | int | None) -> bytes:
    if value is None:
        return b"\0"
    if isinstance(value, str):
        return b"\1" + _text(value)
    if -(2**31) <= value < 2**31:
        return struct.pack("<bi", 4, value)
    return struct.pack("<bq", 5, value)


def unpacked(frame: bytes) -> tuple[int, dict[str, str | int | bytes | None], str]:
    """Type, content and token of a frame. Raises: NoFrame."""
    source = io.BytesIO(frame)
    try:
        version, kind = _numbers(source, "<bb")
        if version != 2:
            raise NoFrame(f"version {version}")
        content: dict[str, str | int | bytes | None] = {}
        token = ""
        while (header := _numbers(source, "<h")[0]) != 0:
            if header == 1:
                name = _bytes(source).decode()
                content[name] = _value(source)
            elif header == 5:
                token = _bytes(source).decode()
            elif header == 3:
                _bytes(source)
            elif header in (2, 4):
                _numbers(source, "<i")
            else:
                raise NoFrame(f"header {header}")
        return kind, content, token
    except (struct.error, UnicodeDecodeError) as error:
        raise NoFrame(str(error)) from None


def _value(source: io.BytesIO) -> str | int | bytes | None:
    (form,) = _numbers(source, "<b")
    if form == 0:
        return None
    if form == 1:
        return _bytes(source).decode()
    if form == 7:
        return _bytes(source)
    sizes = {2: "<b", 3: "<h", 4: "<i", 5: "<q", 6: "<q"}
    if form not in sizes:
        raise NoFrame(f"format {form}")
    return _numbers(source, sizes[form])[0]


def _numbers(source: io.BytesIO, form: str) -> tuple[int, ...]:
    return struct.unpack(form, source.read(struct.calcsize(form)))


def _bytes(source: io.BytesIO) -> bytes:
    (length,) = _numbers(source, "<i")
    content = source.read(max(0, length))
    if len(content) != length:
        raise NoFrame("a text is cut")
    return content
