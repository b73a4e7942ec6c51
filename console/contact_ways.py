"""Contact ways: each code, who is behind it now, and who came by it."""

from aiohttp import web

from console.access import EDITORS, STAFF
from console.pages import language_of, show
from loyalty import contact_ways
from web import qr
from web.context import CONTEXT


async def page(request: web.Request) -> web.Response:
    """Show all contact ways of the rules in force."""
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    found = await contact_ways.all_of_them(at=at)
    told = {
        "rows": [
            {
                "way": one,
                "name": one.policy.name_zh if language == "zh" else one.policy.name_en,
                "code": qr.data_uri(one.image.content, kind=one.image.kind) if one.image else None,
                "state": contact_ways.state_of(one.slot),
            }
            for one in found
        ],
        "has_corp": bool(request.config_dict[CONTEXT].corps),
        "may_edit": request[STAFF].role in EDITORS,
    }
    return await show(request, "contact-ways.html", told)
