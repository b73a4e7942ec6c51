"""Mass sends: all of them, one with its staff and whom it reached, cancelled, reminded of."""

from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from console import csv_files, forms, mass_send_form
from console.access import EDITORS, STAFF
from console.pages import language_of, moment, page_asked, see, show
from console.words import WORDS
from loyalty import mass_sends, programme
from loyalty.errors import LoyaltyError, NotFound
from loyalty.mass_sends import FullMassSend, FullTarget
from models import MassSend, MassSendState
from web import wecom
from web.context import CONTEXT
from web.languages import Language
from web.logs import log
from web.masks import masked
from web.refusals import Forbidden
from web.texts import text
from web.wake import wake

SHOWN = 50
TARGETS_SHOWN = 200


async def page(request: web.Request) -> web.Response:
    """Show all mass sends, those to come first."""
    language, number = language_of(request), page_asked(request)
    found = await mass_sends.newest(limit=SHOWN + 1, offset=(number - 1) * SHOWN)
    names = await _audience_names(request)
    told = {
        "rows": [_row(one, names, language) for one in found[:SHOWN]],
        "number": number,
        "has_more": len(found) > SHOWN,
        "may_edit": request[STAFF].role in EDITORS,
    }
    return await show(request, "mass-sends.html", told)


async def one(request: web.Request) -> web.Response:
    """Show a mass send with its staff and its targets."""
    return await _show(request, await _found(request))


async def cancel(request: web.Request) -> web.Response:
    """Cancel a mass send; who has it keeps it."""
    staff_member = _editor(request)
    found, context = await _found(request), request.config_dict[CONTEXT]
    try:
        await mass_sends.cancel(found.uuid, staff_member_id=staff_member, at=context.clock())
    except LoyaltyError as refused:
        return await _show(request, found, error=refused)
    log.info("mass_send_cancelled", mass_send_id=found.id, staff_member_id=staff_member)
    await wake(context.redis)
    return see(request, f"/mass-sends/{found.uuid}")


async def remind_all(request: web.Request) -> web.Response:
    """Remind the staff who have not sent it; says how many the platform reminded."""
    staff_member = _editor(request)
    found, context = await _found(request), request.config_dict[CONTEXT]
    due = await mass_sends.to_remind(list(context.corps), at=context.clock(), send_id=found.id)
    count = sum([await wecom.remind(context, asked, at=context.clock()) for asked in due])
    log.info("staff_reminded", mass_send_id=found.id, count=count, staff_member_id=staff_member)
    words = WORDS[language_of(request)]
    return await _show(request, found, done=words["send_reminded"].format(n=count))


async def look(request: web.Request) -> web.Response:
    """Let its results be read at once, before it is their turn."""
    found, context = await _found(request), request.config_dict[CONTEXT]
    await mass_sends.look_now(found.id, at=context.clock())
    await wake(context.redis)
    return see(request, f"/mass-sends/{found.uuid}")


async def download(request: web.Request) -> web.StreamResponse:
    """Send what became of each target as a CSV file.

    Raises:
        NotFound: ``no_such_send``.
    """
    found = await _found(request)
    log.info("send_downloaded", mass_send_id=found.id, staff_member_id=request[STAFF].id)
    heading = ("to", "by", "state", "sent_at")
    rows = _sheets(found.id, language_of(request))
    return await csv_files.send(request, f"mass-send-{found.id}.csv", heading, rows)


async def _sheets(send_id: int, language: Language) -> AsyncIterator[list[tuple[str, ...]]]:
    async for found in mass_sends.pages(send_id):
        yield [_cells(target, language) for target in found]


def _cells(target: FullTarget, language: Language) -> tuple[str, ...]:
    return (
        _name(target, language),
        target.staff or target.user_id,
        WORDS[language][f"send_target_{target.state}"],
        moment(target.sent_at) if target.sent_at else "",
    )


def _name(target: FullTarget, language: Language) -> str:
    if target.member_uuid is not None:
        return masked(target.member_uuid, language)
    return target.name or WORDS[language]["send_deleted"]


def _editor(request: web.Request) -> int:
    staff_member = request[STAFF]
    if staff_member.role not in EDITORS:
        raise Forbidden("not_for_your_role")
    return staff_member.id


async def _found(request: web.Request) -> MassSend:
    uuid = forms.uuid_in(request.match_info["uuid"])
    if uuid is None:
        raise NotFound("no_such_send")
    return await mass_sends.find(uuid)


async def _audience_names(request: web.Request) -> dict[str, str]:
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    rules = await programme.load()
    return {one.value: one.name for one in mass_send_form.audiences(rules, language, at=at)}


def _row(one: FullMassSend, names: dict[str, str], language: Language) -> dict[str, Any]:
    audience = f"{one.kind}/{one.audience}"
    return {
        "send": one,
        "to": names.get(audience, one.audience),
        "by": one.by or WORDS[language]["send_by_calendar"],
    }


async def _show(
    request: web.Request,
    found: MassSend,
    *,
    done: str = "",
    error: LoyaltyError | None = None,
) -> web.Response:
    language = language_of(request)
    full = await mass_sends.full(found.id)
    parts = await mass_sends.parts(found.id)
    told = request.query.get("after", "")
    after = int(told) if told.isascii() and told.isdecimal() and len(told) < 16 else 0
    targets = await mass_sends.targets(found.id, limit=TARGETS_SHOWN + 1, after=after)
    names = await _audience_names(request)
    values = {
        **_row(full, names, language),
        "invites": names.get(f"groups/{full.community_slot}", full.community_slot),
        "parts": parts,
        "unsent": sum(part.state == "waiting" for part in parts),
        "targets": [(row, _name(row, language)) for _, row in targets[:TARGETS_SHOWN]],
        "next_after": targets[TARGETS_SHOWN - 1][0] if len(targets) > TARGETS_SHOWN else None,
        "may_edit": request[STAFF].role in EDITORS,
        "is_open": full.state in (MassSendState.PLANNED, MassSendState.UNDER_WAY),
        "done": done,
        "error": text(error.code, language, error.figures) if error else "",
    }
    return await show(request, "mass-send.html", values, http_status=422 if error else 200)
