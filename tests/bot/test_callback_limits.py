"""How large and how slow a callback may be: nobody waits for it, nothing is stored of it."""

import asyncio
import gzip
from typing import Any
from urllib.parse import urlencode

from bot.callbacks import BODY_SECONDS
from tests.bot.conftest import Town
from tests.bot.platform import (
    outer,
    seal,
    sealed_stamps,
    text,
)

OPENID = "oRefused"
PLATFORM_WAITS_SECONDS = 5
GOOD = text("积分", openid=OPENID)

BAD_XML = (400, "bad_xml")


async def test_a_body_over_64_kb_is_refused_before_it_is_read(town: Town) -> None:
    async def trickle(count: int) -> Any:
        for _ in range(count):
            yield b"x" * 1024
        yield b"x"

    limit = 64 * 1024
    over = await town.platform.post(b"x" * (limit + 1), sealed_stamps("x"))
    chunked = await town.platform.post(trickle(64), sealed_stamps("x"))
    assert (over.http_status, chunked.http_status) == (413, 413)
    whole = await town.platform.post(b"x" * limit, sealed_stamps("x"))
    assert whole.code == BAD_XML
    head = "POST /wechat/{} HTTP/1.1\r\nHost: x\r\nContent-Length: 104857600\r\n\r\n"
    said = head.format("wx1234567890abcdef?" + urlencode(sealed_stamps("x")))
    answer = await exchange(town, said.encode())
    assert answer.startswith(b"HTTP/1.1 413"), "not one byte of the body was waited for"
    assert await town.nothing_was_stored()


async def test_a_packed_body_is_measured_unpacked(town: Town) -> None:
    bomb = gzip.compress(b"<xml>" + b" " * 50_000_000)
    assert len(bomb) < 64 * 1024
    told = await town.platform.post(bomb, sealed_stamps("x"), **{"Content-Encoding": "gzip"})
    assert told.http_status == 413
    broken = await town.platform.post(
        b"no gzip", sealed_stamps("x"), **{"Content-Encoding": "gzip"}
    )
    assert broken.http_status == 400
    assert b"Traceback" not in broken.raw
    assert await town.nothing_was_stored()


async def test_a_slow_body_is_given_up_and_a_cut_one_is_not_worked(town: Town) -> None:
    sealed = seal(GOOD)
    body = outer(sealed)
    query = urlencode(sealed_stamps(sealed))
    head = (
        f"POST /wechat/wx1234567890abcdef?{query} HTTP/1.1\r\nHost: x\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    answer = await exchange(town, head + body[:100])
    assert answer.startswith(b"HTTP/1.1 408")
    assert BODY_SECONDS < PLATFORM_WAITS_SECONDS
    _, writer = await connect(town)
    writer.write(head + body[:100])
    await writer.drain()
    writer.close()
    assert await town.nothing_was_stored()


async def test_many_half_open_connections_hold_nobody_up(town: Town) -> None:
    begun = [await connect(town) for _ in range(300)]
    head = b"POST /wechat/wx1234567890abcdef HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n"
    for number, (_, writer) in enumerate(begun):
        writer.write([b"", b"POST", head, head + b"\r\n"][number % 4])
    answer = await town.platform.send(GOOD)
    assert answer.http_status == 200
    assert answer.said
    for _, writer in begun:
        writer.close()


async def connect(town: Town) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = town.origin.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


async def exchange(town: Town, said: bytes) -> bytes:
    """Send bytes and read the head of what comes back."""
    reader, writer = await connect(town)
    writer.write(said)
    async with asyncio.timeout(60):
        answer = await reader.read(4096)
    writer.close()
    return answer


async def test_who_asks_whether_to_send_her_body_is_told_to(town: Town) -> None:
    sealed = seal(GOOD)
    body = outer(sealed)
    reader, writer = await connect(town)
    head = (
        f"POST /wechat/wx1234567890abcdef?{urlencode(sealed_stamps(sealed))} HTTP/1.1\r\n"
        f"Host: x\r\nExpect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode())
    async with asyncio.timeout(60):
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(body)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_an_address_of_no_account_is_none(town: Town) -> None:
    for method in ("GET", "POST"):
        async with town.http.request(method, f"{town.origin}/wechat/wx0000000000000000") as answer:
            assert answer.status == 404
