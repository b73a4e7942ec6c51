"""What staff do, with a reason, to one thing of a list: done, or refused above the list."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from console import forms
from console.access import EDITORS, STAFF
from console.pages import see
from loyalty.errors import LoyaltyError, NotFound
from web.context import CONTEXT
from web.logs import log
from web.refusals import Forbidden

Act = Callable[..., Awaitable[None]]
Show = Callable[[web.Request, LoyaltyError], Awaitable[web.Response]]


async def do(
    request: web.Request, act: Act, *, show: Show, path: str, happening: str, unknown: str
) -> web.Response:
    """Do it to what the path names and go back to the list at ``path``.

    ``act`` is told the uuid, and by name ``reason``, ``staff_member_id`` and ``at``.

    Raises:
        Forbidden: ``not_for_your_role``. NotFound: ``unknown``: the path names nothing.
    """
    staff_member = request[STAFF]
    if staff_member.role not in EDITORS:
        raise Forbidden("not_for_your_role")
    why = (await forms.read(request)).get("why", "")
    uuid = forms.uuid_in(request.match_info["uuid"])
    if uuid is None:
        raise NotFound(unknown)
    at = request.config_dict[CONTEXT].clock()
    try:
        await act(uuid, reason=why, staff_member_id=staff_member.id, at=at)
    except LoyaltyError as refused:
        return await show(request, refused)
    log.info(happening, uuid=str(uuid), staff_member_id=staff_member.id)
    return see(request, path)
