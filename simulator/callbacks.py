"""Delivers callbacks: three tries, then what the consumer sees (A5)."""

import asyncio
import itertools
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.assumed import Assumed
from simulator.callback import Callback
from simulator.consumers import Bubble, Consumers
from simulator.courier import Attempt, Courier
from simulator.faults import FaultBoard

UNAVAILABLE = "该公众号提供的服务出现故障，请稍后再试"
KEPT_DELIVERIES = 500
DELIVERIES_AT_ONCE = 100


@dataclass(slots=True)
class Delivery:
    """One callback on its way, its tries so far and the bubbles that it made."""

    id: str
    callback: Callback
    attempts: list[Attempt] = field(default_factory=list)
    bubbles: list[Bubble] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Callbacks:
    """The account's callbacks on their way to its server. Their order is not guaranteed."""

    def __init__(
        self,
        courier: Courier,
        *,
        assumed: Assumed,
        faults: FaultBoard,
        consumers: Consumers,
        changed: Callable[[], None],
        prefix: str = "d",
    ) -> None:
        """`prefix` begins the ids of the deliveries, so that those of two accounts differ."""
        self.courier = courier
        self._assumed = assumed
        self._faults = faults
        self._consumers = consumers
        self._changed = changed
        self._prefix = prefix
        self._ids = itertools.count(time.time_ns() // 1_000_000)
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(DELIVERIES_AT_ONCE)
        self._held: asyncio.Event | None = None
        self._deliveries: OrderedDict[str, Delivery] = OrderedDict()

    async def close(self) -> None:
        """Breaks off what is on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.courier.close()

    def get(self, delivery_id: str) -> Delivery | None:
        """A delivery of late, or None."""
        return self._deliveries.get(delivery_id)

    def deliver(self, callback: Callback) -> Delivery:
        """Sends a callback, with all its tries, from now on."""
        return self._start(callback, self._assumed.callback_tries)

    def deliver_again(self, callback: Callback) -> Delivery:
        """Sends a callback that was delivered before once more, in a single try."""
        return self._start(callback, 1)

    def _start(self, callback: Callback, tries: int) -> Delivery:
        delivery = Delivery(f"{self._prefix}{next(self._ids)}", callback)
        self._deliveries[delivery.id] = delivery
        if len(self._deliveries) > KEPT_DELIVERIES:
            self._deliveries.popitem(last=False)
        task = asyncio.get_running_loop().create_task(self._run(delivery, tries))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return delivery

    async def _run(self, delivery: Delivery, tries: int) -> None:
        try:
            async with self._places:
                overtaken = await self._travel()
                try:
                    await self._try(delivery, tries)
                finally:
                    overtaken.set()
                self._show(delivery)
        finally:
            self._changed()
            delivery.ended.set()

    async def _travel(self) -> asyncio.Event:
        """With `reorder` a callback waits until the next one has overtaken it.

        Returns what to set when this callback is through: the one it has overtaken goes on then.
        """
        if self._held is not None:
            overtaken, self._held = self._held, None
            return overtaken
        if self._faults.now.reorder:
            self._held = held = asyncio.Event()
            try:
                async with asyncio.timeout(self._assumed.reorder_hold_seconds):
                    await held.wait()
            except TimeoutError:
                if self._held is held:
                    self._held = None
        return asyncio.Event()

    async def _try(self, delivery: Delivery, tries: int) -> None:
        """Tries until the server is content. A duplicate is sent beside; its answer is ignored."""
        async with asyncio.TaskGroup() as duplicates:
            if self._faults.now.duplicate:
                duplicates.create_task(self.courier.carry(delivery.callback, 1))
            for number in range(1, tries + 1):
                attempt = await self.courier.carry(delivery.callback, number)
                delivery.attempts.append(attempt)
                if attempt.accepted:
                    return
                if attempt.unusable and not self._assumed.retry_invalid_answers:
                    return
                if number < tries:
                    await asyncio.sleep(self._assumed.retry_pause_seconds)

    def _show(self, delivery: Delivery) -> None:
        callback = delivery.callback
        consumer = self._consumers.get(callback.consumer_id or "")
        shows = self._assumed.events_that_show_the_answer
        if consumer is None or not consumer.followed:
            return
        if callback.event and callback.event not in shows:
            return
        reply = delivery.attempts[-1].reply
        unavailable = Bubble(sender="system", kind="notice", via="platform", text=UNAVAILABLE)
        for bubble in reply.bubbles if reply else (unavailable,):
            delivery.bubbles.append(self._consumers.show(consumer, bubble))
