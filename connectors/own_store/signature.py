"""How a store signs a call: HMAC-SHA256 over moment, nonce and the raw body, in hexadecimal."""

import hmac


def signature(secret: str, timestamp: str, nonce: str, body: bytes) -> str:
    """Return the signature of a call."""
    signed = b"\n".join((timestamp.encode(), nonce.encode(), body))
    return hmac.digest(secret.encode(), signed, "sha256").hex()


def fits(told: str, secret: str, *, timestamp: str, nonce: str, body: bytes) -> bool:
    """Say whether a signature was made with this secret, in a time that tells nothing of it."""
    right = signature(secret, timestamp, nonce, body)
    return hmac.compare_digest(told.encode("utf-8", "replace"), right.encode())
