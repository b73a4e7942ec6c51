"""Budgets of offers and coupon batches: how much of a discount there may be, and how much is gone.

What an order takes is reserved when it is placed, used when it is paid, and released when it is
closed. A budget counts what is placed while its rule has it.
"""

from loyalty.budgets.left import NO_END, Left, Limited, budgets_of, left_of
from loyalty.budgets.proving import BudgetFinding, verify
from loyalty.budgets.taking import Wanted, release, reserve, use
from loyalty.budgets.telling import BudgetStand, stands

__all__ = [
    "NO_END",
    "BudgetFinding",
    "BudgetStand",
    "Left",
    "Limited",
    "Wanted",
    "budgets_of",
    "left_of",
    "release",
    "reserve",
    "stands",
    "use",
    "verify",
]
