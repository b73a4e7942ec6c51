"""What happens, as it happens: server-sent events for the phone page and for tests."""

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

KEPT_EVENTS = 500
QUEUED_EVENTS = 1000


class Happening(msgspec.Struct, frozen=True):
    """One event of the stream; `id` grows, over restarts too."""

    id: int
    event: str
    payload: bytes

    def frame(self) -> bytes:
        """The event as a server-sent-events frame."""
        return b"id: %d\nevent: %s\ndata: %s\n\n" % (self.id, self.event.encode(), self.payload)


class Stream:
    """Keeps the last events, so that a reader who lost the line can go on where it stopped."""

    def __init__(self) -> None:
        self._last_id = int(time.time() * 1000)
        self._kept: deque[Happening] = deque(maxlen=KEPT_EVENTS)
        self._readers: set[asyncio.Queue[Happening | None]] = set()

    def publish(self, event: str, payload: object) -> None:
        """Tells every reader. A reader too slow to keep up is ended and must come back."""
        self._last_id += 1
        happening = Happening(self._last_id, event, msgspec.json.encode(payload))
        self._kept.append(happening)
        for queue in tuple(self._readers):
            if queue.full():
                queue.get_nowait()
                queue.put_nowait(None)
                self._readers.discard(queue)
            else:
                queue.put_nowait(happening)

    def missed(self, last_id: int) -> list[Happening]:
        """What came after `last_id`; one `state` event where that is no longer known."""
        oldest = self._kept[0].id if self._kept else self._last_id + 1
        if last_id + 1 < oldest or last_id > self._last_id:
            return [Happening(self._last_id, "state", b"{}")]
        return [happening for happening in self._kept if happening.id > last_id]

    @contextmanager
    def reader(self) -> Iterator[asyncio.Queue[Happening | None]]:
        """A queue of events from now on; None means that the reader has to go."""
        queue: asyncio.Queue[Happening | None] = asyncio.Queue(QUEUED_EVENTS)
        self._readers.add(queue)
        try:
            yield queue
        finally:
            self._readers.discard(queue)

    def close(self) -> None:
        """Ends every reader."""
        for queue in tuple(self._readers):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)
        self._readers.clear()
