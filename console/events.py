"""The brand's events: who signed up, waits and came; the code at the door, letting people in."""

from collections.abc import AsyncIterator

from aiohttp import web

from console import csv_files, forms
from console.access import EDITORS, STAFF
from console.pages import language_of, moment, page_asked, show
from console.words import WORDS
from loyalty import brand_events, member_codes, programme
from loyalty.brand_events import EventFigures, Guest
from loyalty.brand_events.codes import PAGE
from loyalty.errors import LoyaltyError, NotFound
from models import Customer
from web import limits, qr
from web.context import CONTEXT, now
from web.events import hours
from web.languages import Language
from web.limits import Limit
from web.logs import log
from web.masks import masked
from web.origin import origin_of
from web.texts import text
from web.wake import wake

CODES = Limit("event_guests", most=120, window_seconds=60)
LONGEST_CODE = 40
SHOWN = 100


async def page(request: web.Request) -> web.Response:
    """Show all events, the latest first."""
    at = request.config_dict[CONTEXT].clock()
    rows = [_told(request, one) for one in await brand_events.events(at=at)]
    return await show(request, "events.html", {"rows": rows, "may_edit": _may_edit(request)})


async def one(request: web.Request) -> web.Response:
    """Show an event with its list, page by page."""
    return await _show(request)


async def let_in(request: web.Request) -> web.Response:
    """Let a member in, by the code on her phone or from the list."""
    form, staff_member = await forms.read(request), request[STAFF]
    context = request.config_dict[CONTEXT]
    await limits.check(request, CODES, caller=str(staff_member.id))
    try:
        member = await _member(request, form.get("member", ""), form.get("code", ""))
        came = await brand_events.let_in(
            member.id,
            request.match_info["code"],
            staff_member_id=staff_member.id,
            at=context.clock(),
        )
    except LoyaltyError as refused:
        return await _show(request, error=refused)
    log.info("event_guest_let_in", code=came.code, staff_member_id=staff_member.id)
    await wake(context.redis)
    language = language_of(request)
    said = WORDS[language]["event_done" if came.is_new else "event_was_in"]
    what = f"+{came.points + came.goal_points:,}" if came.is_new else moment(came.came_at)
    done = f"{said}{masked(member.uuid, language)} · {what}"
    return await _show(request, done=done)


async def _member(request: web.Request, told: str, code: str) -> Customer:
    """Return whom a row of the list or the code on a phone names.

    Raises:
        NotFound: ``no_such_member``, ``no_such_member_code``. Refused: the code turned since.
    """
    context, uuid = request.config_dict[CONTEXT], forms.uuid_in(told)
    if not told:
        digits = member_codes.typed(code[:LONGEST_CODE])
        if digits is None:
            raise NotFound("no_such_member_code")
        uuid = await member_codes.member_of(digits, sealer=context.sealer, at=context.clock())
    found = await Customer.get_or_none(uuid=uuid) if uuid else None
    if found is None:
        raise NotFound("no_such_member")
    return found


async def code(request: web.Request) -> web.Response:
    """Show the code of an event as it is now; the page asks by itself whether it has turned.

    Raises:
        NotFound: ``no_such_brand_event``.
    """
    context = request.config_dict[CONTEXT]
    figures = await brand_events.figures(request.match_info["code"], at=context.clock())
    rules = await programme.load()
    shown = brand_events.code_of(figures.rule.slot, rules, sealer=context.sealer, at=now())
    if request.query.get("turn") == str(shown.turn):
        return web.Response(status=204)
    link = origin_of(request) + PAGE + shown.letters
    if "HX-Request" not in request.headers:
        log.info("event_code_shown", code=figures.code, staff_member_id=request[STAFF].id)
    told = {
        "event": _told(request, figures),
        "image": qr.image(link),
        "link": link,
        "turn": shown.turn,
    }
    response = await show(request, "event-code.html", told)
    response.headers["Cache-Control"] = "no-store"
    return response


async def download(request: web.Request) -> web.StreamResponse:
    """Send an event's list as a CSV file.

    Raises:
        NotFound: ``no_such_brand_event``.
    """
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    figures = await brand_events.figures(request.match_info["code"], at=at)
    log.info("event_guests_downloaded", code=figures.code, staff_member_id=request[STAFF].id)
    heading = ("member", "signed_up_at", "state", "came_at", "by")
    rows = _sheets(figures.code, language)
    return await csv_files.send(request, f"event-{figures.code}.csv", heading, rows)


async def _sheets(code: str, language: Language) -> AsyncIterator[list[tuple[str, ...]]]:
    async for guests in brand_events.pages(code):
        yield [_cells(guest, language) for guest in guests]


def _cells(guest: Guest, language: Language) -> tuple[str, ...]:
    return (
        masked(guest.member_uuid, language),
        moment(guest.signed_up_at),
        WORDS[language][f"event_guest_{guest.state}"],
        moment(guest.came_at) if guest.came_at else "",
        guest.by or "",
    )


async def _show(
    request: web.Request, *, error: LoyaltyError | None = None, done: str = ""
) -> web.Response:
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    figures = await brand_events.figures(request.match_info["code"], at=at)
    listed = figures.placed + figures.waiting
    last_page = max(1, -(-listed // SHOWN))
    number = page_asked(request, most=last_page)
    guests = await brand_events.guests(figures.code, limit=SHOWN, offset=(number - 1) * SHOWN)
    told = {
        "event": _told(request, figures),
        "rows": [(one, masked(one.member_uuid, language)) for one in guests],
        "number": number,
        "first": (number - 1) * SHOWN + 1,
        "has_more": number < last_page,
        "may_edit": _may_edit(request),
        "done": done,
        "error": text(error.code, language, error.figures) if error else "",
    }
    return await show(request, "event.html", told, http_status=422 if error else 200)


def _told(request: web.Request, one: EventFigures) -> dict[str, object]:
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    event, is_zh = one.rule.body, language == "zh"
    return {
        "code": one.code,
        "name": event.name_zh if is_zh else event.name_en,
        "place": event.place_zh if is_zh else event.place_en,
        "when": hours(event, at=at).spoken(language),
        "state": _state(one, is_on=event.held_from <= at, is_over=event.held_until <= at),
        "are_doors_open": one.is_in_force and event.doors_open_at <= at < event.held_until,
        "doors_open_at": event.doors_open_at,
        "points": event.points,
        "places": event.places,
        "placed": one.placed,
        "waiting": one.waiting,
        "came": one.came,
        "walked_in": one.walked_in,
        "missed": one.placed - one.came if event.held_until <= at else None,
        "given": one.points,
    }


def _state(one: EventFigures, *, is_on: bool, is_over: bool) -> str:
    if is_over:
        return "over"
    if not one.is_in_force:
        return "cancelled"
    return "on" if is_on else "coming"


def _may_edit(request: web.Request) -> bool:
    return request[STAFF].role in EDITORS
