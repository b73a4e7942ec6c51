"""Journey: what a follower buys in a shop on WeChat is in the balance that 积分 tells."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from msgspec.structs import replace as with_fields

from connectors.reading.working import ShopOrders
from jifen import embedded, running
from jobs.learn_followers import learn_followers
from loyalty import connections, ledger
from loyalty.sealing import Sealer
from models import db
from simulator.app import create_app
from simulator.assumed import Assumed
from tests.bot.conftest import MASTER_KEY, account, china, served, settings_for
from tests.bot.phones import Json, Phones
from tests.bot.platform import APP_ID
from tests.connectors.market import SHIRT
from tests.connectors.wechat_shop.conftest import SHOP_APP_ID, pair
from tests.ports import free_port
from web.context import Context, now


@dataclass
class Street:
    """A shop on WeChat beside the official account, and what she does in both."""

    context: Context
    phones: Phones

    async def buys(self, who: Json, **told: Any) -> Json:
        wish = {"consumer_id": who["id"], "lines": [SHIRT], **told}
        order = await self.phones.post(f"shops/wechat_shop/{SHOP_APP_ID}/orders", wish)
        await self.work()
        return order

    async def work(self) -> None:
        for shop in self.context.shops:
            while await ShopOrders(self.context, shop).work(now()):
                pass

    async def hears(self, who: Json) -> str:
        told = await self.phones.says(who, "积分")
        return "\n".join(one["text"] for one in told["bubbles"])


@pytest.fixture
async def street(reached: embedded.Addresses, http: aiohttp.ClientSession) -> AsyncIterator[Street]:
    port, theirs = free_port(), free_port()
    origin, platform = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{theirs}"
    shop, settings = pair(origin, platform)
    told = china(f"{origin}/wechat/{APP_ID}", "secure", Assumed(), port=theirs)
    async with AsyncExitStack() as ending:
        server = TestServer(create_app(with_fields(told, platform_shops=(shop,))), port=theirs)
        await server.start_server(shutdown_timeout=0.2)
        ending.push_async_callback(server.close)
        async with db.opened(reached.database_url, pool_size=1):
            sealer = Sealer(MASTER_KEY)
            for one in (account(api_base=platform), settings):
                await connections.save(one, name="积分", sealer=sealer, at=now())
        context = await ending.enter_async_context(
            running.opened(settings_for(reached, port=port), reached)
        )
        await ending.enter_async_context(served(context, port))
        yield Street(context, Phones(http, platform))


async def test_a_followers_order_in_a_live_room_is_in_the_balance_that_the_chat_tells(
    street: Street,
) -> None:
    lin = await street.phones.follower("林小满")
    await learn_followers(street.context, now())
    assert (await street.hears(lin)).startswith("您有 0 积分可用")
    live = {**SHIRT, "room_id": "export/UzFfAgtgekIEAQ"}
    order = await street.buys(lin, lines=[live])
    assert "200 积分待到账" in await street.hears(lin)
    path = f"shops/wechat_shop/{SHOP_APP_ID}/orders/{order['number']}"
    await street.phones.post(f"{path}/refund", {"amount_fen": 5_000})
    await street.work()
    assert "150 积分待到账" in await street.hears(lin)
    assert await ledger.verify() == []


async def test_who_bought_before_she_followed_finds_her_points_in_the_chat(street: Street) -> None:
    emma = await street.phones.consumer("Emma")
    await street.buys(emma)
    await street.phones.act(emma, "follow")
    await learn_followers(street.context, now())
    told = await street.phones.says(emma, "points")
    assert "200 more are pending" in told["bubbles"][0]["text"]
    (row,) = await db.fetch(
        "SELECT count(DISTINCT customer_id) AS n FROM identity"
        " WHERE kind IN ('unionid', 'openid') AND (value = $1 OR value = $2)",
        emma["openid"],
        emma["unionid"],
    )
    assert row["n"] == 1, "the follower and the buyer are one"
    assert await ledger.verify() == []


async def test_what_somebody_else_was_given_stays_in_the_givers_balance(street: Street) -> None:
    lin = await street.phones.follower("林小满")
    emma = await street.phones.follower("Emma")
    await learn_followers(street.context, now())
    await street.buys(lin, receiver_id=emma["id"])
    assert "200 积分待到账" in await street.hears(lin)
    told = await street.phones.says(emma, "points")
    assert told["bubbles"][0]["text"].startswith("You have 0 points")
