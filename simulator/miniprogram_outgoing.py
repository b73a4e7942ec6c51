"""The mini-program's messages (消息推送): always sealed, in JSON or XML, answered by `success`."""

import random
import time

import msgspec
from yarl import URL

from simulator import crypto, xml
from simulator.callback import Callback
from simulator.outgoing import Post
from simulator.replies import InvalidAnswer, Reply
from simulator.settings import MiniProgram


class MiniProgramWriter:
    """Writes the tries for one mini-program; a callback's document is in its ``push_form``."""

    def __init__(self, settings: MiniProgram) -> None:
        self._settings = settings
        self._envelope = crypto.Envelope(settings.push_key, settings.app_id)

    def post(self, callback: Callback, *, skew_seconds: int, broken: bool) -> Post:
        """A try with a timestamp, nonce and signature of its own. `broken` cuts the document."""
        document = callback.xml[:-1] if broken else callback.xml
        sealed = self._envelope.encrypt(document.encode())
        outside = {"ToUserName": "gh_miniprogram", "Encrypt": sealed}
        is_json = self._settings.push_form == "json"
        body = msgspec.json.encode(outside) if is_json else xml.render(outside).encode()
        query = self._signed(skew_seconds) | {"encrypt_type": "aes"}
        query["msg_signature"] = crypto.signature(
            self._settings.push_token, query["timestamp"], query["nonce"], sealed
        )
        return Post(self._url(query), body, document.encode())

    def question(self, *, skew_seconds: int) -> tuple[URL, bytes]:
        """The address of the GET that verifies the server, and the answer it must give."""
        echo = str(random.SystemRandom().randrange(10**18, 10**19))
        return self._url(self._signed(skew_seconds) | {"echostr": echo}), echo.encode()

    def _signed(self, skew_seconds: int) -> dict[str, str]:
        timestamp = str(int(time.time()) + skew_seconds)
        nonce = str(random.SystemRandom().randrange(10**8, 10**10))
        signed = crypto.signature(self._settings.push_token, timestamp, nonce)
        return {"signature": signed, "timestamp": timestamp, "nonce": nonce}

    def _url(self, query: dict[str, str]) -> URL:
        return URL(self._settings.push_url).extend_query(query)


class MiniProgramReader:
    """Reads answers to events of a mini-program, which say that they were taken."""

    def read(self, answer: bytes, callback: Callback) -> Reply:
        """Nothing. Raises: InvalidAnswer where the server said something else."""
        if answer not in (b"", b"success"):
            raise InvalidAnswer("an event is answered by success or an empty body")
        return Reply((), None)
