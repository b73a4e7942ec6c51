"""Subscribe messages go out where she allowed one, and what cannot go out says why."""

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis

from channels import Address, Postponed, Undeliverable
from channels.miniprogram import send
from jifen import embedded
from loyalty import subscriptions
from loyalty.connections import Connected, MiniProgramSettings
from loyalty.deliveries import Subscribe, Text
from loyalty.sealing import Sealer, new_master_key
from models import Subscription
from simulator.app import create_app
from simulator.settings import ConsumerSeed, MiniProgram, OfficialAccount, Settings, Template
from web.context import Context, MiniProgramAccount
from wechat.miniprogram import MiniProgram as Client
from wechat.tokens import MemoryTokens

APP_ID, SECRET = "wxfedcba0987654321", "fedcba9876543210fedcba9876543210"
COUPON = Template("coupon", "优惠券", "{{thing1.DATA}}")
CHINA = Settings(
    official_account=OfficialAccount(
        "wx0123456789abcdef", "s" * 32, "gh_1", "积分", "t", "http://127.0.0.1:1/", "a" * 43
    ),
    miniprogram=MiniProgram(APP_ID, SECRET, templates=(COUPON,)),
    consumers=(ConsumerSeed("林小满"),),
)
MESSAGE = Subscribe("coupon", "pages/coupons/coupons", {"thing1": "VIP 8 折"})


async def test_a_message_goes_out_once_for_each_permission(
    database: None, servers: embedded.Addresses
) -> None:
    server = TestServer(create_app(CHINA))
    await server.start_server(shutdown_timeout=0.2)
    origin = str(server.make_url("")).rstrip("/")
    async with aiohttp.ClientSession() as http, Redis.from_url(servers.redis_url) as redis:
        client = Client(http, MemoryTokens(), app_id=APP_ID, app_secret=SECRET, api_base=origin)
        settings = MiniProgramSettings(APP_ID, SECRET, coupon_template_id="coupon")
        account = MiniProgramAccount(Connected(1, APP_ID, "积分", settings), client)
        context = Context(
            redis=redis,
            http=http,
            sealer=Sealer(new_master_key()),
            accounts={},
            miniprograms={APP_ID: account},
        )
        async with http.get(f"{origin}/play/state") as told:
            lin = (await told.json())["consumers"][0]
        address = Address(APP_ID, lin["miniprogram_openid"], 1)
        await subscriptions.accept(APP_ID, address.value, ["coupon"])
        allowed = f"{origin}/play/consumers/{lin['id']}/miniprogram/subscriptions"
        await (await http.post(allowed, json={"accepted": ["coupon"]})).release()

        await send(context, address, MESSAGE)
        assert (await Subscription.get()).accepted == 0
        async with http.get(f"{origin}/play/consumers/{lin['id']}/chat") as chat:
            (bubble,) = (await chat.json())["messages"]
        assert (bubble["title"], bubble["text"]) == ("优惠券", "VIP 8 折")

        await subscriptions.accept(APP_ID, address.value, ["coupon"])
        with pytest.raises(Undeliverable, match="43101"):
            await send(context, address, MESSAGE)
        assert (await Subscription.get()).accepted == 0, "the platform has the last word"
        with pytest.raises(Undeliverable, match="40037"):
            await send(context, address, Subscribe("none", "", {"thing1": "x"}))
        with pytest.raises(Undeliverable, match="message_of_another_channel"):
            await send(context, address, Text("hello"))
        with pytest.raises(Postponed, match="no_such_account"):
            await send(context, Address("wx-gone", "o", 1), MESSAGE)
    await server.close()
