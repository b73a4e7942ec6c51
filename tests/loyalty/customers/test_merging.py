"""Two customers become one and two again, and nothing is lost in either direction."""

import asyncio
from datetime import datetime

import pytest

from loyalty import customers, ledger, purchases
from loyalty.errors import LoyaltyError
from loyalty.ledger import ClawBack, Restore
from loyalty.orders import Order
from models import Customer, Identity, Merge, Purchase, PurchaseState
from tests.cast import DAY, LIN, WANG, line, order
from tests.loyalty.customers.scene import AT, earn, holdings, kept, merged, parted, spend
from tests.loyalty.play_scene import buys


def bought(number: str, yuan: int, *, refunded: int = 0, at: datetime = AT) -> Order:
    """Return Wang's completed order, so long ago that its points can be spent."""
    return order(
        number,
        line(yuan * 100, refunded_fen=refunded * 100),
        buyer=(WANG,),
        state=PurchaseState.COMPLETED,
        paid_at=AT - 30 * DAY,
        completed_at=AT - 20 * DAY,
        updated_at=at,
    )


async def take(one: Order) -> None:
    (outcome,) = await purchases.record([one], at=AT)
    outcome.unwrap()


async def lay(lin: int, wang: int) -> None:
    """Give both what accounts can hold: living, dying, pending and half-spent lots."""
    for member_id, name in ((lin, "lin"), (wang, "wang")):
        await earn(member_id, 100, f"{name}:a", expires_at=AT + 9 * DAY)
        await earn(member_id, 50, f"{name}:b", idle_expires_at=AT + (20 + member_id) * DAY)
        await earn(member_id, 70, f"{name}:c", settles_at=AT + 7 * DAY, expires_at=AT + 99 * DAY)
        await spend(member_id, 30 + member_id, f"{name}:s")


async def test_all_points_go_to_the_root_and_at_once_undone_all_is_as_it_was(
    lin: int, wang: int
) -> None:
    await lay(lin, wang)
    before = await holdings()
    merge_id = await merged(lin, wang)
    assert await kept(lin, wang) == [(237, 140, 0), (0, 0, 0)]
    assert await customers.find([WANG]) == {WANG: lin}
    assert (await ledger.balances([lin], at=AT + 9 * DAY))[lin].available == 100
    await parted(merge_id)
    assert await holdings() == before


@pytest.mark.parametrize("who_owes", ["root", "other"])
async def test_a_debt_that_the_other_paid_is_owed_again(lin: int, wang: int, who_owes: str) -> None:
    owes, has = (lin, wang) if who_owes == "root" else (wang, lin)
    await earn(owes, 40, "e")
    await spend(owes, 40, "s")
    await ledger.record_one(ClawBack(member_id=owes, key="c", at=AT, points=40, earn_key="e"))
    await earn(has, 100, "f", expires_at=AT + DAY)
    await earn(has, 10, "g")
    before = await holdings()
    merge_id = await merged(lin, wang)
    assert await kept(lin, wang) == [(70, 0, 0), (0, 0, 0)]
    await parted(merge_id)
    assert await holdings() == before


async def test_the_same_merge_twice_and_the_other_way_round_is_one(lin: int, wang: int) -> None:
    merge_id = await merged(lin, wang)
    assert [await merged(lin, wang), await merged(wang, lin)] == [merge_id] * 2
    await parted(merge_id)
    await parted(merge_id)
    assert await merged(lin, wang) != merge_id
    with pytest.raises(LoyaltyError, match="same_customer"):
        await merged(lin, lin)
    with pytest.raises(LoyaltyError, match="no_such_customer"):
        await merged(lin, 10**9)
    with pytest.raises(LoyaltyError, match="no_such_merge"):
        await parted(10**9)


async def test_merges_in_both_directions_at_once_are_one(lin: int, wang: int) -> None:
    await lay(lin, wang)
    found = await asyncio.gather(
        *(merged(*pair) for pair in ((lin, wang), (wang, lin)) for _ in range(4))
    )
    assert len(set(found)) == 1
    one = await Merge.get()
    assert await kept(one.root_id, one.other_id) == [(237, 140, 0), (0, 0, 0)]
    await asyncio.gather(*(parted(one.id) for _ in range(4)))
    assert await kept(lin, wang) == [(119, 70, 0), (118, 70, 0)]


async def test_whoever_was_merged_leads_to_the_root_in_one_hop_and_back(
    lin: int, wang: int, zhao: int
) -> None:
    for member_id in (lin, wang, zhao):
        await earn(member_id, 100 * member_id, f"e{member_id}")
    first = await merged(lin, wang)
    second = await merged(zhao, wang)
    assert {one.id: one.merged_into_id for one in await Customer.all()} == {
        lin: zhao, wang: zhao, zhao: None
    }  # fmt: skip
    assert await kept(lin, wang, zhao) == [(0, 0, 0), (0, 0, 0), (600, 0, 0)]
    assert {one.customer_id for one in await Identity.all()} == {zhao}
    await parted(first)
    assert await kept(lin, wang, zhao) == [(0, 0, 0), (200, 0, 0), (400, 0, 0)]
    assert await customers.find([LIN, WANG]) == {LIN: zhao, WANG: wang}
    await parted(second)
    assert await kept(lin, wang, zhao) == [(100, 0, 0), (200, 0, 0), (300, 0, 0)]
    assert await customers.find([LIN, WANG]) == {LIN: lin, WANG: wang}


async def test_undoing_the_later_merge_first_brings_back_whom_it_brought(
    lin: int, wang: int, zhao: int
) -> None:
    for member_id in (lin, wang, zhao):
        await earn(member_id, 100 * member_id, f"e{member_id}")
    await merged(lin, wang)
    before = await holdings()
    await parted(await merged(zhao, lin))
    assert await holdings() == before
    assert await customers.find([WANG]) == {WANG: lin}


@pytest.mark.parametrize("spent", [0, 60])
async def test_undoing_the_later_merge_first_and_then_hers_gives_each_what_was_hers(
    lin: int, wang: int, zhao: int, spent: int
) -> None:
    await earn(wang, 200, "w")
    await earn(wang, 30, "p", settles_at=AT + 7 * DAY)
    await earn(lin, 50, "l")
    await earn(zhao, 80, "z")
    first = await merged(lin, wang)
    second = await merged(zhao, lin)
    await take(bought("1", 100))
    if spent:
        await spend(zhao, spent, "s")
    await parted(second)
    assert await kept(lin, wang, zhao) == [(350, 30, 0), (0, 0, 0), (80 - spent, 0, 0)]
    await parted(first)
    assert await kept(lin, wang, zhao) == [(50, 0, 0), (300, 30, 0), (80 - spent, 0, 0)]


async def test_an_order_of_the_other_is_refunded_from_the_root(lin: int, wang: int) -> None:
    await take(bought("1", 100))
    await earn(lin, 30, "e")
    merge_id = await merged(lin, wang)
    await take(bought("1", 100, refunded=40, at=AT + DAY))
    assert await kept(lin, wang) == [(90, 0, 0), (0, 0, 0)]
    assert (await Purchase.get()).customer_id == wang
    await spend(lin, 90, "s")
    await take(bought("1", 100, refunded=60, at=AT + 2 * DAY))
    assert await kept(lin) == [(0, 0, 20)]
    await parted(merge_id)
    assert await kept(lin, wang) == [(0, 0, 20), (0, 0, 0)]


async def test_what_her_own_orders_earned_since_is_hers(lin: int, wang: int) -> None:
    await earn(lin, 50, "e")
    merge_id = await merged(lin, wang)
    await take(bought("1", 100))
    assert (await Purchase.get()).customer_id == wang
    assert await kept(lin, wang) == [(150, 0, 0), (0, 0, 0)]
    await parted(merge_id)
    assert await kept(lin, wang) == [(50, 0, 0), (100, 0, 0)]
    await take(bought("1", 100, refunded=100, at=AT + DAY))
    assert await kept(lin, wang) == [(50, 0, 0), (0, 0, 0)]


@pytest.mark.parametrize(
    ("points", "left"),
    [(40, (20, 100)), (60, (0, 100)), (90, (0, 70)), (160, (0, 0))],
)
async def test_what_was_spent_since_the_root_bears_first(
    lin: int, wang: int, points: int, left: tuple[int, int]
) -> None:
    await earn(lin, 60, "e", expires_at=AT + 30 * DAY)
    await earn(wang, 100, "f", expires_at=AT + 9 * DAY)
    merge_id = await merged(lin, wang)
    await spend(lin, points, "s")
    await parted(merge_id)
    assert await kept(lin, wang) == [(left[0], 0, 0), (left[1], 0, 0)]
    await ledger.record_one(Restore(member_id=lin, key="r", at=AT, spend_key="s"))
    assert await kept(lin, wang) == [(left[0] + points, 0, 0), (left[1], 0, 0)]


async def test_pending_points_settle_at_the_root_and_after_it_at_home(lin: int, wang: int) -> None:
    await buys("1", 100, paid_at=AT)
    first = await merged(lin, wang)
    assert await kept(lin, wang) == [(0, 100, 0), (0, 0, 0)]
    done = order(
        "1", line(100_00), state=PurchaseState.COMPLETED, paid_at=AT, completed_at=AT + DAY
    )
    await purchases.record([done], at=AT + DAY)
    await parted(first, at=AT + DAY)
    assert await kept(lin, wang) == [(0, 0, 0), (0, 100, 0)]
    await merged(lin, wang, at=AT + DAY)
    ((member_id, earn_key),) = await ledger.due_to_settle(at=AT + 8 * DAY, limit=9)
    settle = ledger.Settle(member_id=member_id, key="set", at=AT + 8 * DAY, earn_key=earn_key)
    await ledger.record_one(settle)
    assert await kept(lin, wang) == [(100, 0, 0), (0, 0, 0)]
    await parted((await Merge.get(undone_at=None)).id, at=AT + 9 * DAY)
    assert await kept(lin, wang) == [(0, 0, 0), (100, 0, 0)]


async def test_who_looked_before_the_merge_was_undone_settles_nobody_elses_points(
    lin: int, wang: int
) -> None:
    await earn(wang, 100, "w", settles_at=AT + 7 * DAY)
    await earn(lin, 100, "l", settles_at=AT + 99 * DAY)
    merge_id = await merged(lin, wang)
    ((holder, earn_key),) = await ledger.due_to_settle(at=AT + 8 * DAY, limit=9)
    await parted(merge_id)
    key = f"{earn_key}:settle"
    for asked in (
        ledger.Settle(member_id=holder, key=key, at=AT + 8 * DAY, earn_key=earn_key),
        ledger.Cancel(member_id=holder, key="c", at=AT + 8 * DAY, earn_key=earn_key),
        ClawBack(member_id=holder, key="b", at=AT + 8 * DAY, points=9, earn_key=earn_key),
    ):
        with pytest.raises(LoyaltyError, match="no_such_entry"):
            await ledger.record_one(asked)
    assert await kept(lin, wang) == [(0, 100, 0), (0, 100, 0)]
    hers = ledger.Settle(member_id=wang, key=key, at=AT + 8 * DAY, earn_key=earn_key)
    await ledger.record_one(hers)
    assert await kept(lin, wang) == [(0, 100, 0), (100, 0, 0)]


async def test_nothing_moves_for_a_customer_who_was_merged(lin: int, wang: int) -> None:
    await merged(lin, wang)
    for act in (earn(wang, 10, "e"), spend(wang, 1, "s")):
        with pytest.raises(LoyaltyError, match="member_was_merged"):
            await act


async def test_orders_and_merges_at_once_lose_no_point(lin: int, wang: int) -> None:
    async def orders(start: int) -> None:
        for number in range(start, start + 10):
            await take(bought(str(number), 10))

    async def turns() -> None:
        for _ in range(3):  # fewer merges and partings than a change is tried again
            await parted(await merged(lin, wang))
            await asyncio.sleep(0.05)

    await asyncio.gather(orders(100), orders(200), turns())
    for one in await Merge.filter(undone_at=None):
        await parted(one.id)
    assert await kept(lin, wang) == [(0, 0, 0), (200, 0, 0)]
