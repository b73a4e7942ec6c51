"""What each kind of milestone says of a history: the same whatever came first."""

from datetime import datetime, timedelta

import pytest

from loyalty.happenings.kept_orders import KeptOrder
from loyalty.milestones import History, Milestone, Step
from loyalty.milestones.anniversary import Anniversary
from loyalty.milestones.annual_spend import AnnualSpend
from loyalty.milestones.birthday import Birthday
from loyalty.milestones.nth_purchase import NthPurchase
from loyalty.milestones.profile import Profile
from loyalty.milestones.purchases_within import PurchasesWithin
from tests.cast import noon

DAY = timedelta(days=1)
JOINED = noon(2024, 2, 29)


def history(*paid: tuple[datetime, int], at: datetime) -> History:
    orders = tuple(KeptOrder(paid_at, yuan * 100) for paid_at, yuan in sorted(paid))
    return History(at, JOINED, orders)


def told(milestone: Milestone, seen: History) -> list[tuple[str, datetime]]:
    return [(one.name, one.reached_at) for one in milestone.crossings(seen)]


FIVE = [(noon(2026, month, 1), 10 * month) for month in range(1, 6)]


@pytest.mark.parametrize(
    ("milestone", "reached", "step"),
    [
        (NthPurchase(n=3), [("1", noon(2026, 3, 1))], None),
        (
            NthPurchase(n=2, repeats=True),
            [("1", noon(2026, 2, 1)), ("2", noon(2026, 4, 1))],
            Step(1, 2, "orders"),
        ),
        (NthPurchase(n=3, min_fen=2000), [("1", noon(2026, 4, 1))], None),
        (NthPurchase(n=6), [], Step(5, 6, "orders")),
        (PurchasesWithin(n=3, months=3), [("1", noon(2026, 3, 1))], None),
        (PurchasesWithin(n=3, months=2), [], Step(2, 3, "orders")),
        (
            PurchasesWithin(n=2, months=2, repeats=True),
            [("1", noon(2026, 2, 1)), ("2", noon(2026, 4, 1))],
            Step(1, 2, "orders"),
        ),
        (AnnualSpend(fen=60_00), [("2026", noon(2026, 3, 1))], None),
        (AnnualSpend(fen=151_00), [], Step(150_00, 151_00, "fen")),
        (
            Anniversary(since="first_purchase"),
            [],
            Step((noon(2026, 5, 20) - noon(2026, 1, 1)).days, 365, "days"),
        ),
    ],
)
def test_five_months_of_orders(
    milestone: Milestone, reached: list[tuple[str, datetime]], step: Step | None
) -> None:
    seen = history(*FIVE, at=noon(2026, 5, 20))
    assert told(milestone, seen) == reached
    assert milestone.step(seen) == step


def told_of_her(at: datetime, **told: datetime | str) -> History:
    return History(at, JOINED, **told)  # type: ignore[arg-type]


def test_her_birthday_comes_once_a_year_from_when_she_told_it() -> None:
    leap = {"birthday": "02-29", "birthday_told_at": noon(2026, 2, 28)}
    day = timedelta(hours=12)
    assert told(Birthday(), told_of_her(noon(2028, 3, 1), **leap)) == [
        ("2027", noon(2027, 2, 28) - day),
        ("2028", noon(2028, 2, 29) - day),
    ], "on the day itself she told it too late"
    early = told(Birthday(days_before=7), told_of_her(noon(2027, 2, 21), **leap))
    assert early == [("2027", noon(2027, 2, 21) - day)]
    january = {"birthday": "01-03", "birthday_told_at": noon(2026, 6, 1)}
    assert told(Birthday(days_before=7), told_of_her(noon(2026, 12, 27), **january)) == [
        ("2027", noon(2026, 12, 27) - day)
    ]
    assert told(Birthday(), told_of_her(noon(2028, 1, 1))) == []
    assert Birthday().step(told_of_her(noon(2028, 1, 1))) == Step(0, 1, "fields")
    assert Birthday().step(told_of_her(noon(2026, 12, 31), **january)) == Step(362, 365, "days")
    march = {"birthday": "03-01", "birthday_told_at": noon(2026, 6, 1)}
    assert Birthday().step(told_of_her(noon(2027, 3, 1), **march)) == Step(0, 366, "days")


def test_all_that_is_asked_for_is_told_in_any_sequence() -> None:
    first, last = noon(2026, 1, 1), noon(2026, 2, 1)
    name = told_of_her(last, called_told_at=last)
    assert Profile().step(name) == Step(1, 2, "fields")
    assert told(Profile(), name) == []
    both = told_of_her(last, called_told_at=last, birthday="05-01", birthday_told_at=first)
    assert told(Profile(), both) == [("1", last)]
    assert Profile().step(both) is None
    taken_back = told_of_her(last, called_told_at=last, birthday_told_at=first)
    assert told(Profile(), taken_back) == []
    assert told(Profile(asks_phone=True), both) == []
    with pytest.raises(ValueError, match="asks_name"):
        Profile(asks_name=False, asks_birthday=False)


def test_six_months_end_on_the_day_itself() -> None:
    half_a_year = PurchasesWithin(n=2, months=6)
    last = noon(2026, 7, 14)
    assert told(half_a_year, history((noon(2026, 1, 15), 1), (last, 1), at=last))
    day_after = noon(2026, 7, 15)
    assert not told(half_a_year, history((noon(2026, 1, 15), 1), (day_after, 1), at=day_after))


def test_each_year_counts_for_itself_by_the_shanghai_calendar() -> None:
    new_year = noon(2026, 1, 1) - timedelta(hours=12)
    seen = history((new_year - timedelta(seconds=1), 100), (new_year, 100), at=new_year)
    assert told(AnnualSpend(fen=150_00), seen) == []
    assert [name for name, _ in told(AnnualSpend(fen=100_00), seen)] == ["2025", "2026"]


def test_who_joined_on_a_leap_day_has_her_day_on_the_28th() -> None:
    every = Anniversary()
    assert told(every, history(at=noon(2025, 2, 27))) == []
    days = [at for _, at in told(every, history(at=noon(2028, 2, 29)))]
    assert [at.date().isoformat() for at in days] == [
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
    ]
    assert len(told(Anniversary(repeats=False), history(at=noon(2028, 2, 29)))) == 1
    assert Anniversary(repeats=False).step(history(at=noon(2028, 2, 29))) is None
    assert told(Anniversary(since="first_purchase"), history(at=noon(2028, 2, 29))) == []
