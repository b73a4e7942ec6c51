from base64 import b64encode
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from tests.wechat import vectors
from wechat.errors import BadCiphertext, BadSignature, CallbackRefused, Stale
from wechat.open_data import check_raw_data, decrypt_open_data

APP_ID = "wx1234567890abcdef"
SENT_AT = datetime.fromisoformat("2023-11-14T22:13:20Z")


def opened(
    encrypted: str = vectors.OPEN_DATA,
    iv: str = vectors.IV,
    *,
    session_key: str = vectors.SESSION_KEY,
    app_id: str = APP_ID,
    at: datetime = SENT_AT,
) -> dict[str, object]:
    return decrypt_open_data(encrypted, iv, session_key=session_key, app_id=app_id, at=at)


def sealed(plain: bytes) -> str:
    cipher = Cipher(algorithms.AES(bytes(range(16))), modes.CBC(bytes(range(16, 32))))
    encryptor = cipher.encryptor()
    return b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def padded(plain: bytes) -> bytes:
    pad = 16 - len(plain) % 16
    return plain + bytes((pad,)) * pad


def test_the_phone_number_vector_opens() -> None:
    assert opened()["purePhoneNumber"] == "13800138000"


def test_open_data_of_another_mini_program_is_refused() -> None:
    with pytest.raises(BadCiphertext, match="watermark"):
        opened(app_id="wx0000000000000000")


@pytest.mark.parametrize("late", [timedelta(seconds=301), timedelta(seconds=-301)])
def test_old_open_data_is_stale(late: timedelta) -> None:
    with pytest.raises(Stale):
        opened(at=SENT_AT + late)


@pytest.mark.parametrize(
    "wrong",
    [
        {"session_key": "DwAOAQ0CDAMLBAoFCQYIBw=="},
        {"session_key": "AAEC"},
        {"session_key": "not base64"},
        {"iv": "EBES"},
        {"iv": ""},
        {"iv": "ABESExQVFhcYGRobHB0eHw=="},
        {"encrypted": ""},
        {"encrypted": "图"},
        {"encrypted": vectors.OPEN_DATA[:-4]},
        {"encrypted": sealed(b"\0" * 16)},
        {"encrypted": sealed(padded(b"[]"))},
        {"encrypted": sealed(padded(b'{"watermark":1}'))},
        {"encrypted": sealed(padded(b'{"openGId":"G1"}'))},
        {"encrypted": sealed(padded(b"\xff\xfe"))},
        {"encrypted": sealed(padded(b"[" * 100_000))},
    ],
)
def test_broken_open_data_is_refused_and_never_half_read(wrong: dict[str, str]) -> None:
    with pytest.raises(BadCiphertext):
        opened(**wrong)


def test_a_watermark_without_a_moment_is_stale() -> None:
    with pytest.raises(Stale):
        opened(sealed(padded(b'{"watermark":{"appid":"wx1234567890abcdef"}}')))


@given(st.one_of(st.text(), st.binary(max_size=64).map(lambda raw: sealed(raw * 16))), st.text())
def test_no_open_data_raises_anything_but_a_refusal(encrypted: str, iv: str) -> None:
    for start in (iv, vectors.IV):
        with pytest.raises(CallbackRefused):
            opened(encrypted, start)


def test_raw_data_fits_its_signature_only_unchanged() -> None:
    signature = vectors.RAW_DATA_SIGNATURE
    check_raw_data('{"nickName":"A"}', signature, session_key=vectors.SESSION_KEY)
    with pytest.raises(BadSignature):
        check_raw_data('{"nickName":"B"}', signature, session_key=vectors.SESSION_KEY)
    with pytest.raises(BadSignature):
        check_raw_data('{"nickName":"A"}', "签\ud800", session_key=vectors.SESSION_KEY)
