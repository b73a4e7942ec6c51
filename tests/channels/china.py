"""An official account, its follower 林小满, and the platform between them over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis

from loyalty import connections, deliveries, inbox
from loyalty.connections import OfficialAccountSettings
from loyalty.deliveries import Claimed, Planned, Text
from loyalty.sealing import Sealer, new_master_key
from models import Delivery, db
from simulator.app import create_app
from simulator.settings import ConsumerSeed, MiniProgram, OfficialAccount, Settings
from web.context import Account, Context, now
from wechat.exchange import Limits
from wechat.official_account import OfficialAccount as Client
from wechat.tokens import MemoryTokens

APP_ID = "wx1234567890abcdef"
APP_SECRET = "0123456789abcdef0123456789abcdef"
LIMITS = Limits(total_seconds=4, backoff_seconds=(0.01,))
SEND = "/cgi-bin/message/custom/send"
LEASE = timedelta(seconds=60)


@dataclass
class China:
    """What a test does to the platform and its follower, and what it plans for her."""

    context: Context
    origin: str
    follower: dict[str, Any]
    customer_id: int
    connection_id: int

    async def play(self, method: str, path: str, **body: object) -> Any:
        url = f"{self.origin}/play/{path}"
        async with self.context.http.request(method, url, json=body or None) as response:
            assert response.status < 300, await response.text()
            return await response.json()

    async def faulty(self, **fault: object) -> None:
        """Let the next customer messages go wrong."""
        await self.play("POST", "faults", endpoints={SEND: fault})

    async def follows(self) -> None:
        await self.play("POST", f"consumers/{self.follower['id']}/follow?wait=1")
        await self.heard("event:subscribe")

    async def says(self, text: str = "积分") -> None:
        path = f"consumers/{self.follower['id']}/messages?wait=1"
        await self.play("POST", path, kind="text", content=text)
        await self.heard("text")

    async def heard(self, kind: str) -> None:
        """Let us have heard something of her."""
        at = now()
        arrival = inbox.Arrival(
            connection_id=self.connection_id,
            event_key=f"{kind}:{at.isoformat()}",
            kind=kind,
            sender=self.follower["openid"],
            body=b"",
            nonce=None,
        )
        await inbox.take([arrival], at=at)

    async def received(self) -> list[str]:
        """Return the customer messages that stand in her chat."""
        chat = await self.play("GET", f"consumers/{self.follower['id']}/chat")
        return [one["text"] for one in chat["messages"] if one["via"] == "customer_message"]

    async def plan(self, *texts: str, **more: Any) -> None:
        at = now()
        wanted = [
            Planned(
                key=f"said:{text}",
                customer_id=self.customer_id,
                channel=more.get("channel", "official_account"),
                scope=more.get("scope", APP_ID),
                address=more.get("address", self.follower["openid"]),
                message=Text(text),
                not_before=at,
                lapses_at=at + timedelta(hours=1),
            )
            for text in texts
        ]
        for outcome in await deliveries.plan(wanted, at=at):
            outcome.unwrap()

    async def claimed(self, text: str = "您有 120 积分", **more: Any) -> Claimed:
        """Plan a message and claim it."""
        await self.plan(text, **more)
        batch = await deliveries.claim(["official_account"], limit=1, lease=LEASE, at=now())
        return batch.claimed[0]

    async def states(self) -> list[tuple[str, str | None]]:
        """Return (state, error) of every delivery, in the order they were planned."""
        return [(one.state.value, one.error) for one in await Delivery.all().order_by("id")]


@asynccontextmanager
async def opened(redis: Redis) -> AsyncIterator[China]:
    """Run the platform beside a process of ours that speaks for one official account."""
    async with (
        _server(_deaf()) as bot,
        _server(_simulator(bot)) as origin,
        aiohttp.ClientSession() as http,
    ):
        sealer = Sealer(new_master_key())
        context = Context(
            redis=redis,
            http=http,
            sealer=sealer,
            accounts={APP_ID: await _account(http, sealer, origin)},
            miniprograms={},
        )
        async with http.get(f"{origin}/play/state") as response:
            (follower,) = (await response.json())["consumers"]
        connection_id = context.accounts[APP_ID].connection.id
        yield China(context, origin, follower, await _customer(), connection_id)


@asynccontextmanager
async def _server(app: web.Application) -> AsyncIterator[str]:
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0.2)
    try:
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()


def _deaf() -> web.Application:
    async def hear(request: web.Request) -> web.Response:
        return web.Response(text="success")

    app = web.Application()
    app.router.add_post("/wechat", hear)
    return app


def _simulator(bot: str) -> web.Application:
    account = OfficialAccount(
        APP_ID, APP_SECRET, "gh_sim", "积分", "token", f"{bot}/wechat", mode="plain"
    )
    return create_app(
        Settings(
            official_account=account,
            miniprogram=MiniProgram("wxfedcba0987654321", "f" * 32),
            consumers=(ConsumerSeed("林小满"),),
        )
    )


async def _account(http: aiohttp.ClientSession, sealer: Sealer, origin: str) -> Account:
    settings = OfficialAccountSettings(
        app_id=APP_ID,
        app_secret=APP_SECRET,
        original_id="gh_sim",
        token="token",
        encoding_aes_key="a" * 43,
        api_base=origin,
    )
    await connections.save(settings, name="积分", sealer=sealer, at=now())
    (connection,) = await connections.load(OfficialAccountSettings, sealer=sealer)
    client = Client(
        http,
        MemoryTokens(),
        app_id=APP_ID,
        app_secret=APP_SECRET,
        api_base=origin,
        limits=LIMITS,
    )
    return Account(connection, client)


async def _customer() -> int:
    at: datetime = now()
    rows = await db.fetch("INSERT INTO customer (created_at) VALUES ($1) RETURNING id", at)
    return int(rows[0]["id"])
