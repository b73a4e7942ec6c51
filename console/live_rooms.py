"""Live rooms: staff open a window with a word, see who was there, and close it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from aiohttp import web

from console import forms
from console.access import EDITORS, STAFF
from console.pages import language_of, see, show
from loyalty import live_rooms, programme
from loyalty.calendar import SHANGHAI
from loyalty.errors import LoyaltyError, NotFound, Refused
from loyalty.live_rooms import FullRoom, RoomWish
from loyalty.policies import POLICIES
from web.context import CONTEXT
from web.logs import log
from web.refusals import Forbidden
from web.texts import text

FIELDS = ("name_zh", "name_en", "word", "starts_at", "ends_at", "room_code")
LONGEST = 100


async def page(request: web.Request) -> web.Response:
    """Show the form and the newest rooms."""
    return await _show(request)


async def open_room(request: web.Request) -> web.Response:
    """Open a window; what is wrong is said above the form, which keeps what was written."""
    form = await _form(request)
    at = request.config_dict[CONTEXT].clock()
    try:
        room = await live_rooms.open_room(_wish(form), staff_member_id=request[STAFF].id, at=at)
    except LoyaltyError as refused:
        return await _show(request, error=refused, asked=form)
    log.info("live_room_opened", room_id=room.id, staff_member_id=request[STAFF].id)
    return see(request, "/live-rooms")


async def close(request: web.Request) -> web.Response:
    """Let a room be over now.

    Raises:
        Forbidden: ``not_for_your_role``. NotFound: ``no_such_live_room``.
    """
    await _form(request)
    uuid = forms.uuid_in(request.match_info["uuid"])
    if uuid is None:
        raise NotFound("no_such_live_room")
    at, by = request.config_dict[CONTEXT].clock(), request[STAFF].id
    await live_rooms.close_room(uuid, staff_member_id=by, at=at)
    log.info("live_room_closed", uuid=str(uuid), staff_member_id=by)
    return see(request, "/live-rooms")


async def _form(request: web.Request) -> dict[str, str]:
    if request[STAFF].role not in EDITORS:
        raise Forbidden("not_for_your_role")
    return await forms.read(request)


def _wish(form: Mapping[str, str]) -> RoomWish:
    told = {name: form.get(name, "")[:LONGEST] for name in FIELDS}
    return RoomWish(
        forms.uuid_in(form.get("name", "")) or uuid4(),
        told["name_zh"],
        told["name_en"],
        told["word"],
        _moment(told["starts_at"]),
        _moment(told["ends_at"]),
        told["room_code"].strip(),
    )


def _moment(told: str) -> datetime:
    """Return a moment that was written by the Shanghai clock.

    Raises:
        Refused: ``live_times_unreadable``.
    """
    try:
        found = datetime.fromisoformat(told.strip())
    except ValueError:
        raise Refused("live_times_unreadable") from None
    if found.tzinfo is not None or not 2000 <= found.year < 3000:
        raise Refused("live_times_unreadable")
    return found.replace(tzinfo=SHANGHAI)


async def _show(
    request: web.Request,
    *,
    error: LoyaltyError | None = None,
    asked: Mapping[str, str] | None = None,
) -> web.Response:
    at = request.config_dict[CONTEXT].clock()
    rules = await programme.load()
    told = {
        "rooms": [(one, _state(one, at)) for one in await live_rooms.newest()],
        "has_rule": rules.find("live_visit", POLICIES, at) is not None,
        "asked": {name: (asked or {}).get(name, "") for name in FIELDS},
        "name": (asked or {}).get("name") or uuid4(),
        "can_change": request[STAFF].role in EDITORS,
        "error": text(error.code, language_of(request), error.figures) if error else "",
    }
    return await show(request, "live-rooms.html", told, http_status=422 if error else 200)


def _state(one: FullRoom, at: datetime) -> str:
    if one.ends_at <= at:
        return "over"
    return "on" if one.starts_at <= at else "coming"
