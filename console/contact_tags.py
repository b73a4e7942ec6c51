"""Tags of contacts in WeCom: ours, with what each follows, and the staff's."""

from datetime import datetime

from aiohttp import web

from console.access import EDITORS, STAFF
from console.pages import language_of, show
from console.words.contact_tags import FOLLOWED
from loyalty import contact_tags, programme
from loyalty.programme import Programme
from web.context import CONTEXT
from web.languages import Language


async def page(request: web.Request) -> web.Response:
    """Show all tags, with how many contacts have each."""
    context, language = request.config_dict[CONTEXT], language_of(request)
    at = context.clock()
    rules = await programme.load()
    wishes = (await contact_tags.due("", at=at)).wishes
    told = {
        "rows": await contact_tags.shown(),
        "coming": await contact_tags.coming(at=at),
        "follows": {one.slot: _followed(one.follows, rules, language, at=at) for one in wishes},
        "done_at": await contact_tags.done_at(),
        "has_corp": bool(context.corps),
        "may_edit": request[STAFF].role in EDITORS,
    }
    return await show(request, "contact-tags.html", told)


def _followed(follows: str, rules: Programme, language: Language, *, at: datetime) -> str:
    """Return what a tag follows, by the name that staff know it by."""
    what, _, code = follows.partition(":")
    kind = FOLLOWED[what][language != "zh"]
    if what == "tier":
        named = next((one for one in rules.tiers(at).tiers if one.code == code), None)
    else:
        found = rules.newest(follows)
        named = found.body if found is not None else None
    name = getattr(named, f"name_{language}", "") or code
    return f"{kind}：{name}" if language == "zh" else f"{kind}: {name}"
