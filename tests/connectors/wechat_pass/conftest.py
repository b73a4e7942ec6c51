"""A shop on WeChat with the brand's mini-program, which WeChat asks about its members."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec
import pytest
from msgspec.structs import replace as with_fields

from loyalty import connections
from loyalty.connections import Connected, WeChatPassSettings
from models import Customer
from simulator.settings import MiniProgram
from tests.bot.conftest import MINI_APP_ID
from tests.bot.platform import APP_SECRET
from tests.connectors import market as markets
from tests.connectors.market import Market
from tests.connectors.wechat_shop.conftest import SHOP_APP_ID
from tests.connectors.wechat_shop.conftest import pair as shop_pair
from tests.jobs.conftest import context, redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context, now

__all__ = ["brand", "context", "redis"]

TOKEN, KEY = "minitoken", "CAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
PATH = f"/wechat-pass/{MINI_APP_ID}"


@dataclass
class Town:
    """The shop, the mini-program, and the consumers with their phones."""

    market: Market
    sessions: dict[str, str]

    async def consumer(self, nickname: str = "林小满") -> dict[str, Any]:
        async with self.market.http.get(f"{self.market.china}/play/state") as answer:
            state = msgspec.json.decode(await answer.read())
        (found,) = [one for one in state["consumers"] if one["nickname"] == nickname]
        return dict(found)

    async def sign_in(self, nickname: str = "林小满") -> Customer:
        """Open the mini-program on somebody's phone; return who she is."""
        consumer = await self.consumer(nickname)
        code = await self.market.play(f"consumers/{consumer['id']}/miniprogram/login")
        told = await self.ask("POST", "/session", json={"code": code["code"]})
        self.sessions[nickname] = told[1]["token"]
        _, me = await self.ask("GET", "/me", nickname=nickname)
        return await Customer.get(uuid=me["uuid"])

    async def ask(
        self, method: str, path: str, *, nickname: str = "", **how: Any
    ) -> tuple[int, Any]:
        """Ask the server as the mini-program on her phone does."""
        headers = {}
        if nickname:
            headers["Authorization"] = f"Bearer {self.sessions[nickname]}"
        url = f"{self.market.origin}/miniprogram/v1{path}"
        async with self.market.http.request(method, url, headers=headers, **how) as answer:
            body = await answer.read()
            return answer.status, msgspec.json.decode(body) if body else None

    async def tap(self, nickname: str = "林小满") -> dict[str, Any]:
        """Let somebody want to be a member of the shop."""
        consumer = await self.consumer(nickname)
        path = f"shops/wechat_shop/{SHOP_APP_ID}/members/{consumer['id']}"
        return dict(await self.market.play(path))

    async def join(self, session_id: str, nickname: str = "林小满") -> tuple[int, Any]:
        body = {"session_id": session_id}
        return await self.ask("PUT", "/me/shop-membership", nickname=nickname, json=body)

    async def shown(self) -> dict[str, Any]:
        """Return what shops show of members, by the mini-program's openid."""
        path = f"{self.market.china}/play/shops/wechat_shop/{SHOP_APP_ID}/members"
        async with self.market.http.get(path) as answer:
            return dict(msgspec.json.decode(await answer.read()))

    async def checkout(self, nickname: str = "林小满", discount_fen: int = 0) -> dict[str, Any]:
        """Let a member begin a checkout in the shop and place it."""
        consumer = await self.consumer(nickname)
        path = f"shops/wechat_shop/{SHOP_APP_ID}/members/{consumer['id']}/checkout"
        return dict(await self.market.play(path, discount_fen=discount_fen))

    async def post(self, body: bytes, query: str = "") -> int:
        """Write to the pass's address as anybody may."""
        url = f"{self.market.origin}{PATH}?{query}"
        async with self.market.http.post(url, data=body) as answer:
            return answer.status


def nameless(ours: str, theirs: str) -> Any:
    """Return a shop that is not bound to the Open Platform account, so it tells no unionids."""
    shop, settings = shop_pair(ours, theirs)
    return with_fields(shop, tells_unionid=False), settings


@asynccontextmanager
async def opened(
    context: Context, form: Literal["json", "xml"], settings: WeChatPassSettings
) -> AsyncIterator[Town]:
    """Run the shop with a mini-program that takes its messages in this form."""
    found = await connections.save(settings, name="小程序", sealer=context.sealer, at=now())
    known = Connected(found, MINI_APP_ID, "小程序", settings)
    mini = MiniProgram(
        MINI_APP_ID,
        APP_SECRET,
        push_url=PATH,
        push_token=TOKEN,
        push_key=KEY,
        push_form=form,
    )
    with_pass = replace(context, wechat_passes={MINI_APP_ID: known})
    async with markets.opened(with_pass, [nameless], miniprogram=mini) as market:
        yield Town(market, {})


@pytest.fixture(params=["json", "xml"])
async def town(
    brand: None, context: Context, request: pytest.FixtureRequest
) -> AsyncIterator[Town]:
    settings = WeChatPassSettings(MINI_APP_ID, TOKEN, KEY)
    async with opened(context, request.param, settings) as found:
        yield found
