"""What orders take of budgets: reserved, then used or released, each once.

A budget's row is what callers at once wait for. It is raised and compared in one statement, so
that nothing is overshot and the last unit sells.
"""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from loyalty.budgets.left import Limited, left_of
from loyalty.budgets.periods import begins_on
from loyalty.calendar import day_of
from loyalty.discounts import Budget
from loyalty.errors import Refused
from loyalty.roots import HER_IDS
from models import db


class Wanted(Struct, frozen=True):
    """What an order takes of a discount: so many fen, against the budgets that it has."""

    slot: str
    version_id: int
    fen: int
    budgets: tuple[Budget, ...]


class _Limit(Struct, frozen=True):
    slot: str
    per: str
    begins_on: date
    fen: int
    most_fen: int | None
    most_uses: int | None
    most_hers: int | None

    @property
    def is_counted(self) -> bool:
        return self.most_fen is not None or self.most_uses is not None


_RESERVE = f"""
WITH asked AS (
    SELECT * FROM unnest($2::text[], $3::text[], $4::date[], $5::bigint[], $6::bigint[],
                         $7::bigint[], $8::bigint[])
         AS asked (slot, per, begins_on, fen, most_fen, most_uses, most_hers)),
taken AS (
    INSERT INTO budget_taken (slot, per, begins_on, fen, uses, most_fen, most_uses)
    SELECT slot, per, begins_on, fen, 1, most_fen, most_uses FROM asked
    WHERE num_nonnulls(most_fen, most_uses) > 0 AND (most_fen IS NULL OR fen <= most_fen)
    ORDER BY slot, per
    ON CONFLICT (slot, per, begins_on) DO UPDATE
    SET fen = budget_taken.fen + excluded.fen, uses = budget_taken.uses + 1,
        most_fen = excluded.most_fen, most_uses = excluded.most_uses
    WHERE (excluded.most_fen IS NULL OR budget_taken.fen + excluded.fen <= excluded.most_fen)
      AND (excluded.most_uses IS NULL OR budget_taken.uses < excluded.most_uses)
    RETURNING slot, per),
kept AS (
    INSERT INTO discount_use (store_order_id, slot, rule_version_id, member_id, fen, pers, on_day,
                              state)
    SELECT $9, slot, version_id, $1, fen, string_to_array(pers, ','), $10, 'reserved'
    FROM unnest($11::text[], $12::bigint[], $13::bigint[], $14::text[])
         AS used (slot, version_id, fen, pers))
SELECT slot FROM asked
WHERE (num_nonnulls(most_fen, most_uses) > 0
       AND NOT EXISTS (SELECT FROM taken WHERE (taken.slot, taken.per) = (asked.slot, asked.per)))
   OR most_hers <= (SELECT count(*) FROM discount_use
                    WHERE member_id = ANY({HER_IDS}) AND discount_use.slot = asked.slot
                      AND state <> 'released' AND on_day >= asked.begins_on)
ORDER BY slot LIMIT 1
"""

_USE = """
UPDATE discount_use SET state = 'used' WHERE store_order_id = ANY($1::bigint[])
 AND state = 'reserved'
"""

_RELEASE = """
UPDATE discount_use SET state = 'released' WHERE store_order_id = ANY($1::bigint[])
 AND state = 'reserved' RETURNING slot, pers, fen, on_day
"""

_LOWER = """
WITH back AS (
    SELECT slot, per, begins_on, sum(fen) AS fen, count(*) AS uses
    FROM unnest($1::text[], $2::text[], $3::date[], $4::bigint[])
         AS back (slot, per, begins_on, fen)
    GROUP BY slot, per, begins_on),
held AS (
    SELECT slot, per, begins_on FROM budget_taken JOIN back USING (slot, per, begins_on)
    ORDER BY slot, per, begins_on FOR UPDATE OF budget_taken)
UPDATE budget_taken SET fen = budget_taken.fen - back.fen, uses = budget_taken.uses - back.uses
FROM back JOIN held USING (slot, per, begins_on)
WHERE (budget_taken.slot, budget_taken.per, budget_taken.begins_on)
    = (back.slot, back.per, back.begins_on)
"""


async def reserve(wanted: Sequence[Wanted], *, member_id: int, order_id: int, at: datetime) -> None:
    """Take what a new order needs of all its budgets, or nothing: the caller's transaction ends.

    One statement, none where no discount has a budget. Her row is locked already, and coupons
    are; budgets are in the slots' order.

    Raises:
        Refused: ``budget_used_up``, ``budget_used_by_her``, both also ``_for_now``, and
            ``budget_short``: less is left than the discount takes off.
    """
    held = sorted((one for one in wanted if one.budgets), key=lambda one: one.slot)
    limits = [limit for one in held for limit in _limits(one, on=day_of(at))]
    if not limits:
        return
    columns = [[getattr(one, name) for one in limits] for name in _Limit.__struct_fields__]
    pers = [",".join(_counted(limits, one.slot)) for one in held]
    used = [[one.slot for one in held], [one.version_id for one in held], [one.fen for one in held]]
    missing = await db.fetch(_RESERVE, member_id, *columns, order_id, day_of(at), *used, pers)
    if missing:
        one = next(one for one in held if one.slot == missing[0]["slot"])
        raise await _refusal(one, member_id, at=at)


def _limits(one: Wanted, *, on: date) -> list[_Limit]:
    """Return one limit a period; where several budgets are of one period, the least counts."""
    return [
        _Limit(
            one.slot,
            per,
            begins_on(per, on),
            one.fen,
            _least([budget.fen for budget in one.budgets if budget.per == per]),
            _least([budget.uses for budget in one.budgets if budget.per == per]),
            _least([budget.uses_per_member for budget in one.budgets if budget.per == per]),
        )
        for per in sorted({budget.per for budget in one.budgets})
    ]


def _least(limits: Sequence[int | None]) -> int | None:
    return min((one for one in limits if one is not None), default=None)


def _counted(limits: Sequence[_Limit], slot: str) -> list[str]:
    return [one.per for one in limits if one.slot == slot and one.is_counted]


async def _refusal(one: Wanted, member_id: int, *, at: datetime) -> Refused:
    """Tell why it does not fit, by the rows that the refused statement held."""
    left = await left_of([Limited(one.slot, one.budgets)], member_id, at=at)
    return left[one.slot].refusal or Refused("budget_short")


async def use(order_ids: Sequence[int]) -> None:
    """Let what these orders reserved be used, now that they are paid."""
    await db.fetch(_USE, list(order_ids))


async def release(order_ids: Sequence[int]) -> None:
    """Give back what orders that were closed had reserved, once."""
    rows = await db.fetch(_RELEASE, list(order_ids))
    back = [
        (row["slot"], per, begins_on(per, row["on_day"]), row["fen"])
        for row in rows
        for per in row["pers"]
    ]
    if back:
        await db.fetch(_LOWER, *map(list, zip(*back, strict=True)))
