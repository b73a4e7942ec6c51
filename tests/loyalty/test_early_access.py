"""Products open for everybody at a moment, and before it for whoever redeemed the right."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from loyalty import checkout, ledger, programme, redemptions
from loyalty.errors import LoyaltyError
from loyalty.programme import BEGINNING
from loyalty.rewards.early_access import EarlyAccess
from models import RewardStock, StoreOrder
from tests.cast import DAY
from tests.loyalty.store import (
    AT,
    member,
    ordered,
    payment,
    quoted,
    token,
)

OPENS = AT + DAY
RIGHT = EarlyAccess(points=100, stock=5, skus=("M-020", "X-000"), opens_at=OPENS)


@pytest.fixture
async def lin(store: None) -> int:
    """Lin has 500 points; the kettle opens tomorrow."""
    await programme.publish("reward:early", RIGHT, starts_at=BEGINNING, by="t", at=AT)
    member_id = await member()
    earn = ledger.Earn(member_id=member_id, key="e", at=AT, points=500, settles_at=AT)
    await ledger.record_one(earn)
    return member_id


async def right(member_id: int) -> UUID:
    uuid = uuid4()
    told = await redemptions.redeem(member_id, uuid, slot="reward:early", at=AT)
    assert (told.state.value, told.code, told.expires_at) == ("issued", None, OPENS)
    return uuid


async def state(member_id: int, uuid: UUID) -> str:
    return (await redemptions.find(uuid, member_id=member_id, at=AT)).state.value


async def available(member_id: int) -> int:
    return (await ledger.balances([member_id], at=AT))[member_id].available


async def test_before_it_opens_only_who_has_the_right_is_told_a_price(lin: int) -> None:
    with pytest.raises(LoyaltyError) as refused:
        await quoted(lin, "C-100", "M-020")
    assert (refused.value.code, refused.value.figures) == (
        "opens_later",
        {"sku": "M-020", "opens_at": OPENS},
    )
    assert (await quoted(lin, "C-100")).shown.total_fen
    assert (await quoted(lin, "M-020", at=OPENS)).shown.total_fen
    await right(lin)
    assert (await quoted(lin, "M-020", "X-000")).shown.total_fen
    with pytest.raises(LoyaltyError, match="opens_later"):
        await quoted(await member("o-wang"), "M-020")


async def test_one_order_takes_it_and_a_payment_uses_it_up(lin: int) -> None:
    uuid = await right(lin)
    told = token(await quoted(lin, "M-020", "X-000"))
    order = await ordered(lin, told)
    with pytest.raises(LoyaltyError, match="opens_later"):
        await ordered(lin, told)
    with pytest.raises(LoyaltyError, match="early_access_locked"):
        await redemptions.cancel(lin, uuid, at=AT)
    assert await redemptions.expire(at=OPENS, limit=9) == 0
    await checkout.paid(payment(order), at=AT)
    assert await state(lin, uuid) == "handed_over"
    with pytest.raises(LoyaltyError, match="opens_later"):
        await quoted(lin, "M-020")
    assert await available(lin) == 400


async def test_an_order_that_is_not_paid_leaves_it_free_again(lin: int) -> None:
    uuid = await right(lin)
    order = await ordered(lin, token(await quoted(lin, "M-020")))
    await checkout.close(order.number, at=AT)
    assert (await quoted(lin, "M-020")).shown.total_fen
    await redemptions.cancel(lin, uuid, at=AT)
    assert (await state(lin, uuid), await available(lin)) == ("cancelled", 500)
    with pytest.raises(LoyaltyError, match="opens_later"):
        await quoted(lin, "M-020")


async def test_a_quote_from_before_the_right_was_given_back_is_not_honoured(lin: int) -> None:
    uuid = await right(lin)
    told = token(await quoted(lin, "M-020"))
    await redemptions.cancel(lin, uuid, at=AT)
    with pytest.raises(LoyaltyError, match="opens_later"):
        await ordered(lin, told)
    assert await StoreOrder.all().count() == 0


async def test_of_two_orders_at_once_one_takes_the_only_right(lin: int) -> None:
    await right(lin)
    told = token(await quoted(lin, "M-020"))

    async def tried() -> str:
        try:
            return (await ordered(lin, told)).state.value
        except LoyaltyError as refused:
            return refused.code

    found = await asyncio.gather(*(tried() for _ in range(4)))
    assert sorted(found) == ["awaiting_payment", "opens_later", "opens_later", "opens_later"]


async def test_what_was_not_used_when_it_opens_gives_its_points_back(lin: int) -> None:
    uuid = await right(lin)
    assert await redemptions.expire(at=OPENS - timedelta(microseconds=1), limit=9) == 0
    assert await redemptions.expire(at=OPENS, limit=9) == 1
    assert (await state(lin, uuid), await available(lin)) == ("expired", 500)
    assert (await RewardStock.get(slot="reward:early")).taken == 0
    with pytest.raises(LoyaltyError, match="reward_unavailable"):
        await redemptions.redeem(lin, uuid4(), slot="reward:early", at=OPENS)
