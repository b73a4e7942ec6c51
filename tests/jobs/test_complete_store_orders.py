"""A paid order of the own store is completed by itself, and its points become spendable."""

import asyncio
from uuid import uuid4

import pytest

from jobs.complete_store_orders import complete_store_orders
from jobs.settle_points import settle_points
from loyalty import checkout, ledger, programme
from loyalty.policies.points import PointsPolicy
from tests.cast import DAY
from tests.loyalty.store import AT, member, open_store, ordered, payment, quoted, token
from web.context import Context

pytestmark = pytest.mark.usefixtures("database")


async def bought(member_id: int) -> None:
    order = await ordered(member_id, token(await quoted(member_id, "M-020")), uuid=uuid4())
    await checkout.paid(payment(order), at=AT)


async def test_what_a_shopper_bought_is_completed_and_then_spendable_without_anybody(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.pages.PAGE", 2)
    await open_store()
    lin = await member()
    for _ in range(5):
        await bought(lin)
    after = AT + 15 * DAY
    assert await complete_store_orders(context, after - DAY / 24) == 0
    told = await asyncio.gather(*(complete_store_orders(context, after) for _ in range(3)))
    assert sum(told) == 5
    assert await settle_points(context, after + 6 * DAY) == 0
    assert await settle_points(context, after + 7 * DAY) == 5
    balance = (await ledger.balances([lin], at=after + 7 * DAY))[lin]
    assert (balance.available, balance.pending) == (5 * 269, 0)
    assert await ledger.verify() == []


async def test_the_brand_says_after_how_many_days(context: Context) -> None:
    await open_store()
    policy = PointsPolicy(own_store_completes_after_days=3)
    await programme.publish("points", policy, starts_at=AT, by="test", at=AT)
    await bought(await member())
    assert await complete_store_orders(context, AT + 2 * DAY) == 0
    assert await complete_store_orders(context, AT + 3 * DAY) == 1
