"""What the ledger tells about now, the past and what is to be done."""

from datetime import timedelta

from loyalty.ledger import (
    Balance,
    Cancel,
    Earn,
    Expire,
    Settle,
    Spend,
    as_of,
    balances,
    due_to_expire,
    due_to_settle,
    history,
    record,
    record_one,
)
from models import EntryKind
from tests.loyalty.ledger.scene import day, earned, joined

MOMENT = timedelta(microseconds=1)


async def test_a_balance_says_what_can_be_spent_and_what_lapses_within_30_days(lin: int) -> None:
    await earned(lin, 1, key="due", expires_at=day(10))
    await earned(lin, 20, key="second", expires_at=day(40))
    await earned(lin, 300, key="first", expires_at=day(12))
    await earned(lin, 4000, key="later", expires_at=day(40) + MOMENT)
    await earned(lin, 50000, key="never")
    pending = Earn(member_id=lin, key="p", at=day(0), points=600000, expires_at=day(11))
    await record_one(pending)
    assert (await balances([lin], at=day(10)))[lin] == Balance(
        available=54320, pending=600000, debt=0, expiring=320, expires_first_at=day(12)
    )


async def test_balances_of_many_are_read_at_once_and_strangers_left_out(lin: int) -> None:
    others = await joined(3)
    await earned(others[1], 7, key="e")
    read = await balances([*others, 999, lin, lin], at=day(0))
    assert {member_id: balance.available for member_id, balance in read.items()} == {
        lin: 0, others[0]: 0, others[1]: 7, others[2]: 0,
    }  # fmt: skip
    assert read[lin] == Balance(0, 0, 0, 0, None)
    assert await balances([], at=day(0)) == {}


async def test_totals_can_be_read_as_of_any_moment(lin: int) -> None:
    await record(
        [
            Earn(member_id=lin, key="e", at=day(1), points=100),
            Cancel(member_id=lin, key="c", at=day(2), earn_key="e", points=40),
            Settle(member_id=lin, key="set", at=day(3), earn_key="e"),
            Spend(member_id=lin, key="s", at=day(4), points=25),
        ]
    )
    told = [await as_of(lin, moment=day(n)) for n in range(6)]
    assert told == [(0, 0, 0), (0, 100, 0), (0, 60, 0), (60, 0, 0), (35, 0, 0), (35, 0, 0)]
    assert await as_of(lin, moment=day(3) - MOMENT) == (0, 60, 0)


async def test_history_is_read_newest_first_page_by_page(lin: int, wang: int) -> None:
    await earned(wang, 1, key="hers")
    for number in range(5):
        await earned(lin, number + 1, key=f"e{number}", at=day(number), cause=f"order {number}")
    first = await history(lin, limit=2)
    assert [(line.number, line.cause) for line in first] == [(5, "order 4"), (4, "order 3")]
    second = await history(lin, before=first[-1].number, limit=2)
    assert [line.number for line in second] == [3, 2]
    assert [line.number for line in await history(lin, before=2, limit=2)] == [1]
    line = second[0]
    assert (line.kind, line.at, line.available, line.pending, line.debt) == (
        EntryKind.EARN, day(2), 3, 0, 0,
    )  # fmt: skip


async def test_what_is_due_to_settle_is_found_oldest_first(lin: int, wang: int) -> None:
    await record(
        [
            Earn(member_id=lin, key="second", at=day(0), points=1, settles_at=day(7)),
            Earn(member_id=wang, key="first", at=day(0), points=1, settles_at=day(6)),
            Earn(member_id=lin, key="later", at=day(0), points=1, settles_at=day(7) + MOMENT),
            Earn(member_id=lin, key="unplanned", at=day(0), points=1),
            Earn(member_id=lin, key="dropped", at=day(0), points=1, settles_at=day(1)),
            Cancel(member_id=lin, key="c", at=day(0), earn_key="dropped"),
        ]
    )
    due = await due_to_settle(at=day(7), limit=9)
    assert due == [(wang, "first"), (lin, "second")]
    assert await due_to_settle(at=day(7), limit=1) == due[:1]
    await record(
        [Settle(member_id=who, key=f"{key}:s", at=day(7), earn_key=key) for who, key in due]
    )
    assert await due_to_settle(at=day(7), limit=9) == []


async def test_members_who_hold_due_lots_are_found_until_all_is_swept(ledger: None) -> None:
    own, idle, both, spent, alive = await joined(5)
    await earned(own, 1, key="a", expires_at=day(5))
    await earned(own, 1, key="a2", expires_at=day(4))
    await earned(idle, 1, key="b", idle_expires_at=day(5))
    await earned(both, 1, key="c", idle_expires_at=day(5))
    await earned(both, 1, key="c2", expires_at=day(3))
    await earned(spent, 1, key="d", expires_at=day(5))
    await record_one(Spend(member_id=spent, key="s", at=day(0), points=1))
    await earned(alive, 1, key="e", expires_at=day(5) + MOMENT)
    assert await due_to_expire(at=day(5), limit=9) == [own, idle, both]
    swept: list[int] = []
    while due := await due_to_expire(at=day(5), limit=1):
        await record([Expire(member_id=who, key=f"x{who}", at=day(5)) for who in due])
        swept += due
    assert sorted(swept) == [own, idle, both]
