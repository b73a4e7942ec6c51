"""The control API of the staff's WeCom: what the app asks of them, and what they do about it."""

import msgspec
from aiohttp import web

from simulator.gate import CHINA
from simulator.play_answers import Denied, body_of, changed, said
from simulator.wecom import Corp
from simulator.wecom.mass_sends import MassSend


def _of(request: web.Request) -> tuple[Corp, str]:
    corp, user_id = request.app[CHINA].corp, request.match_info["user_id"]
    if corp is None or user_id not in corp.settings.staff:
        raise Denied(404, "no_such_staff", "there is no such staff member")
    return corp, user_id


class Words(msgspec.Struct, forbid_unknown_fields=True):
    """Body of say."""

    text: str


async def sends(request: web.Request) -> web.Response:
    """The mass sends that wait for a staff member, and what the app wrote to him."""
    corp, user_id = _of(request)
    waiting = [_card(one, user_id) for one in corp.mass_sends.waiting(user_id)]
    read = [one for one in corp.app_messages if one.user_id == user_id]
    return said({"sends": waiting, "messages": read})


def _card(send: MassSend, user_id: str) -> dict[str, object]:
    return {
        "msgid": send.msgid,
        "chat_type": send.chat_type,
        "created_at": send.created_at,
        "text": send.text,
        "pictures": send.pictures,
        "targets": sum(one.user_id == user_id for one in send.targets),
        "reminders": len(send.reminded_at),
    }


async def confirm(request: web.Request) -> web.Response:
    """A staff member taps "send"."""
    corp, user_id = _of(request)
    count = corp.confirm_send(user_id, request.match_info["msgid"])
    changed(request.app[CHINA])
    return said({"sent": count})


async def say(request: web.Request) -> web.Response:
    """A staff member writes to the app."""
    corp, user_id = _of(request)
    delivery = corp.say_to_app(user_id, (await body_of(request, Words)).text)
    changed(request.app[CHINA])
    if request.query.get("wait") in ("1", "true"):
        await delivery.ended.wait()
    return said({}, 202)


ROUTES = (
    web.post("/play/staff/{user_id}/say", say),
    web.get("/play/staff/{user_id}/sends", sends),
    web.post("/play/staff/{user_id}/sends/{msgid}/confirm", confirm),
)
