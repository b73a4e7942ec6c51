"""Keep secrets sealed in the database with the deployment's one master key."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32


class WrongMasterKey(Exception):
    """What is stored was not sealed with this key, or was changed."""


class Sealer:
    """AES-256-GCM with a random nonce; ``purpose`` binds a sealed text to the place it lives in.

    Raises:
        ValueError: the key is not 32 bytes in URL-safe base64.
    """

    def __init__(self, master_key: str) -> None:
        key = urlsafe_b64decode(master_key.encode() + b"=" * (-len(master_key) % 4))
        if len(key) != KEY_BYTES:
            raise ValueError("the master key must be 32 bytes in URL-safe base64")
        self._key = key
        self._cipher = AESGCM(key)

    def seal(self, secret: bytes, *, purpose: str) -> bytes:
        """Return nonce and ciphertext."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, purpose.encode())

    def unseal(self, sealed: bytes, *, purpose: str) -> bytes:
        """Return the secret.

        Raises:
            WrongMasterKey: sealed with another key or for another purpose.
        """
        nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, ciphertext, purpose.encode())
        except InvalidTag:
            raise WrongMasterKey(
                "a stored secret does not open with this master key: JIFEN_MASTER_KEY has changed"
            ) from None

    def derived_key(self, purpose: str) -> bytes:
        """Return a key of 32 bytes for one purpose: the same every time, telling nothing of others.

        For what is signed or looked up by its keyed digest, and so is not sealed.
        """
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(self._key)


def new_master_key() -> str:
    """Return a random key as settings hold it."""
    return urlsafe_b64encode(os.urandom(KEY_BYTES)).decode().rstrip("=")
