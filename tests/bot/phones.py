"""The simulator's control API: what consumers do on their phones, and what they see."""

from dataclasses import dataclass
from typing import Any

import aiohttp

Json = dict[str, Any]


@dataclass
class Phones:
    """The phones of all consumers of one simulator."""

    http: aiohttp.ClientSession
    origin: str

    async def post(self, path: str, body: object = None) -> Json:
        async with self.http.post(f"{self.origin}/play/{path}", json=body or {}) as response:
            told: Json = await response.json()
        assert response.status < 300, told
        return told

    async def get(self, path: str) -> Json:
        async with self.http.get(f"{self.origin}/play/{path}") as response:
            told: Json = await response.json()
        return told

    async def consumer(self, nickname: str) -> Json:
        state = await self.get("state")
        return dict(next(one for one in state["consumers"] if one["nickname"] == nickname))

    async def act(self, consumer: Json, deed: str, **body: object) -> Json:
        """Let her do something and wait until the platform has its answer, or has given up."""
        return await self.post(f"consumers/{consumer['id']}/{deed}?wait=1", body)

    async def says(self, consumer: Json, content: str) -> Json:
        return await self.act(consumer, "messages", kind="text", content=content)

    async def follower(self, nickname: str) -> Json:
        consumer = await self.consumer(nickname)
        await self.act(consumer, "follow")
        return consumer

    async def chat(self, consumer: Json, *, via: str = "") -> list[str]:
        """Return the texts that she sees, of one way or of all."""
        bubbles = (await self.get(f"consumers/{consumer['id']}/chat"))["messages"]
        return [one.get("text", "") for one in bubbles if via in ("", one["via"])]
