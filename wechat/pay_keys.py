"""Signatures and encryption of WeChat Pay v3: RSA-SHA256 both ways, AES-256-GCM in notices."""

from base64 import b64decode, b64encode
from contextlib import suppress
from datetime import datetime

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from wechat.crypto import check_age
from wechat.errors import BadCiphertext, BadSignature

KEY_BYTES = 32
NONCE_BYTES = 12
SCHEME = "WECHATPAY2-SHA256-RSA2048"


class PayKeys:
    """What one merchant signs with, and what it knows the platform by.

    ``public_key_id`` names the platform's public key ("PUB_KEY_ID_...").

    Raises:
        ValueError: a key that is none, or is no RSA key; an APIv3 key that is not 32 bytes long.
    """

    def __init__(
        self,
        *,
        mch_id: str,
        serial: str,
        private_key: str,
        public_key_id: str,
        public_key: str,
        api_v3_key: str,
    ) -> None:
        if len(api_v3_key.encode()) != KEY_BYTES:
            raise ValueError("api_v3_key has 32 letters and digits")
        self.mch_id = mch_id
        self.public_key_id = public_key_id
        self._serial = serial
        self._own = _private(private_key)
        self._platform = _public(public_key)
        self._cipher = AESGCM(api_v3_key.encode())

    def __repr__(self) -> str:
        return f"PayKeys(mch_id={self.mch_id!r})"

    def sign(self, *parts: str) -> str:
        """Return the signature of these parts, each ended by a line feed, in base64."""
        told = "".join(f"{part}\n" for part in parts).encode()
        return b64encode(self._own.sign(told, PKCS1v15(), SHA256())).decode()

    def authorization(
        self, method: str, target: str, body: str, *, timestamp: str, nonce: str
    ) -> str:
        """Return the header that lets a call in; ``target`` is the path with its query."""
        signature = self.sign(method, target, timestamp, nonce, body)
        return (
            f'{SCHEME} mchid="{self.mch_id}",nonce_str="{nonce}",signature="{signature}",'
            f'timestamp="{timestamp}",serial_no="{self._serial}"'
        )

    def check(
        self, body: bytes, *, timestamp: str, nonce: str, signature: str, serial: str, at: datetime
    ) -> None:
        """Let through what the platform signed within the last five minutes.

        Raises:
            BadSignature: signed by somebody else, or for other bytes. Stale: long ago.
        """
        if serial != self.public_key_id:
            raise BadSignature("signed with a key that is not the platform's")
        try:
            told = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
            self._platform.verify(b64decode(signature, validate=True), told, PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            raise BadSignature("not signed by the platform") from None
        check_age(timestamp, at)

    def open(self, ciphertext: str, *, nonce: str, associated_data: str) -> bytes:
        """Return what a notice holds sealed.

        Raises:
            BadCiphertext: sealed with another key, or changed.
        """
        try:
            return self._cipher.decrypt(
                nonce.encode(), b64decode(ciphertext, validate=True), associated_data.encode()
            )
        except (InvalidTag, ValueError):
            raise BadCiphertext("does not open with the APIv3 key") from None


def _private(pem: str) -> RSAPrivateKey:
    with suppress(ValueError, UnsupportedAlgorithm):
        found = load_pem_private_key(pem.encode(), password=None)
        if isinstance(found, RSAPrivateKey):
            return found
    raise ValueError("private_key is no RSA key in PEM")


def _public(pem: str) -> RSAPublicKey:
    with suppress(ValueError, UnsupportedAlgorithm):
        found = load_pem_public_key(pem.encode())
        if isinstance(found, RSAPublicKey):
            return found
    raise ValueError("public_key is no RSA key in PEM")
