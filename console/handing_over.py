"""Hand a reward over: scan or type her code, once."""

from aiohttp import web

from console.access import STAFF
from console.pages import language_of, show
from loyalty import redemptions
from loyalty.errors import LoyaltyError
from models import Redemption
from web import limits
from web.context import CONTEXT
from web.limits import Limit
from web.texts import text

CODES = Limit("hand_over", most=30, window_seconds=60)
LONGEST_CODE = 40
SHOWN = 20


async def page(request: web.Request) -> web.Response:
    """Show the form and what was handed over lately."""
    return await _show(request)


async def hand_over(request: web.Request) -> web.Response:
    """Hand a redemption over; what stands against it is said on the page."""
    form = await request.post()
    code = str(form.get("code", ""))[:LONGEST_CODE]
    staff_member = request[STAFF]
    await limits.check(request, CODES, caller=str(staff_member.id))
    try:
        done = await redemptions.hand_over(
            code, staff_member_id=staff_member.id, at=request.config_dict[CONTEXT].clock()
        )
    except LoyaltyError as refused:
        error = text(refused.code, language_of(request), refused.figures)
        return await _show(request, error=error, code=code, http_status=422)
    return await _show(request, done=done)


async def _show(
    request: web.Request,
    *,
    error: str = "",
    code: str = "",
    done: object = None,
    http_status: int = 200,
) -> web.Response:
    lately = (
        await Redemption.filter(handed_over_by__isnull=False).order_by("-ended_at").limit(SHOWN)
    )
    waiting = await Redemption.filter(state="issued").order_by("-redeemed_at").limit(SHOWN)
    return await show(
        request,
        "hand-over.html",
        {"error": error, "code": code, "done": done, "lately": lately, "waiting": waiting},
        http_status=http_status,
    )
