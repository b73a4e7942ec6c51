"""WeChat as the tests write it: signed callbacks in the three modes, with a cipher of their own.

Written from the protocol, so that neither our code nor the simulator marks itself.
"""

import base64
import hashlib
import itertools
import os
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import aiohttp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TOKEN = "callbacktoken"
APP_ID = "wx1234567890abcdef"
APP_SECRET = "0123456789abcdef0123456789abcdef"
ORIGINAL_ID = "gh_brand"
AES_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
PREVIOUS_KEY = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8"
FOREIGN_KEY = "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8"

Query = dict[str, str]

_numbers = itertools.count(1)


def signed(*parts: str) -> str:
    """Return the signature over these parts, as the platform makes it."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def sealed_with(plain: bytes, *, key: str = AES_KEY) -> str:
    """Return whole blocks in the account's cipher, whatever they hold."""
    secret = base64.b64decode(key + "=")
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def seal(message: bytes, *, key: str = AES_KEY, receive_id: str = APP_ID) -> str:
    """Return a message as secure mode carries it."""
    plain = os.urandom(16) + len(message).to_bytes(4, "big") + message + receive_id.encode()
    pad = 32 - len(plain) % 32
    return sealed_with(plain + bytes([pad]) * pad, key=key)


def unseal(encrypted: str, *, key: str = AES_KEY) -> bytes:
    """Return the message in a sealed reply."""
    secret = base64.b64decode(key + "=")
    decryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).decryptor()
    plain = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
    plain = plain[: -plain[-1]]
    length = int.from_bytes(plain[16:20], "big")
    assert plain[20 + length :] == APP_ID.encode()
    return plain[20 : 20 + length]


def outer(encrypted: str, *, beside: str = f"<ToUserName>{ORIGINAL_ID}</ToUserName>") -> bytes:
    """Return the body that carries a sealed message; in compatible mode all nodes are beside it."""
    return f"<xml>{beside}<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


def document(**nodes: Any) -> bytes:
    """Return a message or event; what is not given is that of an ordinary one."""
    nodes = {"ToUserName": ORIGINAL_ID, "CreateTime": int(time.time()), **nodes}
    return f"<xml>{''.join(_node(name, nodes[name]) for name in nodes)}</xml>".encode()


def _node(name: str, content: Any) -> str:
    if isinstance(content, dict):
        inner = "".join(_node(each, content[each]) for each in content)
    else:
        inner = str(content) if isinstance(content, int) else escape(str(content))
    return f"<{name}>{inner}</{name}>"


def message_id() -> str:
    """Return a MsgId that never came before."""
    return str(24_500_000_000_000_000 + next(_numbers))


def text(content: str, *, openid: str, **more: Any) -> bytes:
    """Return a text message."""
    more = {"MsgId": message_id(), **more}
    return document(FromUserName=openid, MsgType="text", Content=content, **more)


def event(name: str, *, openid: str, **more: Any) -> bytes:
    """Return an event."""
    return document(FromUserName=openid, MsgType="event", Event=name, **more)


def stamps(*, timestamp: object = None, nonce: str | None = None, token: str = TOKEN) -> Query:
    """Return a signed query, fresh where nothing else is said."""
    told_at = str(int(time.time()) if timestamp is None else timestamp)
    nonce = f"{next(_numbers)}{os.urandom(3).hex()}" if nonce is None else nonce
    return {"signature": signed(token, told_at, nonce), "timestamp": told_at, "nonce": nonce}


def sealed_stamps(encrypted: str, query: Query | None = None) -> Query:
    """Return a query signed over a sealed body as well."""
    query = query or stamps()
    over_body = signed(TOKEN, query["timestamp"], query["nonce"], encrypted)
    return {**query, "encrypt_type": "aes", "msg_signature": over_body}


@dataclass(frozen=True)
class Answer:
    """What came back: opened where it was sealed. ``http_status`` 0 means that nothing came."""

    http_status: int
    headers: dict[str, str]
    raw: bytes
    seconds: float

    @property
    def nodes(self) -> dict[str, str]:
        found = _nodes(self.raw)
        if "Encrypt" not in found:
            return found
        told = signed(TOKEN, found["TimeStamp"], found["Nonce"], found["Encrypt"])
        assert found["MsgSignature"] == told
        return _nodes(unseal(found["Encrypt"]))

    @property
    def said(self) -> str:
        """The text of a reply; "" for a silent one."""
        return "" if self.raw == b"success" else self.nodes.get("Content", "")

    @property
    def code(self) -> tuple[int, str]:
        """How a refusal is told."""
        return self.http_status, self.raw.decode()


def _nodes(xml: bytes) -> dict[str, str]:
    return {node.tag: node.text or "" for node in ElementTree.fromstring(xml)}


class Platform:
    """Sends callbacks to one address of ours."""

    def __init__(
        self, http: aiohttp.ClientSession, origin: str, *, app_id: str = APP_ID, mode: str
    ) -> None:
        self.http = http
        self.address = f"{origin}/wechat/{app_id}"
        self.mode = mode

    async def send(self, message: bytes, query: Query | None = None) -> Answer:
        """Send a message or event, wrapped and signed as the account's mode wants it."""
        if self.mode == "plain":
            return await self.post(message, query or stamps())
        encrypted = seal(message)
        plain = message[5:-6].decode(errors="replace") if self.mode == "compatible" else ""
        return await self.post(outer(encrypted, beside=plain), sealed_stamps(encrypted, query))

    async def says(self, content: str, *, openid: str, **more: Any) -> Answer:
        """Let a consumer write."""
        return await self.send(text(content, openid=openid, **more))

    async def does(self, name: str, *, openid: str, **more: Any) -> Answer:
        """Let something happen to a consumer."""
        return await self.send(event(name, openid=openid, **more))

    async def post(self, body: Any, query: Any, **headers: str) -> Answer:
        """Send any bytes with any query."""
        return await self.ask(
            "POST", query, data=body, headers={"Content-Type": "text/xml"} | headers
        )

    async def ask(self, method: str, query: Any, **how: Any) -> Answer:
        """Ask our address anything."""
        began_at = time.perf_counter()
        async with self.http.request(method, self.address, params=query, **how) as response:
            raw = await response.read()
        seconds = time.perf_counter() - began_at
        return Answer(response.status, dict(response.headers), raw, seconds)
