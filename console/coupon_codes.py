"""Staff make codes of a coupon batch, take them as a file, end them, or make those left void."""

import re
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from uuid import UUID

from aiohttp import web

from console import coupons, csv_files, forms
from console.access import EDITORS, STAFF
from console.coupon_deeds import uuid_of
from console.pages import moment, see
from loyalty import coupon_codes, schedule
from loyalty.calendar import start_of
from loyalty.coupon_codes import Downloaded
from loyalty.coupon_codes.making import CodeWish
from loyalty.errors import LoyaltyError, NotFound, Refused
from web.context import CONTEXT
from web.logs import log
from web.refusals import Forbidden
from web.wake import wake

JOB = "make_coupon_codes"
_COUNT = re.compile("[1-9][0-9]{0,5}", re.ASCII)


async def make(request: web.Request) -> web.Response:
    """Ask for so many codes, or for a public word; workers make them at once."""
    form, rule = await _form(request), await coupons.batch(request)
    context, staff_member = request.config_dict[CONTEXT], request[STAFF]
    at = context.clock()
    try:
        uuid, ends_at = uuid_of(form.get("name", "")), _end(form.get("ends_on", ""))
        wish = CodeWish(uuid, rule.slot, ends_at, form.get("why", ""), staff_member.id)
        if "word" in form:
            run_id = await coupon_codes.make_word(wish, form["word"], at=at)
        else:
            run_id = await coupon_codes.make(wish, _count(form.get("count", "")), at=at)
    except LoyaltyError as refused:
        return await coupons.show_one(request, error=refused, asked=form)
    log.info("coupon_codes_asked_for", run_id=run_id, staff_member_id=staff_member.id)
    await schedule.plan_now(JOB, at=at)
    await wake(context.redis)
    return _back(request)


async def end(request: web.Request) -> web.Response:
    """Let the codes of a run end on another day."""
    form, uuid = await _form(request), _run(request)
    try:
        await coupon_codes.end_on(
            uuid,
            _end(form.get("ends_on", "")),
            reason=form.get("why", ""),
            staff_member_id=request[STAFF].id,
            at=request.config_dict[CONTEXT].clock(),
        )
    except LoyaltyError as refused:
        return await coupons.show_one(request, error=refused)
    return _back(request)


async def void(request: web.Request) -> web.Response:
    """Make the codes of a run void that nobody claimed."""
    form, uuid = await _form(request), _run(request)
    try:
        await coupon_codes.void(
            uuid,
            reason=form.get("why", ""),
            staff_member_id=request[STAFF].id,
            at=request.config_dict[CONTEXT].clock(),
        )
    except LoyaltyError as refused:
        return await coupons.show_one(request, error=refused)
    log.info("coupon_codes_voided", run=str(uuid), staff_member_id=request[STAFF].id)
    return _back(request)


async def download(request: web.Request) -> web.StreamResponse:
    """Send all codes of a run as CSV; who took them, and why, is noted first."""
    form, uuid = await _form(request), _run(request)
    context, staff_member = request.config_dict[CONTEXT], request[STAFF]
    try:
        sheets = await coupon_codes.download(
            uuid,
            sealer=context.sealer,
            reason=form.get("why", ""),
            staff_member_id=staff_member.id,
            at=context.clock(),
        )
    except LoyaltyError as refused:
        return await coupons.show_one(request, error=refused)
    log.info("coupon_codes_downloaded", run=str(uuid), staff_member_id=staff_member.id)
    name = f"{request.match_info['code']}-{uuid}.csv"
    return await csv_files.send(request, name, ("code", "claimed_at"), _rows(sheets))


async def _rows(sheets: AsyncIterator[list[Downloaded]]) -> AsyncIterator[list[tuple[str, str]]]:
    async for sheet in sheets:
        yield [(one.code, moment(one.claimed_at) if one.claimed_at else "") for one in sheet]


async def _form(request: web.Request) -> dict[str, str]:
    if request[STAFF].role not in EDITORS:
        raise Forbidden("not_for_your_role")
    return await forms.read(request)


def _back(request: web.Request) -> web.Response:
    return see(request, f"/coupons/{request.match_info['code']}")


def _run(request: web.Request) -> UUID:
    try:
        return UUID(request.match_info["run"])
    except ValueError:
        raise NotFound("no_such_code_run") from None


def _count(told: str) -> int:
    if not _COUNT.fullmatch(told.strip()):
        raise Refused("code_count_out_of_range", most=coupon_codes.MOST)
    return int(told)


def _end(told: str) -> datetime:
    """Return the end of a Shanghai day.

    Raises:
        Refused: ``code_end_unreadable``.
    """
    try:
        return start_of(date.fromisoformat(told.strip()) + timedelta(days=1))
    except (ValueError, OverflowError):
        raise Refused("code_end_unreadable") from None
