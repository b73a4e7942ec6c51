"""Coupons of a ladder at a shop of the simulated Tmall: given once, lost answers looked up."""

import asyncio
from typing import Any

import aiohttp
import pytest

from connectors.tmall.client import TmallClient
from connectors.tmall.ladders import LadderShop
from jobs.serve_ladders import serve_ladders
from loyalty import member_pass, publishing, purchases
from loyalty.connections import TmallSettings
from loyalty.errors import NotFound
from loyalty.ladders import handing
from loyalty.member_pass import Shown
from loyalty.orders import IdentityRef
from models import IdentityKind, ShopCoupon, ShopCouponBatch, db
from tests.cast import line, order
from tests.connectors import market as markets
from tests.connectors.market import Market
from tests.connectors.tmall.conftest import NICK, brand, context, pair, quiet, redis, settings
from tests.connectors.tmall.ladder_scene import (
    BEANS,
    LADDER,
    SEND,
    TOP,
    bought,
    coupon_states,
    derived,
    having,
    later,
    publish,
    rules,
    serve,
    there,
)
from web.context import Context, now
from web.tokens import SharedTokens
from wechat.errors import CallFailed, UnknownOutcome

__all__ = ["brand", "context", "quiet", "redis"]


async def test_who_bought_elsewhere_is_given_it_once_she_joins_at_the_shop(quiet: Market) -> None:
    await publish(quiet)
    await serve(quiet)
    follower = IdentityRef(IdentityKind.OPENID, "wx1", "oLin")
    elsewhere = order("till-1", line(12_000), buyer=(follower,), paid_at=now())
    await purchases.record([elsewhere], at=now())
    await derived()
    await serve(quiet)
    assert await coupon_states() == [("waiting", None)]
    (row,) = await db.fetch(
        "INSERT INTO connection (kind, scope, name, sealed_body, created_at)"
        " VALUES ('tmall_pass', $1, '旗舰店', '', now()) RETURNING id",
        NICK,
    )
    hers = IdentityRef(IdentityKind.TMALL_OUID, NICK, "ouid-lin")
    await member_pass.register(Shown(row["id"], name=hers, others=(follower,)), at=now())
    await serve(quiet)
    assert await coupon_states() == [("refused", "买家不是店铺会员")], (
        "Tmall was not told of her yet"
    )
    client = quiet.account.client
    assert isinstance(client, TmallClient)
    told = {"ouid": "ouid-lin", "point": "0", "level": "1", "version": "1"}
    await client.show_member(told)
    (one,) = await ShopCoupon.all()
    await handing.try_again(one.id, at=now())
    await serve(quiet)
    assert await coupon_states() == [("sent", None)]
    assert await having(quiet) == ["ouid-lin"]


async def test_a_coupon_whose_answer_was_lost_is_not_sent_again(quiet: Market) -> None:
    await publish(quiet)
    await serve(quiet)
    await bought(quiet)
    await quiet.faults(endpoints={SEND: {"timeout_after_effect": True, "times": 1}})
    with pytest.raises(UnknownOutcome):
        await serve(quiet)
    assert await coupon_states() == [("asked", None)]
    for minutes in (3, 30):
        await later(minutes)
        await serve(quiet)
    assert await coupon_states() == [("asked", None)], "the platform names nobody: staff decide"
    assert len(await having(quiet)) == 1
    await rules(quiet, names_holders=True)
    await serve(quiet)
    (one,) = await ShopCoupon.all()
    assert (one.state.value, bool(one.number)) == ("sent", True)
    assert len(await having(quiet)) == 1


async def test_a_coupon_that_is_with_others_and_not_with_her_is_sent_again(quiet: Market) -> None:
    await publish(quiet)
    await serve(quiet)
    await bought(quiet, nickname="Emma")
    await serve(quiet)
    await bought(quiet)
    await quiet.faults(endpoints={SEND: {"status": 502, "times": 1}})
    with pytest.raises(UnknownOutcome):
        await serve(quiet)
    await rules(quiet, names_holders=True)
    await later(3)
    await serve(quiet)
    assert [state for state, _ in await coupon_states()] == ["sent", "asked"], "too early to say"
    await later(15)
    await serve(quiet)
    assert [state for state, _ in await coupon_states()] == ["sent", "sent"]
    assert len(await having(quiet)) == len(set(await having(quiet))) == 2


async def test_staff_decide_where_nobody_knows(quiet: Market) -> None:
    await publish(quiet)
    await serve(quiet)
    await bought(quiet)
    await quiet.faults(endpoints={SEND: {"status": 502, "times": 1}})
    with pytest.raises(UnknownOutcome):
        await serve(quiet)
    (one,) = await ShopCoupon.all()
    for decide in (handing.try_again, handing.she_has_it):
        with pytest.raises(NotFound):
            await decide(one.id, at=now())
    await later(3)
    await handing.try_again(one.id, at=now())
    await serve(quiet)
    assert await coupon_states() == [("sent", None)]
    with pytest.raises(NotFound):
        await handing.she_has_it(one.id, at=now())


async def test_success_is_not_believed_where_buyers_failed(quiet: Market) -> None:
    await publish(quiet)
    await serve(quiet)
    await bought(quiet)
    await bought(quiet, nickname="Emma")
    (lin, emma) = [one.id for one in await ShopCoupon.all().order_by("id")]
    (refused_name,) = [
        row["value"]
        for row in await db.fetch(
            "SELECT value FROM identity JOIN shop_coupon ON member_id = customer_id"
            " WHERE kind = 'tmall_ouid' AND shop_coupon.id = $1",
            emma,
        )
    ]
    await rules(quiet, refused={refused_name: "买家领取已达上限"})
    assert await serve(quiet) == 1
    assert await coupon_states() == [("sent", None), ("refused", "买家领取已达上限")]
    assert (await ShopCoupon.get(id=lin)).number
    await rules(quiet)
    await serve(quiet)
    assert len(await having(quiet)) == 1, "it is not tried again by itself"
    await handing.try_again(emma, at=now())
    await serve(quiet)
    assert len(await having(quiet)) == 2


async def test_of_those_who_failed_without_a_name_nobody_knows(quiet: Market) -> None:
    await publish(quiet)
    await serve(quiet)
    await bought(quiet)
    await bought(quiet, nickname="Emma")
    name = (await ShopCoupon.all().order_by("id"))[0]
    refused = await db.fetch(
        "SELECT value FROM identity WHERE kind = 'tmall_ouid' AND customer_id = $1", name.member_id
    )
    await rules(quiet, refused={refused[0]["value"]: "失败"}, names_failures=False)
    assert await serve(quiet) == 0
    assert [state for state, _ in await coupon_states()] == ["asked", "asked"]
    assert len(await having(quiet)) == 1


async def test_what_is_wrong_with_the_coupon_itself_refuses_not_everybody(quiet: Market) -> None:
    await publish(quiet)
    await serve(quiet)
    for nickname in ("林小满", "Emma", "王金"):
        await bought(quiet, nickname=nickname)
    await ShopCouponBatch.filter(rung="first").update(number="1")
    with pytest.raises(CallFailed, match="coupon-not-exist"):
        await serve(quiet)
    states = [state for state, _ in await coupon_states()]
    assert sorted(states) == ["refused", "refused", "waiting"]


async def test_what_cannot_be_looked_up_holds_up_nobody(quiet: Market) -> None:
    await publish(quiet)
    await serve(quiet)
    await bought(quiet)
    await quiet.faults(endpoints={SEND: {"status": 502, "times": 1}})
    with pytest.raises(UnknownOutcome):
        await serve(quiet)
    await later(3)
    await bought(quiet, nickname="Emma")
    detail = f"{TOP}/taobao.promotion.coupondetail.get"
    await quiet.faults(endpoints={detail: {"errcode": 11}})
    with pytest.raises(CallFailed):
        await serve(quiet)
    assert [state for state, _ in await coupon_states()] == ["asked", "sent"]


async def test_a_lone_failure_without_a_name_is_hers(quiet: Market) -> None:
    await publish(quiet)
    await serve(quiet)
    await bought(quiet)
    (one,) = await ShopCoupon.all()
    (row,) = await db.fetch(
        "SELECT value FROM identity WHERE kind = 'tmall_ouid' AND customer_id = $1", one.member_id
    )
    await rules(quiet, refused={row["value"]: "失败"}, names_failures=False)
    await serve(quiet)
    assert await coupon_states() == [("refused", "失败")]


async def test_whoever_is_known_only_to_the_app_is_given_it_by_that_name(
    brand: None, context: Context
) -> None:
    def without_ouid(ours: str, theirs: str) -> Any:
        told, _ = pair(ours, theirs)
        return told, settings(
            api_base=f"{theirs}/top/router/rest",
            messages_base=f"{theirs.replace('http', 'ws')}/tmc",
            asks_ouid=False,
        )

    async with markets.opened(context, [without_ouid]) as market:
        await publish(market)
        await serve(market)
        await bought(market)
        await serve(market)
        assert await coupon_states() == [("sent", None)]
        (name,) = await having(market)
        assert name.startswith("AAE")


async def test_nothing_is_done_where_no_shop_is_connected(context: Context, brand: None) -> None:
    await publishing.publish("ladder:tmall", LADDER, by="test", at=now())
    assert await serve_ladders(context, now()) == 0
    assert await ShopCouponBatch.all().count() == 0


async def test_what_others_saw_to_while_a_slow_worker_came_to_it_is_not_given_again(
    quiet: Market,
) -> None:
    await publish(quiet)
    await serve(quiet)
    await bought(quiet, {**BEANS, "price_fen": 120_000})
    _, second = [one.id for one in await ShopCoupon.all().order_by("coupon_fen")]
    is_answered, goes_on = asyncio.Event(), asyncio.Event()

    async def slowly(*_: object) -> None:
        is_answered.set()
        await goes_on.wait()

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(slowly)
    async with aiohttp.ClientSession(trace_configs=[trace]) as http:
        worker = asyncio.create_task(other_worker(quiet, http).hand_out(at=now()))
        await is_answered.wait()
        await later(3)
        await handing.try_again(second, at=now())
        await serve(quiet)
        goes_on.set()
        await worker
    assert [len(one["holders"]) for one in await there(quiet)] == [1, 1]


def other_worker(market: Market, http: aiohttp.ClientSession) -> LadderShop:
    """Return the shop as a worker of another process asks it."""
    entered = market.account.connection.settings
    assert isinstance(entered, TmallSettings)
    client = TmallClient(entered, http=http, tokens=SharedTokens(market.context.sealer))
    return LadderShop(market.account.connection.id, entered, client)


async def test_workers_at_once_make_and_give_each_once(quiet: Market) -> None:
    await publish(quiet)
    for nickname in ("林小满", "Emma", "王金"):
        await bought(quiet, nickname=nickname)
    for _ in "ab":
        await asyncio.gather(*(serve(quiet) for _ in range(5)))
    assert len(await there(quiet)) == 2
    assert len(await having(quiet)) == len(set(await having(quiet))) == 3
