"""The control API's event stream: `bubble`, `exchange`, `state`, as they happen."""

import asyncio
import re

from aiohttp import web

from simulator.gate import CHINA

HEARTBEAT_SECONDS = 15
_ID = re.compile(r"[0-9]{1,18}")


async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events from now on, or from `Last-Event-ID` on."""
    china = request.app[CHINA]
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    last_id = request.headers.get("Last-Event-ID", request.query.get("last_event_id", ""))
    with china.stream.reader() as queue:
        missed = china.stream.missed(int(last_id)) if _ID.fullmatch(last_id) else []
        await response.prepare(request)
        try:
            await response.write(b"retry: 1000\n\n")
            for happening in missed:
                await response.write(happening.frame())
            while not china.stopping.is_set():
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        happening_or_end = await queue.get()
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if happening_or_end is None:
                    break
                await response.write(happening_or_end.frame())
        except ConnectionResetError:
            return response
    return response


ROUTES = (web.get("/play/events", events),)
