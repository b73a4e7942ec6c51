"""A mini-program on a phone in the browser, and the server it talks to."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, BrowserContext, Locator, Page, Route
from pytest_asyncio import fixture

from simulator.app import create_app
from simulator.consumers import derived_id
from simulator.settings import MiniProgram, OfficialAccount, Settings
from tests.browser.conftest import PATIENCE_MS
from tests.browser.miniprogram.shop_server import SHOPPERS, ShopServer

ROOT = Path(__file__).parents[3]
SMALL = {"viewport": {"width": 375, "height": 700}, "has_touch": True, "is_mobile": True}
QUERY = str.maketrans({"?": "%3F", "=": "%3D", "&": "%26"})
NAMES = {"zh": "王金", "en": "Emma"}
ACCOUNT = OfficialAccount(
    "wx1b2c3d4e5f607182", "0" * 32, "gh_1", "星选会员", "token", "http://127.0.0.1:1/", "a" * 43
)


@dataclass
class Phones:
    """Opens the mini-program on phones; every error that a page raises fails the test."""

    browser: Browser
    china: str
    shop: ShopServer
    errors: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def open(self, page: str = "home", language: str = "zh", **wishes: Any) -> Page:
        """The mini-program at one of its pages (`name` or `name?query`)."""
        context = await self.browser.new_context(**{**SMALL, **wishes})
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        opened = await context.new_page()
        opened.on("pageerror", lambda error: self.errors.append(str(error)))
        await self.visit(opened, page, language)
        return opened

    async def visit(self, opened: Page, page: str, language: str = "zh") -> None:
        """The same phone at another page, started anew."""
        name = page.partition("?")[0]
        consumer = derived_id(NAMES[language])
        path = f"/pages/{name}/{page}".translate(QUERY)
        await opened.goto(f"{self.china}/mp?consumer={consumer}&open={path}")
        await opened.locator("html[data-ready=true]").wait_for(state="attached")


@fixture(loop_scope="session")
async def shop() -> ShopServer:
    """The server's things."""
    return ShopServer()


@fixture(loop_scope="session")
async def phones(browser: Browser, shop: ShopServer) -> AsyncIterator[Phones]:
    """Phones in a small China whose mini-program is ours."""
    async with AsyncExitStack() as ending:
        server = await _started(TestServer(shop.app()), ending)
        mini = MiniProgram(
            "wx9988776655443322",
            "f" * 32,
            name="拾光咖啡",
            folder=str(ROOT / "miniprogram"),
            server=_address(server),
            push_url=_address(await _started(TestServer(_takes_messages()), ending)),
            push_token="token",
            push_key="a" * 43,
        )
        china = await _started(
            TestServer(create_app(Settings(ACCOUNT, mini, consumers=SHOPPERS))), ending
        )
        group = Phones(browser, _address(china), shop)
        yield group
        for context in group.contexts:
            await context.close()
    assert group.errors == []


def _takes_messages() -> web.Application:
    """Who takes the mini-program's messages and does nothing with them."""

    async def take(request: web.Request) -> web.Response:
        return web.Response(text=request.query.get("echostr", "success"))

    app = web.Application()
    app.router.add_route("*", "/", take)
    return app


async def _started(server: TestServer, ending: AsyncExitStack) -> TestServer:
    await server.start_server(shutdown_timeout=0.2)
    ending.push_async_callback(server.close)
    return server


def _address(server: TestServer) -> str:
    return str(server.make_url("")).rstrip("/")


def shown(page: Page, name: str) -> Locator:
    """The page of the stack that is on top; `name` may have a query behind it."""
    name = name.partition("?")[0]
    return page.locator(f'.host[data-page="pages/{name}/{name}"]:not([hidden])')


async def play_pay(page: Page, shop: ShopServer, heard: list[dict[str, Any]]) -> None:
    """Play WeChat Pay's part of the simulator: what the sheet shows, and that it was paid."""

    async def look(route: Route) -> None:
        number = route.request.url.rpartition("/")[2]
        told = {"description": "拾光咖啡", "total_fen": shop.orders[number]["total_fen"]}
        await route.fulfill(json=told)

    async def pay(route: Route) -> None:
        asked = msgspec.json.decode(route.request.post_data or "{}")
        heard.append(asked)
        if asked["is_confirmed"]:
            shop.orders[asked["package"].removeprefix("prepay_id=")]["state"] = "paid"
        await route.fulfill(json={"errMsg": "requestPayment:ok"})

    await page.route("**/play/payments/*", look)
    await page.route("**/miniprogram/pay", pay)
