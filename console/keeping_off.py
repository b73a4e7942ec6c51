"""Staff keep a member off all boards, with a reason, and let her play again."""

from aiohttp import web

from console import forms
from console.access import STAFF
from console.boards import require_changer
from console.members import named, show_one
from console.pages import see
from loyalty import leaderboards
from loyalty.errors import LoyaltyError
from web.context import CONTEXT
from web.logs import log


async def keep_off(request: web.Request) -> web.Response:
    """Keep her off; the form sent twice does so once."""
    require_changer(request)
    customer, form = await named(request.match_info["uuid"]), await forms.read(request)
    try:
        await leaderboards.keep_off(
            customer.uuid,
            reason=form.get("why", ""),
            staff_member_id=request[STAFF].id,
            at=request.config_dict[CONTEXT].clock(),
        )
    except LoyaltyError as refused:
        return await show_one(request, customer, error=refused)
    log.info("kept_off_boards", uuid=str(customer.uuid), staff_member_id=request[STAFF].id)
    return see(request, f"/members/{customer.uuid}")


async def let_on(request: web.Request) -> web.Response:
    """Let her play again, with what she did meanwhile."""
    require_changer(request)
    customer = await named(request.match_info["uuid"])
    await forms.read(request)
    await leaderboards.let_on(customer.uuid, at=request.config_dict[CONTEXT].clock())
    log.info("let_on_boards", uuid=str(customer.uuid), staff_member_id=request[STAFF].id)
    return see(request, f"/members/{customer.uuid}")
