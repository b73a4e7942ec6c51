"""The demo's server with its shops, the simulator that plays them, and a worker beside it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
import pytest
from aiohttp.test_utils import TestServer
from msgspec.structs import replace as with_fields

from bot.conversation import Conversations
from connectors.own_store.working import StoreEvents
from connectors.reading.working import ShopOrders
from connectors.tmall import consumer
from connectors.tmall_pass.mixing import mix_phones
from jifen import app, credentials, demo_shops, embedded, running
from jifen.credentials import Credentials
from jobs import worker
from jobs.deriving import Deriver
from loyalty import connections
from loyalty.connections import MiniProgramSettings
from loyalty.sealing import Sealer
from models import db
from simulator.app import create_app
from simulator.assumed import Assumed
from tests.bot.conftest import (
    APP_ID,
    APP_SECRET,
    MASTER_KEY,
    MINI_APP_ID,
    account,
    china,
    corp,
    settings_for,
)
from tests.bot.phones import Json, Phones
from tests.ports import free_port
from web.context import Context, now
from web.server import listening

DAYS_SECONDS = 200
LANDED_SECONDS = 60
PACE = worker.Pace(look_seconds=0.1, grace_seconds=1)


@dataclass
class Demo:
    """A web process with the demo's edge, and a worker beside it that has a clock of its own."""

    context: Context
    origin: str
    http: aiohttp.ClientSession
    phones: Phones

    async def ask(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        async with self.http.request(method, f"{self.origin}/demo{path}", **how) as answer:
            return answer.status, msgspec.json.decode(await answer.read())

    async def day(self) -> Any:
        return (await self.ask("GET", "/day"))[1]

    async def move(self, **step: int) -> None:
        """Move the clock, wait for its end, and let the shops live on that day, too."""
        assert (await self.ask("POST", "/clock", json=step))[0] == 202
        await self.stand_still()
        ahead = (await self.day())["ahead_seconds"]
        await self.phones.post("shops/clock", {"ahead_seconds": ahead})

    async def stand_still(self) -> None:
        """Wait until nobody moves the clock."""
        async with asyncio.timeout(DAYS_SECONDS):
            while (await self.day())["moving"]:  # noqa: ASYNC110 (the server rings no bell)
                await asyncio.sleep(0.1)

    async def hears(self, who: Json, text: str = "积分") -> str:
        """What the chat answers her."""
        told = await self.phones.says(who, text)
        return "\n".join(one["text"] for one in told["bubbles"])

    async def shop(self, kind: str) -> Json:
        """One shop as the simulator shows it, with ``path``, where it is played."""
        told: Any = await self.phones.get("shops")
        (found,) = [one for one in told if one["kind"] == kind]
        return {**found, "path": f"shops/{kind}/{quote(found['code'])}"}

    async def buys(
        self, who: Json, kind: str, *goods: int, is_live: bool = False, **more: Any
    ) -> Json:
        """Let her buy some of the goods (the first) of a shop; returns order and ``path``."""
        shop = await self.shop(kind)
        room = shop["live_rooms"][0] if is_live else {}
        sold = {name: room.get(name, "") for name in ("room_id", "talent_id", "talent_name")}
        lines = [
            {"sku": one["sku"], "title": one["name_zh"], "price_fen": one["price_fen"], **sold}
            for one in (shop["goods"][place] for place in goods or (0,))
        ]
        wish = {"consumer_id": who["id"], "lines": lines, **more}
        order = await self.phones.post(f"{shop['path']}/orders", wish)
        return {**order, "kind": kind, "code": shop["code"], "path": shop["path"]}

    async def act(self, order: Json, action: str, **told: Any) -> None:
        await self.phones.post(f"{order['path']}/orders/{order['number']}/{action}", told)

    async def stands(self, order: Json, who: Json) -> Json:
        """How an order stands with the server, as the page asks."""
        asked = {
            **{name: order[name] for name in ("kind", "code")},
            **{name: who[name] for name in ("openid", "unionid")},
            "numbers": [order["number"]],
        }
        status, told = await self.ask("POST", "/orders", json=asked)
        assert status == 200, told
        (found,) = told["orders"]
        return dict(found)

    async def until(self, order: Json, who: Json, **wanted: Any) -> Json:
        """Wait until an order stands so, or answers so; a shop that pushes nothing is read."""
        found: Json = {}
        try:
            async with asyncio.timeout(LANDED_SECONDS):
                while True:
                    if order["kind"] == "jd":
                        shop = {"kind": "jd", "code": order["code"]}
                        assert (await self.ask("POST", "/shops/read", json=shop))[0] == 200
                    found = await self.stands(order, who)
                    if all(_is_so(found[name], value) for name, value in wanted.items()):
                        return found
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{order['kind']} stands {found}, not {wanted}") from None

    async def gives_number(self, who: Json) -> None:
        """Let her sign in to the mini-program and give her number there."""
        login = await self._mini(who, "login")
        opened = await self._shopper("POST", "/session", {"code": login, "app_id": MINI_APP_ID})
        phone = await self._mini(who, "phone", phone=who["mobile"])
        await self._shopper("PUT", "/me/phone", {"code": phone}, token=opened["token"])

    async def _mini(self, who: Json, what: str, **told: str) -> str:
        path = f"consumers/{who['id']}/miniprogram/{what}"
        return str((await self.phones.post(path, told))["code"])

    async def _shopper(self, method: str, path: str, body: Json, *, token: str = "") -> Json:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.origin}/miniprogram/v1{path}"
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            text = await answer.read()
            assert answer.status < 300, text
            return dict(msgspec.json.decode(text or b"{}"))


def _is_so(told: Any, wanted: Any) -> bool:
    return bool(wanted(told) if callable(wanted) else told == wanted)


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    """The demo's credentials, with the account of the tests."""
    return with_fields(credentials.keep(tmp_path_factory.mktemp("demo")), app_id=APP_ID)


@pytest.fixture
async def demo(
    reached: embedded.Addresses, http: aiohttp.ClientSession, known: Credentials
) -> AsyncIterator[Demo]:
    async with AsyncExitStack() as ending:
        port, theirs = free_port(), free_port()
        origin, platform = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{theirs}"
        told = with_fields(
            china(f"{origin}/wechat/{APP_ID}", "secure", Assumed(), port=theirs),
            platform_shops=demo_shops.simulated(known, server=origin),
            goods=demo_shops.goods(),
            live_rooms=demo_shops.live_rooms(),
        )
        server = TestServer(create_app(told), port=theirs)
        await server.start_server(shutdown_timeout=0.2)
        ending.push_async_callback(server.close)
        async with db.opened(reached.database_url, pool_size=1):
            await _connect(known, platform)
        settings = with_fields(settings_for(reached, port=port), is_demo=True)
        context = await ending.enter_async_context(running.opened(settings, reached))
        created = app.create(context, is_demo=True)
        await ending.enter_async_context(
            listening(created, host="127.0.0.1", port=port, grace_seconds=0.2)
        )
        ending.push_async_callback(_working(context))
        yield Demo(context, origin, http, Phones(http, platform))


async def _connect(known: Credentials, platform: str) -> None:
    shops = [one for some in demo_shops.connected(known, page=platform).values() for one in some]
    mini = MiniProgramSettings(app_id=MINI_APP_ID, app_secret=APP_SECRET, api_base=platform)
    for one in (account(api_base=platform), corp(api_base=f"{platform}/qyapi"), mini, *shops):
        await connections.save(one, name="积分", sealer=Sealer(MASTER_KEY), at=now())


def _working(context: Context) -> Any:
    """Begin a worker's work; return what ends it."""
    stopping, conversations = asyncio.Event(), Conversations(context)
    pumps: Sequence[worker.Pump] = [
        conversations.rework,
        StoreEvents(context).work,
        *(ShopOrders(context, shop).work for shop in context.shops),
        Deriver(context.redis).derive,
        partial(mix_phones, context),
    ]
    tasks = [
        asyncio.create_task(worker.work(context, stopping=stopping, pumps=pumps, pace=PACE)),
        *(asyncio.create_task(one.consume(stopping)) for one in consumer.of_apps(context)),
    ]

    async def stop() -> None:
        stopping.set()
        await asyncio.gather(*tasks)
        await conversations.finish()

    return stop
