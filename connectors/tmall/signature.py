"""How Taobao's open platform signs calls, and how an app connects to its messages."""

import hashlib
import hmac
from collections.abc import Mapping


def signature(asked: Mapping[str, str], secret: str, *, method: str) -> str:
    """Return the signature of a call: all that is asked, by name; ``method`` is how it is signed.

    ``md5``, ``hmac`` (over MD5) or ``hmac-sha256``.
    """
    told = _told(asked)
    key = secret.encode()
    if method == "md5":
        return hashlib.md5(key + told + key).hexdigest().upper()
    digest = {"hmac": "md5", "hmac-sha256": "sha256"}[method]
    return hmac.new(key, told, digest).hexdigest().upper()


def connect_signature(app_key: str, secret: str, *, group: str, timestamp: str) -> str:
    """Return the signature by which an app connects to its messages."""
    asked = {"app_key": app_key, "group_name": group, "timestamp": timestamp}
    return signature(asked, secret, method="md5")


def _told(asked: Mapping[str, str]) -> bytes:
    return "".join(name + asked[name] for name in sorted(asked)).encode()
