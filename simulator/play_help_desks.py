"""The control API of help desks: what consumers write to them, and what the staff do about it."""

from collections.abc import Callable

import msgspec
from aiohttp import web

from simulator.consumers import Consumer
from simulator.gate import CHINA
from simulator.play_answers import Denied, body_of, changed, consumer_of, said
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


async def enter(request: web.Request) -> web.Response:
    """A consumer opens the chat with a desk."""
    scene = (await body_of(request, Entry)).scene
    _desks(request).enter(consumer_of(request), request.match_info["open_kfid"], scene)
    changed(request.app[CHINA])
    return said({}, 202)


async def say(request: web.Request) -> web.Response:
    """A consumer writes to a desk."""
    words = await body_of(request, Words)
    consumer, open_kfid = consumer_of(request), request.match_info["open_kfid"]
    _desks(request).say(consumer, open_kfid, words.text, words.menu_id)
    changed(request.app[CHINA])
    return said({}, 202)


async def _by_staff(
    request: web.Request, act: Callable[[HelpDesks], Callable[[Consumer, str, str], None]]
) -> web.Response:
    of = request.match_info
    act(_desks(request))(consumer_of(request), of["open_kfid"], of["user_id"])
    changed(request.app[CHINA])
    return said({}, 202)


async def take(request: web.Request) -> web.Response:
    """A staff member takes a consumer who waits."""
    return await _by_staff(request, lambda desks: desks.take)


async def close(request: web.Request) -> web.Response:
    """A staff member ends a talk."""
    return await _by_staff(request, lambda desks: desks.close)


async def answer(request: web.Request) -> web.Response:
    """A staff member writes to the consumer whom he talks with."""
    text = (await body_of(request, StaffWords)).text
    of = request.match_info
    _desks(request).answer(consumer_of(request), of["open_kfid"], of["user_id"], text)
    changed(request.app[CHINA])
    return said({}, 202)


_HERS = "/play/consumers/{id}/desks/{open_kfid}"
_STAFF = "/play/staff/{user_id}/desks/{open_kfid}/{id}"

ROUTES = (
    web.get("/play/desks", desks),
    web.post(f"{_HERS}/enter", enter),
    web.post(f"{_HERS}/say", say),
    web.post(f"{_STAFF}/take", take),
    web.post(f"{_STAFF}/answer", answer),
    web.post(f"{_STAFF}/close", close),
)
