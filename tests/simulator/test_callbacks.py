"""Delivery: verification, signatures, three modes, three tries, faults of the way."""

import asyncio
import re

import pytest
from aiohttp import web

from simulator.assumed import Assumed
from simulator.callbacks import UNAVAILABLE
from tests.simulator.bot import ACCOUNT, Bot, nodes_of, text_reply
from tests.simulator.conftest import Player, Start, until


async def test_the_server_is_verified_once_before_the_first_delivery(sim: Player) -> None:
    await sim.follower()
    await sim.says(await sim.consumer(), "积分")
    assert sim.bot.verifications == 1
    assert [heard.nodes["MsgType"] for heard in sim.bot.heard] == ["event", "text"]


async def test_a_server_with_another_echo_gets_no_callback(sim: Player) -> None:
    sim.bot.echo = lambda echo: f'"{echo}"'
    lin = await sim.consumer()
    ended = await sim.play(f"consumers/{lin['id']}/follow")
    assert sim.bot.heard == []
    assert [each["outcome"].split(":")[0] for each in ended["attempts"]] == ["not_verified"] * 3
    assert (await sim.post("/play/verify", {}))["verified"] is False
    sim.bot.echo = lambda echo: echo
    assert (await sim.post("/play/verify", {}))["verified"] is True
    assert (await sim.says(lin, "在吗"))["bubbles"][0]["text"] == "你好"


async def test_an_echo_with_a_line_break_is_not_the_echo(sim: Player) -> None:
    sim.bot.echo = lambda echo: echo + "\n"
    assert (await sim.post("/play/verify", {}))["outcome"].startswith("wrong_echostr")


@pytest.mark.parametrize("mode", ["plain", "compatible", "secure"])
async def test_a_text_is_answered_in_every_mode(start: Start, mode: str) -> None:
    sim = await start(mode)
    lin = await sim.follower()
    ended = await sim.says(lin, "积分 ]]> <b> & 😀")
    heard = sim.bot.heard[-1]
    assert heard.nodes["Content"] == "积分 ]]> <b> & 😀"
    assert heard.nodes["ToUserName"] == ACCOUNT
    assert heard.nodes["FromUserName"] == lin["openid"] == heard.query["openid"]
    assert int(heard.nodes["MsgId"]) > 2**53
    assert heard.content_type == "text/xml"
    assert ended["bubbles"][0] | {"id": "", "at": ""} == {
        "id": "", "at": "", "from": "account", "kind": "text", "via": "reply", "text": "你好"
    }  # fmt: skip


async def test_only_the_compatible_mode_shows_plain_nodes_beside_the_encrypted(
    start: Start,
) -> None:
    for mode, visible in (
        ("compatible", {"FromUserName", "CreateTime", "MsgType", "Content", "MsgId"}),
        ("secure", set()),
    ):
        sim = await start(mode)
        await sim.says(await sim.follower(), "积分")
        names = set(nodes_of(sim.bot.heard[-1].body))
        assert names == {"ToUserName", "Encrypt"} | visible


async def test_the_plain_mode_names_no_encryption(start: Start) -> None:
    sim = await start("plain")
    await sim.follower()
    assert set(sim.bot.heard[0].query) == {"signature", "timestamp", "nonce", "openid"}


async def test_the_compatible_mode_takes_a_plain_answer_and_the_secure_one_does_not(
    start: Start,
) -> None:
    for mode, outcome in (("compatible", "answered"), ("secure", "invalid_answer")):
        sim = await start(mode)
        lin = await sim.follower()
        sim.bot.raw = lambda nodes: web.Response(text=text_reply(nodes, "明文"))
        ended = await sim.says(lin, "积分")
        assert ended["attempts"][0]["outcome"].startswith(outcome)


async def test_a_silent_server_is_tried_three_times_and_its_late_answers_are_ignored(
    hasty: Player,
) -> None:
    lin = await hasty.follower()
    hasty.bot.pauses_seconds = [3, 3, 3]
    ended = await hasty.says(lin, "积分")
    tries = hasty.bot.heard[1:]
    assert len(tries) == 3
    assert len({heard.nodes["MsgId"] for heard in tries}) == 1
    assert len({heard.nodes["CreateTime"] for heard in tries}) == 1
    assert len({heard.query["nonce"] for heard in tries}) == 3
    assert len({heard.query["msg_signature"] for heard in tries}) == 3
    assert [each["outcome"] for each in ended["attempts"]] == ["timed_out"] * 3
    await until(lambda: hasty.bot.broken_off == 3)
    assert [bubble["text"] for bubble in (await hasty.chat(lin))[1:]] == ["积分", UNAVAILABLE]


async def test_a_server_that_is_quick_at_the_second_try_is_heard(hasty: Player) -> None:
    lin = await hasty.follower()
    hasty.bot.pauses_seconds = [3, 0]
    ended = await hasty.says(lin, "积分")
    assert [each["outcome"] for each in ended["attempts"]] == ["timed_out", "answered"]
    assert [bubble["text"] for bubble in ended["bubbles"]] == ["你好"]


async def test_a_server_error_is_tried_again_and_a_redirect_is_one(sim: Player) -> None:
    lin = await sim.follower()
    for status in (500, 302, 204):
        sim.bot.raw = lambda nodes, status=status: web.Response(status=status)
        ended = await sim.says(lin, "积分")
        assert [each["outcome"] for each in ended["attempts"]] == [f"bad_status: {status}"] * 3
        assert ended["bubbles"][0]["text"] == UNAVAILABLE


async def test_retry_sends_the_last_callback_once_more(sim: Player) -> None:
    lin = await sim.follower()
    await sim.says(lin, "积分")
    ended = await sim.play(f"consumers/{lin['id']}/retry")
    first, again = sim.bot.heard[-2:]
    assert first.nodes == again.nodes
    assert first.query["nonce"] != again.query["nonce"]
    assert len(ended["attempts"]) == 1
    emma = await sim.consumer("Emma")
    refused = await sim.play(f"consumers/{emma['id']}/retry")
    assert refused["error"]["code"] == "nothing_to_retry"


async def test_lost_callbacks_never_reach_the_server(sim: Player) -> None:
    lin = await sim.follower()
    await sim.faults(drop_first_n=2)
    ended = await sim.says(lin, "积分")
    assert [each["outcome"] for each in ended["attempts"]] == ["dropped", "dropped", "answered"]
    assert len(sim.bot.heard) == 2
    await sim.faults(drop_first_n=3)
    assert (await sim.says(lin, "积分"))["bubbles"][0]["text"] == UNAVAILABLE


async def test_a_duplicate_comes_beside_and_shows_one_answer(sim: Player) -> None:
    lin = await sim.follower()
    await sim.faults(duplicate=True)
    ended = await sim.says(lin, "积分")
    assert len({heard.nodes["MsgId"] for heard in sim.bot.heard[1:]}) == 1
    assert len(sim.bot.heard) == 3
    assert len(ended["bubbles"]) == 1


async def test_reordering_lets_the_second_overtake_the_first(sim: Player) -> None:
    lin = await sim.follower()
    await sim.faults(reorder=True)
    first = {"kind": "text", "content": "一"}
    await sim.play(f"consumers/{lin['id']}/messages", first, wait=False)
    await sim.says(lin, "二")
    await until(lambda: len(sim.bot.heard) == 3)
    assert [heard.nodes["Content"] for heard in sim.bot.heard[1:]] == ["二", "一"]


async def test_broken_xml_and_a_skewed_clock_arrive_as_ordered(sim: Player) -> None:
    lin = await sim.follower()
    true_at = int(sim.bot.heard[-1].query["timestamp"])
    await sim.faults(invalid_xml=True, clock_skew_seconds=-900)
    await sim.says(lin, "积分")
    assert "broken" in sim.bot.heard[-1].nodes
    assert 850 < true_at - int(sim.bot.heard[-1].query["timestamp"]) <= 901


async def test_a_delay_is_one_of_the_answer(hasty: Player) -> None:
    lin = await hasty.follower()
    await hasty.faults(delay_seconds=0.2)
    ended = await hasty.says(lin, "慢")
    assert [each["outcome"] for each in ended["attempts"]] == ["answered"]
    assert ended["attempts"][0]["seconds"] >= 0.2
    await hasty.faults(delay_seconds=3)
    heard_before = len(hasty.bot.heard)
    ended = await hasty.says(lin, "太慢")
    assert [each["outcome"] for each in ended["attempts"]] == ["timed_out"] * 3
    assert len({heard.nodes["MsgId"] for heard in hasty.bot.heard[heard_before:]}) == 1
    assert len(hasty.bot.heard) == heard_before + 3, "the server answered every one of them"
    assert [bubble["text"] for bubble in ended["bubbles"]] == [UNAVAILABLE]


async def test_somebody_who_left_sees_no_answer(sim: Player) -> None:
    lin = await sim.follower()
    ended = await sim.play(f"consumers/{lin['id']}/unfollow")
    assert sim.bot.heard[-1].nodes["Event"] == "unsubscribe"
    assert ended["attempts"][0]["outcome"] == "answered"
    assert ended["bubbles"] == []


async def test_a_server_that_breaks_off_in_the_middle_is_tried_again(hasty: Player) -> None:
    lin = await hasty.follower()

    def half(nodes: dict[str, str]) -> web.Response:
        return web.Response(body=b"<xml>", headers={"Content-Length": "100"})

    hasty.bot.raw = half
    ended = await hasty.says(lin, "积分")
    assert [each["outcome"].split(":")[0] for each in ended["attempts"]] in (
        ["connection_failed"] * 3, ["timed_out"] * 3
    )  # fmt: skip
    assert ended["bubbles"][0]["text"] == UNAVAILABLE


async def test_an_answer_without_end_is_a_fault(start: Start) -> None:
    sim = await start(assumed=Assumed(callback_timeout_seconds=2, answer_limit_bytes=1000))
    lin = await sim.follower()
    sim.bot.raw = lambda nodes: web.Response(body=b"x" * 2000)
    ended = await sim.says(lin, "积分")
    assert "too long" in ended["attempts"][0]["outcome"]


async def test_headers_that_are_no_text_do_not_stop_a_delivery(start: Start) -> None:
    """A socket of its own, since aiohttp's server would not send such a header."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        echo = re.search(r"echostr=(\d+)", head)
        body = echo[1].encode() if echo else b"success"
        length = str(len(body)).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nX-Odd: \xff\xfe\r\nContent-Length: " + length)
        writer.write(b"\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        sim = await start(bot=Bot("secure", url=f"http://127.0.0.1:{port}/"))
        lin = await sim.consumer()
        ended = await sim.play(f"consumers/{lin['id']}/follow")
        assert [each["outcome"] for each in ended["attempts"]] == ["silent"]
        await sim.stop()


async def test_many_who_come_at_once_share_one_verification(sim: Player) -> None:
    ids = [
        (await sim.post("/play/consumers", {"nickname": f"路人{number}"}))["id"]
        for number in range(30)
    ]
    ended = await asyncio.gather(*(sim.play(f"consumers/{each}/follow") for each in ids))
    assert sim.bot.verifications == 1
    assert {each["attempts"][0]["outcome"] for each in ended} == {"answered"}
    assert len({heard.query["nonce"] for heard in sim.bot.heard}) == 30


async def test_somebody_blacklisted_can_still_leave(sim: Player) -> None:
    lin = await sim.follower()
    await sim.call("/cgi-bin/tags/members/batchblacklist", {"openid_list": [lin["openid"]]})
    assert "attempts" in await sim.play(f"consumers/{lin['id']}/unfollow")
