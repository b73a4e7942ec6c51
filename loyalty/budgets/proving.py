"""Prove that what budgets count as gone is the sum of what orders took."""

from dataclasses import dataclass

from models import db


@dataclass(frozen=True, slots=True)
class BudgetFinding:
    """A budget whose counter and uses do not agree."""

    slot: str
    told: str


_DISAGREE = """
WITH uses AS (
    SELECT slot, per,
           CASE per WHEN 'daily' THEN on_day
                    WHEN 'weekly' THEN date_trunc('week', on_day::timestamp)::date
                    WHEN 'monthly' THEN date_trunc('month', on_day::timestamp)::date
                    ELSE date '2000-01-01' END AS begins_on,
           sum(fen) AS fen, count(*) AS uses
    FROM discount_use CROSS JOIN unnest(pers) AS per
    WHERE state <> 'released' GROUP BY 1, 2, 3)
SELECT slot, per, begins_on, coalesce(budget_taken.fen, 0) AS fen,
       coalesce(budget_taken.uses, 0) AS uses, coalesce(uses.fen, 0) AS used_fen,
       coalesce(uses.uses, 0) AS used
FROM budget_taken FULL JOIN uses USING (slot, per, begins_on)
WHERE coalesce(budget_taken.fen, 0) <> coalesce(uses.fen, 0)
   OR coalesce(budget_taken.uses, 0) <> coalesce(uses.uses, 0)
ORDER BY slot, per, begins_on
"""


async def verify() -> list[BudgetFinding]:
    """Compare every budget's counter with the sum of its uses, in one snapshot."""
    return [
        BudgetFinding(
            row["slot"],
            f"{row['per']} from {row['begins_on']}: counted {row['fen']} fen in {row['uses']} uses,"
            f" used {row['used_fen']} fen in {row['used']}",
        )
        for row in await db.fetch(_DISAGREE)
    ]
