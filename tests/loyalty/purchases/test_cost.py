"""What recording asks of PostgreSQL: as many statements for a hundred orders as for four."""

from collections.abc import Callable

import pytest

from loyalty import programme, purchases
from loyalty.earning import EarningRule
from loyalty.earning.cap import Cap
from loyalty.earning.multiplier import Multiplier
from loyalty.orders import IdentityRef, Order
from models import IdentityKind, PurchaseState
from tests.cast import JUNE_1, line, order
from tests.loyalty.ledger.test_cost import statements_counted
from tests.loyalty.purchases.conftest import BEGAN_AT

pytestmark = pytest.mark.usefixtures("brand")

RULES: dict[str, dict[str, EarningRule]] = {
    "points_for_money": {},
    "multipliers": {"gold": Multiplier(only_tiers=("gold",)), "double": Multiplier(lane="day")},
    "caps": {"order": Cap(most=50), "day": Cap(most=9, per="day"), "month": Cap(per="month")},
}


def orders(many: int, name: str, buyers: int) -> list[Order]:
    return [
        order(
            f"{name}-{number}",
            line(30_00),
            line(20_00, key="2"),
            buyer=(IdentityRef(IdentityKind.BUYER_NAME, "taobao", f"{name}-{number % buyers}"),),
        )
        for number in range(many)
    ]


def shipped(told: list[Order]) -> list[Order]:
    return [order(one.number, *one.lines, state=PurchaseState.SHIPPED, buyer=()) for one in told]


def refunded(told: list[Order]) -> list[Order]:
    """Return the first order of each buyer, given back: caps give its room to her others."""
    lines = (line(30_00, refunded_fen=30_00), line(20_00, key="2", refunded_fen=20_00))
    return [order(one.number, *lines, buyer=()) for one in told[: len(told) // 2]]


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("again", [shipped, refunded], ids=lambda one: one.__name__)
async def test_a_batch_takes_a_constant_number_of_statements(
    rules: dict[str, EarningRule], again: Callable[[list[Order]], list[Order]]
) -> None:
    for name, rule in rules.items():
        slot = f"earning:{name}"
        await programme.publish(slot, rule, starts_at=BEGAN_AT, by="t", at=JUNE_1)
    await purchases.record(orders(2, "first", 1), at=JUNE_1)  # the shop is there
    counted = []
    for many in (4, 100):
        told = orders(many, f"of-{many}", many // 2)
        async with statements_counted() as new:
            await purchases.record(told, at=JUNE_1)
        async with statements_counted() as later:
            for outcome in await purchases.record(again(told), at=JUNE_1):
                outcome.unwrap()
        counted.append((len(new), len(later)))
    assert counted[0] == counted[1]
