"""How Tmall signs what it asks, and what it makes of phone numbers (1.6 of the protocol notes)."""

import hashlib
import hmac
from collections.abc import Mapping


def signature(secret: str, told: Mapping[str, str], body: bytes) -> str:
    """Return the signature of a question: over what is told beside the body, sorted, and the body.

    ``told`` are the query, the headers that the call names, and the fields of a form; of a form the
    body is empty.
    """
    flat = "".join(name + told[name] for name in sorted(told)).encode("utf-8", "replace")
    return hashlib.md5(secret.encode() + flat + body + secret.encode()).hexdigest().upper()


def fits(sign: str, secret: str, told: Mapping[str, str], body: bytes) -> bool:
    """Say whether a question was signed with the secret, in constant time."""
    return hmac.compare_digest(
        signature(secret, told, body).encode(), sign.encode("utf-8", "replace")
    )


def mix_mobile(number: str, mix_key: str) -> str:
    """Return Tmall's hash of a number such as +8613800138000; numbers abroad have none of ours."""
    inner = hashlib.md5(f"tmall{number.removeprefix('+86')}{mix_key}".encode()).hexdigest()
    return hashlib.md5(inner.encode()).hexdigest()
