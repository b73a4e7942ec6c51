"""Answers of the server: what is shown, and what counts as a fault."""

from collections.abc import Callable

import pytest
from aiohttp import web

from simulator.callbacks import UNAVAILABLE
from tests.simulator.bot import (
    ACCOUNT,
    TOKEN,
    Nodes,
    seal,
    sealed_reply,
    signed,
    text_reply,
)
from tests.simulator.conftest import Player, Start


def _reply(nodes: Nodes, kind: str, content: str) -> str:
    return (
        f"<xml><ToUserName>{nodes['FromUserName']}</ToUserName>"
        f"<FromUserName>{nodes['ToUserName']}</FromUserName><CreateTime>1700000000</CreateTime>"
        f"<MsgType>{kind}</MsgType>{content}</xml>"
    )


@pytest.mark.parametrize("silence", [b"", b"success"])
async def test_an_empty_answer_or_success_shows_nothing(sim: Player, silence: bytes) -> None:
    lin = await sim.follower()
    sim.bot.raw = lambda nodes: web.Response(body=silence)
    ended = await sim.says(lin, "积分")
    assert [each["outcome"] for each in ended["attempts"]] == ["silent"]
    assert ended["bubbles"] == []


SECURE_FAULTS: dict[str, Callable[[Nodes], str]] = {
    "plain text": lambda nodes: "你好",
    "json": lambda nodes: '{"errcode":0}',
    "success with a line break": lambda nodes: "success\n",
    "not encrypted": lambda nodes: text_reply(nodes, "明文"),
    "names not swapped": lambda nodes: sealed_reply(
        text_reply({"FromUserName": nodes["ToUserName"], "ToUserName": nodes["FromUserName"]}, "x")
    ),
    "injected cdata": lambda nodes: sealed_reply(text_reply(nodes, "x ]]> <b> y")),
    "illegal character": lambda nodes: sealed_reply(text_reply(nodes, "\x08")),
    "document type": lambda nodes: sealed_reply(
        '<!DOCTYPE xml [<!ENTITY a "b">]>' + text_reply(nodes, "x")
    ),
    "other root": lambda nodes: sealed_reply(text_reply(nodes, "x").replace("xml>", "html>")),
    "no create time": lambda nodes: sealed_reply(
        text_reply(nodes, "x").replace("CreateTime", "Created")
    ),
    "empty text": lambda nodes: sealed_reply(text_reply(nodes, "")),
    "text too long": lambda nodes: sealed_reply(text_reply(nodes, "积" * 683)),
    "no kind": lambda nodes: sealed_reply(_reply(nodes, "", "")),
    "unknown kind": lambda nodes: sealed_reply(_reply(nodes, "poem", "")),
    "unknown picture": lambda nodes: sealed_reply(
        _reply(nodes, "image", "<Image><MediaId>nobody</MediaId></Image>")
    ),
    "no article": lambda nodes: sealed_reply(
        _reply(nodes, "news", "<ArticleCount>1</ArticleCount><Articles></Articles>")
    ),
    "wrong signature": lambda nodes: sealed_reply(text_reply(nodes, "x")).replace(
        "<Nonce><![CDATA[4711", "<Nonce><![CDATA[4712"
    ),
    "no nonce": lambda nodes: sealed_reply(text_reply(nodes, "x")).replace("Nonce", "Once"),
    "encrypted by another key": lambda nodes: _sealed("A" * 64),
    "encrypted for another app": lambda nodes: _sealed(
        seal(text_reply(nodes, "x").encode(), app_id="wxother")
    ),
}


def _sealed(encrypted: str) -> str:
    signature = signed(TOKEN, "1", "2", encrypted)
    return (
        f"<xml><Encrypt>{encrypted}</Encrypt><MsgSignature>{signature}</MsgSignature>"
        "<TimeStamp>1</TimeStamp><Nonce>2</Nonce></xml>"
    )


@pytest.mark.parametrize("fault", SECURE_FAULTS)
async def test_an_answer_that_can_not_be_used_is_a_fault(sim: Player, fault: str) -> None:
    lin = await sim.follower()
    sim.bot.raw = lambda nodes: web.Response(text=SECURE_FAULTS[fault](nodes))
    ended = await sim.says(lin, "积分")
    assert [each["outcome"].split(":")[0] for each in ended["attempts"]] == ["invalid_answer"]
    assert [bubble["text"] for bubble in ended["bubbles"]] == [UNAVAILABLE]
    assert ended["bubbles"][0]["from"] == "system"


async def test_an_encrypted_answer_in_plain_mode_is_a_fault(start: Start) -> None:
    sim = await start("plain")
    lin = await sim.follower()
    sim.bot.raw = lambda nodes: web.Response(text=sealed_reply(text_reply(nodes, "x")))
    ended = await sim.says(lin, "积分")
    assert ended["attempts"][0]["outcome"].startswith("invalid_answer")


async def test_a_text_of_the_longest_length_is_shown(sim: Player) -> None:
    lin = await sim.follower()
    longest = "积" * 682 + "ab"
    sim.bot.answer = lambda nodes: text_reply(nodes, longest)
    assert (await sim.says(lin, "积分"))["bubbles"][0]["text"] == longest


async def test_an_answer_without_cdata_is_as_good(sim: Player) -> None:
    lin = await sim.follower()
    sim.bot.answer = lambda nodes: _reply(nodes, "text", "<Content>a &lt; b</Content>")
    assert (await sim.says(lin, "积分"))["bubbles"][0]["text"] == "a < b"


async def test_articles_are_cut_to_one_for_a_message_and_eight_for_an_event(sim: Player) -> None:
    item = "<item><Title>t</Title><Description/><PicUrl/><Url>https://a.example</Url></item>"
    news = f"<ArticleCount>9</ArticleCount><Articles>{item * 9}</Articles>"
    sim.bot.answer = lambda nodes: _reply(nodes, "news", news)
    lin = await sim.consumer()
    followed = await sim.play(f"consumers/{lin['id']}/follow")
    assert len(followed["bubbles"][0]["articles"]) == 8
    assert len((await sim.says(lin, "积分"))["bubbles"][0]["articles"]) == 1


async def test_handing_over_to_a_person_shows_a_notice_and_texts_still_arrive(
    sim: Player,
) -> None:
    lin = await sim.follower()
    sim.bot.answer = lambda nodes: _reply(nodes, "transfer_customer_service", "")
    notice = (await sim.says(lin, "人工"))["bubbles"][0]
    assert (notice["from"], notice["kind"]) == ("system", "notice")
    await sim.says(lin, "在吗")
    assert sim.bot.heard[-1].nodes["Content"] == "在吗"


async def test_silent_events_show_neither_answer_nor_fault(sim: Player) -> None:
    lin = await sim.follower()
    ended = await sim.play(
        f"consumers/{lin['id']}/events", {"event": "VIEW", "EventKey": "https://a.example"}
    )
    assert ended["attempts"][0]["outcome"] == "answered"
    assert ended["bubbles"] == []
    sim.bot.raw = lambda nodes: web.Response(status=500)
    ended = await sim.play(f"consumers/{lin['id']}/unfollow")
    assert ended["bubbles"] == []


async def test_an_account_is_not_somebody_else(sim: Player) -> None:
    lin = await sim.follower()
    sim.bot.answer = lambda nodes: text_reply(nodes, "x").replace(ACCOUNT, "gh_other")
    ended = await sim.says(lin, "积分")
    assert "FromUserName" in ended["attempts"][0]["outcome"]
