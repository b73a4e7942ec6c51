"""The control API of the small China itself: what a test sets, and what it wants to see."""

import re
from typing import Annotated, Any

import msgspec
from aiohttp import web

from simulator.consumers import Consumer, NicknameTaken
from simulator.gate import CHINA
from simulator.play_answers import Denied, body_of, changed, consumer_of, said, told
from simulator.qrcodes import jpeg
from simulator.settings import Language, Shop
from simulator.wire import KEPT_EXCHANGES
from simulator.world import China

LONGEST_SECONDS = 20 * 366 * 86_400

_WHOLE = re.compile(r"[0-9]{1,18}")


class NewConsumer(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /play/consumers."""

    nickname: str
    language: Language = "zh_CN"


class ClockSetting(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /play/clock."""

    offset_seconds: Annotated[int, msgspec.Meta(ge=-LONGEST_SECONDS, le=LONGEST_SECONDS)]


def _card(consumer: Consumer) -> dict[str, object]:
    names = ("id", "nickname", "language", "openid", "unionid", "followed", "unread")
    card = {name: getattr(consumer, name) for name in names}
    return card | {"miniprogram_openid": consumer.miniprogram_openid, "mobile": consumer.mobile}


def _poster(china: China, shop: Shop) -> dict[str, object]:
    """A shop with the code that hangs there: what `qrcode/create` answered for its scene."""
    code = china.qrcodes.for_scene(shop.scene)
    return msgspec.structs.asdict(shop) | {"ticket": code.ticket, "url": code.url}


async def state(request: web.Request) -> web.Response:
    """Everything the page needs to draw itself."""
    china = request.app[CHINA]
    account = china.settings.official_account
    return said(
        {
            "account": {
                "name": account.name,
                "app_id": account.app_id,
                "original_id": account.original_id,
                "mode": account.mode,
                "menu": china.menus.state.button,
            },
            "miniprogram": {
                "app_id": china.settings.miniprogram.app_id,
                "name": china.settings.miniprogram.name,
                "server": china.settings.miniprogram.server,
                "links": china.settings.miniprogram.links,
                "is_here": bool(china.settings.miniprogram.folder),
                "has_wallet": china.settings.merchant is not None,
                "is_pushed_to": bool(china.settings.miniprogram.push_url),
                "templates": {
                    one.template_id: one.title for one in china.settings.miniprogram.templates
                },
            },
            "consumers": [_card(consumer) for consumer in china.consumers],
            "shops": [_poster(china, shop) for shop in china.settings.shops],
            "posters": china.settings.posters,
            "join_ways": china.corp.posters() if china.corp else [],
            "contact_ways": [
                {"config_id": one.config_id, "name": one.remark, "staff": one.user}
                for one in (china.corp.contact_ways.by_config_id.values() if china.corp else ())
            ],
            "staff": list(china.corp.settings.staff) if china.corp else [],
            "has_day": china.settings.day is not None,
            "has_market": bool(china.settings.platform_shops and china.settings.goods),
            "faults": china.faults.now,
            "callback_url": account.callback_url,
            "clock": {"offset_seconds": china.clock.state.offset_seconds},
        }
    )


async def add_consumer(request: web.Request) -> web.Response:
    """Somebody new with a phone."""
    china = request.app[CHINA]
    wish = await body_of(request, NewConsumer)
    if not 1 <= len(wish.nickname.strip()) <= 32:
        raise Denied(400, "bad_request", "a nickname has 1 to 32 characters")
    try:
        consumer = china.consumers.add(wish.nickname.strip(), wish.language)
    except NicknameTaken as error:
        raise Denied(409, "nickname_taken", f"there is a {error} already") from error
    changed(china)
    return said(_card(consumer), 201)


async def chat(request: web.Request) -> web.Response:
    """The chat as the phone shows it; reading it sets `unread` to nought."""
    consumer = consumer_of(request)
    consumer.unread = 0
    request.app[CHINA].state_file.touch()
    return said({"messages": request.app[CHINA].consumers.chat(consumer)})


async def delivery_of(request: web.Request) -> web.Response:
    """How a delivery stands."""
    wanted = request.match_info["id"]
    found = (callbacks.get(wanted) for callbacks in request.app[CHINA].all_callbacks())
    delivery = next((each for each in found if each is not None), None)
    if delivery is None:
        raise Denied(404, "no_such_delivery", "there is no such delivery")
    return said(told(delivery))


async def wire(request: web.Request) -> web.Response:
    """What went over the wire after `after`."""
    after = _number(request, "after", 0)
    limit = _number(request, "limit", KEPT_EXCHANGES)
    return said({"exchanges": request.app[CHINA].wire.after(after, limit)})


def _number(request: web.Request, name: str, default: int) -> int:
    given = request.query.get(name, str(default))
    if not _WHOLE.fullmatch(given):
        raise Denied(400, "bad_request", f"{name} must be a whole number")
    return int(given)


async def set_faults(request: web.Request) -> web.Response:
    """Sets the named faults, leaves the others."""
    china = request.app[CHINA]
    faults = china.faults.change(await body_of(request, dict[str, Any]))
    changed(china)
    return said(faults)


async def clear_faults(request: web.Request) -> web.Response:
    """Takes every fault away."""
    china = request.app[CHINA]
    china.faults.clear()
    changed(china)
    return said(china.faults.now)


async def set_clock(request: web.Request) -> web.Response:
    """Moves the platform's clock."""
    china = request.app[CHINA]
    china.clock.state.offset_seconds = (await body_of(request, ClockSetting)).offset_seconds
    changed(china)
    return said(china.clock.state)


async def verify(request: web.Request) -> web.Response:
    """Verifies the server, as the console does when one saves its address."""
    attempt = await request.app[CHINA].callbacks.courier.verify()
    return said(
        {
            "verified": attempt.outcome == "verified",
            "status": attempt.status,
            "seconds": attempt.seconds,
            "outcome": attempt.outcome,
        }
    )


async def kill_tokens(request: web.Request) -> web.Response:
    """Ends every token of every account, as a reset of the secrets does."""
    china = request.app[CHINA]
    ended = sum(china.tokens.kill_all(app_id) for app_id in china.secrets)
    ended += china.corp.tokens.kill_all() if china.corp else 0
    changed(china)
    return said({"ended": ended})


async def medium(request: web.Request) -> web.Response:
    """The bytes of a medium, for the page."""
    found = request.app[CHINA].media.get(request.match_info["id"])
    if found is None:
        raise Denied(404, "no_such_medium", "there is no such medium")
    return web.Response(body=found.content, content_type=found.content_type)


async def qrcode(request: web.Request) -> web.Response:
    """The picture of a code by its ticket, for the page: the one that `showqrcode` gives."""
    code = request.app[CHINA].qrcodes.living(request.query.get("ticket", ""))
    if code is None:
        raise Denied(404, "no_such_code", "there is no such QR code")
    return web.Response(body=jpeg(code.url), content_type="image/jpeg")


async def poster(request: web.Request) -> web.Response:
    """The picture of what hangs in a shop, by its place among the posters."""
    posters, place = request.app[CHINA].settings.posters, request.match_info["place"]
    if not _WHOLE.fullmatch(place) or int(place) >= len(posters):
        raise Denied(404, "no_such_poster", "there is no such poster")
    return web.Response(body=jpeg(posters[int(place)].link), content_type="image/jpeg")


ROUTES = (
    web.get("/play/state", state),
    web.post("/play/consumers", add_consumer),
    web.get("/play/consumers/{id}/chat", chat),
    web.get("/play/deliveries/{id}", delivery_of),
    web.get("/play/wire", wire),
    web.post("/play/faults", set_faults),
    web.delete("/play/faults", clear_faults),
    web.post("/play/clock", set_clock),
    web.post("/play/verify", verify),
    web.post("/play/tokens/kill", kill_tokens),
    web.get("/play/media/{id}", medium),
    web.get("/play/qrcode", qrcode),
    web.get("/play/posters/{place}", poster),
)
