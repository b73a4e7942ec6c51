"""Visits to shops: the code on a staff member's phone, the poster, and each shop's figures."""

import re
from urllib.parse import quote

from aiohttp import web

from console import forms
from console.access import CHANGERS, STAFF, part_of_path
from console.pages import language_of, see, show
from loyalty import shop_visits
from loyalty.errors import LoyaltyError
from loyalty.policies.shop_visit import ShopVisitPolicy
from loyalty.shop_visits.codes import PAGE
from models import Shop
from web import qr
from web.context import CONTEXT, now
from web.logs import log
from web.origin import origin_of
from web.refusals import Forbidden

_NUMBER = re.compile("[0-9]{1,18}", re.ASCII)


async def page(request: web.Request) -> web.Response:
    """Show the brand's own shops with what their visits were."""
    at = request.config_dict[CONTEXT].clock()
    return await show(request, "visits.html", {"shops": await shop_visits.figures(at=at)})


async def code(request: web.Request) -> web.Response:
    """Show the code of a shop as it is now; the page asks by itself whether it has turned."""
    shop = await _shop(request)
    policy = await _policy(request, shop)
    shown = shop_visits.code_of(shop.id, sealer=request.config_dict[CONTEXT].sealer, at=now())
    if request.query.get("turn") == str(shown.turn):
        return web.Response(status=204)
    link = origin_of(request) + PAGE + shown.letters
    if "HX-Request" not in request.headers:
        log.info("shop_code_shown", shop_id=shop.id, staff_member_id=request[STAFF].id)
    told = {
        "shop": shop,
        "name": _name(request, policy),
        "points": policy.points if policy else None,
        "image": qr.image(link),
        "link": link,
        "turn": shown.turn,
    }
    response = await show(request, "visit-code.html", told)
    response.headers["Cache-Control"] = "no-store"
    return response


async def poster(request: web.Request) -> web.Response:
    """Show the poster of a shop, to be printed; none where nobody made one."""
    shop = await _shop(request)
    policy = await _policy(request, shop)
    found = await shop_visits.poster_of(shop.id)
    link = origin_of(request) + PAGE + found.code if found else ""
    told = {
        "shop": shop,
        "name": _name(request, policy),
        "points": policy.poster_points if policy else None,
        "hours": (policy.from_time, policy.until_time) if policy else None,
        "poster": found,
        "image": qr.image(link) if found else "",
        "link": link,
        "can_change": request[STAFF].role in CHANGERS,
    }
    return await show(request, "visit-poster.html", told)


async def make_poster(request: web.Request) -> web.Response:
    """Make a poster; the one that was shown beside the button ends.

    Raises:
        Forbidden: ``not_for_your_role``. NotFound: ``no_such_shop``.
    """
    staff_member = request[STAFF]
    if staff_member.role not in CHANGERS:
        raise Forbidden("not_for_your_role")
    shop, form = await _shop(request), await forms.read(request)
    before = form.get("instead_of", "")
    made = await shop_visits.make_poster(
        shop.id,
        at=request.config_dict[CONTEXT].clock(),
        staff_member_id=staff_member.id,
        instead_of=int(before) if _NUMBER.fullmatch(before) else None,
    )
    log.info("poster_made", poster_id=made.poster_id, staff_member_id=staff_member.id)
    return see(request, f"/visits/{quote(shop.code, safe='')}/poster")


async def _shop(request: web.Request) -> Shop:
    named = part_of_path(request, "shop", otherwise="no_such_shop")
    return await Shop.get(id=await shop_visits.shop_named(named))


async def _policy(request: web.Request, shop: Shop) -> ShopVisitPolicy | None:
    """Return the rule of a shop; None where there is none, which the page says."""
    try:
        return await shop_visits.policy_of(shop.code, at=request.config_dict[CONTEXT].clock())
    except LoyaltyError:
        return None


def _name(request: web.Request, policy: ShopVisitPolicy | None) -> str:
    if policy is None:
        return ""
    return policy.name_zh if language_of(request) == "zh" else policy.name_en
