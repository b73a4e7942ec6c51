"""What budgets have left at a moment, for all and for one member."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from msgspec import Struct

from loyalty.budgets.periods import begins_on, next_on
from loyalty.calendar import day_of
from loyalty.discounts import DISCOUNTS, Budget, Discount
from loyalty.errors import Refused
from loyalty.programme import Programme
from loyalty.roots import HER_IDS
from models import db


class Left(Struct, frozen=True):
    """What is left of a discount for a member: so many fen; None: no end.

    ``refusal`` says why there is none of it for her: ``budget_used_up``, ``budget_used_by_her``,
    or the same ``_for_now`` with the day ``again_on`` from which there is more.
    """

    fen: int | None = None
    refusal: Refused | None = None


NO_END = Left()


class Limited(Struct, frozen=True):
    """A slot with the budgets that hold for it."""

    slot: str
    budgets: tuple[Budget, ...]


_LEFT = f"""
SELECT asked.slot, asked.place, coalesce(fen, 0) AS fen, coalesce(uses, 0) AS uses,
       CASE WHEN asked.per_member THEN (
           SELECT count(*) FROM discount_use
           WHERE member_id = ANY({HER_IDS}) AND discount_use.slot = asked.slot
             AND state <> 'released' AND on_day >= asked.begins_on) ELSE 0 END AS hers
FROM unnest($2::text[], $3::int[], $4::text[], $5::date[], $6::bool[])
     AS asked (slot, place, per, begins_on, per_member)
LEFT JOIN budget_taken USING (slot, per, begins_on)
"""


def budgets_of(
    slot: str, discount: Discount, rules: Programme, *, at: datetime
) -> tuple[Budget, ...]:
    """Return the budgets that hold for a discount: as its slot has them now.

    So staff who change a budget change it for coupons that are out, too. Where nothing is
    published in the slot any more, those of the discount itself.
    """
    rule = rules.find(slot, DISCOUNTS, at)
    held: tuple[Budget, ...] = rule.body.budgets if rule else discount.budgets
    return held


async def left_of(limited: Iterable[Limited], member_id: int, *, at: datetime) -> dict[str, Left]:
    """Return what is left of each slot that has a budget, in one statement; none where none has."""
    budgets = {one.slot: one.budgets for one in limited if one.budgets}
    asked = [
        (slot, place, one.per, begins_on(one.per, day_of(at)), one.uses_per_member is not None)
        for slot, held in budgets.items()
        for place, one in enumerate(held)
    ]
    if not asked:
        return {}
    rows = await db.fetch(_LEFT, member_id, *map(list, zip(*asked, strict=True)))
    found: dict[str, list[Left]] = {}
    for row in rows:
        budget = budgets[row["slot"]][row["place"]]
        found.setdefault(row["slot"], []).append(_left(budget, row, on=day_of(at)))
    return {slot: _least(lefts) for slot, lefts in found.items()}


def _left(budget: Budget, row: db.Row, *, on: date) -> Left:
    most_hers = budget.uses_per_member
    if most_hers is not None and row["hers"] >= most_hers:
        return Left(refusal=_refused("budget_used_by_her", budget, on, times=most_hers))
    fen = None if budget.fen is None else max(0, budget.fen - row["fen"])
    if fen == 0 or (budget.uses is not None and row["uses"] >= budget.uses):
        return Left(refusal=_refused("budget_used_up", budget, on))
    return Left(fen)


def _refused(code: str, budget: Budget, on: date, **figures: object) -> Refused:
    again_on = next_on(budget.per, on)
    if again_on is None:
        return Refused(code, **figures)
    return Refused(f"{code}_for_now", again_on=str(again_on), **figures)


def _least(lefts: Sequence[Left]) -> Left:
    """Return the tightest of all; of those that leave nothing, the one that does for longest."""
    refusals = [one.refusal for one in lefts if one.refusal]
    if refusals:
        last = max(refusals, key=lambda one: str(one.figures.get("again_on", "never")))
        return Left(refusal=last)
    return Left(min((one.fen for one in lefts if one.fen is not None), default=None))
