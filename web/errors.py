"""From what went wrong to an answer: one place, whatever edge the request came to.

LoyaltyError    NotFound 404, Conflict 409, Refused 422, Throttled 429, with code, text and figures
RequestRefused  its own status: 400, 401, 403, 408, 413, 415, 429, 503
CallFailed      the platform: 429 slower, 502 refused us, 503 does not answer or allows no more
away            database or Redis, or too many wait for it: 503, again in a moment
else            500, and all that goes outside is the id under which the log tells more
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from aiohttp import web
from msgspec import UNSET, Struct, UnsetType
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow

from loyalty.coalescer import Overloaded
from loyalty.errors import Conflict, LoyaltyError, NotFound, Throttled
from models import db
from web.access import Handler
from web.languages import Language, preferred
from web.logs import REQUEST_ID, log, told_failure
from web.refusals import RequestRefused
from web.texts import shown_figures, text
from wechat.errors import MINUTE_QUOTA, CallFailed, QuotaSpent, TryAgain, UnknownOutcome

AWAY_SECONDS = 2
PLATFORM_SECONDS = 5
QUOTA_SECONDS = 600
NO_FIGURES: Mapping[str, object] = MappingProxyType({})
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
AWAY = (*db.Unreachable, RedisAway, RedisSlow, Overloaded)
CODES_OF_STATUS = {404: "no_such_address", 405: "method_not_allowed", 413: "body_too_large"}


class Wrong(Struct, frozen=True, omit_defaults=True):
    """Why the request was not done. ``code`` is stable, ``message`` is for people."""

    code: str
    message: str
    figures: dict[str, Any] | UnsetType = UNSET
    field: str | UnsetType = UNSET
    request_id: str = ""


class ErrorAnswer(Struct, frozen=True):
    """The body of every answer that is no success."""

    error: Wrong


class _Told(Struct, frozen=True):
    """What an exception comes to on the wire."""

    http_status: int
    code: str
    figures: Mapping[str, object] = NO_FIGURES
    field: str | None = None
    after_seconds: int | None = None
    headers: Mapping[str, str] = NO_HEADERS


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what a handler raises; nothing but texts and codes goes outside."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _answer(request, _of_router(error))
    except Exception as error:
        return _answer(request, _told(error))


def _told(error: Exception) -> _Told:
    if isinstance(error, Throttled):
        return _Told(429, error.code, error.figures, after_seconds=error.after_seconds)
    if isinstance(error, LoyaltyError):
        return _Told(_status_of_family(error), error.code, error.figures)
    if isinstance(error, RequestRefused):
        return _of_request(error)
    if isinstance(error, CallFailed):
        return _of_platform(error)
    if isinstance(error, AWAY) and not isinstance(error, ValueError):  # the driver's: our mistake
        log.warning("unavailable", **told_failure(error))
        return _Told(503, "unavailable", after_seconds=AWAY_SECONDS)
    log.error("request_failed", **told_failure(error))
    return _Told(500, "internal")


def _status_of_family(error: LoyaltyError) -> int:
    if isinstance(error, NotFound):
        return 404
    return 409 if isinstance(error, Conflict) else 422


def _of_request(error: RequestRefused) -> _Told:
    return _Told(
        error.http_status,
        error.code,
        error.figures,
        field=error.field,
        after_seconds=error.after_seconds,
        headers={"WWW-Authenticate": "Bearer"} if error.http_status == 401 else NO_HEADERS,
    )


def _of_platform(error: CallFailed) -> _Told:
    log.warning(
        "platform_call_failed",
        code=error.code,
        endpoint=error.endpoint,
        errcode=error.errcode,
        rid=error.rid,
    )
    if isinstance(error, TryAgain) and error.errcode in MINUTE_QUOTA:
        return _Told(429, "too_many_requests", after_seconds=error.after_seconds)
    if isinstance(error, QuotaSpent):
        return _Told(503, "platform_quota_spent", after_seconds=QUOTA_SECONDS)
    if isinstance(error, TryAgain | UnknownOutcome):
        return _Told(503, "platform_unavailable", after_seconds=PLATFORM_SECONDS)
    return _Told(502, "platform_refused")


def _of_router(error: web.HTTPException) -> _Told:
    allowed = error.headers.get("Allow")
    code = CODES_OF_STATUS.get(error.status, "bad_request" if error.status < 500 else "internal")
    return _Told(error.status, code, headers={"Allow": allowed} if allowed else NO_HEADERS)


def _answer(request: web.Request, told: _Told) -> web.Response:
    language = language_of(request)
    figures = {**told.figures, "field": told.field} if told.field else told.figures
    shown = shown_figures(told.code, language, figures)
    wrong = Wrong(
        code=told.code,
        message=text(told.code, language, figures),
        figures=shown or UNSET,
        field=told.field or UNSET,
        request_id=REQUEST_ID.get(),
    )
    headers = {**told.headers, "Content-Language": language}
    if told.after_seconds is not None:
        headers["Retry-After"] = str(told.after_seconds)
    return web.Response(
        status=told.http_status,
        body=msgspec.json.encode(ErrorAnswer(wrong), enc_hook=str),
        content_type="application/json",
        headers=headers,
    )


def language_of(request: web.Request) -> Language:
    """Return the language that the request asks for."""
    return preferred(request.headers.get("Accept-Language", ""))
