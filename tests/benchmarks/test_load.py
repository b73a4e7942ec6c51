"""The load generator: what it sends is what WeChat sends, and a wrong reply does not pass."""

import asyncio
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from benchmarks import brand
from benchmarks.connections import Dawdlers, Tally, ask_in_turn
from benchmarks.messages import is_points_reply, signed_requests
from wechat import replies
from wechat.crypto import Crypto
from wechat.inbound import Inbound, parse, parse_outer

ACCOUNT = brand.new_account()
CRYPTO = Crypto(
    token=ACCOUNT.token, encoding_aes_key=ACCOUNT.encoding_aes_key, receive_id=ACCOUNT.app_id
)


def opened(request: bytes) -> tuple[dict[str, str], Inbound]:
    head, _, body = request.partition(b"\r\n\r\n")
    asked = parse_qs(urlsplit(head.split()[1].decode()).query)
    query = {name: values[0] for name, values in asked.items()}
    CRYPTO.check_signature(query["signature"], query["timestamp"], query["nonce"])
    sealed = parse_outer(body).encrypt
    assert sealed
    CRYPTO.check_message_signature(
        query["msg_signature"], query["timestamp"], query["nonce"], sealed
    )
    return query, parse(CRYPTO.decrypt(sealed))


def test_each_message_has_its_own_id_and_nonce_and_opens_with_the_accounts_key() -> None:
    sent = [opened(request) for request in signed_requests(ACCOUNT, 50, followers=3, seed=1)]
    assert {inbound.content for _, inbound in sent} == {"积分"}
    assert len({inbound.message_id for _, inbound in sent}) == 50
    assert len({query["nonce"] for query, _ in sent}) == 50
    assert len({inbound.from_user for _, inbound in sent}) == 3


def test_only_a_sealed_reply_that_tells_points_counts_as_one() -> None:
    query, inbound = opened(next(signed_requests(ACCOUNT, 1, followers=1, seed=1)))

    def sealed(text: str) -> bytes:
        plain = replies.text(inbound, text, at=inbound.created_at)
        timestamp, nonce = query["timestamp"], query["nonce"]
        return replies.encrypted(CRYPTO, plain, timestamp=timestamp, nonce=nonce)

    assert is_points_reply(ACCOUNT, sealed("您有 100 积分可用。"))
    assert not is_points_reply(ACCOUNT, sealed("没有听懂。"))
    assert not is_points_reply(ACCOUNT, b"success")
    assert not is_points_reply(ACCOUNT, b"")


async def test_every_request_is_sent_once_and_refusals_and_hang_ups_are_counted() -> None:
    seen: list[bytes] = []

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        seen.append(body)
        if len(seen) == 5:
            assert request.transport
            request.transport.abort()
        answer = web.Response(status=500 if len(seen) == 3 else 200, text="answer")
        if len(seen) == 8:
            answer.force_close()
        return answer

    app = web.Application()
    app.router.add_post("/wechat/{app_id}", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    tally = Tally()
    requests = signed_requests(ACCOUNT, 20, followers=3, seed=1)
    await asyncio.gather(*(ask_in_turn(port, requests, tally) for _ in range(2)))
    await runner.cleanup()
    assert len(set(seen)) == len(seen) == 20
    assert dict(tally.failures) == {"status 500": 1, "connection lost": 1}
    assert len(tally.latencies) == 19
    assert tally.reopened >= 1


async def test_dawdlers_hold_their_connections_and_finish_no_request() -> None:
    finished: list[bytes] = []

    async def receive(request: web.Request) -> web.Response:
        finished.append(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_post("/wechat/{app_id}", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slow = signed_requests(ACCOUNT, 20, followers=3, seed=1)
    dawdlers = Dawdlers(runner.addresses[0][1], slow, 20)
    async with asyncio.timeout(60):
        while dawdlers.open < 20:  # noqa: ASYNC110 (a connection rings no bell)
            await asyncio.sleep(0.05)
    await dawdlers.stop()
    await runner.cleanup()
    assert dawdlers.open == 0
    assert finished == []
