"""Each form that staff send is kept: who, what, from where, and how it ended."""

from collections.abc import Mapping

import structlog
from aiohttp import web

from console import forms, uploads
from console.access import OPEN, STAFF, WITH_A_FILE, Handler
from console.access import page_of as part_of
from console.refusing import status_of
from loyalty import staff
from loyalty.errors import LoyaltyError
from models import db
from web import limits
from web.context import now
from web.refusals import RequestRefused

log = structlog.get_logger(__name__)

PREFIX = "/console"
# What changes nothing.
LOOKS = frozenset(
    {"/language", "/rules/{slot}/fields", "/rules/{slot}/preview", "/mass-sends/{uuid}/look"}
)
UNTOLD = frozenset({"proof", "password"})


@web.middleware
async def keep_deeds(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keep what is sent, and lists that are taken along, however it ends."""
    try:
        response = await handler(request)
    except RequestRefused as refused:
        await _keep(request, refused.http_status)
        raise
    except LoyaltyError as refused:
        await _keep(request, status_of(refused))
        raise
    await _keep(request, response.status)
    return response


async def _keep(request: web.Request, http_status: int) -> None:
    deed = deed_of(request)
    if deed is None or request.path.startswith(OPEN) or STAFF not in request:
        return
    told = {name: value for name, value in (await _told(request)).items() if name not in UNTOLD}
    if told.get("act") == "preview":
        return
    await keep(request, request[STAFF].id, deed, told=told, http_status=http_status)


async def keep(
    request: web.Request,
    staff_member_id: int | None,
    deed: str,
    *,
    told: Mapping[str, str],
    http_status: int,
) -> None:
    """Keep a deed; one that cannot be kept is told to the log, since it is done."""
    try:
        await staff.record(
            staff_member_id,
            deed,
            path=request.path.removeprefix(PREFIX),
            told=told,
            http_status=http_status,
            address=limits.address_of(request),
            at=now(),
        )
    except db.Unreachable as away:
        log.error("deed_not_kept", deed=deed, error=type(away).__name__)


def deed_of(request: web.Request) -> str | None:
    """Return the form that a request is; None where it only looks."""
    resource = request.match_info.route.resource
    if resource is None:
        return None
    deed = resource.canonical.removeprefix(PREFIX)
    is_deed = request.method == "POST" and deed not in LOOKS
    return deed if is_deed or deed.endswith(".csv") else None


async def _told(request: web.Request) -> dict[str, str]:
    if request.method != "POST":
        return dict(request.query)
    try:
        if part_of(request) in WITH_A_FILE:
            return (await uploads.read(request)).fields
        return await forms.read(request)
    except RequestRefused:
        return {}
