"""A callback: one message or event, as it goes to the account's server (A3)."""

import time

import msgspec


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """What one delivery carries. `xml` is the plain document; it never changes between tries."""

    title: str
    openid: str
    xml: str
    event: str = ""
    consumer_id: str | None = None


class MessageIdsState(msgspec.Struct):
    """The last MsgId that was given away."""

    last: int = 0


class MessageIds:
    """64-bit MsgIds above 2^53. They follow the real time, so a crash never makes one twice."""

    def __init__(self, state: MessageIdsState) -> None:
        self.state = state

    def next(self) -> int:
        """An id greater than all before, over restarts too."""
        self.state.last = max(self.state.last + 1, time.time_ns() // 100_000 * 1000)
        return self.state.last
