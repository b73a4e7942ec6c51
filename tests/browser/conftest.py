"""A small China, a bot and a browser for the tests of the phone page.

All of them live in one event loop for the session: starting a browser costs a second, and the
simulator is made new for every test.
"""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from pytest_asyncio import fixture

from simulator.app import create_app
from simulator.assumed import Assumed
from simulator.settings import (
    ConsumerSeed,
    Group,
    HelpDesk,
    MiniProgram,
    OfficialAccount,
    Settings,
    Shop,
    WeCom,
)
from tests.browser.echo_bot import EchoBot
from tests.ports import free_port

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE = {"viewport": {"width": 375, "height": 812}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1440, "height": 900}}
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)


def _browser_path(own: str) -> str | None:
    """Where the browser is: $BROWSER_PATH, the PATH, else Playwright's own. None: nowhere."""
    on_path = (shutil.which(name) for name in BROWSERS)
    found = os.environ.get("BROWSER_PATH") or next(filter(None, on_path), None)
    return found or (own if Path(own).exists() else None)


@fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One headless Chromium for the session. Without one: skipped, or with CI=true failed."""
    async with async_playwright() as playwright:
        path = _browser_path(playwright.chromium.executable_path)
        if path is None:
            reason = "no Chromium: install Debian's chromium, or set BROWSER_PATH"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        launched = await playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield launched
        await launched.close()


class SmallChina:
    """A simulator on a fixed port that can be stopped and started again, and its bot."""

    def __init__(self, settings: Settings, bot: EchoBot) -> None:
        self.settings = settings
        self.bot = bot
        self.address = f"http://127.0.0.1:{settings.port}/"
        self._runners: dict[str, web.AppRunner] = {}

    async def start(self) -> None:
        """Opens the simulator's port."""
        await self._open("simulator", create_app(self.settings), self.settings.port)

    async def start_bot(self) -> None:
        """Opens the bot's port and creates the account's menu."""
        port = int(self.settings.official_account.callback_url.split(":")[2].split("/")[0])
        await self._open("bot", self.bot.app(), port)
        await self.bot.create_menu()

    async def stop(self, what: str = "simulator") -> None:
        """Closes a port."""
        await self._runners.pop(what).cleanup()

    async def stop_all(self) -> None:
        """Closes every port that is open."""
        for what in tuple(self._runners):
            await self.stop(what)

    async def _open(self, what: str, app: web.Application, port: int) -> None:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        self._runners[what] = runner
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()


CORP = WeCom(
    corp_id="ww1b2c3d4e5f607182",
    secret="corp-secret",
    token="corptoken",
    encoding_aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    callback_url="http://127.0.0.1:1/nobody",
    staff=("chen",),
    groups=(Group("wrVIP", "星选会员群", "chen"),),
    help_desks=(HelpDesk("wkDESK", "积分客服", ("chen",)),),
)


def _settings(folder: Path) -> Settings:
    account = OfficialAccount(
        app_id="wx1b2c3d4e5f607182",
        app_secret="0123456789abcdef0123456789abcdef",
        original_id="gh_5e1f0c9a2b34",
        name="星选会员",
        token="pagetoken",
        encoding_aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        callback_url=f"http://127.0.0.1:{free_port()}/wechat",
    )
    shops = (
        Shop(scene="shop_jingan", name_zh="静安店", name_en="Jing'an shop"),
        Shop(scene="shop_xuhui", name_zh="徐汇店", name_en="Xuhui shop"),
    )
    seeds = (ConsumerSeed("林小满"), ConsumerSeed("王建国"), ConsumerSeed("Emma", "en"))
    return Settings(
        official_account=account,
        miniprogram=MiniProgram(app_id="wx9988776655443322", app_secret="f" * 32),
        wecom=CORP,
        port=free_port(),
        state_file=str(folder / "state.json"),
        shops=shops,
        consumers=seeds,
        assumed=Assumed(callback_timeout_seconds=2),
    )


@fixture(loop_scope="session")
async def china(tmp_path: Path) -> AsyncIterator[SmallChina]:
    """A fresh simulator with three consumers and two shops, and its bot."""
    settings = _settings(tmp_path)
    platform = f"http://127.0.0.1:{settings.port}"
    small = SmallChina(settings, EchoBot(settings.official_account, platform))
    await small.start()
    await small.start_bot()
    yield small
    await small.stop_all()


class Visitors:
    """Opens pages as different readers; every error that a page raises fails the test."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address
        self._contexts: list[BrowserContext] = []
        self.errors: list[str] = []

    async def open(self, device: dict[str, Any], locale: str = "zh-CN", **wishes: Any) -> Page:
        """A page in a browser of its own, ready to be used."""
        context = await self._browser.new_context(
            base_url=self._address, locale=locale, **device, **wishes
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        await page.goto(self._address)
        await page.locator(".consumer").first.wait_for(state="attached")
        return page

    async def leave(self) -> None:
        """Closes every browser window."""
        for context in self._contexts:
            await context.close()


@fixture(loop_scope="session")
async def visitors(browser: Browser, china: SmallChina) -> AsyncIterator[Visitors]:
    """Whoever looks at the page."""
    group = Visitors(browser, china.address)
    yield group
    await group.leave()
    assert group.errors == []


@fixture(loop_scope="session")
async def desk(visitors: Visitors) -> Page:
    """A wide window that reads Chinese."""
    return await visitors.open(DESK)


@fixture(loop_scope="session")
async def phone(visitors: Visitors) -> Page:
    """A phone that reads Chinese."""
    return await visitors.open(PHONE)
