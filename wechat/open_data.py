"""Open data of a mini-program: what the phone hands over, sealed with the session key.

AES-128-CBC, PKCS#7 padding to 16, JSON with a watermark. A session key changes at any login:
decrypt with the one that was current when the data was made, and on failure ask the phone to
log in again.
"""

import hmac
import json
from binascii import Error, a2b_base64
from datetime import datetime
from hashlib import sha1
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from wechat.crypto import AGE_LIMIT_SECONDS, check_age
from wechat.errors import BadCiphertext, BadSignature

BLOCK_BYTES = 16


def decrypt_open_data(
    encrypted: str,
    iv: str,
    *,
    session_key: str,
    app_id: str,
    at: datetime,
    limit_seconds: int = AGE_LIMIT_SECONDS,
) -> dict[str, Any]:
    """Open `encryptedData` of wx.getShareInfo and its like; all three texts are base64.

    Raises:
        BadCiphertext: wrong session key, broken, or of another mini-program.
        Stale: its watermark is more than `limit_seconds` from `at`.
    """
    try:
        sealed, key, start = (
            a2b_base64(part, strict_mode=True) for part in (encrypted, session_key, iv)
        )
    except (Error, ValueError):
        raise BadCiphertext("not base64") from None
    if len(key) != BLOCK_BYTES or len(start) != BLOCK_BYTES:
        raise BadCiphertext("session key and iv are 16 bytes each")
    opened = _opened(sealed, Cipher(algorithms.AES128(key), modes.CBC(start)))
    watermark = opened.get("watermark")
    if not isinstance(watermark, dict) or watermark.get("appid") != app_id:
        raise BadCiphertext("the watermark is not ours")
    check_age(str(watermark.get("timestamp")), at, limit_seconds=limit_seconds)
    return opened


def check_raw_data(raw_data: str, signature: str, *, session_key: str) -> None:
    """Check `rawData` of wx.getUserInfo, signed as sha1(rawData + session_key).

    Raises:
        BadSignature: changed on the way, or made under another session key.
    """
    signed = (raw_data + session_key).encode("utf-8", "surrogatepass")
    expected = sha1(signed, usedforsecurity=False).hexdigest().encode()
    if not hmac.compare_digest(signature.encode("utf-8", "surrogatepass"), expected):
        raise BadSignature("rawData does not fit its signature")


def _opened(sealed: bytes, cipher: Cipher[modes.CBC]) -> dict[str, Any]:
    unpadder = PKCS7(BLOCK_BYTES * 8).unpadder()
    decryptor = cipher.decryptor()
    try:
        padded = decryptor.update(sealed) + decryptor.finalize()
        opened = json.loads(unpadder.update(padded) + unpadder.finalize())
    except (ValueError, RecursionError):  # cut, padded wrongly, no UTF-8, no JSON
        raise BadCiphertext("does not open with this session key") from None
    if not isinstance(opened, dict):
        raise BadCiphertext("not an object")
    return opened
