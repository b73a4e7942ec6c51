"""What is no callback of the platform's: refused with its code, nothing stored, nothing told."""

import asyncio
import gzip
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.bot.conftest import Begin, Town
from tests.bot.platform import (
    FOREIGN_KEY,
    ORIGINAL_ID,
    PREVIOUS_KEY,
    Answer,
    Platform,
    document,
    outer,
    seal,
    sealed_stamps,
    sealed_with,
    stamps,
    text,
)

OPENID = "oRefused"
GOOD = text("积分", openid=OPENID)
LETTERS = [chr(number) for number in range(0x4E00, 0x5A00)]

BAD_SIGNATURE = (403, "bad_signature")
STALE = (403, "stale")
BAD_CIPHERTEXT = (400, "bad_ciphertext")
BAD_XML = (400, "bad_xml")


async def nothing_was_stored(town: Town) -> bool:
    return await town.count("inbound_event") == await town.count("delivery") == 0


def padded(pad: bytes, *, length: int | None = None, cut: int = 0) -> str:
    """Return a sealed message with this padding and this length field."""
    said = len(GOOD) if length is None else length
    plain = b"r" * 16 + said.to_bytes(4, "big") + GOOD + b"wx1234567890abcdef" + pad
    return sealed_with(plain[: len(plain) // 16 * 16 - cut])


def right_pad() -> bytes:
    pad = 32 - (20 + len(GOOD) + 18) % 32
    return bytes([pad]) * pad


async def test_a_query_that_is_not_signed_by_the_platform_is_refused(town: Town) -> None:
    def query(**changed: str) -> dict[str, str]:
        return sealed_stamps(seal(GOOD)) | changed

    def without(name: str) -> dict[str, str]:
        return {key: value for key, value in query().items() if key != name}

    sealed = seal(GOOD)
    cases: dict[str, Any] = {
        "wrong signature": query(signature="0" * 40),
        "upper case": query(signature=query()["signature"].upper()),
        "short signature": query(signature=query()["signature"][:39]),
        "signed with another token": stamps(token="another"),
        "signature missing": without("signature"),
        "timestamp missing": without("timestamp"),
        "nonce missing": without("nonce"),
        "msg_signature missing": without("msg_signature"),
        "encrypt_type missing": without("encrypt_type"),
        "signature empty": query(signature=""),
        "nonce empty": query(nonce=""),
        "another timestamp": query(timestamp="1"),
        "another nonce": query(nonce="1"),
        "not ASCII": query(signature="签名"),
        "not ASCII but signed": sealed_stamps(sealed, stamps(nonce="随机")),
        "a NUL that is signed": sealed_stamps(sealed, stamps(nonce="a\0b")),
        "a long nonce that is signed": sealed_stamps(sealed, stamps(nonce="n" * 4000)),
        "encrypt_type raw": query(encrypt_type="raw"),
        "nothing at all": {},
        **{
            f"{name} repeated": [*query().items(), (name, query()[name])]
            for name in ("signature", "timestamp", "nonce", "msg_signature", "encrypt_type")
        },
        "an unknown one repeated": [*query().items(), ("x", "1"), ("x", "1")],
    }
    told = {name: (await town.platform.post(outer(sealed), cases[name])).code for name in cases}
    assert told == dict.fromkeys(cases, BAD_SIGNATURE)
    broken = query()["nonce"] + "&signature=%ff%fe&timestamp=%00"
    async with town.http.post(f"{town.platform.address}?nonce={broken}", data=b"") as response:
        assert response.status == 403
    assert await nothing_was_stored(town)


async def test_what_was_signed_too_long_ago_or_ahead_of_us_is_refused(begin: Begin) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    town = await begin(clock=lambda: at)
    second = int(at.timestamp())

    async def told(timestamp: object) -> tuple[int, str]:
        return (await town.platform.send(GOOD, stamps(timestamp=timestamp))).code

    refused = [
        second - 301,
        second + 301,
        0,
        10**10,
        f"{second}.0",
        f" {second}",
        "１２３",
        "-1",
        "",
    ]
    assert [await told(one) for one in refused] == [STALE] * len(refused)
    assert await nothing_was_stored(town)
    taken = [
        (await town.platform.send(GOOD, stamps(timestamp=second + one))).http_status
        for one in (-300, 300)
    ]
    assert taken == [200, 200]


async def test_a_used_nonce_carries_no_other_event(town: Town) -> None:
    query = stamps()
    assert (await town.platform.send(GOOD, query)).http_status == 200
    assert (await town.platform.send(GOOD, query)).http_status == 200, "the same event is no replay"
    again = await town.platform.send(text("人工", openid="oVictim"), query)
    assert again.code == STALE
    assert await town.count("inbound_event") == 1
    assert await town.count("identity WHERE value = 'oVictim'") == 0


async def test_one_nonce_for_two_events_at_once_carries_only_one(town: Town) -> None:
    query = stamps()
    answers = await asyncio.gather(
        *(town.platform.send(text("积分", openid=f"oTwo{n}"), query) for n in range(6))
    )
    assert sorted(one.http_status for one in answers) == [200, *[403] * 5]
    assert await town.count("inbound_event") == 1


async def test_a_body_that_is_not_sealed_for_us_is_refused(town: Town) -> None:
    sealed = seal(GOOD)
    half = sealed[: len(sealed) // 2]
    cases: dict[str, tuple[bytes, str | None, tuple[int, str]]] = {
        "plaintext in secure mode": (GOOD, None, BAD_CIPHERTEXT),
        "another body's signature": (outer(sealed), seal(GOOD), BAD_SIGNATURE),
        "another key": (outer(bad := seal(GOOD, key=FOREIGN_KEY)), bad, BAD_CIPHERTEXT),
        "another receiver": (
            outer(bad := seal(GOOD, receive_id="wx0000000000000000")),
            bad,
            BAD_CIPHERTEXT,
        ),
        "no receiver": (outer(bad := seal(GOOD, receive_id="")), bad, BAD_CIPHERTEXT),
        "no base64": (outer("积分"), "积分", BAD_CIPHERTEXT),
        "base64 with holes": (outer(bad := "===" + sealed), bad, BAD_CIPHERTEXT),
        "half of it": (outer(half), half, BAD_CIPHERTEXT),
        "empty": (outer(""), "", BAD_XML),
        "padding 0": (outer(bad := padded(b"\0" * 32)), bad, BAD_CIPHERTEXT),
        "padding 33": (outer(bad := padded(b"\x21" * 32)), bad, BAD_CIPHERTEXT),
        "padding uneven": (
            outer(bad := padded(b"\x01" + right_pad()[1:])),
            bad,
            BAD_CIPHERTEXT,
        ),
        "length beyond the end": (
            outer(bad := padded(right_pad(), length=2**32 - 1)),
            bad,
            BAD_CIPHERTEXT,
        ),
        "length too short": (outer(bad := padded(right_pad(), length=5)), bad, BAD_CIPHERTEXT),
        "one block": (outer(bad := sealed_with(b"x" * 16)), bad, BAD_CIPHERTEXT),
        "two Encrypt": (
            outer(sealed, beside=f"<Encrypt>{sealed}</Encrypt>"),
            sealed,
            BAD_XML,
        ),
    }
    told = {}
    for name, (body, signed_over, _) in cases.items():
        query = sealed_stamps(seal(b"") if signed_over is None else signed_over)
        told[name] = (await town.platform.post(body, query)).code
    assert told == {name: expected for name, (_, _, expected) in cases.items()}
    assert await nothing_was_stored(town)


def entities(*, root: str = "xml") -> dict[str, bytes]:
    names = "<ToUserName>&a;</ToUserName><FromUserName>o</FromUserName>"
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return {
        "a DTD": f"<!DOCTYPE {root}><{root}>{names}</{root}>".encode(),
        "an entity": f'<!DOCTYPE x [<!ENTITY a "b">]><{root}>{names}</{root}>'.encode(),
        "a file": (
            f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><{root}>{names}</{root}>'
        ).encode(),
        "an address": (
            f'<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:1/">]><{root}>{names}</{root}>'
        ).encode(),
        "a foreign DTD": f'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x"><{root}/>'.encode(),
        "a parameter entity": (
            f'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:1/"> %a;]><{root}/>'
        ).encode(),
        "a billion laughs": (
            f'<!DOCTYPE x [<!ENTITY a0 "ha">{laughs}<!ENTITY a "&a9;">]><{root}>{names}</{root}>'
        ).encode(),
        "an instruction": f'<?xml-stylesheet href="x"?><{root}>{names}</{root}>'.encode(),
    }


def broken_documents() -> dict[str, bytes]:
    def with_nodes(**nodes: object) -> bytes:
        fine = {"FromUserName": OPENID, "MsgType": "text", "Content": "积分", "MsgId": "1"}
        return document(**(fine | nodes))

    return {
        "empty": b"",
        "no XML": b"hello",
        "JSON": b'{"MsgType": "text"}',
        "cut": GOOD[:-8],
        "two roots": GOOD + GOOD,
        "another root": GOOD.replace(b"xml>", b"html>"),
        "a NUL": GOOD.replace("积分".encode(), b"a\0b"),
        "a control character": GOOD.replace("积分".encode(), b"a\x08b"),
        "not UTF-8": GOOD.replace("积分".encode(), "积分".encode("gb18030")),
        "said to be GBK": b'<?xml version="1.0" encoding="gbk"?>'
        + GOOD.replace("积分".encode(), "积分".encode("gbk")),
        "UTF-16": GOOD.decode().encode("utf-16"),
        "an unknown entity": GOOD.replace("积分".encode(), b"&nbsp;"),
        "deep": b"<xml>" + b"<a>" * 200 + b"</a>" * 200 + b"</xml>",
        "many nodes": b"<xml>" + b"<a/>" * 5000 + b"</xml>",
        "no kind": with_nodes(MsgType=""),
        "no sender": with_nodes(FromUserName=""),
        "a sender in two": GOOD.replace(b"</xml>", b"<FromUserName>o</FromUserName></xml>"),
        "a sender with nodes": with_nodes(FromUserName={"a": "b"}),
        "a sender of 3000 characters": with_nodes(
            FromUserName="".join(map(chr, range(0x4E00, 0x5A00)))
        ),
        "no time": with_nodes(CreateTime=""),
        "a time that is none": with_nodes(CreateTime="soon"),
        "a time out of range": with_nodes(CreateTime="99999999999999999999"),
        "an event without a name": with_nodes(MsgType="event"),
        **entities(),
    }


async def test_broken_documents_inside_the_seal_are_refused(town: Town) -> None:
    cases = broken_documents()
    told = {name: (await town.platform.send(cases[name])).code for name in cases}
    assert told == dict.fromkeys(cases, BAD_XML)
    strangers = [ORIGINAL_ID.upper(), "gh_other"]
    meant = [document(FromUserName=OPENID, MsgType="text", ToUserName=one) for one in strangers]
    assert [(await town.platform.send(one)).http_status for one in meant] == [403, 403]
    assert await nothing_was_stored(town)


async def test_broken_documents_around_the_seal_are_refused(town: Town) -> None:
    encrypted = f"<Encrypt>{seal(GOOD)}</Encrypt>".encode()
    cases = {
        **entities(),
        "cut": outer(seal(GOOD))[:-8],
        "a NUL": outer(seal(GOOD)).replace(b"<xml>", b"<xml>\0"),
        "empty": b"",
        "JSON": b'{"Encrypt": "x"}',
        "another root": b"<html>" + encrypted + b"</html>",
        "UTF-16": outer(seal(GOOD)).decode().encode("utf-16"),
    }
    told = {
        name: (await town.platform.post(cases[name], sealed_stamps("x"))).code for name in cases
    }
    assert told == dict.fromkeys(cases, BAD_XML)
    assert await nothing_was_stored(town)


async def test_broken_documents_in_plain_mode_are_refused(begin: Begin) -> None:
    town = await begin("plain")
    cases = broken_documents()
    told = {name: (await town.platform.send(cases[name])).code for name in cases}
    assert told == dict.fromkeys(cases, BAD_XML)
    sealed = seal(GOOD)
    assert (await town.platform.post(outer(sealed), sealed_stamps(sealed))).code == BAD_CIPHERTEXT
    assert (await town.platform.post(GOOD, stamps(token="another"))).code == BAD_SIGNATURE
    assert await nothing_was_stored(town)


async def test_compatible_mode_believes_only_what_is_sealed(begin: Begin) -> None:
    town = await begin("compatible")
    assert (await town.platform.post(GOOD, stamps())).code == BAD_SIGNATURE
    assert (await town.platform.post(GOOD, sealed_stamps("x"))).code == BAD_CIPHERTEXT
    assert await nothing_was_stored(town)
    forged = text("明细", openid="oForged")[5:-6].decode()
    sealed = seal(text("帮助", openid=OPENID))
    answer = await town.platform.post(outer(sealed, beside=forged), sealed_stamps(sealed))
    assert "转接人工客服" in answer.said
    assert [row["sender"] for row in await town.rows("SELECT sender FROM inbound_event")] == [
        OPENID
    ]


async def test_the_previous_key_still_opens_and_replies_are_sealed_with_the_current(
    town: Town,
) -> None:
    sealed = seal(text("帮助", openid=OPENID), key=PREVIOUS_KEY)
    answer = await town.platform.post(outer(sealed), sealed_stamps(sealed))
    assert "转接人工客服" in answer.said


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
    began_at = time.perf_counter()
    answer = await exchange(town, said.encode())
    assert answer.startswith(b"HTTP/1.1 413")
    assert time.perf_counter() - began_at < 1, "not one byte of the body was waited for"
    assert await nothing_was_stored(town)


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
    assert await nothing_was_stored(town)


async def test_a_slow_body_is_given_up_and_a_cut_one_is_not_worked(town: Town) -> None:
    sealed = seal(GOOD)
    body = outer(sealed)
    query = urlencode(sealed_stamps(sealed))
    head = (
        f"POST /wechat/wx1234567890abcdef?{query} HTTP/1.1\r\nHost: x\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    began_at = time.perf_counter()
    answer = await exchange(town, head + body[:100])
    assert answer.startswith(b"HTTP/1.1 408")
    assert time.perf_counter() - began_at < 4.5
    _, writer = await connect(town)
    writer.write(head + body[:100])
    await writer.drain()
    writer.close()
    assert await nothing_was_stored(town)


async def test_many_half_open_connections_hold_nobody_up(town: Town) -> None:
    begun = [await connect(town) for _ in range(300)]
    head = b"POST /wechat/wx1234567890abcdef HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n"
    for number, (_, writer) in enumerate(begun):
        writer.write([b"", b"POST", head, head + b"\r\n"][number % 4])
    answer = await town.platform.send(GOOD)
    assert answer.http_status == 200
    assert answer.seconds < 2
    for _, writer in begun:
        writer.close()


async def test_an_unknown_account_or_method_is_no_address(town: Town) -> None:
    other = Platform(town.http, town.origin, app_id="wx0000000000000000", mode="secure")
    answers = [
        await other.send(GOOD),
        await other.ask("GET", stamps() | {"echostr": "1"}),
        await town.platform.ask("PUT", stamps()),
        await town.platform.ask("DELETE", stamps()),
    ]
    assert [one.http_status for one in answers] == [404, 404, 405, 405]
    assert not any(b"Traceback" in one.raw for one in answers)


async def test_the_platform_verifies_us_and_nobody_else_does(town: Town) -> None:
    async def ask(**changed: str) -> Answer:
        return await town.platform.ask("GET", stamps() | {"echostr": "<b>731"} | changed)

    good = await ask()
    assert (good.http_status, good.raw) == (200, b"<b>731")
    assert good.headers["Content-Type"].startswith("text/plain")
    refused: list[Callable[[], Any]] = [
        lambda: ask(signature="0" * 40),
        lambda: ask(signature=""),
        lambda: ask(echostr=""),
        lambda: town.platform.ask("GET", {"echostr": "1"}),
        lambda: town.platform.ask("GET", stamps(timestamp=1) | {"echostr": "1"}),
        lambda: town.platform.ask("GET", [*stamps().items(), ("echostr", "1"), ("echostr", "2")]),
    ]
    assert [(await one()).http_status for one in refused] == [403] * len(refused)


async def test_refusals_tell_nothing_but_a_code(town: Town) -> None:
    answer = await town.platform.post(outer("x"), sealed_stamps("y"))
    assert answer.raw == b"bad_signature"
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "X-Content-Type-Options" in answer.headers


async def connect(town: Town) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = town.origin.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


async def exchange(town: Town, said: bytes) -> bytes:
    """Send bytes and read the head of what comes back."""
    reader, writer = await connect(town)
    writer.write(said)
    async with asyncio.timeout(10):
        answer = await reader.read(4096)
    writer.close()
    return answer


@pytest.mark.parametrize("mode", ["plain", "compatible", "secure"])
async def test_each_mode_is_answered_in_its_own_form(begin: Begin, mode: str) -> None:
    town = await begin(mode)
    answer = await town.platform.send(GOOD)
    assert (answer.http_status, b"<Encrypt>" in answer.raw) == (200, mode != "plain")
    assert answer.nodes["ToUserName"] == OPENID
    assert answer.nodes["FromUserName"] == ORIGINAL_ID
    assert "积分" in answer.said
    consumer = await town.phones.follower("林小满")
    told = await town.phones.says(consumer, "积分")
    assert [one["outcome"] for one in told["attempts"]] == ["answered"]


async def test_who_asks_whether_to_send_her_body_is_told_to(town: Town) -> None:
    sealed = seal(GOOD)
    body = outer(sealed)
    reader, writer = await connect(town)
    head = (
        f"POST /wechat/wx1234567890abcdef?{urlencode(sealed_stamps(sealed))} HTTP/1.1\r\n"
        f"Host: x\r\nExpect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode())
    async with asyncio.timeout(5):
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(body)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()


async def test_an_address_of_no_account_is_none(town: Town) -> None:
    for method in ("GET", "POST"):
        async with town.http.request(method, f"{town.origin}/wechat/wx0000000000000000") as answer:
            assert answer.status == 404
