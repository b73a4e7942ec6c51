"""Ladders of shop coupons: what the platforms have made, whom they gave it, and what went wrong."""

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiohttp import web

from console import forms
from console.access import EDITORS, STAFF
from console.pages import language_of, see, show
from console.words.rules import title
from loyalty import programme
from loyalty.connections import TmallSettings
from loyalty.errors import LoyaltyError, NotFound
from loyalty.ladders import batches, handing
from loyalty.ladders.checking import named
from loyalty.policies import POLICIES
from loyalty.policies.ladder import Ladder
from loyalty.programme import Rule
from models import db
from web.context import CONTEXT
from web.languages import Language
from web.logs import log
from web.masks import masked
from web.refusals import Forbidden
from web.texts import TEXTS, text
from web.wake import wake

SHOWN = 100
_ID = re.compile("[0-9]{1,18}", re.ASCII)

_BATCHES = """
SELECT * FROM shop_coupon_batch WHERE slot = ANY($1::text[]) AND (ends_at > $2 OR state = 'asked')
ORDER BY slot, coupon_fen, least_order_fen, starts_at DESC
"""
_COUNTS = """
SELECT slot, rung, state, count(*) AS coupons, count(below_at) AS below
FROM shop_coupon WHERE slot = ANY($1::text[]) GROUP BY slot, rung, state
"""
_OPEN = """
SELECT shop_coupon.id, shop_coupon.slot, shop_coupon.rung, shop_coupon.coupon_fen,
       shop_coupon.state, shop_coupon.error, shop_coupon.asked_at, name, customer.uuid AS customer
FROM shop_coupon JOIN customer ON customer.id = member_id
WHERE state = 'refused'
   OR state = 'asked' AND shop_coupon.asked_at < clock_timestamp() - $1::interval
ORDER BY shop_coupon.asked_at DESC NULLS LAST, shop_coupon.id DESC LIMIT $2
"""


async def page(request: web.Request) -> web.Response:
    """Show each ladder in force with its batches, and the coupons that somebody must look at."""
    return await _show(request)


async def make_again(request: web.Request) -> web.Response:
    """Let a refused batch be asked for once more."""
    return await _change(request, batches.try_again, "coupon_batch_tried_again")


async def send_again(request: web.Request) -> web.Response:
    """Let a coupon be given that was refused, or of which staff saw that she has not got it."""
    at = request.config_dict[CONTEXT].clock()
    return await _change(
        request, lambda one: handing.try_again(one, at=at), "shop_coupon_tried_again"
    )


async def she_has_it(request: web.Request) -> web.Response:
    """Note that staff saw a coupon with her whose outcome was lost."""
    at = request.config_dict[CONTEXT].clock()
    return await _change(request, lambda one: handing.she_has_it(one, at=at), "shop_coupon_seen")


async def _change(
    request: web.Request, act: Callable[[int], Awaitable[None]], happening: str
) -> web.Response:
    staff_member = request[STAFF]
    if staff_member.role not in EDITORS:
        raise Forbidden("not_for_your_role")
    await forms.read(request)
    if not _ID.fullmatch(request.match_info["id"]):
        raise NotFound("no_such_shop_coupon")
    told_id = int(request.match_info["id"])
    try:
        await act(told_id)
    except LoyaltyError as refused:
        return await _show(request, error=refused)
    log.info(happening, id=told_id, staff_member_id=staff_member.id)
    await wake(request.config_dict[CONTEXT].redis)
    return see(request, "/ladders")


async def _show(request: web.Request, *, error: LoyaltyError | None = None) -> web.Response:
    context, language = request.config_dict[CONTEXT], language_of(request)
    at = context.clock()
    rules = await programme.load()
    found = [one for one in rules.of(POLICIES, at) if isinstance(one.body, Ladder)]
    slots = [one.slot for one in found]
    of_slot: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in await db.fetch(_BATCHES, slots, at):
        of_slot[row["slot"]].append({**dict(row), "why": _why(row["error"], language)})
    counts: dict[tuple[str, str], dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in await db.fetch(_COUNTS, slots):
        counts[row["slot"], row["rung"]][row["state"]] = (row["coupons"], row["below"])
    shops = [one.connection.settings for one in context.shops]
    connected = {named(one) for one in shops if isinstance(one, TmallSettings)}
    told = {
        "ladders": [
            _ladder(one, of_slot, counts, connected=connected, language=language) for one in found
        ],
        "open": [
            {
                **dict(row),
                "why": _why(row["error"], language),
                "member": masked(row["customer"], language),
            }
            for row in await db.fetch(_OPEN, batches.UNANSWERED, SHOWN)
        ],
        "can_change": request[STAFF].role in EDITORS,
        "error": text(error.code, language, error.figures) if error else "",
    }
    return await show(request, "ladders.html", told, http_status=409 if error else 200)


def _ladder(
    rule: Rule,
    of_slot: Mapping[str, Sequence[Mapping[str, object]]],
    counts: Mapping[tuple[str, str], Mapping[str, tuple[int, int]]],
    *,
    connected: set[str],
    language: Language,
) -> dict[str, object]:
    ladder: Ladder = rule.body
    return {
        "slot": rule.slot,
        "name": title(ladder, language),
        "shop": ladder.shop,
        "is_connected": ladder.shop in connected,
        "rungs": [
            {
                "code": rung.code,
                "spend_fen": rung.spend_fen,
                "coupon_fen": rung.coupon_yuan * 100,
                "least_order_fen": rung.least_order_yuan * 100,
                "counts": counts.get((rule.slot, rung.code), {}),
            }
            for rung in ladder.rungs
        ],
        "batches": of_slot.get(rule.slot, []),
    }


def _why(error: str | None, language: Language) -> str:
    """Return a reason of ours in words, the platform's as it told it."""
    if error is None:
        return ""
    return text(error, language, {}) if error in TEXTS else error
