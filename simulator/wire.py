"""The wire log: the last exchanges over HTTP, both directions, secrets masked."""

import re
from collections import deque
from collections.abc import Mapping
from typing import Literal

import msgspec

from simulator.stream import Stream

KEPT_EXCHANGES = 500
BODY_LIMIT_BYTES = 16_384

_SECRET_QUERY = re.compile(
    r"([?&](?:access_token|secret|corpsecret|refresh_token|js_code|code)=)[^&]+"
)
_SECRET_FIELD = re.compile(
    r'("(?:access_token|secret|appsecret|refresh_token|session_key|ticket|token)"'
    r'\s*:\s*")(?:[^"\\]|\\.)+'
)
_SECRET_HEADERS = {"authorization", "cookie", "set-cookie"}

Direction = Literal["to_server", "from_server"]


class Half(msgspec.Struct, omit_defaults=True):
    """One direction of an exchange; `decrypted` is the inner XML where the body was encrypted."""

    headers: dict[str, str]
    body: str
    decrypted: str | None = None


class WireState(msgspec.Struct):
    """The number of the last exchange, so that numbers go on over restarts."""

    last_seq: int = 0


class Exchange(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A request and its answer. `status` 0 means that no answer came."""

    seq: int = 0
    at: str
    direction: Direction
    title: str
    method: str
    url: str
    status: int
    seconds: float
    outcome: str
    request: Half
    response: Half
    attempt: int | None = None
    consumer_id: str | None = None


class Wire:
    """The bounded log, told to the stream as it grows."""

    def __init__(self, state: WireState, stream: Stream) -> None:
        self.state = state
        self._stream = stream
        self._exchanges: deque[Exchange] = deque(maxlen=KEPT_EXCHANGES)

    def add(self, exchange: Exchange) -> None:
        """Numbers the exchange and keeps it."""
        self.state.last_seq += 1
        exchange.seq = self.state.last_seq
        exchange.url = masked(exchange.url)
        exchange.outcome = masked(exchange.outcome)
        self._exchanges.append(exchange)
        self._stream.publish("exchange", {"exchange": exchange})

    def after(self, seq: int, limit: int) -> list[Exchange]:
        """The last `limit` exchanges numbered above `seq`, newest last."""
        newer = [exchange for exchange in self._exchanges if exchange.seq > seq]
        return newer[-limit:] if limit else []


def half(headers: Mapping[str, str], body: bytes, *, decrypted: bytes | None = None) -> Half:
    """A direction as the log keeps it: secrets masked, binary named, long bodies cut."""
    return Half(
        headers={
            masked(name): "***" if name.lower() in _SECRET_HEADERS else masked(value)
            for name, value in headers.items()
        },
        body=readable(body),
        decrypted=None if decrypted is None else readable(decrypted),
    )


def readable(body: bytes) -> str:
    """A body as text, or a line that names its size where it is binary."""
    try:
        decoded = body.decode()
    except UnicodeDecodeError:
        return f"({len(body)} bytes that are not text)"
    if len(body) > BODY_LIMIT_BYTES:
        decoded = decoded[:BODY_LIMIT_BYTES] + f"… ({len(body)} bytes)"
    return masked(decoded)


def masked(text: str) -> str:
    """The text with secrets of queries and JSON fields replaced by asterisks.

    Headers may hold bytes that are no text; they are shown as question marks.
    """
    text = text.encode("utf-8", "replace").decode()
    return _SECRET_FIELD.sub(r"\1***", _SECRET_QUERY.sub(r"\1***", text))
