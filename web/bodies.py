"""Reading a request's body within a size and a time."""

import asyncio

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage

from web.refusals import BadRequest, BodyTooLarge, BodyTooSlow, WrongContentType

LIMIT_BYTES = 64 * 1024
SECONDS = 10.0


async def read(
    request: web.Request, *, limit_bytes: int = LIMIT_BYTES, seconds: float = SECONDS
) -> bytes:
    """Return the whole body, unpacked where it came packed.

    Raises:
        BodyTooLarge: it is, or says it is, larger than ``limit_bytes``.
        BodyTooSlow: it did not come within ``seconds``.
        BadRequest: ``body_broken``: it ended early, or cannot be unpacked.
    """
    if not request.body_exists:
        return b""
    if (request.content_length or 0) > limit_bytes:
        raise BodyTooLarge(most_bytes=limit_bytes)
    try:
        if request.content.is_eof():  # it came with its head, as small ones do
            return _within(request.content.read_nowait(), limit_bytes)
        async with asyncio.timeout(seconds):
            pieces = bytearray()
            async for piece in request.content.iter_any():
                pieces += _within(piece, limit_bytes - len(pieces))
    except TimeoutError:
        raise BodyTooSlow(seconds=int(seconds)) from None
    except (web.RequestPayloadError, BadHttpMessage, ConnectionError):
        raise BadRequest("body_broken") from None
    return bytes(pieces)


def _within(piece: bytes, limit_bytes: int) -> bytes:
    if len(piece) > limit_bytes:
        raise BodyTooLarge(most_bytes=limit_bytes)
    return piece


def require_json(request: web.Request) -> None:
    """Let through what is said to be JSON in UTF-8.

    Raises:
        WrongContentType: it is said to be something else, or nothing is said.
    """
    charset = (request.charset or "utf-8").lower()
    if request.content_type != "application/json" or charset not in ("utf-8", "utf8"):
        raise WrongContentType(wanted="application/json")
