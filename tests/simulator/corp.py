"""A server of the corp's app, written from the protocol, at the end of the simulator's events."""

import asyncio
import base64
import hashlib
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

CORP_ID = "ww1234567890abcdef"
SECRET = "corp-secret-of-the-app"
TOKEN = "corptoken"
AES_KEY = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8"
VIP = "wrVIP"
OTHER = "wrOther"


def signed(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def unseal(encrypted: str) -> bytes:
    key = base64.b64decode(AES_KEY + "=")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
    plain = plain[: -plain[-1]]
    length = int.from_bytes(plain[16:20], "big")
    assert plain[20 + length :] == CORP_ID.encode()
    return plain[20 : 20 + length]


@dataclass
class CorpServer:
    """Hears events and answers an empty 200, or what `answers` holds next."""

    heard: list[ElementTree.Element] = field(default_factory=list)
    outer: list[ElementTree.Element] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    verifications: int = 0
    url: str = ""

    async def verify(self, request: web.Request) -> web.Response:
        query = request.query
        expected = signed(TOKEN, query["timestamp"], query["nonce"], query["echostr"])
        assert query["msg_signature"] == expected
        self.verifications += 1
        return web.Response(body=unseal(query["echostr"]))

    async def hear(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        root = ElementTree.fromstring(await request.read())
        encrypted = root.findtext("Encrypt") or ""
        expected = signed(TOKEN, query["timestamp"], query["nonce"], encrypted)
        assert query["msg_signature"] == expected
        self.outer.append(root)
        self.queries.append(query)
        self.heard.append(ElementTree.fromstring(unseal(encrypted)))
        await asyncio.sleep(0)
        return self.answers.pop(0) if self.answers else web.Response()

    def nodes(self, place: int = -1) -> dict[str, str]:
        """The nodes of an event, of nested ones the first text inside."""
        return {each.tag: "".join(each.itertext()) for each in self.heard[place]}
