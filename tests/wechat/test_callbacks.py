"""A callback from the wire to its reply, as the bot will put the parts together."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wechat import vectors
from wechat import replies
from wechat.crypto import Crypto, check_age
from wechat.errors import BadCiphertext, BadSignature, BadXml, CallbackRefused, Stale
from wechat.inbound import Inbound, parse, parse_outer

NOW = datetime.fromisoformat("2023-11-14T22:13:20Z")
CRYPTO = Crypto(**vectors.ACCOUNT)
BODY = (
    f"<xml><ToUserName><![CDATA[gh_sim]]></ToUserName>"
    f"<Encrypt><![CDATA[{vectors.ENCRYPT}]]></Encrypt></xml>"
).encode()
QUERY = {
    "signature": vectors.SIGNATURE,
    "timestamp": vectors.TIMESTAMP,
    "nonce": vectors.NONCE,
    "msg_signature": vectors.MSG_SIGNATURE,
}


def received(body: bytes, query: dict[str, str], *, at: datetime = NOW) -> Inbound:
    CRYPTO.check_signature(query["signature"], query["timestamp"], query["nonce"])
    check_age(query["timestamp"], at)
    encrypt = parse_outer(body).encrypt or ""
    CRYPTO.check_message_signature(
        query["msg_signature"], query["timestamp"], query["nonce"], encrypt
    )
    return parse(CRYPTO.decrypt(encrypt))


def sealed(message: bytes, crypto: Crypto = CRYPTO) -> tuple[bytes, dict[str, str]]:
    encrypt, signature = crypto.encrypt(message, timestamp=vectors.TIMESTAMP, nonce=vectors.NONCE)
    body = f"<xml><ToUserName>gh_sim</ToUserName><Encrypt>{encrypt}</Encrypt></xml>".encode()
    return body, {**QUERY, "msg_signature": signature}


def test_a_callback_is_opened_and_answered() -> None:
    said = received(BODY, QUERY)
    assert said.content == "你好"
    reply = replies.text(said, "您有 1280 积分", at=NOW)
    answer = replies.encrypted(CRYPTO, reply, timestamp=vectors.TIMESTAMP, nonce="1")
    assert CRYPTO.decrypt(parse_outer(answer).encrypt or "") == reply


@pytest.mark.parametrize(
    ("body", "query", "kind"),
    [
        (vectors.MESSAGE, QUERY, BadSignature),  # plaintext while AES is configured
        (BODY, {**QUERY, "signature": "0" * 40}, BadSignature),
        (BODY, {**QUERY, "msg_signature": vectors.SIGNATURE}, BadSignature),
        (sealed(b"<xml><a>1</a></xml>")[0], QUERY, BadSignature),  # another message's signature
        (b"not xml", QUERY, BadXml),
        (*sealed(b"not xml"), BadXml),
        (*sealed(b"<!DOCTYPE a><xml><a>1</a></xml>"), BadXml),
        (*sealed(b"<xml><MsgType>text</MsgType></xml>"), BadXml),
        (*sealed(b"\xff"), BadXml),
        (*sealed(b""), BadXml),
        (
            *sealed(vectors.MESSAGE, Crypto(**{**vectors.ACCOUNT, "receive_id": "wx_other"})),
            BadCiphertext,
        ),
        (
            *sealed(vectors.MESSAGE, Crypto(**{**vectors.ACCOUNT, "encoding_aes_key": "B" * 43})),
            BadCiphertext,
        ),
    ],
)
def test_a_callback_with_one_thing_wrong_is_refused(
    body: bytes, query: dict[str, str], kind: type[CallbackRefused]
) -> None:
    with pytest.raises(kind) as refused:
        received(body, query)
    assert refused.value.code == kind.code


def test_a_captured_callback_is_stale_six_minutes_later() -> None:
    with pytest.raises(Stale):
        received(BODY, QUERY, at=datetime.fromisoformat("2023-11-14T22:19:20Z"))


places = st.integers(min_value=0, max_value=len(vectors.MESSAGE) - 1)


@given(places, st.binary(max_size=3), st.integers(min_value=0, max_value=4))
def test_a_message_broken_anywhere_is_read_or_refused(at: int, patch: bytes, cut: int) -> None:
    broken = vectors.MESSAGE[:at] + patch + vectors.MESSAGE[at + cut :]
    try:
        said = received(*sealed(broken))
    except CallbackRefused:
        return
    assert said.dedupe_key
    assert said.from_user
    replies.text(said, said.content, at=NOW)


@given(st.integers(min_value=0, max_value=len(BODY) - 1), st.binary(max_size=3))
def test_a_body_broken_anywhere_on_the_way_never_gives_another_message(
    at: int, patch: bytes
) -> None:
    try:
        said = received(BODY[:at] + patch + BODY[at + 1 :], QUERY)
    except CallbackRefused:
        return
    assert said == parse(vectors.MESSAGE)
