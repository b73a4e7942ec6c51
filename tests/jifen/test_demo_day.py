"""The demo's day: buy, complete, give back, and a clock that moves with all that it asks for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp.test_utils import TestServer, unused_port

from bot.conversation import Conversations
from jifen import app, embedded, running, seed
from jifen.seeds import crowd
from jobs import worker
from jobs.deriving import Deriver
from loyalty import connections
from loyalty.sealing import Sealer
from models import Coupon, Identity, JobRun, JobRunState, Purchase, db
from simulator.assumed import Assumed
from tests.bot.conftest import (
    APP_ID,
    MASTER_KEY,
    MINI_APP_ID,
    WANG,
    account,
    branded,
    china,
    corp,
    http,
    mood,
    reached,
    settings_for,
    simulated,
)
from tests.bot.platform import Platform
from web.context import Context, now
from web.server import listening

__all__ = ["branded", "http", "mood", "reached"]

LIN = "oLin"
DAYS_SECONDS = 60
PACE = worker.Pace(look_seconds=0.1, grace_seconds=1)


@dataclass
class Demo:
    """A web process with the demo's edge, and a worker beside it that has a clock of its own."""

    context: Context
    origin: str
    http: aiohttp.ClientSession

    async def ask(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        async with self.http.request(method, f"{self.origin}/demo{path}", **how) as answer:
            return answer.status, msgspec.json.decode(await answer.read())

    async def day(self) -> Any:
        return (await self.ask("GET", "/day"))[1]

    async def act(self, action: str, **who: str) -> tuple[int, Any]:
        told = {"action": action, **(who or {"openid": LIN})}
        return await self.ask("POST", "/purchases", json=told)

    async def move(self, **step: int) -> None:
        """Move the clock and wait for its end."""
        assert (await self.ask("POST", "/clock", json=step))[0] == 202
        await self.stand_still()

    async def stand_still(self) -> None:
        """Wait until nobody moves the clock."""
        async with asyncio.timeout(DAYS_SECONDS):
            while (await self.day())["moving"]:  # noqa: ASYNC110 (the server rings no bell)
                await asyncio.sleep(0.1)

    async def points(self, openid: str = LIN) -> str:
        """What the chat tells of her points."""
        return (
            await Platform(self.http, self.origin, mode="secure").says("积分", openid=openid)
        ).said


async def customer_of(openid: str) -> int:
    return (await Identity.get(scope=APP_ID, value=openid)).customer_id


@pytest.fixture
async def demo(reached: embedded.Addresses, http: aiohttp.ClientSession) -> AsyncIterator[Demo]:
    async with AsyncExitStack() as ending:
        port = unused_port()
        wechat = await ending.enter_async_context(
            simulated(china(f"http://127.0.0.1:{port}/wechat/{APP_ID}", "secure", Assumed()))
        )
        async with db.opened(reached.database_url, pool_size=1):
            for known in (account(api_base=wechat), corp(api_base=f"{wechat}/qyapi")):
                await connections.save(known, name="", sealer=Sealer(MASTER_KEY), at=now())
        settings = msgspec.structs.replace(settings_for(reached, port=port), is_demo=True)
        context = await ending.enter_async_context(running.opened(settings, reached))
        created = app.create(context, is_demo=True)
        await ending.enter_async_context(
            listening(created, host="127.0.0.1", port=port, grace_seconds=0.2)
        )
        stopping = asyncio.Event()
        conversations = Conversations(context)
        working = asyncio.create_task(
            worker.work(
                context,
                stopping=stopping,
                pumps=[conversations.rework, Deriver(context.redis).derive],
                pace=PACE,
            )
        )

        async def stop() -> None:
            stopping.set()
            await working
            await conversations.finish()

        ending.push_async_callback(stop)
        yield Demo(context, f"http://127.0.0.1:{port}", http)


async def test_what_was_completed_becomes_spendable_by_moving_the_clock(demo: Demo) -> None:
    await demo.points()
    http_status, bought = await demo.act("buy")
    assert (http_status, bought["state"]) == (201, "paid")
    assert bought["points"] == bought["paid_fen"] // 100 > 0
    assert f"另有 {bought['points']} 积分待到账" in await demo.points()
    _, completed = await demo.act("complete")
    assert (completed["number"], completed["state"]) == (bought["number"], "completed")
    before = datetime.fromisoformat((await demo.day())["now"])
    await demo.move(days=7)
    day = await demo.day()
    passed = datetime.fromisoformat(day["now"]) - before
    assert timedelta(days=7) <= passed < timedelta(days=7, minutes=5)
    assert day["ahead_seconds"] == 7 * 86_400
    assert f"您有 {bought['points']} 积分可用" in await demo.points(), "the wire takes her, too"
    _, refunded = await demo.act("refund")
    assert refunded["points"] == -bought["points"]
    assert "您有 0 积分可用" in await demo.points()
    for action in ("complete", "refund"):
        http_status, told = await demo.act(action)
        assert (http_status, told["error"]["code"]) == (404, "no_order_left")


async def test_the_days_between_have_their_jobs_each_once_and_in_order(demo: Demo) -> None:
    begin = demo.context.clock()
    await demo.move(days=2, hours=3)
    runs = await JobRun.filter(job="settle_points").order_by("tick")
    assert [run.state for run in runs] == [JobRunState.DONE] * 3
    assert [round((run.tick - begin) / timedelta(hours=1)) for run in runs] == [24, 48, 51]
    nightly = await JobRun.filter(job="age_standings").order_by("tick")
    ticks = [f"{run.tick:%H:%M}" for run in nightly]
    assert len(ticks) in (2, 3)
    assert set(ticks) == {"16:20"}, "00:20 in Shanghai"


async def test_the_campaigns_coupon_comes_in_the_morning_to_a_regular(demo: Demo) -> None:
    await crowd.lay(seed.TMALL, app_id=MINI_APP_ID, at=now())
    wang = await customer_of(WANG)
    await demo.move(days=1)
    coupons = await Coupon.filter(slot="coupon:vip_20")
    assert 3 <= len(coupons) <= 20, "some, and not everybody"
    (hers,) = [one for one in coupons if one.member_id == wang]
    assert f"{hers.issued_at:%H:%M}" == "02:00", "10:00 in Shanghai"
    assert await demo.ask("POST", "/campaigns/vip_20/run", json={}) == (
        200,
        {"members": len(coupons), "coupons": 0, "deliveries": 0},
    )


async def test_the_clock_is_moved_by_one_at_a_time_and_only_so_far(demo: Demo) -> None:
    answers = await asyncio.gather(*(demo.ask("POST", "/clock", json={"days": 1}) for _ in "abc"))
    assert sorted(status for status, _ in answers) == [202, 422, 422]
    refusals = {told["error"]["code"] for status, told in answers if status == 422}
    assert refusals == {"clock_is_moving"}
    await demo.stand_still()
    for step, status in (({}, 422), ({"days": -1}, 400), ({"days": 401}, 400), ({"day": 1}, 400)):
        assert (await demo.ask("POST", "/clock", json=step))[0] == status
    assert (await demo.day())["ahead_seconds"] == 86_400


async def test_a_session_lives_by_the_wires_time(demo: Demo) -> None:
    assert demo.context.clock() - now() < timedelta(seconds=2)
    await db.fetch("UPDATE brand SET offset_seconds = 86400 * 365")
    await asyncio.sleep(0.6)
    ahead = demo.context.clock() - now()
    assert timedelta(days=365) - ahead < timedelta(seconds=2)
    assert "积分" in await demo.points(), "a callback signed now is not stale"


async def test_it_takes_json_only_and_is_not_there_outside_a_demo(demo: Demo) -> None:
    for path, form in (
        ("/clock", '{"days": 1}'),
        ("/purchases", '{"action": "buy", "openid": "o1"}'),
        ("/campaigns/vip_20/run", "{}"),
    ):
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            headers = {"Content-Type": kind}
            status, told = await demo.ask("POST", path, data=form, headers=headers)
            assert (status, told["error"]["code"]) == (415, "wrong_content_type")
    assert not (await demo.day())["moving"]
    assert (await demo.act("buy", nobody="x"))[0] == 400
    assert (await demo.ask("POST", "/purchases", json={"action": "buy"}))[0] == 400
    server = TestServer(app.create(demo.context))
    await server.start_server(shutdown_timeout=0.2)
    for path in ("/demo/day", "/demo/clock"):
        async with demo.http.get(server.make_url(path)) as answer:
            assert answer.status == 404
    await server.close()


async def test_an_order_that_no_platform_told_is_not_there(demo: Demo) -> None:
    order = {"kind": "wechat_shop", "code": "wx1", "number": "1"}
    assert await demo.ask("POST", "/orders", json={**order, "openid": LIN}) == (
        200,
        {"order": None},
    )
    assert (await demo.ask("POST", "/orders", json=order))[0] == 400
    for wrong in ({"kind": "another"}, {"code": ""}, {"number": "9" * 101}):
        asked = {**order, "openid": LIN, **wrong}
        assert (await demo.ask("POST", "/orders", json=asked))[0] == 400


async def test_who_is_known_by_chat_and_by_mini_program_is_one_customer(demo: Demo) -> None:
    names = {"openid": LIN, "unionid": "uLin"}
    await demo.act("buy", **names)
    await demo.points()
    known = await Identity.filter(value__in=list(names.values()))
    assert len({one.customer_id for one in known}) == 1
    assert (await demo.act("complete", unionid="uLin"))[0] == 201


def test_the_crowd_is_the_same_every_time() -> None:
    at = now()
    one, other = (crowd.orders(seed.TMALL, app_id="wx1", at=at) for _ in "ab")
    assert one == other
    assert len({order.buyer for order in one}) == crowd.BUYERS
    assert {order.state.value for order in one} >= {"completed", "refunded"}


async def test_the_crowd_is_recorded_once(demo: Demo) -> None:
    before = await Purchase.all().count()
    for _ in "ab":
        await crowd.lay(seed.TMALL, app_id=MINI_APP_ID, at=now())
    assert await Purchase.all().count() == before + sum(crowd.ORDERS)
