"""A small bot on a real port: the server at the other end of the simulator's callbacks.

It is written from the protocol, with its own cipher code, so that neither side marks itself.
"""

import asyncio
import base64
import hashlib
import os
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TOKEN = "simtoken"
AES_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
APP_ID = "wx1234567890abcdef"
APP_SECRET = "0123456789abcdef0123456789abcdef"
ACCOUNT = "gh_sim"

Nodes = dict[str, str]


def signed(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def seal(message: bytes, *, app_id: str = APP_ID, block: int = 32) -> str:
    plain = os.urandom(16) + len(message).to_bytes(4, "big") + message + app_id.encode()
    amount = block - len(plain) % block
    key = base64.b64decode(AES_KEY + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = encryptor.update(plain + bytes([amount]) * amount) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def unseal(encrypted: str) -> bytes:
    key = base64.b64decode(AES_KEY + "=")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
    plain = plain[: -plain[-1]]
    length = int.from_bytes(plain[16:20], "big")
    assert plain[20 + length :] == APP_ID.encode()
    return plain[20 : 20 + length]


def nodes_of(document: bytes) -> Nodes:
    return {node.tag: node.text or "" for node in ElementTree.fromstring(document)}


def text_reply(nodes: Nodes, content: str) -> str:
    return (
        f"<xml><ToUserName><![CDATA[{nodes['FromUserName']}]]></ToUserName>"
        f"<FromUserName><![CDATA[{nodes['ToUserName']}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{content}]]></Content></xml>"
    )


def sealed_reply(inner: str) -> str:
    encrypted, timestamp, nonce = seal(inner.encode()), str(int(time.time())), "4711"
    signature = signed(TOKEN, timestamp, nonce, encrypted)
    return (
        f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
        f"<MsgSignature><![CDATA[{signature}]]></MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    )


@dataclass
class Heard:
    """One POST as the bot got it; `nodes` is the inner message."""

    query: dict[str, str]
    body: bytes
    nodes: Nodes
    content_type: str


@dataclass
class Bot:
    """Answers with `answer(nodes)`, sealed where `seals`; `raw` replaces the whole answer."""

    mode: str
    heard: list[Heard] = field(default_factory=list)
    verifications: int = 0
    answer: Callable[[Nodes], str] = lambda nodes: text_reply(nodes, "你好")
    raw: Callable[[Nodes], web.Response] | None = None
    pauses_seconds: list[float] = field(default_factory=list)
    echo: Callable[[str], str] = lambda echo: echo
    broken_off: int = 0
    url: str = ""

    async def verify(self, request: web.Request) -> web.Response:
        query = request.query
        assert signed(TOKEN, query["timestamp"], query["nonce"]) == query["signature"]
        self.verifications += 1
        return web.Response(text=self.echo(query["echostr"]))

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        query = dict(request.query)
        assert signed(TOKEN, query["timestamp"], query["nonce"]) == query["signature"]
        nodes = self._opened(query, body)
        self.heard.append(Heard(query, body, nodes, request.headers["Content-Type"]))
        await self._pause()
        if self.raw is not None:
            return self.raw(nodes)
        said = self.answer(nodes)
        if said and self.mode != "plain":
            said = sealed_reply(said)
        return web.Response(text=said)

    async def _pause(self) -> None:
        """Sleeps; counts when the platform breaks the connection off meanwhile."""
        if not self.pauses_seconds:
            return
        try:
            await asyncio.sleep(self.pauses_seconds.pop(0))
        except asyncio.CancelledError:
            self.broken_off += 1
            raise

    def _opened(self, query: dict[str, str], body: bytes) -> Nodes:
        if self.mode == "plain":
            return nodes_of(body)
        encrypted = nodes_of(body)["Encrypt"]
        expected = signed(TOKEN, query["timestamp"], query["nonce"], encrypted)
        assert query["msg_signature"] == expected
        assert query["encrypt_type"] == "aes"
        document = unseal(encrypted)
        try:
            return nodes_of(document)
        except ElementTree.ParseError:
            return {"broken": document.decode()}
