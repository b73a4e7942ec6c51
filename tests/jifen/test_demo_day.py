"""The demo's day: a clock that moves with all that it asks for, and points that settle by it."""

import asyncio
from datetime import datetime, timedelta

from aiohttp.test_utils import TestServer

from jifen import app, seed
from jifen.seeds import crowd, play, sayings, staff
from loyalty import ledger, programme
from loyalty.programme import BEGINNING
from loyalty.sealing import Sealer, new_master_key
from models import (
    Coupon,
    Gift,
    Identity,
    JobRun,
    JobRunState,
    ProductReview,
    Purchase,
    Referral,
    db,
)
from tests.bot.conftest import APP_ID, MINI_APP_ID, WANG, branded, http, mood, reached
from tests.jifen.demo_street import Demo, demo, known
from web.context import now

__all__ = ["branded", "demo", "http", "known", "mood", "reached"]


async def customer_of(openid: str) -> int:
    return (await Identity.get(scope=APP_ID, value=openid)).customer_id


async def test_what_was_completed_becomes_spendable_by_moving_the_clock(demo: Demo) -> None:
    lin = await demo.phones.follower("林小满")
    order = await demo.buys(lin, "pos")
    bought = await demo.until(order, lin, state="completed", whose="hers")
    assert bought["points"] == bought["paid_fen"] // 100 > 0
    assert f"另有 {bought['points']} 积分待到账" in await demo.hears(lin)
    before = datetime.fromisoformat((await demo.day())["now"])
    await demo.move(days=7)
    day = await demo.day()
    passed = datetime.fromisoformat(day["now"]) - before
    assert timedelta(days=7) <= passed < timedelta(days=7, minutes=5)
    assert day["ahead_seconds"] == 7 * 86_400
    assert f"您有 {bought['points']} 积分可用" in await demo.hears(lin), "the wire takes her, too"
    await demo.act(order, "refund")
    await demo.until(order, lin, state="refunded", points=0)
    assert "您有 0 积分可用" in await demo.hears(lin)
    asked = await demo.buys(lin, "jd")
    await demo.until(asked, lin, state="paid", points=128)


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


async def test_two_friends_who_bought_and_kept_it_double_her_points(demo: Demo) -> None:
    invitations = dict(play.RULES)["referral"]
    await programme.publish("referral", invitations, starts_at=BEGINNING, by="demo", at=now())
    wang, lin, emma = [await demo.phones.follower(one) for one in ("王金", "林小满", "Emma")]
    code = (await demo.hears(wang, "邀请")).splitlines()[0].removeprefix("您的邀请码：")
    for friend in (lin, emma):
        told = await demo.hears(friend, f"邀请 {code}")
        assert "您已接受朋友的邀请" in told or "You came by a friend's invitation" in told
    orders = [(friend, await demo.buys(friend, "pos")) for friend in (lin, emma)]
    for friend, order in orders:
        await demo.until(order, friend, state="completed", whose="hers")
    assert "已计入 0 位，2 位进行中" in await demo.hears(wang, "邀请")
    known = Referral.filter(changes_at__isnull=False, state="bought")
    async with asyncio.timeout(60):  # from when they can give nothing back
        while await known.count() < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    await demo.move(days=8)
    async with asyncio.timeout(60):
        while "下单得双倍积分" not in await demo.hears(wang):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    assert "已计入 2 位，0 位进行中" in await demo.hears(wang, "邀请")
    order = await demo.buys(wang, "pos")
    bought = await demo.until(order, wang, state="completed", whose="hers")
    assert bought["points"] >= bought["paid_fen"] // 100 * 2
    for friend, theirs in orders:
        await demo.act(theirs, "refund")
        await demo.until(theirs, friend, state="refunded")
    async with asyncio.timeout(60):
        while "已计入 0 位" not in await demo.hears(wang, "邀请"):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        while "下单得双倍积分" in await demo.hears(wang):  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def test_a_session_lives_by_the_wires_time(demo: Demo) -> None:
    assert demo.context.clock() - now() < timedelta(minutes=1)
    await db.fetch("UPDATE brand SET offset_seconds = 86400 * 365")
    async with asyncio.timeout(60):
        while demo.context.clock() - now() < timedelta(days=364):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    lin = await demo.phones.follower("林小满")
    assert "积分" in await demo.hears(lin), "a callback signed now is not stale"


async def test_it_takes_json_only_and_is_not_there_outside_a_demo(demo: Demo) -> None:
    for path, form in (
        ("/clock", '{"days": 1}'),
        ("/orders", '{"kind": "jd", "code": "1", "numbers": ["1"], "openid": "o1"}'),
        ("/shops/read", '{"kind": "jd", "code": "1"}'),
        ("/campaigns/vip_20/run", "{}"),
    ):
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            headers = {"Content-Type": kind}
            status, told = await demo.ask("POST", path, data=form, headers=headers)
            assert (status, told["error"]["code"]) == (415, "wrong_content_type")
    assert not (await demo.day())["moving"]
    server = TestServer(app.create(demo.context))
    await server.start_server(shutdown_timeout=0.2)
    for path in ("/demo/day", "/demo/clock"):
        async with demo.http.get(server.make_url(path)) as answer:
            assert answer.status == 404
    await server.close()


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


async def test_the_crowd_has_reviewed_and_given_once(demo: Demo) -> None:
    sealer, at = Sealer(new_master_key()), now()
    await staff.lay("a long password", at=at)
    await crowd.lay(seed.TMALL, app_id=MINI_APP_ID, at=at)
    for _ in "ab":
        await sayings.lay(sealer=sealer, at=at)
    assert await ProductReview.all().count() == len(sayings.SAID)
    assert await ProductReview.exclude(hidden_at=None).count() == 1
    assert await ProductReview.exclude(text="").count() > 5
    assert sorted(one.state.value for one in await Gift.all()) == ["claimed", "sent"]
    assert await ledger.verify() == []
