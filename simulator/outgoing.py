"""Turns a callback into the HTTP request of one try: address, signature, encryption (A1, A2)."""

import random
import time
from dataclasses import dataclass

from yarl import URL

from simulator import crypto, xml
from simulator.callback import Callback
from simulator.settings import OfficialAccount


@dataclass(frozen=True, slots=True)
class Post:
    """One try as it goes out; `inner` is the plain XML where `body` is encrypted."""

    url: URL
    body: bytes
    inner: bytes | None


class Writer:
    """Writes the tries for one account. `envelope` is None in plain mode."""

    def __init__(self, account: OfficialAccount, envelope: crypto.Envelope | None) -> None:
        self._account = account
        self._envelope = envelope

    def post(self, callback: Callback, *, skew_seconds: int, broken: bool) -> Post:
        """A try with a timestamp, nonce and signature of its own. `broken` cuts the XML."""
        document = callback.xml[: -len("</xml>")] if broken else callback.xml
        query = self._signed(skew_seconds) | {"openid": callback.openid}
        if self._envelope is None:
            return Post(self._url(query), document.encode(), None)
        encrypted = self._envelope.encrypt(document.encode())
        query["encrypt_type"] = "aes"
        query["msg_signature"] = crypto.signature(
            self._account.token, query["timestamp"], query["nonce"], encrypted
        )
        body = self._wrapped(document, encrypted)
        return Post(self._url(query), body.encode(), document.encode())

    def question(self, *, skew_seconds: int) -> tuple[URL, bytes]:
        """The address of the GET that verifies the server, and the answer it must give."""
        echo = str(random.SystemRandom().randrange(10**18, 10**19))
        query = self._signed(skew_seconds) | {"echostr": echo}
        return self._url(query), echo.encode()

    def _signed(self, skew_seconds: int) -> dict[str, str]:
        timestamp = str(int(time.time()) + skew_seconds)
        nonce = str(random.SystemRandom().randrange(10**8, 10**10))
        signed = crypto.signature(self._account.token, timestamp, nonce)
        return {"signature": signed, "timestamp": timestamp, "nonce": nonce}

    def _url(self, query: dict[str, str]) -> URL:
        return URL(self._account.callback_url).extend_query(query)

    def _wrapped(self, document: str, encrypted: str) -> str:
        sealed = xml.inner({"Encrypt": encrypted})
        if self._account.mode == "compatible":
            nodes = document.removeprefix("<xml>").removesuffix("</xml>")
            end = "</xml>" if document.endswith("</xml>") else ""
            return f"<xml>{nodes}{sealed}{end}"
        return f"<xml>{xml.inner({'ToUserName': self._account.original_id})}{sealed}</xml>"
