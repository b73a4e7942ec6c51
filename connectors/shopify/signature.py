"""How Shopify signs its webhooks (7.1 of the protocol notes)."""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def signature(secret: str, body: bytes) -> str:
    """Return the signature of a webhook's body in base64."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def fits(told: str, secrets: Iterable[str], *, body: bytes) -> bool:
    """Say whether a webhook was signed with one of the secrets, each looked at in constant time."""
    sent = told.encode("utf-8", "replace")
    found = [hmac.compare_digest(signature(secret, body).encode(), sent) for secret in secrets]
    return any(found)
