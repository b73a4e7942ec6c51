"""How much of each budget of a rule is gone, for staff."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from loyalty.budgets.periods import begins_on
from loyalty.calendar import day_of
from loyalty.discounts import Budget
from models import db


class BudgetStand(Struct, frozen=True):
    """A budget in the period that runs: what paid orders used, and others hold reserved."""

    budget: Budget
    begins_on: date
    used_fen: int
    reserved_fen: int
    used: int
    reserved: int


_STANDS = """
SELECT coalesce(sum(fen) FILTER (WHERE state = 'used'), 0)::bigint AS used_fen,
       coalesce(sum(fen) FILTER (WHERE state = 'reserved'), 0)::bigint AS reserved_fen,
       count(*) FILTER (WHERE state = 'used') AS used,
       count(*) FILTER (WHERE state = 'reserved') AS reserved
FROM discount_use WHERE slot = $1 AND on_day >= $2 AND ($3 = ANY(pers) OR $4)
"""


async def stands(slot: str, budgets: Sequence[Budget], *, at: datetime) -> list[BudgetStand]:
    """Return how each budget of a slot stands; one statement a budget, for the console."""
    found = []
    for one in budgets:
        begun = begins_on(one.per, day_of(at))
        is_per_member = one.fen is None and one.uses is None
        (row,) = await db.fetch(_STANDS, slot, begun, one.per, is_per_member)
        found.append(BudgetStand(one, begun, *row))
    return found
