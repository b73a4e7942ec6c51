"""A ladder at a shop of the simulated Tmall: made once, given once, lost answers looked up."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.tmall.client import TmallClient
from jobs.serve_ladders import serve_ladders
from loyalty import member_pass, publishing, purchases, standing
from loyalty.errors import NotFound
from loyalty.ladders import batches, handing
from loyalty.member_pass import Shown
from loyalty.orders import IdentityRef
from loyalty.policies.ladder import Ladder, Rung
from models import IdentityKind, ShopCoupon, ShopCouponBatch, db
from tests.cast import line, order
from tests.connectors import market as markets
from tests.connectors.market import Market
from tests.connectors.tmall.conftest import NICK, brand, context, pair, quiet, redis, settings
from web.context import Context, now
from wechat.errors import CallFailed, UnknownOutcome

__all__ = ["brand", "context", "quiet", "redis"]

TOP = "/top/router/rest"
ADD, SEND = f"{TOP}/taobao.promotion.coupon.add", f"{TOP}/taobao.promotion.coupon.send"
LADDER = Ladder(
    shop=f"tmall:{NICK}", rungs=(Rung("first", 100, 20, 99), Rung("second", 1000, 50, 199))
)
BEANS = {"sku": "C-100", "title": "咖啡豆", "price_fen": 12_000}


async def publish(market: Market, ladder: Ladder = LADDER) -> None:
    shops = [one.connection.settings for one in market.context.shops]
    at = now() - timedelta(hours=1)
    await publishing.publish("ladder:tmall", ladder, by="test", at=at, shops=shops)


async def derived() -> None:
    while (one := await standing.derive(at=now())).members:
        await standing.forget(one.members)


async def bought(market: Market, *lines: dict[str, Any], nickname: str = "林小满") -> Any:
    """Let a consumer buy, and derive her."""
    placed = await market.buy(*(lines or (BEANS,)), nickname=nickname)
    await market.read()
    await derived()
    return placed


async def serve(market: Market) -> int:
    return await serve_ladders(market.context, now())


async def later(minutes: int) -> None:
    """Let so much time have passed since anything was asked for."""
    for table in ("shop_coupon", "shop_coupon_batch"):
        sql = f"UPDATE {table} SET asked_at = asked_at - make_interval(mins => $1)"
        await db.fetch(sql, minutes)


async def there(market: Market) -> list[dict[str, Any]]:
    """Return the coupons of the shop, as the simulator keeps them."""
    url = f"{market.china}/play/{market._shop()}/coupons"
    async with market.http.get(url) as answer:
        return list(await answer.json())


async def of_consumer(market: Market, nickname: str) -> list[dict[str, Any]]:
    """Return the coupons that one consumer has there."""
    async with market.http.get(f"{market.china}/play/state") as answer:
        consumers = (await answer.json())["consumers"]
    (told,) = [one["id"] for one in consumers if one["nickname"] == nickname]
    url = f"{market.china}/play/{market._shop()}/coupons?consumer_id={told}"
    async with market.http.get(url) as answer:
        return list(await answer.json())


async def having(market: Market) -> list[str]:
    return [held["name"] for one in await there(market) for held in one["holders"]]


async def rules(market: Market, **told: Any) -> None:
    await market.play(f"{market._shop()}/coupons/rules", **told)


async def batch_states() -> list[tuple[str, str, str | None]]:
    rows = await ShopCouponBatch.all().order_by("coupon_fen")
    return [(one.rung, one.state.value, one.error) for one in rows]


async def coupon_states() -> list[tuple[str, str | None]]:
    return [(one.state.value, one.error) for one in await ShopCoupon.all().order_by("id")]


async def test_the_rungs_are_pushed_once_and_who_reaches_one_has_its_coupon(
    quiet: Market,
) -> None:
    await publish(quiet)
    assert await serve(quiet) == 2
    told = [(one["coupon_fen"], one["least_order_fen"]) for one in await there(quiet)]
    assert sorted(told) == [(2000, 9900), (5000, 19_900)]
    for _ in "ab":
        await serve(quiet)
    assert len(await there(quiet)) == 2, "once"
    await bought(quiet)
    assert await serve(quiet) == 1
    (one,) = await ShopCoupon.all()
    assert (one.state.value, one.rung, one.error) == ("sent", "first", None)
    assert await having(quiet) == [one.name]
    assert one.name
    assert one.name.startswith("ouid-")
    await serve(quiet)
    assert len(await having(quiet)) == 1
    assert [one["coupon_fen"] for one in await of_consumer(quiet, "林小满")] == [2000]
    assert await of_consumer(quiet, "Emma") == []


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


async def test_a_rule_that_changes_only_its_name_needs_no_new_batches(quiet: Market) -> None:
    await publish(quiet)
    await serve(quiet)
    renamed = Ladder("年度礼", "Gifts", shop=LADDER.shop, rungs=LADDER.rungs)
    await publish(quiet, renamed)
    await serve(quiet)
    assert len(await there(quiet)) == 2


async def test_a_batch_is_renewed_when_its_time_is_over(quiet: Market) -> None:
    await publish(quiet)
    await serve(quiet)
    for days in (29, 30, 31, 59, 60):
        await serve_ladders(quiet.context, now() + timedelta(days=days))
    assert len(await there(quiet)) == 6
    for one in await ShopCouponBatch.all():
        assert one.ends_at - one.given_until == timedelta(days=30)


async def test_what_the_platform_refuses_is_shown_and_may_be_tried_again(quiet: Market) -> None:
    await publish(quiet)
    await rules(quiet, most=1)
    assert await serve(quiet) == 1
    made, refused = await batch_states()
    assert made == ("first", "made", None)
    assert refused[1] == "refused"
    assert refused[2] is not None
    assert "isv.coupon-count-exceed" in refused[2]
    await serve(quiet)
    assert (await batch_states())[1][1] == "refused", "it is not tried again by itself"
    await rules(quiet)
    batch = await ShopCouponBatch.get(rung="second")
    await batches.try_again(batch.id)
    with pytest.raises(NotFound):
        await batches.try_again(batch.id)
    await serve(quiet)
    assert [state for _, state, _ in await batch_states()] == ["made", "made"]


@pytest.mark.parametrize("fault", [{"timeout_after_effect": True}, {"truncate_body": True}])
async def test_a_batch_whose_answer_was_lost_is_found_and_not_made_twice(
    quiet: Market, fault: dict[str, Any]
) -> None:
    await publish(quiet)
    await quiet.faults(endpoints={ADD: {**fault, "times": 1}})
    with pytest.raises(UnknownOutcome):
        await serve(quiet)
    assert [state for _, state, _ in await batch_states()] == ["asked", "wanted"]
    await serve(quiet)
    assert [state for _, state, _ in await batch_states()] == ["asked", "made"], "not yet"
    await later(3)
    await serve(quiet)
    assert [state for _, state, _ in await batch_states()] == ["made", "made"]
    assert len(await there(quiet)) == 2
    numbers = {str(one["number"]) for one in await there(quiet)}
    assert {one.number for one in await ShopCouponBatch.all()} == numbers


async def test_a_batch_that_was_not_made_is_made_when_it_would_be_listed(quiet: Market) -> None:
    await publish(quiet)
    await quiet.faults(endpoints={ADD: {"status": 502, "times": 1}})
    with pytest.raises(UnknownOutcome):
        await serve(quiet)
    await later(3)
    await serve(quiet)
    assert [state for _, state, _ in await batch_states()] == ["asked", "made"]
    await later(15)
    await serve(quiet)
    assert [state for _, state, _ in await batch_states()] == ["made", "made"]
    assert len(await there(quiet)) == 2


async def test_what_had_no_effect_is_asked_for_again(quiet: Market) -> None:
    await publish(quiet)
    await quiet.faults(endpoints={ADD: {"errcode": 7, "times": 1}})
    with pytest.raises(CallFailed):
        await serve(quiet)
    assert [state for _, state, _ in await batch_states()] == ["wanted", "wanted"]
    await serve(quiet)
    assert len(await there(quiet)) == 2


async def test_what_broke_behind_the_platform_may_have_had_its_effect(quiet: Market) -> None:
    await publish(quiet)
    await quiet.faults(endpoints={ADD: {"errcode": 15, "times": 1}})
    with pytest.raises(UnknownOutcome):
        await serve(quiet)
    assert [state for _, state, _ in await batch_states()] == ["asked", "wanted"]


async def test_the_session_is_renewed_and_nothing_is_done_twice(quiet: Market) -> None:
    await publish(quiet)
    await quiet.end_tokens()
    assert await serve(quiet) == 2
    await bought(quiet)
    await quiet.end_tokens()
    await serve(quiet)
    assert len(await having(quiet)) == 1


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
