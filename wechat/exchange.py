"""One HTTP exchange with the platform: what is sent, within which limits, what comes back.

The platform answers 200 for errors, JSON as text/plain, and errors of picture calls as JSON;
so the body decides, not the content type. Its business error is an `errcode` other than 0.
"""

import json
from collections.abc import Mapping
from typing import Any

import aiohttp
from msgspec import Struct

from wechat.errors import CallFailed, Rejected, TryAgain, UnknownOutcome, refused_call


class Limits(Struct, frozen=True):
    """How long a call may take, how much it may answer, how often it is repeated."""

    total_seconds: float = 10
    connect_seconds: float = 3
    answer_limit_bytes: int = 12 * 1024 * 1024  # the largest medium has 10 MB
    backoff_seconds: tuple[float, ...] = (0.2, 0.8)


class Upload(Struct, frozen=True):
    """One file of a multipart call."""

    field: str
    filename: str
    content: bytes
    content_type: str


class Call(Struct, frozen=True):
    """A call as it goes over the wire, but for the access token.

    `idempotent` says that its effect is the same if it is sent twice. `path` is what errors
    show of the address.
    """

    method: str
    url: str
    path: str
    idempotent: bool
    params: Mapping[str, str]
    body: bytes | None = None
    uploads: tuple[Upload, ...] = ()


async def exchange(
    http: aiohttp.ClientSession, call: Call, *, token: str | None, limits: Limits
) -> Any:
    """Send one call once: the JSON it answers, or the bytes of a medium.

    Raises:
        CallFailed: one of its kinds; `UnknownOutcome` where a call that must not be repeated
            was sent and not answered readably.
    """
    params = call.params if token is None else {**call.params, "access_token": token}
    timeout = aiohttp.ClientTimeout(total=limits.total_seconds, connect=limits.connect_seconds)
    try:
        async with http.request(
            call.method,
            call.url,
            params=params,
            data=_form(call.uploads) if call.uploads else call.body,
            headers={"Content-Type": "application/json"} if call.body is not None else None,
            timeout=timeout,
            allow_redirects=False,  # a token must not follow one to another host
            middlewares=(sent_once,),
        ) as response:
            _check_status(response.status, call)
            body = await _read(response, limits.answer_limit_bytes, call=call)
            return _answer(response, body, call=call)
    # What these say of themselves may hold the address and with it the token: only the kind
    # of failure is told, and the cause is cut off.
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise TryAgain(f"not reached: {type(error).__name__}", endpoint=call.path) from None
    except (TimeoutError, aiohttp.ClientError) as error:
        raise lost(f"no answer: {type(error).__name__}", call=call) from None


async def sent_once(
    request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keep aiohttp from repeating a GET by itself where the connection breaks."""
    try:
        return await send(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientError(type(error).__name__) from None


def lost(reason: str, *, call: Call) -> CallFailed:
    """The error for a call that was sent and whose effect nobody told us."""
    kind = TryAgain if call.idempotent else UnknownOutcome
    return kind(reason, endpoint=call.path)


def _check_status(status: int, call: Call) -> None:
    if status == 429:
        raise TryAgain("HTTP 429", endpoint=call.path)
    if status >= 500:
        raise lost(f"HTTP {status}", call=call)
    if status >= 300:
        raise Rejected(f"HTTP {status}", endpoint=call.path)


async def _read(response: aiohttp.ClientResponse, limit_bytes: int, *, call: Call) -> bytes:
    try:
        return await read_body(response, limit_bytes, endpoint=call.path)
    except TryAgain as error:
        raise lost(error.errmsg, call=call) from None


async def read_body(response: aiohttp.ClientResponse, limit_bytes: int, *, endpoint: str) -> bytes:
    """Return what is answered. Raises: TryAgain: it is more than one wants to hold."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit_bytes:
            raise TryAgain(f"answered more than {limit_bytes} bytes", endpoint=endpoint)
    return bytes(body)


def _answer(response: aiohttp.ClientResponse, body: bytes, *, call: Call) -> Any:
    is_file = "Content-Disposition" in response.headers
    if not is_file and body.lstrip()[:1] in (b"{", b"["):
        return _checked(_decoded(body, call=call), call=call)
    if is_file or not response.content_type.startswith(("text/", "application/json")):
        return body
    raise lost("answered neither JSON nor a medium", call=call)


def _decoded(body: bytes, *, call: Call) -> Any:
    try:
        # nicknames come with control characters and half characters in them
        return json.loads(body.decode(errors="replace"), strict=False)
    except (ValueError, RecursionError):
        raise lost("answered broken JSON", call=call) from None


def _checked(answer: Any, *, call: Call) -> Any:
    errcode = answer.get("errcode") if isinstance(answer, dict) else None
    if not errcode or errcode == "0":  # many calls leave it out when all is well
        return answer
    try:
        number = int(errcode)
    except (TypeError, ValueError):
        raise lost("answered an errcode that is no number", call=call) from None
    raise refused_call(number, str(answer.get("errmsg", "")), endpoint=call.path)


def _form(uploads: tuple[Upload, ...]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    for each in uploads:
        form.add_field(
            each.field,
            each.content,
            filename=each.filename,
            content_type=each.content_type,
        )
    return form
