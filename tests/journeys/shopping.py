"""One consumer with her phone, seen from outside: the chat, the mini-program, the corp's groups."""

from typing import Any
from uuid import uuid4

import aiohttp

Json = dict[str, Any]
PAYMENT = ("package", "timeStamp", "nonceStr", "signType", "paySign")


class Consumer:
    """Plays one consumer of a running demo by what a phone can do, and by nothing else."""

    def __init__(self, session: aiohttp.ClientSession, demo: Json, card: Json) -> None:
        self._session = session
        self._page = str(demo["page"]).rstrip("/")
        self._api = f"{demo['server']}/miniprogram/v1"
        self.card = card
        self.headers = {"Accept-Language": "zh-CN"}

    async def play(self, path: str, body: Json | None = None, *, wait: bool = True) -> Json:
        """Do something with her hands."""
        url = f"{self._page}/play/consumers/{self.card['id']}/{path}"
        query = {"wait": "1"} if wait else {}
        async with self._session.post(url, json=body or {}, params=query) as answer:
            told: Json = await answer.json()
            assert answer.status < 400, told
            return told

    async def says(self, text: str) -> str:
        """Text the account and return what she reads."""
        told = await self.play("messages", {"kind": "text", "content": text})
        return "\n".join(one.get("text") or "" for one in told["bubbles"])

    async def reads(self) -> list[Json]:
        """Return all bubbles of her chat."""
        url = f"{self._page}/play/consumers/{self.card['id']}/chat"
        async with self._session.get(url) as answer:
            return list((await answer.json())["messages"])

    async def sign_in(self) -> None:
        """Open the mini-program."""
        code = (await self.play("miniprogram/login", wait=False))["code"]
        opened = await self.ask("POST", "/session", {"code": code}, expected=201)
        self.headers["Authorization"] = f"Bearer {opened['token']}"

    async def ask(
        self, method: str, path: str, body: Json | None = None, *, expected: int = 200
    ) -> Json:
        """Let the mini-program ask its server."""
        async with self._session.request(
            method, self._api + path, json=body, headers=self.headers
        ) as answer:
            told: Json = await answer.json() if answer.status != 204 else {}
            assert answer.status == expected, (path, answer.status, told)
            return told

    async def get(self, path: str) -> Json:
        """Let the mini-program read."""
        return await self.ask("GET", path)

    async def redeem(self, reward: str) -> Json:
        """Redeem a reward, with a retry as a bad line makes one."""
        path = f"/me/redemptions/{uuid4()}"
        first = await self.ask("PUT", path, {"reward": reward})
        assert await self.ask("PUT", path, {"reward": reward}) == first
        return first

    async def buy(self, *skus: str, coupon: str | None = None) -> tuple[Json, Json]:
        """Quote a cart, order it and confirm the payment; return the quote and the order."""
        lines = [{"sku": sku, "quantity": 1} for sku in skus]
        quote = await self.ask("POST", "/quotes", {"lines": lines, "coupon": coupon})
        path = f"/me/orders/{uuid4()}"
        order = await self.ask("PUT", path, {"quote": quote["quote"]})
        asked = {name: order["payment"][name] for name in PAYMENT}
        told = await self.play("miniprogram/pay", {**asked, "is_confirmed": True}, wait=False)
        assert told["errMsg"] == "requestPayment:ok"
        return quote, order
