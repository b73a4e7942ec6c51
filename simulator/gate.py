"""The platform's gate: token, permission, parameters, in this order; then the answer's envelope."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from simulator.api import Answer, Call, Endpoint, Raw
from simulator.clock import wire_time
from simulator.errors import Refused, new_rid
from simulator.faults import EndpointFault
from simulator.wire import Exchange, half

if TYPE_CHECKING:
    from simulator.world import China

CHINA: "web.AppKey[China]" = web.AppKey("china")

JSON_TYPE = "application/json; encoding=utf-8"
TEXT_TYPE = "text/plain"
HANG_SECONDS = 60
NGINX_PAGE = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Host:
    """What differs from host to host: who is let in, and how a refusal is told."""

    let_in: Callable[[Call, Endpoint], None]
    refusal: Callable[[Call, Endpoint, Refused], Raw]


async def _no_such_path(call: Call) -> Answer:
    raise Refused(40066)


NO_SUCH_PATH = Endpoint("ANY", "", _no_such_path, needs_token=False)


def gate(endpoint: Endpoint, host: Host | None = None) -> Handler:
    """The aiohttp handler of an endpoint; of api.weixin.qq.com where no other host is named."""
    at_host = host or WEIXIN

    async def handle(request: web.Request) -> web.StreamResponse:
        china = request.app[CHINA]
        call = await _call(request, china)
        fault = china.faults.take(request.path) or EndpointFault()
        started = time.perf_counter()
        answer, outcome = await _answered(call, endpoint, fault, host=at_host)
        china.state_file.touch()
        _log(request, call, answer, outcome=outcome, seconds=time.perf_counter() - started)
        return await sent(request, answer, fault)

    return handle


async def _call(request: web.Request, china: "China") -> Call:
    return Call(
        china=china,
        method=request.method,
        path=request.path,
        url=str(request.url),
        query=request.query,
        content_type=request.headers.get("Content-Type", ""),
        body=await request.read(),
        remote=request.remote or "",
    )


async def _answered(
    call: Call, endpoint: Endpoint, fault: EndpointFault, *, host: Host
) -> tuple[Raw, str]:
    if fault.status is not None:
        page = NGINX_PAGE.format(_status_line(fault.status)).encode()
        return Raw(page, "text/html", fault.status), f"ordered fault {fault.status}"
    try:
        if fault.errcode is not None:
            raise Refused(fault.errcode)
        host.let_in(call, endpoint)
        answer = await endpoint.answer(call)
    except Refused as refusal:
        return host.refusal(call, endpoint, refusal), f"errcode {refusal.code}"
    if isinstance(answer, Raw):
        return answer, "ok"
    plain = endpoint.plain_text == "always"
    return Raw(msgspec.json.encode(answer), TEXT_TYPE if plain else JSON_TYPE), "ok"


def _status_line(status: int) -> str:
    known = status in HTTPStatus._value2member_map_
    return f"{status} {HTTPStatus(status).phrase}" if known else str(status)


def _let_in(call: Call, endpoint: Endpoint) -> None:
    if endpoint.needs_token:
        call.app_id = call.china.tokens.app_id_of(call.query.get("access_token", ""))
        if call.account not in endpoint.accounts:
            raise Refused(48001)
        call.china.quotas.count(call.app_id, call.path)
    check_method(call, endpoint)


def check_method(call: Call, endpoint: Endpoint) -> None:
    """Raises: Refused 43001, 43002."""
    if endpoint.method not in ("ANY", call.method):
        raise Refused(43001 if endpoint.method == "GET" else 43002)


def _refusal(call: Call, endpoint: Endpoint, refusal: Refused) -> Raw:
    rid = new_rid()
    joint = ", " if call.path.startswith("/sns/") else " "
    said = {"errcode": refusal.code, "errmsg": f"{refusal.text}{joint}rid: {rid}"}
    body = msgspec.json.encode(said | refusal.fields)
    call.china.rids.keep(rid, call, body)
    return Raw(body, JSON_TYPE if endpoint.plain_text == "never" else TEXT_TYPE)


WEIXIN = Host(_let_in, _refusal)


def _log(request: web.Request, call: Call, answer: Raw, *, outcome: str, seconds: float) -> None:
    call.china.wire.add(
        Exchange(
            at=wire_time(),
            direction="from_server",
            title=call.path.removeprefix("/cgi-bin/").removeprefix("/"),
            method=call.method,
            url=call.url,
            status=answer.status,
            seconds=round(seconds, 4),
            outcome=outcome,
            consumer_id=call.consumer_id,
            request=half(request.headers, call.body),
            response=half({"Content-Type": answer.content_type}, answer.content),
        )
    )


async def sent(request: web.Request, answer: Raw, fault: EndpointFault) -> web.StreamResponse:
    """Send an answer whole, cut, or never, as the fault orders."""
    headers = {"Content-Type": answer.content_type, **dict(answer.headers)}
    if fault.timeout_after_effect:
        await _hang(request)
    if not fault.truncate_body:
        return web.Response(status=answer.status, body=answer.content, headers=headers)
    cut = web.StreamResponse(status=answer.status, headers=headers)
    cut.content_length = len(answer.content)
    await cut.prepare(request)
    await cut.write(answer.content[: len(answer.content) // 2])
    _hang_up(request)
    return cut


async def _hang(request: web.Request) -> None:
    """Says nothing until the caller gives up, then closes the line."""
    stopping = request.app[CHINA].stopping
    try:
        async with asyncio.timeout(HANG_SECONDS):
            await stopping.wait()
    except TimeoutError:
        pass
    _hang_up(request)


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()
