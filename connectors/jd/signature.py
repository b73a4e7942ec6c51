"""How JD's open platform (JOS, 宙斯) signs calls (2.1 of the protocol notes)."""

import hashlib
import json
from collections.abc import Mapping


def param_json(asked: Mapping[str, object]) -> str:
    """Return what a call asks as it is signed and sent: in ASCII, since its SDKs differ beyond."""
    return json.dumps(asked, sort_keys=True, separators=(",", ":"))


def signature(secret: str, told: Mapping[str, str]) -> str:
    """Return the signature of a call's parameters in capital hexadecimal."""
    flat = "".join(name + told[name] for name in sorted(told))
    return hashlib.md5(f"{secret}{flat}{secret}".encode()).hexdigest().upper()
