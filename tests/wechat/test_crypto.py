"""Signatures and cipher against official vectors and wechatpy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from tests.wechat import vectors
from wechat.crypto import Crypto, check_age
from wechat.errors import BadCiphertext, BadSignature, CallbackRefused, Stale
from wechat.inbound import parse

ours = Crypto(**vectors.ACCOUNT)
theirs = WeChatCrypto(*vectors.ACCOUNT.values())
OLD_KEY = "HhwcGxoZGBcWFRQTEhEQDw4NDAsKCQgHBgUEAwIBAAA"
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=300)


def sealed_by_hand(plain: bytes) -> str:
    """Any plain bytes in our key, padded or not: what a broken sender might send."""
    from base64 import b64encode

    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = bytes(range(32))
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def test_the_official_sample_of_wecom_is_signed_and_opens() -> None:
    crypto = Crypto(**vectors.WECOM)
    crypto.check_message_signature(
        vectors.WECOM_SIGNATURE, vectors.WECOM_TIMESTAMP, vectors.WECOM_NONCE, vectors.WECOM_ENCRYPT
    )
    said = parse(crypto.decrypt(vectors.WECOM_ENCRYPT))
    assert (said.from_user, said.content) == ("mycreate", "hello")
    assert (said.message_id, said.fields["AgentID"]) == ("4561255354251345929", "218")


def test_the_official_account_vector_fits_both_ways() -> None:
    ours.check_signature(vectors.SIGNATURE, vectors.TIMESTAMP, vectors.NONCE)
    ours.check_message_signature(
        vectors.MSG_SIGNATURE, vectors.TIMESTAMP, vectors.NONCE, vectors.ENCRYPT
    )
    assert ours.decrypt(vectors.ENCRYPT) == vectors.MESSAGE
    sealed = ours.encrypt(
        vectors.MESSAGE,
        timestamp=vectors.TIMESTAMP,
        nonce=vectors.NONCE,
        random16=vectors.RANDOM16,
    )
    assert sealed == (vectors.ENCRYPT, vectors.MSG_SIGNATURE)


@given(message=texts, nonce=st.from_regex(r"[0-9]{1,10}", fullmatch=True))
def test_wechatpy_opens_what_we_seal_and_we_open_what_it_seals(message: str, nonce: str) -> None:
    sealed = ours.encrypt(message.encode(), timestamp="1700000000", nonce=nonce)
    assert (
        theirs.decrypt_message(
            {"Encrypt": sealed.encrypt}, sealed.msg_signature, "1700000000", nonce
        )
        == message
    )
    back = theirs.encrypt_message(message, nonce, "1700000000")
    encrypt = back.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    signature = back.split("<MsgSignature><![CDATA[")[1].split("]]>")[0]
    ours.check_message_signature(signature, "1700000000", nonce, encrypt)
    assert ours.decrypt(encrypt) == message.encode()


@pytest.mark.parametrize("length", range(64))
def test_messages_of_every_length_modulo_the_block_come_back(length: int) -> None:
    message = b"x" * length
    assert ours.decrypt(ours.encrypt(message, timestamp="1", nonce="2").encrypt) == message


def test_two_replies_with_the_same_text_are_sealed_differently() -> None:
    first, second = (ours.encrypt(b"same", timestamp="1", nonce="2") for _ in range(2))
    assert first.encrypt != second.encrypt


def test_the_previous_key_opens_but_replies_use_the_current_one() -> None:
    changed = Crypto(
        token="simtoken",
        encoding_aes_key=OLD_KEY,
        previous_encoding_aes_key=vectors.ACCOUNT["encoding_aes_key"],
        receive_id=vectors.ACCOUNT["receive_id"],
    )
    assert changed.decrypt(vectors.ENCRYPT) == vectors.MESSAGE
    reply = changed.encrypt(b"reply", timestamp="1", nonce="2").encrypt
    assert changed.decrypt(reply) == b"reply"
    with pytest.raises(BadCiphertext):
        ours.decrypt(reply)


@pytest.mark.parametrize("key", ["", "short", "A" * 42, "A" * 44, "!" * 43, "钥" * 43])
def test_a_wrong_encoding_aes_key_is_refused_at_start(key: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 binascii and we say it differently
        Crypto(token="t", encoding_aes_key=key, receive_id="wx")


@pytest.mark.parametrize(
    ("signature", "timestamp", "nonce"),
    [
        ("", vectors.TIMESTAMP, vectors.NONCE),
        (vectors.SIGNATURE[:-1], vectors.TIMESTAMP, vectors.NONCE),
        (vectors.SIGNATURE.upper(), vectors.TIMESTAMP, vectors.NONCE),
        (vectors.SIGNATURE, "1700000001", vectors.NONCE),
        (vectors.SIGNATURE, vectors.TIMESTAMP, ""),
        ("签名", vectors.TIMESTAMP, vectors.NONCE),
        (vectors.SIGNATURE, "\ud800", "é\0"),
        ("\udcff", "", ""),
    ],
)
def test_a_wrong_signature_is_refused(signature: str, timestamp: str, nonce: str) -> None:
    with pytest.raises(BadSignature):
        ours.check_signature(signature, timestamp, nonce)


def test_the_signature_of_one_message_does_not_fit_another() -> None:
    other = ours.encrypt(b"<xml></xml>", timestamp=vectors.TIMESTAMP, nonce=vectors.NONCE)
    with pytest.raises(BadSignature):
        ours.check_message_signature(
            vectors.MSG_SIGNATURE, vectors.TIMESTAMP, vectors.NONCE, other.encrypt
        )


HEAD = vectors.RANDOM16 + (5).to_bytes(4, "big")
RIGHT = HEAD + b"hello" + b"wx1234567890abcdef"


@pytest.mark.parametrize(
    ("encrypted", "why"),
    [
        ("", "not whole blocks"),
        ("not base64!", "not base64"),
        ("密文", "not base64"),
        (vectors.ENCRYPT + "=", "not base64"),
        (vectors.ENCRYPT[:-1], "not base64"),
        (vectors.ENCRYPT[:40], "not whole blocks"),
        (sealed_by_hand(b"\x10" * 16), "not whole blocks"),
        (sealed_by_hand(RIGHT.ljust(64, b"\0")), "wrong padding"),
        (sealed_by_hand(RIGHT.ljust(80, b"\x21")), "wrong padding"),
        (sealed_by_hand(RIGHT.ljust(63, b"\x02") + b"\x15"), "wrong padding"),
        (sealed_by_hand(b"\x20" * 32), "longer by its length field"),
        (sealed_by_hand(RIGHT.replace(b"wx1", b"wx2").ljust(64, b"\x15")), "another receiver"),
        (sealed_by_hand((HEAD + b"hello").ljust(32, b"\x07")), "another receiver"),
        (
            sealed_by_hand(RIGHT.replace(HEAD, HEAD[:16] + b"\xff" * 4).ljust(64, b"\x15")),
            "longer by its length field",
        ),
        (sealed_by_hand((vectors.RANDOM16 + b"\0").ljust(32, b"\x0f")), "longer by its"),
    ],
)
def test_a_broken_ciphertext_is_refused(encrypted: str, why: str) -> None:
    with pytest.raises(BadCiphertext, match=why):
        ours.decrypt(encrypted)


def test_a_ciphertext_padded_to_sixteen_as_other_tools_do_is_read() -> None:
    assert ours.decrypt(sealed_by_hand(RIGHT.ljust(48, b"\x05"))) == b"hello"


@given(st.one_of(st.text(), st.binary(max_size=200).map(lambda raw: sealed_by_hand(raw * 16))))
def test_no_ciphertext_raises_anything_but_a_refusal(encrypted: str) -> None:
    try:
        ours.decrypt(encrypted)
    except CallbackRefused as refusal:
        assert refusal.code == "bad_ciphertext"  # noqa: PT017


@given(st.text(), st.text(), st.text(), st.text())
def test_no_query_raises_anything_but_a_refusal(
    signature: str, timestamp: str, nonce: str, encrypted: str
) -> None:
    with pytest.raises(BadSignature):
        ours.check_signature(signature, timestamp, nonce)
    with pytest.raises(BadSignature):
        ours.check_message_signature(signature, timestamp, nonce, encrypted)


@pytest.mark.parametrize("timestamp", ["1699999700", "1700000000", "1700000300"])
def test_a_callback_within_five_minutes_is_fresh(timestamp: str, now: object) -> None:
    check_age(timestamp, now)


@pytest.mark.parametrize(
    "timestamp",
    [
        "1699999699",
        "1700000301",
        "0",
        "",
        "-1",
        "1e9",
        "１７０００００００００",
        "1700000000 ",
        "9" * 5000,
    ],
)
def test_an_old_early_or_broken_timestamp_is_stale(timestamp: str, now: object) -> None:
    with pytest.raises(Stale):
        check_age(timestamp, now)


def test_the_age_limit_can_be_set(now: object) -> None:
    check_age("1699996401", now, limit_seconds=3600)
    with pytest.raises(Stale):
        check_age("1699999990", now, limit_seconds=5)


def test_messages_one_after_another_are_sealed_and_opened_each_for_itself() -> None:
    for said in (b"hello", b"", b"x" * 500, b"hello"):
        sealed = ours.encrypt(
            said, timestamp=vectors.TIMESTAMP, nonce=vectors.NONCE, random16=vectors.RANDOM16
        )
        head = vectors.RANDOM16 + len(said).to_bytes(4, "big")
        plain = head + said + b"wx1234567890abcdef"
        pad = 32 - len(plain) % 32
        assert sealed.encrypt == sealed_by_hand(plain + bytes([pad]) * pad)
        with pytest.raises(BadCiphertext):
            ours.decrypt(sealed_by_hand(b"\x10" * 64))
        assert ours.decrypt(sealed.encrypt) == said
