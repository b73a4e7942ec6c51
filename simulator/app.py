"""Puts the small China together as one aiohttp application."""

from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from simulator import (
    agents,
    content,
    customer_messages,
    mass_messages,
    media,
    menus,
    mini_codes,
    miniprogram,
    miniprogram_page,
    pay,
    play,
    play_answers,
    play_authorizations,
    play_day,
    play_douyin_members,
    play_events,
    play_groups,
    play_help_desks,
    play_miniprogram,
    play_pay,
    play_pay_coupons,
    play_phone,
    play_sharing,
    play_shops,
    play_staff,
    play_subscriptions,
    play_tmall,
    play_wechat_members,
    qrcodes,
    quotas,
    subscriptions,
    tags,
    templates,
    tokens,
    users,
    web_login,
)
from simulator.api import Endpoint
from simulator.gate import CHINA, NO_SUCH_PATH, gate
from simulator.settings import Settings
from simulator.shops import platforms, wechat_members, wechat_shop, wechat_shop_goods
from simulator.wecom import (
    calls,
    contact_calls,
    contact_way_calls,
    door,
    help_desk_calls,
    send_calls,
    sign_in,
    tag_calls,
)
from simulator.world import China

PAGE = Path(__file__).parent / "page"
BODY_LIMIT_BYTES = 20 * 1_048_576
SUBJECTS = (
    tokens,
    quotas,
    customer_messages,
    agents,
    qrcodes,
    menus,
    users,
    tags,
    templates,
    mass_messages,
    media,
    web_login,
    miniprogram,
    mini_codes,
    subscriptions,
    content,
    wechat_shop,
    wechat_members,
    wechat_shop_goods,
)
PREFIXES = ("/cgi-bin/", "/sns/", "/wxa/", "/customservice/", "/connect/", "/channels/", "/shop/")


def create_app(settings: Settings) -> web.Application:
    """The platform, the control API and the phone page. Raises: state.StateUnreadable."""
    app = web.Application(client_max_size=BODY_LIMIT_BYTES, middlewares=[play_answers.say_refusals])
    endpoints: list[Endpoint] = [each for subject in SUBJECTS for each in subject.ENDPOINTS]
    app[CHINA] = China(settings, frozenset(endpoint.path for endpoint in endpoints))
    for endpoint in endpoints:
        app.router.add_route("*", endpoint.path, gate(endpoint))
    app.router.add_routes(play.ROUTES)
    app.router.add_routes(play_phone.ROUTES)
    app.router.add_routes(play_miniprogram.ROUTES)
    app.router.add_routes(play_events.ROUTES)
    app.router.add_routes(play_subscriptions.ROUTES)
    app.router.add_routes(play_authorizations.ROUTES)
    app.router.add_routes(play_sharing.ROUTES)
    app.router.add_routes(play_groups.ROUTES)
    app.router.add_routes(play_staff.ROUTES)
    app.router.add_routes(play_help_desks.ROUTES)
    app.router.add_routes(play_day.ROUTES)
    app.router.add_routes(play_shops.ROUTES)
    app.router.add_routes(play_tmall.ROUTES)
    app.router.add_routes(play_wechat_members.ROUTES)
    app.router.add_routes(play_douyin_members.ROUTES)
    if settings.wecom is not None:
        _add_qyapi(app)
    app.router.add_routes(play_pay.ROUTES)
    app.router.add_routes(play_pay_coupons.ROUTES)
    pay.add_to(app)
    platforms.add_to(app)
    app.router.add_routes(miniprogram_page.ROUTES)
    for prefix in PREFIXES:
        app.router.add_route("*", prefix + "{rest:.*}", gate(NO_SUCH_PATH))
    app.router.add_get("/", _phone)
    app.router.add_get("/page/{name:.*}", _page_file)
    app.cleanup_ctx.append(_running)
    app.on_shutdown.append(_begin_stopping)
    return app


def _add_qyapi(app: web.Application) -> None:
    subjects = (
        calls,
        contact_calls,
        contact_way_calls,
        help_desk_calls,
        send_calls,
        sign_in,
        tag_calls,
    )
    for endpoint in (each for subject in subjects for each in subject.ENDPOINTS):
        app.router.add_route("*", endpoint.path, gate(endpoint, door.QYAPI))
    elsewhere = gate(door.NO_SUCH_PATH, door.QYAPI)
    app.router.add_route("*", door.BASE + "/{rest:.*}", elsewhere)


async def _running(app: web.Application) -> AsyncIterator[None]:
    china = app[CHINA]
    for callbacks in china.all_callbacks():
        callbacks.courier.open()
    china.relay.open()
    yield
    await china.relay.close()
    await china.state_file.close()


async def _begin_stopping(app: web.Application) -> None:
    """Breaks off what others wait for, so that a stop is quick."""
    china = app[CHINA]
    china.stopping.set()
    china.stream.close()
    for callbacks in china.all_callbacks():
        await callbacks.close()
    await china.pay.notices.close()
    for shop in china.shops.all():
        await shop.close()


async def _phone(request: web.Request) -> web.StreamResponse:
    return _file("index.html")


async def _page_file(request: web.Request) -> web.StreamResponse:
    return _file(request.match_info["name"])


def _file(name: str) -> web.FileResponse:
    path = (PAGE / name).resolve()
    if not path.is_relative_to(PAGE.resolve()) or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": "no-cache"})
