"""Short ways to tell of an order and to look at what became of it."""

from datetime import datetime

from loyalty import ledger, purchases
from loyalty.errors import LoyaltyError
from loyalty.ledger import Balance
from loyalty.orders import Order
from loyalty.purchases import Recorded
from models import Identity
from tests.cast import JUNE_1


async def take(one: Order, *, at: datetime = JUNE_1) -> Recorded:
    (outcome,) = await purchases.record([one], at=at)
    return outcome.unwrap()


async def refusal(one: Order, *, at: datetime = JUNE_1) -> LoyaltyError:
    (outcome,) = await purchases.record([one], at=at)
    assert outcome.refusal is not None
    return outcome.refusal


async def points_of(name: str, *, at: datetime) -> Balance:
    identity = await Identity.get(value=name)
    return (await ledger.balances([identity.customer_id], at=at))[identity.customer_id]


async def adds_up() -> None:
    assert await ledger.verify() == []
