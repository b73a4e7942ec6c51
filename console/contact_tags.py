"""Tags of contacts in WeCom: ours, with what each follows, and the staff's."""

from aiohttp import web

from console.access import EDITORS, STAFF
from console.pages import show
from loyalty import contact_tags
from web.context import CONTEXT


async def page(request: web.Request) -> web.Response:
    """Show all tags, with how many contacts have each."""
    context = request.config_dict[CONTEXT]
    told = {
        "rows": await contact_tags.shown(),
        "coming": await contact_tags.coming(at=context.clock()),
        "done_at": await contact_tags.done_at(),
        "has_corp": bool(context.corps),
        "may_edit": request[STAFF].role in EDITORS,
    }
    return await show(request, "contact-tags.html", told)
