"""The group calendar: what is said in the groups in the next weeks, and what was."""

from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from console import forms
from console.access import EDITORS, STAFF
from console.mass_send_form import communities as rules_of
from console.pages import language_of, see, show
from loyalty import group_calendars, programme
from loyalty.calendar import day_of
from loyalty.errors import LoyaltyError, Refused
from loyalty.group_calendars import Occasion
from models import MassSend
from web.context import CONTEXT
from web.logs import log
from web.refusals import Forbidden
from web.texts import text

BACK, AHEAD = timedelta(days=7), timedelta(days=21)
LONGEST = 100


async def page(request: web.Request) -> web.Response:
    """Show the last week and the next three."""
    return await _show(request)


async def skip(request: web.Request) -> web.Response:
    """Let one occasion pass.

    Raises:
        Forbidden: ``not_for_your_role``.
    """
    if request[STAFF].role not in EDITORS:
        raise Forbidden("not_for_your_role")
    form, context = await forms.read(request), request.config_dict[CONTEXT]
    corp_id = next(iter(context.corps), "")
    try:
        if not corp_id:
            raise Refused("no_corp")
        await group_calendars.skip(
            corp_id,
            form.get("slot", "")[:LONGEST],
            form.get("occasion", "")[:LONGEST],
            staff_member_id=request[STAFF].id,
            at=context.clock(),
        )
    except LoyaltyError as refused:
        return await _show(request, error=refused)
    log.info("occasion_skipped", staff_member_id=request[STAFF].id)
    return see(request, "/calendar")


async def _show(request: web.Request, *, error: LoyaltyError | None = None) -> web.Response:
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    rules = await programme.load()
    found = group_calendars.occasions(rules, since=at - BACK, until=at + AHEAD)
    sends = await group_calendars.sends_of(found)
    names = {one.value: one.name for one in rules_of(rules, language, at=at)}
    told = {
        "days": _days(found, sends, names, at=at),
        "calendars": sorted(
            {
                (one.slot, one.calendar.name_zh if language == "zh" else one.calendar.name_en)
                for one in found
            }
        ),
        "may_edit": request[STAFF].role in EDITORS,
        "error": text(error.code, language, error.figures) if error else "",
    }
    return await show(request, "calendar.html", told, http_status=422 if error else 200)


def _days(
    found: list[Occasion],
    sends: dict[tuple[str, str], MassSend],
    names: dict[str, str],
    *,
    at: datetime,
) -> list[dict[str, Any]]:
    days: dict[str, dict[str, Any]] = {}
    for one in found:
        send = sends.get((one.slot, one.key))
        if send is None and one.due_at <= at:
            continue  # it reached nobody, or was due before anybody had said it
        day = day_of(one.due_at)
        told = days.setdefault(
            day.isoformat(), {"day": day, "is_today": day == day_of(at), "rows": []}
        )
        told["rows"].append(
            {
                "one": one,
                "send": send,
                "community": names.get(one.calendar.community_slot, one.calendar.community_slot),
            }
        )
    return list(days.values())
