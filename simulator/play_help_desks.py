"""The control API of help desks: what consumers write to them, and what the staff do about it."""

import msgspec
from aiohttp import web

from simulator.callbacks import Delivery
from simulator.gate import CHINA
from simulator.play_answers import Denied, body_of, consumer_of, said
from simulator.play_groups import deed
from simulator.wecom import Corp
from simulator.wecom.help_desks import PERSON, WAITING, HelpDesks


class Entry(msgspec.Struct, forbid_unknown_fields=True):
    """Body of enter. `scene`: that of the link."""

    scene: str = ""


class Words(msgspec.Struct, forbid_unknown_fields=True):
    """Body of say. `menu_id`: of the line of a menu that she tapped."""

    text: str
    menu_id: str = ""


class StaffWords(msgspec.Struct, forbid_unknown_fields=True):
    """Body of answer."""

    text: str


def _desks(request: web.Request) -> HelpDesks:
    corp = request.app[CHINA].corp
    if corp is None:
        raise Denied(404, "no_such_corp", "this run has no corp")
    return corp.help_desks


async def desks(request: web.Request) -> web.Response:
    """The desks, what was said at them, and who waits for whom."""
    found = _desks(request)
    return said(
        {
            "desks": list(found.by_id.values()),
            "lines": found.state.lines,
            "sessions": [
                one for one in found.state.sessions.values() if one.state in (WAITING, PERSON)
            ],
        }
    )


async def _enter(request: web.Request, corp: Corp) -> Delivery | None:
    scene = (await body_of(request, Entry)).scene
    return corp.help_desks.enter(consumer_of(request), request.match_info["open_kfid"], scene)


async def _say(request: web.Request, corp: Corp) -> Delivery | None:
    words = await body_of(request, Words)
    consumer, open_kfid = consumer_of(request), request.match_info["open_kfid"]
    return corp.help_desks.say(consumer, open_kfid, words.text, words.menu_id)


async def _take(request: web.Request, corp: Corp) -> Delivery | None:
    of = request.match_info
    return corp.help_desks.take(consumer_of(request), of["open_kfid"], of["user_id"])


async def _close(request: web.Request, corp: Corp) -> Delivery | None:
    of = request.match_info
    return corp.help_desks.close(consumer_of(request), of["open_kfid"], of["user_id"])


async def _answer(request: web.Request, corp: Corp) -> Delivery | None:
    text = (await body_of(request, StaffWords)).text
    of = request.match_info
    return corp.help_desks.answer(consumer_of(request), of["open_kfid"], of["user_id"], text)


_HERS = "/play/consumers/{id}/desks/{open_kfid}"
_STAFF = "/play/staff/{user_id}/desks/{open_kfid}/{id}"

ROUTES = (
    web.get("/play/desks", desks),
    web.post(f"{_HERS}/enter", deed(_enter)),
    web.post(f"{_HERS}/say", deed(_say)),
    web.post(f"{_STAFF}/take", deed(_take)),
    web.post(f"{_STAFF}/answer", deed(_answer)),
    web.post(f"{_STAFF}/close", deed(_close)),
)
