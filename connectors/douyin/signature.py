"""How Douyin Shop's open platform signs calls and pushes (3.1 and 3.3 of the protocol notes)."""

import hashlib
import hmac
import json
from collections.abc import Mapping


def param_json(asked: Mapping[str, object]) -> str:
    """Return what a call asks as it is signed and sent: keys sorted at every depth, compact."""
    return json.dumps(asked, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def signature(secret: str, *, app_key: str, method: str, asked: str, timestamp: str) -> str:
    """Return the signature of a call in small hexadecimal."""
    told = f"app_key{app_key}method{method}param_json{asked}timestamp{timestamp}v2"
    signed = f"{secret}{told}{secret}".encode()
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def fits_push(told: str, secret: str, *, app_key: str, body: bytes) -> bool:
    """Say whether a push was signed with the secret, in constant time."""
    # headers may hold bytes that are no text
    named = app_key.encode("utf-8", "replace")
    expected = hashlib.md5(named + body + secret.encode()).hexdigest()
    return hmac.compare_digest(expected.encode(), told.encode("utf-8", "replace"))
