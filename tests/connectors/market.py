"""Shops on simulated platforms over real HTTP, with our server that they push to, and a worker."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import aiohttp
import msgspec
from aiohttp.test_utils import TestServer
from msgspec.structs import replace as with_fields

from connectors.reading.sweeping import sweep
from connectors.reading.working import ShopOrders
from jifen import app, clients
from loyalty import connections
from loyalty.connections import Connected, MiniProgramSettings, ShopSettings
from models import db
from simulator.app import create_app
from simulator.assumed import Assumed
from simulator.settings import MiniProgram, PlatformShop
from tests.bot.conftest import APP_ID, china
from tests.ports import free_port
from web.context import Context, MiniProgramAccount, now
from web.server import listening
from web.shops import ShopAccount
from web.tokens import SharedTokens
from wechat import miniprogram as wechat_miniprogram

# How one shop is told to its simulator and to us, of our address and the simulator's.
Pair = Callable[[str, str], tuple[PlatformShop, ShopSettings]]
SHIRT = {"sku": "M-020", "title": "手冲壶", "price_fen": 20_000}
BEANS = {"sku": "C-100", "title": "咖啡豆", "quantity": 2, "price_fen": 5_000}


@dataclass
class Market:
    """The platforms at ``china`` and our server at ``origin``."""

    context: Context
    origin: str
    china: str
    http: aiohttp.ClientSession

    @property
    def account(self) -> ShopAccount:
        """The first shop that is connected."""
        return self.context.shops[0]

    def of(self, kind: str) -> "Market":
        """The same with one shop only."""
        shops = [one for one in self.context.shops if one.shop.kind == kind]
        return replace(self, context=replace(self.context, shops=shops))

    async def play(self, path: str, expected: int = 200, **told: Any) -> Any:
        """Ask the simulator's control API."""
        async with self.http.post(f"{self.china}/play/{path}", json=told) as answer:
            assert answer.status == expected, await answer.text()
            return msgspec.json.decode(await answer.read())

    async def faults(self, **told: Any) -> None:
        await self.play("faults", **told)

    def _shop(self) -> str:
        return f"shops/{self.account.shop.kind.value}/{self.account.shop.code}"

    async def buy(self, *lines: dict[str, Any], nickname: str = "林小满", **told: Any) -> Any:
        """Let a consumer buy in the first shop; return the order as the simulator keeps it."""
        async with self.http.get(f"{self.china}/play/state") as answer:
            state = msgspec.json.decode(await answer.read())
        (consumer,) = [one["id"] for one in state["consumers"] if one["nickname"] == nickname]
        wish = {"consumer_id": consumer, "lines": list(lines or (SHIRT, BEANS)), **told}
        return await self.play(f"{self._shop()}/orders", 201, **wish)

    async def act(self, order: Any, action: str, expected: int = 200, **told: Any) -> Any:
        """Let something happen to an order: pay, ship, complete, close, refund."""
        path = f"{self._shop()}/orders/{order['number']}/{action}"
        return await self.play(path, expected, **told)

    async def end_tokens(self) -> None:
        await self.play(f"{self._shop()}/tokens/end")

    async def work(self) -> None:
        """Work all hints that wait."""
        for account in self.context.shops:
            pump = ShopOrders(self.context, account)
            while await pump.work(now()):
                pass

    async def again(self) -> None:
        """Work all hints that were put back, without waiting until they are due."""
        await db.fetch("UPDATE inbound_event SET claimed_until = clock_timestamp()")
        await self.work()

    async def read(self) -> None:
        """Sweep the first shop, and work what was found."""
        await self.sweep()
        await self.work()

    async def sweep(self) -> int:
        """Read the first shop for what changed, as a minute from now: platforms lag."""
        later = replace(self.context, clock=lambda: now() + timedelta(minutes=1))
        return await sweep(later, self.account)

    async def purchases(self) -> list[dict[str, Any]]:
        """Return what is recorded, the oldest first."""
        rows = await db.fetch(
            "SELECT purchase.number, state, paid_fen, freight_fen, refunded_fen, points_earned,"
            " customer_id, discount_shop_fen, discount_platform_fen, discount_talent_fen"
            " FROM purchase ORDER BY id"
        )
        return [dict(row) for row in rows]

    async def lines(self) -> list[dict[str, Any]]:
        """Return the lines of all purchases."""
        rows = await db.fetch(
            "SELECT sku, quantity, goods_fen, paid_fen, refunded_fen, attributed_to::text"
            " FROM purchase_line ORDER BY purchase_id, number"
        )
        return [dict(row) for row in rows]

    async def events(self) -> list[tuple[str, str | None]]:
        """Return state and error of every event."""
        rows = await db.fetch("SELECT state, error FROM inbound_event ORDER BY id")
        return [(row["state"], row["error"]) for row in rows]


@asynccontextmanager
async def opened(
    context: Context, pairs: Sequence[Pair], *, miniprogram: MiniProgram | None = None
) -> AsyncIterator[Market]:
    """Run simulator and server with these shops connected, and a mini-program if there is one.

    The mini-program's messages go to the path that its ``push_url`` is.
    """
    port, theirs = free_port(), free_port()
    origin, platforms = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{theirs}"
    told = [pair(origin, platforms) for pair in pairs]
    async with AsyncExitStack() as ending:
        http = await ending.enter_async_context(aiohttp.ClientSession())
        settings = china(f"{origin}/wechat/{APP_ID}", "secure", _quick(), port=theirs)
        if miniprogram is not None:
            pushed = with_fields(miniprogram, push_url=origin + miniprogram.push_url)
            settings = with_fields(settings, miniprogram=pushed)
        server = TestServer(
            create_app(with_fields(settings, platform_shops=tuple(one for one, _ in told))),
            port=theirs,
        )
        await server.start_server(shutdown_timeout=0.2)
        ending.push_async_callback(server.close)
        shops = [await _connected(context, ours, http) for _, ours in told]
        connected = replace(context, http=http, shops=shops)
        if miniprogram is not None:
            account = await _speaks(context, miniprogram, platforms, http=http)
            connected = replace(connected, miniprograms={miniprogram.app_id: account})
        await ending.enter_async_context(
            listening(app.create(connected), host="127.0.0.1", port=port, grace_seconds=0.2)
        )
        yield Market(connected, origin, platforms, http)


async def _connected(
    context: Context, settings: ShopSettings, http: aiohttp.ClientSession
) -> ShopAccount:
    connection_id = await connections.save(settings, name="旗舰店", sealer=context.sealer, at=now())
    connected = Connected(connection_id, settings.scope, "旗舰店", settings)
    tokens = SharedTokens(context.sealer)
    return ShopAccount(connected, clients.of_shop(settings, http=http, tokens=tokens))


async def _speaks(
    context: Context, told: MiniProgram, api_base: str, *, http: aiohttp.ClientSession
) -> MiniProgramAccount:
    has_push = told.push_url.startswith("/wechat/")
    settings = MiniProgramSettings(
        told.app_id,
        told.app_secret,
        api_base=api_base,
        token=told.push_token if has_push else "",
        encoding_aes_key=told.push_key if has_push else None,
    )
    connection_id = await connections.save(settings, name="小程序", sealer=context.sealer, at=now())
    connected = Connected(connection_id, settings.app_id, "小程序", settings)
    tokens = SharedTokens(context.sealer)
    client = clients.of_app(wechat_miniprogram.MiniProgram, settings, http=http, tokens=tokens)
    return MiniProgramAccount(connected, client)


def _quick() -> Assumed:
    return Assumed(shop_push_pauses_seconds=(0.2, 0.2), shop_message_again_seconds=0.5)
