"""Budgets as staff write them: their periods, their words, and what makes no sense."""

from datetime import date

import msgspec
import pytest

from loyalty import programme
from loyalty.budgets.periods import begins_on, next_on
from loyalty.discounts import DISCOUNTS, Budget, Discount, Per
from loyalty.discounts.fen_off import FenOff
from loyalty.policies.tiers import Tiers

programme.load_kinds()


@pytest.mark.parametrize(
    ("per", "begun", "after"),
    [
        ("daily", date(2026, 12, 31), date(2027, 1, 1)),
        ("weekly", date(2026, 12, 28), date(2027, 1, 4)),
        ("monthly", date(2026, 12, 1), date(2027, 1, 1)),
        ("ever", date(2000, 1, 1), None),
    ],
)
def test_periods_are_those_of_the_calendar(per: Per, begun: date, after: date | None) -> None:
    day = date(2026, 12, 31)
    assert (begins_on(per, day), next_on(per, day)) == (begun, after)


@pytest.mark.parametrize(
    "budget",
    [
        {"fen": 0},
        {"fen": -1},
        {"fen": 2.5},
        {"fen": 10**13},
        {"uses": 0},
        {"uses": "9"},
        {"uses_per_member": float("nan")},
        {"per": "yearly"},
        {"most": 1},
    ],
)
def test_a_budget_that_makes_no_sense_is_refused_by_its_field(
    budget: dict[str, object],
) -> None:
    with pytest.raises(msgspec.ValidationError, match=f"budgets|{next(iter(budget))}"):
        DISCOUNTS.decode("percent", {"budgets": [budget]})


def test_a_member_reads_how_often_she_may() -> None:
    discount: Discount = FenOff(budgets=(Budget("weekly", uses_per_member=2), Budget(uses=9)))
    (line,) = discount.wordings(Tiers())
    assert (line.zh, line.en) == ("每人每周限用 2 次", "At most 2 for each member a week")
