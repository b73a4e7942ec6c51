"""What nobody's browser sends: forms, cookies and addresses that are broken are refused."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from yarl import URL

from console import signing_in
from jifen import app
from models import RuleVersion
from tests.console.test_console import PASSWORD, Browser, away, browser, context, http, redis
from web.context import Context
from web.limits import Limit

__all__ = ["away", "browser", "context", "http", "redis"]

FORM = "application/x-www-form-urlencoded"
KIND = f"Content-Type: {FORM}"
PART = b'--x\r\nContent-Disposition: form-data; name="account"\r\nContent-Type: text/plain'


async def raw(browser: Browser, method: str, path: str, *lines: bytes, body: bytes = b"") -> int:
    """Send these bytes as they are, with the browser's session; return the status."""
    cookies = browser.session.cookie_jar.filter_cookies(URL(browser.origin) / "console")
    session = cookies["jifen_staff"].value if "jifen_staff" in cookies else ""
    told = [
        f"{method} /console{path} HTTP/1.1".encode(),
        b"Host: x",
        b"Connection: close",
        f"Content-Length: {len(body)}".encode(),
        *lines,
    ]
    if not any(line.startswith(b"Cookie") for line in lines):
        told.append(f"Cookie: jifen_staff={session}".encode())
    host, port = browser.origin.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"\r\n".join(told) + b"\r\n\r\n" + body)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return int(answer.split()[1])


BROKEN = [
    (f"{FORM}; charset=nonsense", b"account=x"),
    (f"{FORM}; charset=base64", b"account=x"),
    (f"{FORM}; charset=utf-7", b"account=+2AA-"),
    (FORM, b"account=\xff"),
    (FORM, b"account=%ff"),
    (FORM, b"account=%ed%a0%80"),
    (FORM, b"account=%00"),
    (FORM, b"account=x&account=y"),
    (FORM, b"a&" * 5000),
    (f"{FORM}\r\nContent-Encoding: gzip", b"nonsense"),
    ("multipart/form-data", b"nonsense"),
    ("multipart/form-data; boundary=x", b"nonsense"),
    ("multipart/form-data; boundary=x", PART + b"; charset=zz\r\n\r\nv\r\n--x--\r\n"),
]


async def test_a_broken_form_is_a_bad_request_wherever_it_is_sent(browser: Browser) -> None:
    await browser.sign_in("marketer")
    proof = f"X-Form-Proof: {await browser.proof()}".encode()
    for kind, body in BROKEN:
        head = f"Content-Type: {kind}".encode()
        for path in ("/login", "/language", "/rules/reward:tote"):
            for lines in ((head,), (head, proof)):
                told = await raw(browser, "POST", path, *lines, body=body)
                assert told == 400, (path, kind, body[:20])
    assert await RuleVersion.filter(slot="reward:tote").count() == 1


async def test_a_broken_form_is_told_as_a_page_that_names_the_field(browser: Browser) -> None:
    http_status, page = await browser.post("/login", account="a\0b", password="x")
    assert (http_status, "<html" in page) == (400, True)
    assert "字段 账号 不正确：含有空字符" in page


async def test_a_session_or_proof_that_is_no_ascii_is_a_wrong_one(browser: Browser) -> None:
    for session in (b"\xff", b"\xed\xa0\x80", "é".encode()):
        assert await raw(browser, "GET", "/members", b"Cookie: jifen_staff=" + session) == 303
    for state in (b"\xff", b"\xed\xa0\x80", "é".encode()):
        cookie = b"Cookie: jifen_wecom_state=" + state
        assert await raw(browser, "GET", "/login/wecom/done?state=x&code=x", cookie) == 422
    await browser.sign_in("marketer")
    for proof in (b"\xff", b"\xed\xa0\x80", "é".encode()):
        assert await raw(browser, "POST", "/language", b"X-Form-Proof: " + proof) == 403
    assert (await browser.post("/language", language="en", proof="é"))[0] == 403


async def test_a_slot_that_cannot_be_is_not_found(browser: Browser) -> None:
    await browser.sign_in("marketer")
    proof = f"X-Form-Proof: {await browser.proof()}".encode()
    for slot in ("%00", "reward:tote%00", "%ed%a0%80", "9" * 400, "%F0%9F%98%80", "%"):
        assert await raw(browser, "GET", f"/rules/{slot}") == 404, slot
        assert await raw(browser, "POST", f"/rules/{slot}", proof) == 404, slot
    await browser.sign_in("chen")
    proof = f"X-Form-Proof: {await browser.proof()}".encode()
    for number in ("%00", "a%00", "%ed%a0%80", "9" * 400):
        assert await raw(browser, "GET", f"/orders/{number}") == 404, number
        assert await raw(browser, "POST", f"/orders/{number}/complete", proof) in (404, 422), number
        body = b"yuan=1&name=00000000-0000-4000-8000-000000000000"
        told = await raw(
            browser, "POST", f"/orders/{number}/refunds", proof, KIND.encode(), body=body
        )
        assert told == 404, number


async def test_conditions_that_are_nested_too_deeply_are_the_fields_error(
    browser: Browser,
) -> None:
    await browser.sign_in("marketer")
    _, page = await browser.get("/rules/reward:tote")
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    deep = ["[" * 9000, "[" * 9000 + "]" * 9000, '{"a":' * 3000]
    for told in (*deep, *("[" * depth + "]" * depth for depth in range(100, 1200, 50))):
        http_status, page = await browser.post("/rules/reward:tote", **form, conditions=told)
        alert = re.search(r'role="alert">([^<]*)<', page)
        assert (http_status, bool(alert)) == (422, True), told[:20]
        if told in deep:
            assert alert
            assert alert[1] == "条件：取值不正确"


@asynccontextmanager
async def behind(context: Context, proxies: int, *, public_url: str = "") -> AsyncIterator[Browser]:
    """Run a console behind so many proxies of ours, which browsers find at an address."""
    server = TestServer(app.create(context, trusted_proxies=proxies, public_url=public_url))
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


async def test_who_guesses_at_many_accounts_is_stopped_too(
    context: Context, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Limit("console_login_from", most=3, window_seconds=60)
    monkeypatch.setattr(signing_in, "LOGINS_FROM", few)
    told = []
    async with behind(context, 1) as proxied:
        for number in range(4):
            async with proxied.session.post(
                f"{proxied.origin}/console/login",
                data={"account": f"account{number}", "password": ""},
                headers={"X-Forwarded-For": "1.2.3.4"},
            ) as answer:
                told.append(answer.status)
    assert told == [422, 422, 422, 429]


async def test_an_account_that_many_guess_at_is_locked_for_a_while(
    context: Context, browser: Browser
) -> None:
    told = []
    async with behind(context, 1) as proxied:
        for number in range(31):
            async with proxied.session.post(
                f"{proxied.origin}/console/login",
                data={"account": "Chen", "password": PASSWORD if number == 30 else "guess"},
                headers={"X-Forwarded-For": f"1.2.3.{number}"},
            ) as answer:
                told.append(answer.status)
    assert (set(told[:30]), told[30]) == ({422}, 429), "the right password, too"


@pytest.mark.parametrize(
    ("public_url", "is_secure"), [("https://crm.example.com", True), ("", False)]
)
async def test_behind_a_proxy_that_ends_tls_a_cookie_is_kept_to_tls(
    context: Context, browser: Browser, public_url: str, is_secure: bool
) -> None:
    async with (
        behind(context, 1, public_url=public_url) as proxied,
        proxied.session.post(
            f"{proxied.origin}/console/login",
            data={"account": "chen", "password": PASSWORD},
            allow_redirects=False,
        ) as answer,
    ):
        cookie = answer.headers["Set-Cookie"]
    assert ("Secure" in cookie, "HttpOnly" in cookie) == (is_secure, True)
