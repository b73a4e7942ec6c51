"""A form with one file, as browsers send it: multipart, read whole, within bounds, once."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from aiohttp import web
from msgspec import Struct

from web import bodies
from web.decoding import converted, wrong_field
from web.refusals import BadRequest

KIND = "multipart/form-data"
LIMIT_BYTES = 5_000_000
SECONDS = 60.0
MOST_PARTS = 10
_AROUND_BYTES = 8_192  # the other fields, and what stands between the parts
_NAME = re.compile(rb'(?i)\bcontent-disposition:\s*form-data;[^\r\n]*?\bname="([^"\r\n]*)"')
_FILE = re.compile(rb"(?i)\bcontent-disposition:[^\r\n]*;\s*filename\*?=")


class Upload(Struct, frozen=True):
    """What a form says, and the content of its file; empty where none was chosen."""

    fields: dict[str, str]
    content: bytes


_READ = web.RequestKey("upload", Upload)


async def read(request: web.Request) -> Upload:
    """Return what a form says and its file.

    Raises:
        BadRequest: it is no such form, not whole, or has a field or a file twice.
        BodyTooLarge, BodyTooSlow: as `web.bodies` says; a file may have ``LIMIT_BYTES``.
    """
    if _READ not in request:
        boundary = _boundary(request)
        limit = LIMIT_BYTES + _AROUND_BYTES
        body = await bodies.read(request, limit_bytes=limit, seconds=SECONDS)
        request[_READ] = _upload(body, boundary)
    return request[_READ]


def _boundary(request: web.Request) -> bytes:
    told = re.search(r'(?i);\s*boundary=(?:"([^"]{1,70})"|([^\s";]{1,70}))', request.headers.get(
        "Content-Type", ""))  # fmt: skip
    if request.content_type != KIND or not told:
        raise BadRequest()
    return (told[1] or told[2]).encode("utf-8", "replace")


def _upload(body: bytes, boundary: bytes) -> Upload:
    fields: dict[str, str] = {}
    files: list[bytes] = []
    for head, content in _parts(body, boundary):
        name = _NAME.search(head)
        if not name:
            raise BadRequest()
        if _FILE.search(head):
            files.append(content)
            continue
        called = unquote(name[1].decode("utf-8", "replace"))
        if called in fields:
            raise wrong_field("Repeated", name=called)
        try:
            fields[called] = content.decode()
        except UnicodeDecodeError:
            raise BadRequest() from None
    if len(files) > 1:
        raise wrong_field("Repeated", name="file")
    return Upload(converted(fields, dict[str, str], name=""), files[0] if files else b"")


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[bytes, bytes]]:
    before, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_PARTS + 1)
    if before or not parts or not parts[-1].startswith(b"--"):
        raise BadRequest()
    for part in parts[:-1]:
        head, found, content = part.partition(b"\r\n\r\n")
        if not found:
            raise BadRequest()
        yield head, content
