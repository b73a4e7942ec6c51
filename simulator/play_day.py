"""The page of the demo day: both phones and the brand's console side by side, and its way out."""

from pathlib import Path
from typing import Literal

import msgspec
from aiohttp import web
from yarl import URL

from simulator.gate import CHINA
from simulator.play_answers import Denied, body_of, said
from simulator.relay import Asked, NoAnswer, NotAllowed
from simulator.settings import Day

PAGE = Path(__file__).parent / "page" / "day" / "index.html"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: http: https:; connect-src 'self'; frame-src 'self' {console}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PREFIX = "/demo/"


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    """What the page asks of the server's demo; `body` is the text that goes out."""

    path: str
    method: Literal["GET", "POST"] = "GET"
    headers: dict[str, str] = {}
    body: str = ""


async def page(request: web.Request) -> web.Response:
    """The page; it may frame ours and the console, and nothing may frame it."""
    policy = POLICY.format(console=URL(_day(request).console).origin())
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
    return web.Response(
        text=PAGE.read_text(encoding="utf-8"), content_type="text/html", headers=headers
    )


async def day(request: web.Request) -> web.Response:
    """Where the console is, and whose account the page shows."""
    return said(_day(request))


async def ask(request: web.Request) -> web.Response:
    """Ask the server's demo, which is on no phone's wire."""
    wish = await body_of(request, Wish)
    if not wish.path.startswith(PREFIX):
        raise Denied(403, "not_of_the_demo", f"only what is below {PREFIX}")
    _day(request)
    china = request.app[CHINA]
    asked = Asked(
        china.settings.miniprogram.server + wish.path, wish.method, wish.headers, wish.body
    )
    try:
        return said(await china.relay.ask(asked))
    except NotAllowed as error:
        raise Denied(403, "not_in_domain_list", str(error)) from error
    except NoAnswer as error:
        raise Denied(502, "no_answer", str(error)) from error


def _day(request: web.Request) -> Day:
    found = request.app[CHINA].settings.day
    if found is None:
        raise web.HTTPNotFound
    return found


ROUTES = (
    web.get("/day", page),
    web.get("/play/day", day),
    web.post("/play/day/request", ask),
)
