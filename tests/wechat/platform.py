"""A strict api.weixin.qq.com for these tests: token rules, and answers that a test queues."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from msgspec import Struct

APP_ID, SECRET = "wxapp", "s3cret-of-the-app"
NOT_LATEST = {"errcode": 40001, "errmsg": "invalid credential rid: 663dc174-0a1b2c3d-4e5f6071"}

Answer = dict[str, Any] | Callable[[web.Request], Any]


class Seen(Struct):
    """One call as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    content_type: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Platform:
    """Valid tokens, calls as they came, and the answers that are due next, by path."""

    def __init__(self) -> None:
        self.valid: set[str] = set()
        self.issued: list[str] = []
        self.calls: list[Seen] = []
        self.answers: dict[str, list[Answer]] = defaultdict(list)
        self.expires_in: Any = 7200
        self.base = ""

    def paths(self) -> list[str]:
        return [call.path for call in self.calls]

    def invalidate(self) -> None:
        self.valid.clear()

    def issue(self) -> str:
        token = f"TOKEN-{len(self.issued) + 1}"
        self.issued.append(token)
        self.valid.add(token)
        return token

    async def answer(self, request: web.Request) -> web.StreamResponse:
        seen = Seen(
            request.method,
            request.path,
            dict(request.query),
            await request.read(),
            request.headers.get("Content-Type", ""),
        )
        self.calls.append(seen)
        if self.answers[request.path]:
            due = self.answers[request.path].pop(0)
            if callable(due):
                made = due(request)
                return await made if asyncio.iscoroutine(made) else made
            return as_json(due)
        return as_json(self._usual(seen))

    def _usual(self, seen: Seen) -> dict[str, Any]:
        if seen.path == "/cgi-bin/token":
            asked, method = seen.query, "GET"
        elif seen.path == "/cgi-bin/stable_token":
            asked, method = seen.json, "POST"
        else:
            return self._checked(seen)
        if seen.method != method or asked["grant_type"] != "client_credential":
            return {"errcode": 40002, "errmsg": "invalid grant_type"}
        if (asked["appid"], asked["secret"]) != (APP_ID, SECRET):
            return {"errcode": 40125, "errmsg": "invalid appsecret rid: 1-2-3"}
        return {"access_token": self.issue(), "expires_in": self.expires_in}

    def _checked(self, seen: Seen) -> dict[str, Any]:
        if not seen.path.startswith("/sns/"):
            if "access_token" not in seen.query:
                return {"errcode": 41001, "errmsg": "access_token missing"}
            if seen.query["access_token"] not in self.valid:
                return NOT_LATEST
        if seen.method == "POST" and b"\\u" in seen.body:
            return {"errcode": 40033, "errmsg": "invalid charset"}
        return {"errcode": 0, "errmsg": "ok"}


def as_json(answer: Any) -> web.Response:
    """JSON the way the platform labels it: `encoding`, not charset."""
    body = json.dumps(answer, ensure_ascii=False).encode()
    return web.Response(body=body, headers={"Content-Type": "application/json; encoding=utf-8"})


def answers_http(status: int, body: bytes = b"", kind: str = "text/html") -> Answer:
    return lambda _: web.Response(status=status, body=body, content_type=kind)


def hang_up(request: web.Request) -> web.Response:
    """Cut the connection after the call has arrived."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def never(request: web.Request) -> web.Response:
    await asyncio.sleep(30)
    return web.Response()


async def cut(request: web.Request) -> web.StreamResponse:
    """Promise 100 bytes and stop after a few."""
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b'{"errcode":')
    assert request.transport is not None
    request.transport.close()
    return response


@asynccontextmanager
async def running() -> AsyncIterator[Platform]:
    platform = Platform()
    app = web.Application(client_max_size=20 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", platform.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    platform.base = f"http://{host}:{port}"
    yield platform
    await runner.cleanup()
