"""Replies that the platform can read, and that no consumer's text breaks."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import deserialize_reply

from tests.wechat import vectors
from wechat import replies
from wechat.bodies import read_xml
from wechat.crypto import Crypto
from wechat.inbound import Inbound, parse

CRYPTO = Crypto(**vectors.ACCOUNT)
SAID = parse(vectors.MESSAGE)
AT = SAID.created_at
FOLLOWED = parse(
    vectors.MESSAGE.replace(b"text", b"event").replace(b"</xml>", b"<Event>subscribe</Event></xml>")
)
CARD = replies.Article("会员日", "双倍 & 更多", "https://a.cn/p.jpg", "https://a.cn/?a=1&b=]]>")


def test_a_text_reply_goes_back_to_the_sender() -> None:
    read = deserialize_reply(replies.text(SAID, "您有 1280 积分", at=AT))
    assert (read.type, read.content) == ("text", "您有 1280 积分")
    assert (read.target, read.source, read.time) == ("oSIM0001", "gh_sim", 1700000000)


def test_wechatpy_reads_every_kind_of_reply() -> None:
    read = deserialize_reply(replies.image(SAID, "MEDIA", at=AT))
    assert (read.type, read.image) == ("image", "MEDIA")
    read = deserialize_reply(replies.news(FOLLOWED, [CARD, CARD], at=AT))
    assert [each["title"] for each in read.articles] == ["会员日"] * 2
    assert read.articles[1]["url"] == CARD.url
    read = deserialize_reply(replies.transfer_customer_service(SAID, at=AT))
    assert (read.type, read.target) == ("transfer_customer_service", "oSIM0001")


def test_a_certain_agent_can_be_named() -> None:
    fields = read_xml(replies.transfer_customer_service(SAID, at=AT, account="test1@kftest"))
    assert fields["TransInfo"] == {"KfAccount": "test1@kftest"}
    assert "TransInfo" not in read_xml(replies.transfer_customer_service(SAID, at=AT))


def test_an_event_may_be_answered_by_eight_articles_and_a_message_by_one() -> None:
    assert read_xml(replies.news(FOLLOWED, [CARD] * 8, at=AT))["ArticleCount"] == "8"
    for inbound, count in ((SAID, 2), (FOLLOWED, 9), (SAID, 0)):
        with pytest.raises(ValueError, match="articles"):
            replies.news(inbound, [CARD] * count, at=AT)


@given(st.text(st.characters(codec=None, categories=None), max_size=400))
def test_no_text_of_a_consumer_breaks_out_of_its_node(content: str) -> None:
    reply = replies.text(SAID, content, at=AT)
    if reply == replies.NOTHING:
        return
    fields = read_xml(reply)
    assert set(fields) == {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"}
    legal = "".join(
        c
        for c in content
        if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000"
    )
    # XML turns every line end into \n
    assert fields["Content"] == legal.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("content", ["x]]>y", "]]>", "]]]]>>", "<a>&amp;</a>", "😀/:rose"])
def test_marks_of_xml_arrive_as_they_were_written(content: str) -> None:
    assert read_xml(replies.text(SAID, content, at=AT))["Content"] == content


@pytest.mark.parametrize("content", ["", " \n", "\x00\x08\x1f", "\ud800"])
def test_a_text_without_a_visible_character_is_no_reply(content: str) -> None:
    assert replies.text(SAID, content, at=AT) == replies.nothing() == b"success"


@pytest.mark.parametrize("letter", ["a", "é", "分", "😀"])
def test_a_long_text_is_cut_at_a_character_within_2048_bytes(letter: str) -> None:
    fits = letter * (2048 // len(letter.encode()))
    assert read_xml(replies.text(SAID, fits, at=AT))["Content"] == fits
    cut = str(read_xml(replies.text(SAID, fits + letter, at=AT))["Content"])
    assert cut.endswith("…")
    assert set(cut[:-1]) == {letter}
    assert 2048 - 4 < len(cut.encode()) <= 2048


def test_names_from_the_platform_cannot_inject_nodes() -> None:
    sly = Inbound(
        kind="text",
        from_user="o]]></ToUserName><x>",
        to_user="gh\x00",
        created_at=AT,
        message_id="1",
        event="",
        event_key="",
        key_is_scene=False,
        content="",
        ticket="",
        fields={},
    )
    fields = read_xml(replies.text(sly, "hi", at=AT))
    assert (fields["ToUserName"], fields["FromUserName"]) == ("o]]></ToUserName><x>", "gh")


def test_a_sealed_reply_opens_for_the_platform(now: datetime) -> None:
    reply = replies.text(SAID, "积分 ]]> 😀", at=now)
    body = replies.encrypted(CRYPTO, reply, timestamp="1700000000", nonce="42")
    fields = read_xml(body)
    assert (fields["TimeStamp"], fields["Nonce"]) == ("1700000000", "42")
    opened = WeChatCrypto(*vectors.ACCOUNT.values()).decrypt_message(
        body, fields["MsgSignature"], "1700000000", "42"
    )
    assert opened == reply.decode()


def test_nothing_is_answered_unsealed() -> None:
    assert replies.encrypted(CRYPTO, replies.nothing(), timestamp="1", nonce="2") == b"success"
