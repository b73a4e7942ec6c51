"""The rungs of a ladder at a shop of the simulated Tmall: made once, lost answers looked up."""

from datetime import timedelta
from typing import Any

import pytest

from jobs.serve_ladders import serve_ladders
from loyalty.errors import NotFound
from loyalty.ladders import batches
from loyalty.policies.ladder import Ladder
from models import ShopCoupon, ShopCouponBatch
from tests.connectors.market import Market
from tests.connectors.tmall.conftest import brand, context, quiet, redis
from tests.connectors.tmall.ladder_scene import (
    ADD,
    LADDER,
    batch_states,
    bought,
    having,
    later,
    of_consumer,
    publish,
    rules,
    serve,
    there,
)
from web.context import now
from wechat.errors import CallFailed, UnknownOutcome

__all__ = ["brand", "context", "quiet", "redis"]


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
