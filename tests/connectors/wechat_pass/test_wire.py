"""What WeChat tells a mini-program is read, and it is answered in the form that it asks in."""

from datetime import UTC, datetime

import pytest

from connectors.wechat_pass import wire
from wechat.inbound import parse


@pytest.mark.parametrize(
    "told", ["", "-1", "1e9", "²", "99999999999", "12 ", "x" * 200, None, 7, {"a": "b"}]
)
def test_a_moment_that_is_none_is_told_as_none(told: object) -> None:
    assert wire.moment({"add_time": told}, "add_time") is None
    assert wire.moment(told, "add_time") is None


def test_a_moment_is_read_in_utc() -> None:
    read = wire.moment({"add_time": "1666673734"}, "add_time")
    assert read == datetime(2022, 10, 25, 4, 55, 34, tzinfo=UTC)


def test_an_answer_in_xml_holds_what_it_was_told_and_nothing_more() -> None:
    told = wire.answer({"is_vip": True, "identity": "Lv.1</identity><x>&"})
    said = wire.said(told, like=b"<xml></xml>")
    message = b"<xml><FromUserName>a</FromUserName><ToUserName>b</ToUserName>"
    message += b"<CreateTime>1</CreateTime><MsgType>text</MsgType>"
    read = parse(message + said.removeprefix(b"<xml>"))
    assert read.fields["info"] == {"is_vip": "true", "identity": "Lv.1</identity><x>&"}
    assert read.fields["errcode"] == "0"
