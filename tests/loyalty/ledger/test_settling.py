"""When a pending lot settles is planned, and planned again, until it settled."""

from loyalty.ledger import (
    Cancel,
    Earn,
    Settle,
    due_to_settle,
    plan_settlement,
    record_one,
)
from models import Lot
from tests.loyalty.ledger.scene import day, totals


async def test_a_lot_without_a_moment_is_given_one_and_another(lin: int) -> None:
    await record_one(Earn(member_id=lin, key="e", at=day(0), points=5))
    await plan_settlement([("e", day(9))])
    assert await due_to_settle(at=day(9), limit=9) == [(lin, "e")]
    await plan_settlement([("e", day(12)), ("nothing", day(1))])
    assert await due_to_settle(at=day(11), limit=9) == []
    assert await due_to_settle(at=day(12), limit=9) == [(lin, "e")]
    assert await totals(lin, at=day(12)) == (0, 5, 0)


async def test_what_settled_or_was_cancelled_is_not_due_again(lin: int) -> None:
    for key in ("settled", "cancelled"):
        await record_one(Earn(member_id=lin, key=key, at=day(0), points=5, settles_at=day(7)))
    await record_one(Settle(member_id=lin, key="s", at=day(7), earn_key="settled"))
    await record_one(Cancel(member_id=lin, key="c", at=day(7), earn_key="cancelled"))
    await plan_settlement([("settled", day(3)), ("cancelled", day(3))])
    assert await due_to_settle(at=day(99), limit=9) == []
    assert (await Lot.get(number=1)).settles_at == day(7)
