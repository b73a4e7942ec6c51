"""The platform's side of WeChat Pay's signatures and of the sealing of notices (D1, D2)."""

import base64
import binascii
import os
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from simulator.settings import Merchant

NONCE_LETTERS = 12


class PaySeal:
    """Checks what the merchant signed, signs and seals what the platform says."""

    def __init__(self, merchant: Merchant) -> None:
        public = serialization.load_pem_public_key(merchant.public_key.encode())
        private = serialization.load_pem_private_key(
            merchant.platform_private_key.encode(), password=None
        )
        if not isinstance(public, rsa.RSAPublicKey) or not isinstance(private, rsa.RSAPrivateKey):
            raise ValueError("the merchant's keys must be RSA keys")
        self.merchant = merchant
        self._public = public
        self._private = private

    def is_merchants(self, signature: str, *parts: str) -> bool:
        """Whether the merchant signed these parts, each ended by a line feed."""
        told = "".join(part + "\n" for part in parts).encode()
        try:
            given = base64.b64decode(signature, validate=True)
            self._public.verify(given, told, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True

    def headers(self, body: bytes, *, skew_seconds: int = 0) -> dict[str, str]:
        """The headers that prove that the platform says `body`, at real time."""
        timestamp, nonce = str(int(time.time()) + skew_seconds), os.urandom(16).hex()
        told = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        signature = self._private.sign(told, padding.PKCS1v15(), hashes.SHA256())
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": self.merchant.public_key_id,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }

    def sealed(self, content: bytes, associated_data: str) -> tuple[str, str]:
        """(ciphertext in base64, nonce), as they stand in a notice."""
        nonce = base64.b64encode(os.urandom(NONCE_LETTERS)).decode()[:NONCE_LETTERS]
        cipher = AESGCM(self.merchant.api_v3_key.encode())
        ciphertext = cipher.encrypt(nonce.encode(), content, associated_data.encode())
        return base64.b64encode(ciphertext).decode(), nonce
