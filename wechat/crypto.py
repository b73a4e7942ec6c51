"""Signatures and encryption of callbacks: official account, mini-program and WeCom alike.

AES-256-CBC, key = base64(EncodingAESKey + "="), IV = its first 16 bytes. Plain layout:
16 random bytes, length of the message (4 bytes, big-endian), message, receive id; PKCS#7
padding to 32, not 16. The receive id is the app id, for WeCom the corp id.
"""

import hmac
import os
from binascii import Error, a2b_base64, b2a_base64
from datetime import datetime
from hashlib import sha1
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from wechat.errors import BadCiphertext, BadSignature, Stale

KEY_BYTES = 32
BLOCK_BYTES = 16
PADDED_BYTES = 32
RANDOM_BYTES = 16
LENGTH_END = RANDOM_BYTES + 4
AGE_LIMIT_SECONDS = 300


class Sealed(NamedTuple):
    """An encrypted reply: what goes into the nodes `Encrypt` and `MsgSignature`."""

    encrypt: str
    msg_signature: str


class Crypto:
    """One account's callback secrets.

    The previous key keeps opening callbacks that were under way when staff changed the key;
    replies are always sealed with the current one.

    Raises:
        ValueError: an EncodingAESKey that is not the base64 of 32 bytes in 43 characters.
    """

    __slots__ = ("_keys", "_receive_id", "_token")

    def __init__(
        self,
        *,
        token: str,
        encoding_aes_key: str,
        previous_encoding_aes_key: str | None = None,
        receive_id: str,
    ) -> None:
        keys = [encoding_aes_key]
        if previous_encoding_aes_key:
            keys.append(previous_encoding_aes_key)
        self._token = token
        self._receive_id = receive_id.encode()
        self._keys = tuple(_Key(key) for key in keys)

    def check_signature(self, signature: str, timestamp: str, nonce: str) -> None:
        """Check the signature in the query of every request from the platform.

        Raises:
            BadSignature: not signed with our token.
        """
        self._check(signature, timestamp, nonce)

    def check_message_signature(
        self, msg_signature: str, timestamp: str, nonce: str, encrypted: str
    ) -> None:
        """Check the signature over an encrypted body (for WeCom also over its `echostr`).

        What is signed is sorted first, so the order of the last three makes no difference.

        Raises:
            BadSignature: not signed with our token, or signed for another body.
        """
        self._check(msg_signature, timestamp, nonce, encrypted)

    def decrypt(self, encrypted: str) -> bytes:
        """Open what the platform sealed for us, with the current or else the previous key.

        Raises:
            BadCiphertext: no base64, cut, padded wrongly, or meant for another receiver.
        """
        try:
            sealed = a2b_base64(encrypted, strict_mode=True)
        except (Error, ValueError):
            raise BadCiphertext("not base64") from None
        if len(encrypted) % 4:  # the decoder takes one "=" too many
            raise BadCiphertext("not base64")
        if len(sealed) < PADDED_BYTES or len(sealed) % BLOCK_BYTES:
            raise BadCiphertext("not whole blocks")
        for key in self._keys[:-1]:
            try:
                return self._message(key.opened(sealed))
            except BadCiphertext:
                continue
        return self._message(self._keys[-1].opened(sealed))

    def encrypt(
        self, message: bytes, *, timestamp: str, nonce: str, random16: bytes | None = None
    ) -> Sealed:
        """Seal a reply. `random16` is given by test vectors only."""
        plain = b"".join(
            (
                random16 or os.urandom(RANDOM_BYTES),
                len(message).to_bytes(4, "big"),
                message,
                self._receive_id,
            )
        )
        pad = PADDED_BYTES - len(plain) % PADDED_BYTES
        sealed = self._keys[0].sealed(plain + bytes((pad,)) * pad)
        encrypt = b2a_base64(sealed, newline=False).decode()
        return Sealed(encrypt, self._signature(timestamp, nonce, encrypt))

    def _check(self, given: str, *parts: str) -> None:
        expected = self._signature(*parts).encode()
        if not hmac.compare_digest(given.encode(*_ANY), expected):
            raise BadSignature("the signature does not fit")

    def _signature(self, *parts: str) -> str:
        # code points sort as their UTF-8 bytes do
        joined = "".join(sorted((self._token, *parts))).encode(*_ANY)
        return sha1(joined, usedforsecurity=False).hexdigest()

    def _message(self, padded: bytes) -> bytes:
        pad = padded[-1]
        if not 1 <= pad <= PADDED_BYTES or not padded.endswith(bytes((pad,)) * pad):
            raise BadCiphertext("wrong padding")
        plain = padded[:-pad]
        end = LENGTH_END + int.from_bytes(plain[RANDOM_BYTES:LENGTH_END], "big")
        if len(plain) < end:
            raise BadCiphertext("longer by its length field than it is")
        if plain[end:] != self._receive_id:
            raise BadCiphertext("meant for another receiver")
        return plain[LENGTH_END:end]


# Query texts may hold anything, lone surrogates too: they fail to match, they never raise.
_ANY = ("utf-8", "surrogatepass")


def check_age(timestamp: str, at: datetime, *, limit_seconds: int = AGE_LIMIT_SECONDS) -> None:
    """Refuse what was signed more than `limit_seconds` before or after `at`.

    Raises:
        Stale: too old, too far ahead, or no number of seconds at all.
    """
    # ten digits last until the year 2286; more would only be work for int()
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 10):
        raise Stale("the timestamp is no number of seconds")
    if abs(at.timestamp() - int(timestamp)) > limit_seconds:
        raise Stale(f"more than {limit_seconds} seconds from now")


class _Key:
    """AES-256-CBC of many messages with one cipher context for each direction.

    To make a context costs many times what a message costs. A context that is used again mixes the
    last block of the message before into the first of the next; that is taken out here.
    """

    __slots__ = ("_decryptor", "_encryptor", "_iv", "_last_opened", "_last_sealed")

    def __init__(self, encoding_aes_key: str) -> None:
        key = a2b_base64(encoding_aes_key + "=", strict_mode=True)
        if len(key) != KEY_BYTES:
            raise ValueError("an EncodingAESKey is the base64 of 32 bytes in 43 characters")
        cipher = Cipher(algorithms.AES(key), modes.CBC(key[:BLOCK_BYTES]))
        self._encryptor = cipher.encryptor()
        self._decryptor = cipher.decryptor()
        self._iv = int.from_bytes(key[:BLOCK_BYTES], "big")
        self._last_sealed = self._last_opened = self._iv

    def sealed(self, plain: bytes) -> bytes:
        """Encrypt whole blocks."""
        unmixed = _mixed(plain, self._last_sealed ^ self._iv)
        sealed = self._encryptor.update(unmixed)
        self._last_sealed = int.from_bytes(sealed[-BLOCK_BYTES:], "big")
        return sealed

    def opened(self, sealed: bytes) -> bytes:
        """Decrypt whole blocks."""
        plain = self._decryptor.update(sealed)
        unmixed = _mixed(plain, self._last_opened ^ self._iv)
        self._last_opened = int.from_bytes(sealed[-BLOCK_BYTES:], "big")
        return unmixed


def _mixed(blocks: bytes, mask: int) -> bytes:
    """Return blocks, the first of them XORed."""
    first = int.from_bytes(blocks[:BLOCK_BYTES], "big") ^ mask
    return first.to_bytes(BLOCK_BYTES, "big") + blocks[BLOCK_BYTES:]
