"""Staff sign in by a WeCom scan, against the simulated corp over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from jifen import app
from jifen.seeds import staff
from loyalty.connections import Connected, WeComSettings
from models import StaffSession
from simulator.app import create_app
from simulator.settings import MiniProgram, OfficialAccount, Settings, WeCom
from tests.console.test_console import NOW, PASSWORD, Browser
from tests.web.conftest import away, context, http, redis
from web.context import Context, Corp
from wechat import wecom
from wechat.tokens import MemoryTokens

__all__ = ["away", "context", "http", "redis"]

CORP_ID, SECRET, KEY = "ww0123456789abcdef", "s" * 43, "a" * 43
CHINA = Settings(
    official_account=OfficialAccount(
        "wx0123456789abcdef", "s" * 32, "gh_1", "积分", "t", "http://127.0.0.1:1/", KEY
    ),
    miniprogram=MiniProgram("wxfedcba0987654321", "f" * 32),
    wecom=WeCom(CORP_ID, SECRET, "token", KEY, "http://127.0.0.1:1/", staff=("chen", "stranger")),
)


@pytest.fixture
async def browser(database: None, context: Context) -> AsyncIterator[Browser]:
    await staff.lay(PASSWORD, at=NOW)
    china = TestServer(create_app(CHINA))
    await china.start_server(shutdown_timeout=0.2)
    base = str(china.make_url("/qyapi"))
    settings = WeComSettings(
        CORP_ID, SECRET, "token", KEY, agent_id=1_000_002, api_base=base, login_base=base
    )
    client = wecom.WeCom(
        context.http, MemoryTokens(), corp_id=CORP_ID, secret=SECRET, api_base=base
    )
    corp = Corp(Connected(1, CORP_ID, "积分", settings), client)
    server = TestServer(app.create(replace(context, corps={CORP_ID: corp})))
    await server.start_server(shutdown_timeout=0.2)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Browser(session, str(server.make_url("")).rstrip("/"))
    await server.close()
    await china.close()


async def test_the_login_offers_the_scan(browser: Browser) -> None:
    for _, page in (await browser.get("/login"), await browser.sign_in("chen", "wrong")):
        assert 'href="/console/login/wecom"' in page


async def test_whoever_the_corp_names_is_in(browser: Browser) -> None:
    async with browser.session.get(f"{browser.origin}/console/login/wecom") as page:
        assert "stranger" in await page.text()
        scanned = page.url.update_query(scanned_by="chen")
    async with browser.session.get(scanned) as console:
        assert (console.status, "陈晨" in await console.text()) == (200, True)
    assert await StaffSession.all().count() == 1


async def test_a_scan_of_a_stranger_and_one_that_is_not_ours_open_nothing(browser: Browser) -> None:
    async with browser.session.get(f"{browser.origin}/console/login/wecom") as page:
        scanned = page.url.update_query(scanned_by="stranger")
    async with browser.session.get(scanned) as refused:
        assert (refused.status, 'role="alert"' in await refused.text()) == (422, True)
        done = refused.url
    async with browser.session.get(done) as again:
        assert again.status == 422, "the code is used up"
    for changed in ({"state": ""}, {"state": "forged"}, {"state": "é"}, {"code": "é\0"}):
        async with browser.session.get(done.update_query(changed)) as refused:
            assert refused.status == 422
    assert await StaffSession.all().count() == 0
