"""What nobody's browser sends: forms, cookies and addresses that are broken are refused."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from jifen import app
from tests.console.test_console import Browser, away, browser, context, http, redis
from web.context import Context

__all__ = ["away", "browser", "context", "http", "redis"]


@asynccontextmanager
async def behind(context: Context, proxies: int) -> AsyncIterator[Browser]:
    """Run a console behind so many proxies of ours."""
    server = TestServer(app.create(context, trusted_proxies=proxies))
    await server.start_server(shutdown_timeout=0.2)
    async with aiohttp.ClientSession() as session:
        yield Browser(session, str(server.make_url("")).rstrip("/"))
    await server.close()


async def guesses(browser: Browser, path: str, address: str, times: int) -> list[int]:
    """Return what that many logins from an address are answered."""
    told = []
    for _ in range(times):
        method = "POST" if path == "/login" else "GET"
        async with browser.session.request(
            method,
            f"{browser.origin}/console{path}",
            data={"account": "chen", "password": "a guess of many"} if method == "POST" else None,
            headers={"X-Forwarded-For": address},
        ) as answer:
            told.append(answer.status)
    return told


@pytest.mark.parametrize("path", ["/login", "/login/wecom/done"])
async def test_who_guesses_behind_our_proxy_locks_out_nobody_else(
    context: Context, browser: Browser, path: str
) -> None:
    async with behind(context, 1) as proxied:
        told = await guesses(proxied, path, "6.6.6.6, 1.2.3.4", 12)
        assert (told[0], told[-1]) == (422, 429)
        assert await guesses(proxied, path, "1.2.3.5", 1) == [422]
    async with behind(context, 0) as open_to_all:
        told = await guesses(open_to_all, path, "9.9.9.9", 12)
        assert (told[0], told[-1]) == (422, 429)
        assert await guesses(open_to_all, path, "8.8.8.8", 1) == [429], "anybody can say so"
