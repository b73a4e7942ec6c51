"""The control API of sharing: a card of the mini-program that one consumer sends to another."""

import msgspec
from aiohttp import web

from simulator.consumers import Bubble
from simulator.gate import CHINA
from simulator.play_answers import Denied, body_of, changed, consumer_of, said

PATH_LIMIT_CHARS = 1024


class Sharing(msgspec.Struct, forbid_unknown_fields=True):
    """Body of miniprogram/share: to whom, and what the page's onShareAppMessage gave."""

    to: str
    title: str
    path: str


async def share(request: web.Request) -> web.Response:
    """What choosing a friend does: the card stands in her chat, with who sent it."""
    wish = await body_of(request, Sharing)
    china, consumer = request.app[CHINA], consumer_of(request)
    friend = china.consumers.state.consumers.get(wish.to)
    if friend is None:
        raise Denied(404, "no_such_consumer", "there is no such friend")
    if not wish.path or len(wish.path) > PATH_LIMIT_CHARS:
        raise Denied(400, "bad_request", "a path has 1 to 1024 characters")
    note = f"{consumer.nickname} → {friend.nickname}"
    china.consumers.show(friend, Bubble(sender="system", kind="notice", via="platform", text=note))
    card = Bubble(
        sender="account",
        kind="miniprogram",
        via="platform",
        title=wish.title,
        app_id=china.settings.miniprogram.app_id,
        page_path=wish.path,
    )
    china.consumers.show(friend, card)
    changed(china)
    return said({"to": friend.id})


ROUTES = (web.post("/play/consumers/{id}/miniprogram/share", share),)
