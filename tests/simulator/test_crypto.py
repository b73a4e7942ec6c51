"""The simulator's own cipher against the published vectors."""

import base64

import pytest

from simulator.crypto import Envelope, Undecryptable, signature
from tests.simulator.bot import AES_KEY, APP_ID, TOKEN, seal

WECOM_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
WECOM_ENCRYPTED = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3Qczcd"
    "CUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd"
    "4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2"
    "r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Nc"
    "x4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uy"
    "PIGHBZZIs2pDBS8R07+qN+E7Q=="
)
OWN_MESSAGE = (
    "<xml><ToUserName><![CDATA[gh_sim]]></ToUserName>"
    "<FromUserName><![CDATA[oSIM0001]]></FromUserName><CreateTime>1700000000</CreateTime>"
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content>"
    "<MsgId>24500000000000001</MsgId></xml>"
)
OWN_ENCRYPTED = (
    "4j/AuRx71kQlxVlzbpsMWFou2Bq46ER+bdubAy60aXGSdqa8WCZe829AvY6DLv0T0W+o3g43M95xrncJqIL6sH4hik"
    "/PQUCz4GsK881BRJZqnIJKRnFMZVAZo07JeznvSwE04A9mLjZryTi5eyuDfizlCpNnhW0mDPbb+kNvlHu28XWtwAm0"
    "wtR7TiNlZ2wIiFI1r+H1Nu789v30k6QTiu45XxZXnovJJ+PmQ649aCMJvXGLDJAbm0fKyqKwvXPdUStgNGLLUS7/WC"
    "pZTKANNQHCZXW0nG5fYSyw5eVMtJ1zoqPTBSzaoxYVukevdPpdhxj0JeqjLpmUZGe+yt75wrr+P6LmPVt07LU8BwOO"
    "fDUfm8nRtexFx2eu794eUfcs"
)


def test_the_official_sample_opens_and_its_signature_holds() -> None:
    expected = "477715d11cdb4164915debcba66cb864d751f3e6"
    assert signature("QDG6eK", "1409659813", "1372623149", WECOM_ENCRYPTED) == expected
    opened = Envelope(WECOM_KEY, "wx5823bf96d3bd56c7").decrypt(WECOM_ENCRYPTED).decode()
    assert "<Content><![CDATA[hello]]></Content>" in opened
    assert "<MsgId>4561255354251345929</MsgId>" in opened


def test_our_own_vector_is_written_and_read_byte_for_byte() -> None:
    envelope = Envelope(AES_KEY, APP_ID)
    assert envelope.encrypt(OWN_MESSAGE.encode(), random=b"0123456789abcdef") == OWN_ENCRYPTED
    assert envelope.decrypt(OWN_ENCRYPTED).decode() == OWN_MESSAGE
    parts = (TOKEN, "1700000000", "987654321")
    assert signature(*parts) == "3d0983082da934d362e12eebbe8a02586635cbfe"
    assert signature(*parts, OWN_ENCRYPTED) == "c7544773eb8089d5bd7eb8b1273018b7c9685a5b"


@pytest.mark.parametrize("length", range(0, 33))
def test_every_length_comes_back(length: int) -> None:
    envelope = Envelope(AES_KEY, APP_ID)
    assert envelope.decrypt(envelope.encrypt(b"x" * length)) == b"x" * length


@pytest.mark.parametrize(
    "encrypted",
    [
        "",
        "not base64!",
        base64.b64encode(b"short").decode(),
        base64.b64encode(b"0" * 32).decode(),
        seal(b"hello", app_id="wxsomebodyelse"),
        WECOM_ENCRYPTED,
    ],
)
def test_what_was_not_sealed_for_us_does_not_open(encrypted: str) -> None:
    with pytest.raises(Undecryptable):
        Envelope(AES_KEY, APP_ID).decrypt(encrypted)


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="base64"):
        Envelope("A" * 42, APP_ID)
