"""Pushes of platforms to the address that a shop's app gave: tried again until they are taken."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import aiohttp
import msgspec

from simulator.assumed import Assumed
from simulator.clock import wire_time
from simulator.faults import FaultBoard
from simulator.wire import Exchange, Wire, half


class Push(msgspec.Struct):
    """One push as it goes over the wire; ``sign`` gives headers that are new for each try."""

    title: str
    url: str
    body: bytes
    headers: Mapping[str, str]
    sign: Callable[[bytes], Mapping[str, str]] | None = None


class Pushes:
    """Pushes on their way. ``is_taken`` says whether an answer, status and body, takes one."""

    def __init__(
        self,
        is_taken: Callable[[int, bytes], bool],
        *,
        assumed: Assumed,
        faults: FaultBoard,
        wire: Wire,
    ) -> None:
        self._is_taken = is_taken
        self.assumed = assumed
        self.faults = faults
        self.wire = wire
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, push: Push) -> asyncio.Event:
        """Sends one with all its tries; what is returned is set after the first round."""
        told_once = asyncio.Event()
        if self.faults.now.shop_pushes_lost or not push.url:
            told_once.set()
            return told_once
        for _ in range(2 if self.faults.now.duplicate else 1):
            task = asyncio.get_running_loop().create_task(self._run(push, told_once))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return told_once

    async def close(self) -> None:
        """Breaks off what is on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, push: Push, told_once: asyncio.Event) -> None:
        timeout = aiohttp.ClientTimeout(total=self.assumed.shop_push_timeout_seconds)
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            try:
                for pause in (*self.assumed.shop_push_pauses_seconds, 0):
                    is_taken = await self._post(session, push)
                    told_once.set()
                    if is_taken:
                        return
                    await asyncio.sleep(pause)
            finally:
                told_once.set()

    async def _post(self, session: aiohttp.ClientSession, push: Push) -> bool:
        status, answer, headers, started = 0, b"", {}, time.perf_counter()
        told = {**push.headers, **(push.sign(push.body) if push.sign else {})}
        with suppress(TimeoutError, aiohttp.ClientError, OSError):
            async with session.post(push.url, data=push.body, headers=told) as response:
                status, headers = response.status, dict(response.headers)
                answer = await response.read()
        is_taken = self._is_taken(status, answer)
        self.wire.add(
            Exchange(
                at=wire_time(),
                direction="to_server",
                title=push.title,
                method="POST",
                url=push.url,
                status=status,
                seconds=round(time.perf_counter() - started, 4),
                outcome="ok" if is_taken else "not taken",
                request=half(told, push.body),
                response=half(headers, answer),
            )
        )
        return is_taken
