"""What WeChat asks a mini-program about members of its shops, and how it is answered.

A mini-program takes its messages in JSON or in XML; each is answered in its own form. Pure.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from wechat.crypto import Sealed

OK: Mapping[str, object] = {"errcode": 0, "errmsg": "ok"}


def is_json(body: bytes) -> bool:
    """Say whether a message came in JSON."""
    return body.lstrip()[:1] == b"{"


def form_of(body: bytes) -> str:
    """Return the content type of what is written like a message."""
    return "application/json" if is_json(body) else "text/xml"


def text(about: Any, name: str) -> str:
    """Return a field of what a message tells; "" where it is none, or longer than any is."""
    told = about.get(name, "") if isinstance(about, dict) else ""
    return told if isinstance(told, str) and len(told) <= 128 else ""


def moment(about: Any, name: str) -> datetime | None:
    """Return a moment that a message tells in Unix seconds; None where it tells none."""
    told = text(about, name)
    is_one = told.isascii() and told.isdigit() and len(told) <= 10
    return datetime.fromtimestamp(int(told), UTC) if is_one else None


def answer(told: Mapping[str, object]) -> Mapping[str, object]:
    """Return the answer to a question."""
    return {**OK, "info": told} if told else OK


def said(told: Mapping[str, object], *, like: bytes) -> bytes:
    """Return an answer in the form of the message."""
    if is_json(like):
        return json.dumps(told, ensure_ascii=False).encode()
    return f"<xml>{_nodes(told)}</xml>".encode()


def sealed(reply: Sealed, timestamp: str, *, nonce: str, like: bytes) -> bytes:
    """Return a sealed answer in the form of the message."""
    told = {
        "Encrypt": reply.encrypt,
        "MsgSignature": reply.msg_signature,
        "TimeStamp": int(timestamp),
        "Nonce": nonce,
    }
    return said(told, like=like)


def _nodes(told: Mapping[str, object]) -> str:
    return "".join(f"<{name}>{_node(one)}</{name}>" for name, one in told.items())


def _node(told: object) -> str:
    if isinstance(told, Mapping):
        return _nodes(told)
    return escape(str(told).lower() if isinstance(told, bool) else str(told))
