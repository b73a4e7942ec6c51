"""An order told again: what is newer changes it, what is older changes nothing."""

import pytest
from msgspec.structs import replace

from loyalty import purchases
from loyalty.orders import Order
from loyalty.outcomes import Fate
from models import Purchase, PurchaseLine, PurchaseState
from tests.cast import DAY, JUNE_1, LIN, line, order
from tests.loyalty.purchases.scene import adds_up, points_of, refusal, take

pytestmark = pytest.mark.usefixtures("brand")


async def test_another_amount_without_a_newer_update_time_is_refused_and_changes_nothing() -> None:
    await take(order("1", line(100_00)))
    refused = await refusal(order("1", line(90_00)))

    assert refused.code == "order_differs"
    assert refused.figures["paid_fen"] == "10000 -> 9000"
    assert (await points_of("wang", at=JUNE_1)).pending == 100


async def test_a_newer_telling_may_change_amounts_and_an_older_one_changes_nothing() -> None:
    await take(order("1", line(100_00), updated_at=JUNE_1))
    assert (await take(order("1", line(130_00), updated_at=JUNE_1 + DAY))).points == 30
    (stale,) = await purchases.record(
        [order("1", line(100_00), updated_at=JUNE_1 + DAY / 2)], at=JUNE_1
    )
    assert stale.fate is Fate.ALREADY_DONE
    assert (await take(order("1", line(20_00), updated_at=JUNE_1 + 2 * DAY))).points == -110
    assert (await points_of("wang", at=JUNE_1)).pending == 20
    await adds_up()


async def unchanged(one: Order) -> bool:
    """Tell an order, and say whether it was taken as nothing new and moved nothing."""
    before = await Purchase.get(number=one.number)
    (outcome,) = await purchases.record([one], at=JUNE_1)
    after = await Purchase.get(number=one.number)
    return outcome.fate is Fate.ALREADY_DONE and before.revision == after.revision


async def test_an_older_telling_changes_nothing_though_no_moment_says_that_it_is_older() -> None:
    paid = order("1", line(60_00), line(40_00, key="2"))
    shipped = replace(paid, state=PurchaseState.SHIPPED)
    back = (line(60_00, refunded_fen=30_00), line(40_00, key="2", refunded_fen=20_00))
    refunded = order("1", *back, state=PurchaseState.COMPLETED)
    await take(refunded)
    for older in (
        paid,
        shipped,
        replace(shipped, lines=()),
        replace(refunded, state=shipped.state),
    ):
        assert await unchanged(older)
    assert (await points_of("wang", at=JUNE_1)).pending == 50
    assert await unchanged(replace(shipped, buyer=(LIN,))), "who bought it is known since"
    await adds_up()


async def test_what_is_neither_behind_nor_ahead_is_refused() -> None:
    await take(order("1", line(100_00, refunded_fen=10_00), state=PurchaseState.SHIPPED))
    ahead_but_less_refunded = order("1", line(100_00), state=PurchaseState.COMPLETED)
    behind_with_another_amount = order("1", line(90_00))
    for told in (ahead_but_less_refunded, behind_with_another_amount):
        assert (await refusal(told)).code == "order_differs"


async def test_an_older_telling_of_lines_is_refused_while_only_the_whole_is_known() -> None:
    await take(replace(order("1", line(100_00), state=PurchaseState.SHIPPED), lines=()))
    assert (await refusal(order("1", line(60_00), line(40_00, key="2")))).code == "order_differs"


async def test_a_newer_telling_of_the_whole_replaces_lines_that_it_contradicts() -> None:
    await take(order("1", line(60_00, refunded_fen=9_00), line(40_00, key="2"), updated_at=JUNE_1))
    less_back = replace(order("1", line(100_00), updated_at=JUNE_1 + DAY), lines=())
    assert (await take(less_back)).points == 9
    assert [one.refunded_fen for one in await PurchaseLine.all()] == [0, 0]
    cheaper = replace(order("1", line(70_00), updated_at=JUNE_1 + 2 * DAY), lines=())
    assert (await take(cheaper)).points == -30
    assert [one.paid_fen for one in await PurchaseLine.all()] == [70_00]
    await adds_up()
