"""Signatures and encryption of official-account callbacks, written for the simulator alone (A2)."""

import base64
import binascii
import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK_BYTES = 32


class Undecryptable(Exception):
    """A ciphertext that was not made with this key for this account; says what is wrong."""


def signature(*parts: str) -> str:
    """Hex SHA-1 over the parts in byte-wise order: `signature` and `msg_signature`."""
    joined = b"".join(sorted(part.encode() for part in parts))
    return hashlib.sha1(joined).hexdigest()


def same(left: str, right: str) -> bool:
    """Whether two signatures are equal, in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


class Envelope:
    """Encrypts and decrypts for one receiver (`app_id`) with one EncodingAESKey of 43 chars."""

    def __init__(self, encoding_aes_key: str, app_id: str) -> None:
        try:
            self._key = base64.b64decode(encoding_aes_key + "=", validate=True)
        except binascii.Error as error:
            raise ValueError("encoding_aes_key is not base64") from error
        if len(self._key) != 32:
            raise ValueError("encoding_aes_key must be 32 bytes in base64")
        self._receiver = app_id.encode()

    def encrypt(self, message: bytes, *, random: bytes | None = None) -> str:
        """Base64 of 16 random bytes, length, message and receiver, padded to blocks of 32."""
        head = os.urandom(16) if random is None else random
        plain = head + struct.pack(">I", len(message)) + message + self._receiver
        amount = BLOCK_BYTES - len(plain) % BLOCK_BYTES
        encryptor = self._cipher().encryptor()
        padded = plain + bytes([amount]) * amount
        return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """The message inside. Raises: Undecryptable."""
        try:
            ciphertext = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Undecryptable("Encrypt is not base64") from error
        if not ciphertext or len(ciphertext) % 16:
            raise Undecryptable("Encrypt is not whole cipher blocks")
        decryptor = self._cipher().decryptor()
        plain = _unpadded(decryptor.update(ciphertext) + decryptor.finalize())
        if len(plain) < 20:
            raise Undecryptable("the plain text is too short")
        (length,) = struct.unpack(">I", plain[16:20])
        message, receiver = plain[20 : 20 + length], plain[20 + length :]
        if len(message) != length or receiver != self._receiver:
            raise Undecryptable("the length or the receiving app id is wrong")
        return message

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))


def _unpadded(plain: bytes) -> bytes:
    amount = plain[-1]
    if not 1 <= amount <= BLOCK_BYTES or plain[-amount:] != bytes([amount]) * amount:
        raise Undecryptable("the padding is wrong: another key, or not blocks of 32")
    return plain[:-amount]
