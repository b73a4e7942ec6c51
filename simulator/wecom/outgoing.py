"""The callbacks of the corp: always encrypted, the question too; answered by an empty 200 (C2)."""

import random
import time

from yarl import URL

from simulator import crypto, xml
from simulator.callback import Callback
from simulator.outgoing import Post
from simulator.replies import InvalidAnswer, Reply
from simulator.settings import WeCom


class CorpWriter:
    """Writes the tries for one corp's app."""

    def __init__(self, corp: WeCom) -> None:
        self._corp = corp
        self._envelope = crypto.Envelope(corp.encoding_aes_key, corp.corp_id)

    def post(self, callback: Callback, *, skew_seconds: int, broken: bool) -> Post:
        """A try with a timestamp, nonce and signature of its own. `broken` cuts the XML."""
        document = callback.xml[: -len("</xml>")] if broken else callback.xml
        encrypted = self._envelope.encrypt(document.encode())
        body = xml.render(
            {
                "ToUserName": self._corp.corp_id,
                "AgentID": str(self._corp.agent_id),
                "Encrypt": encrypted,
            }
        )
        return Post(self._url(encrypted, skew_seconds), body.encode(), document.encode())

    def question(self, *, skew_seconds: int) -> tuple[URL, bytes]:
        """The GET that verifies the server: it must answer what is encrypted in `echostr`."""
        echo = str(random.SystemRandom().randrange(10**18, 10**19)).encode()
        encrypted = self._envelope.encrypt(echo)
        url = self._url(encrypted, skew_seconds).update_query({"echostr": encrypted})
        return url, echo

    def _url(self, encrypted: str, skew_seconds: int) -> URL:
        timestamp = str(int(time.time()) + skew_seconds)
        nonce = str(random.SystemRandom().randrange(10**8, 10**10))
        signed = crypto.signature(self._corp.token, timestamp, nonce, encrypted)
        return URL(self._corp.callback_url).extend_query(
            {"msg_signature": signed, "timestamp": timestamp, "nonce": nonce}
        )


class CorpReader:
    """Reads answers to events, which have nothing to say."""

    def read(self, answer: bytes, callback: Callback) -> Reply:
        """Nothing. Raises: InvalidAnswer where the server said something."""
        if answer not in (b"", b"success"):
            raise InvalidAnswer("an event of the corp is answered by an empty body")
        return Reply((), None)
