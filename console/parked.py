"""What platforms and stores told us and could not be used: why, and what staff do about it."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from console import forms
from console.access import CHANGERS, STAFF
from console.pages import language_of, see, show
from console.words.codes import CONNECTIONS, EVENTS, said
from loyalty import parking
from loyalty.errors import LoyaltyError, NotFound
from models import db
from web.context import CONTEXT
from web.languages import Language
from web.logs import log
from web.refusals import Forbidden
from web.texts import TEXTS, text
from web.wake import wake

SHOWN = 50
EXCERPT_LIMIT = 600
# Kinds whose sender is an order's number, and whose body is JSON; elsewhere both are personal.
NUMBERED = ("order", "refund", "attribution")
# What a platform told of an order: its connector keeps nothing personal of it.
TOLD = ("told", "read")
_SHOWN_FIELDS = re.compile(
    "lines|number|refund_number|key|sku|state|currency|quantity|discounts|[a-z_]+_fen|[a-z_]+_at",
    re.ASCII,
)
_CLASS = re.compile("[A-Z][A-Za-z]+", re.ASCII)
_ID = re.compile("[0-9]{1,18}", re.ASCII)

_PARKED = f"""
SELECT event.id, event.received_at, event.kind, event.sender, event.error, event.body,
       connection.kind AS connection_kind, connection.name AS connection_name
FROM inbound_event AS event LEFT JOIN connection ON connection.id = event.connection_id
WHERE {parking.IS_PARKED} ORDER BY event.id DESC LIMIT $1
"""


async def page(request: web.Request) -> web.Response:
    """Show the newest parked events."""
    return await _show(request)


async def try_again(request: web.Request) -> web.Response:
    """Let one be worked once more."""
    return await _change(request, parking.try_again, "event_tried_again")


async def drop(request: web.Request) -> web.Response:
    """Set one aside for good."""
    return await _change(request, parking.drop, "event_dropped")


async def _change(
    request: web.Request, act: Callable[[int], Awaitable[None]], happening: str
) -> web.Response:
    staff_member = request[STAFF]
    if staff_member.role not in CHANGERS:
        raise Forbidden("not_for_your_role")
    await forms.read(request)
    if not _ID.fullmatch(request.match_info["id"]):
        raise NotFound("no_such_event")
    event_id = int(request.match_info["id"])
    try:
        await act(event_id)
    except LoyaltyError as refused:
        return await _show(request, error=refused)
    log.info(happening, event_id=event_id, staff_member_id=staff_member.id)
    await wake(request.config_dict[CONTEXT].redis)
    return see(request, "/parked")


async def _show(request: web.Request, *, error: LoyaltyError | None = None) -> web.Response:
    language = language_of(request)
    rows = [_read(row, language) for row in await db.fetch(_PARKED, SHOWN)]
    told = {
        "rows": rows,
        "most": SHOWN,
        "count": await parking.count(),
        "can_change": request[STAFF].role in CHANGERS,
        "error": text(error.code, language, error.figures) if error else "",
    }
    return await show(request, "parked.html", told, http_status=409 if error else 200)


def _read(row: db.Row, language: Language) -> dict[str, object]:
    """Return a parked event as staff may read it: nothing of who wrote or bought."""
    is_numbered = row["kind"] in NUMBERED
    return {
        "id": row["id"],
        "received_at": row["received_at"],
        "what": said(EVENTS, row["kind"] if row["kind"] in EVENTS else "message", language),
        "number": row["sender"] if is_numbered else "",
        "place": row["connection_name"] or "–",
        "connection": said(CONNECTIONS, row["connection_kind"] or "–", language),
        "why": _why(row["error"] or "", language),
        "excerpt": _excerpt(bytes(row["body"])) if is_numbered else "",
    }


def _why(kept: str, language: Language) -> str:
    code, figures = parking.read(kept)
    if code in TEXTS:
        return text(code, language, figures)
    broke = _CLASS.match(kept)
    return text("event_broke", language, {"error": broke[0] if broke else "–"})


def _excerpt(body: bytes) -> str:
    """Return what an order or refund says in figures; names, titles and texts stay away."""
    try:
        told = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        return ""
    found = [_shown(one) for name, one in told.items() if name in NUMBERED]
    found += [one for name, one in told.items() if name in TOLD]
    return msgspec.json.encode(found[0]).decode()[:EXCERPT_LIMIT] if found else ""


def _shown(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _shown(one) for name, one in told.items() if _SHOWN_FIELDS.fullmatch(name)}
    return [_shown(one) for one in told] if isinstance(told, list) else told
