"""Members that are made up: what happened to them, and the facts that a rule is told of it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from loyalty.facts import BoughtSince, Facts, KeptCart
from loyalty.spans import Span
from tests.loyalty.quotes.oracle_conditions import SHANGHAI, first_day

Told = dict[str, Any]
CLOCKS = ("00:00", "07:30", "12:00", "18:59", "23:59", "24:00")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BIRTHDAYS = ("01-01", "02-28", "02-29", "03-01", "11-22", "12-31")
# The windows that rules ask for.
WINDOWS: tuple[Told, ...] = (
    {"within": 7, "unit": "days"},
    {"within": 1, "unit": "months"},
    {"within": 6, "unit": "months"},
    {"within": 1, "unit": "calendar_year"},
)


def a_story(rnd: Random, cart: Sequence[Told], goods: Sequence[str]) -> Told:
    """Return what happened to a member until a moment, such as midnight or a leap day."""
    day = rnd.choice((date(2024, 2, 29), date(2026, 3, 31), date(2026, 11, 22), date(2026, 1, 1)))
    hour, minute = rnd.choice(((0, 0), (7, 30), (12, 0), (18, 59), (23, 59)))
    at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)
    days = sorted(rnd.choices((0, 1, 6, 7, 8, 28, 30, 31, 60, 182, 184, 400), k=rnd.randint(0, 4)))
    under_way = rnd.random() < 0.2
    units = {line["sku"]: line["quantity"] for line in cart}
    hours = rnd.choice((1, 23, 24, 100))
    return {
        "at": at,
        "orders": [
            {
                "day": day - timedelta(days=ago),
                "fen": rnd.choice((1, 500, rnd.randint(1, 50_000))),
                "goods": rnd.sample(goods, rnd.randint(0, 3)),
            }
            for ago in days
        ],
        "joined_at": at - timedelta(days=rnd.choice((0, 1, 30, 31)), hours=rnd.randint(0, 23)),
        "birthday": rnd.choice((None, *BIRTHDAYS)),
        "under_way": under_way,
        "goods_under_way": rnd.sample(goods, 1) if under_way else [],
        "left": rnd.choice(
            (
                None,
                {"units": units, "at": at - timedelta(hours=hours)},
                {"units": units | {"Z": 1}, "at": at - timedelta(hours=hours)},
            )
        ),
        "hesitated_at": rnd.choice((None, at - timedelta(days=rnd.choice((1, 29, 30, 31))))),
    }


def facts_of(member: Told) -> Facts:
    """Return what rules are told of a member."""
    orders, today = member["orders"], member["at"].astimezone(SHANGHAI).date()
    bought = {}
    for window in WINDOWS:
        first = first_day(window, today)
        assert Span(**_span(window)).begins_on(today) == first, window
        held = [one["fen"] for one in orders if one["day"] >= first]
        bought[first] = BoughtSince(len(held), sum(held))
    last: dict[str, date] = {}
    for one in orders:
        for name in one["goods"]:
            last[name] = max(last.get(name, one["day"]), one["day"])
    newest = max((one["day"] for one in orders), default=None)
    left = member["left"]
    return Facts(
        1,
        member["at"],
        tier_rank=member["tier_rank"],
        segments=frozenset(member["segments"]),
        communities=frozenset(member["communities"]),
        tags=frozenset(member["tags"]),
        wants_personal_offers=member["wants_personal"],
        joined_at=member["joined_at"],
        last_paid_at=None
        if newest is None
        else datetime(newest.year, newest.month, newest.day, tzinfo=SHANGHAI),
        is_under_way=member["under_way"],
        goods_under_way=frozenset(member["goods_under_way"]),
        bought=bought,
        last_bought=last,
        birthday=member["birthday"],
        kept_cart=KeptCart(left["units"], left["at"]) if left else None,
        hesitated_at=member["hesitated_at"],
    )


def _span(window: Told) -> Told:
    return {"length": window["within"], "unit": window["unit"]}


def _most(rnd: Random, least: int) -> int | None:
    return rnd.choice((None, least, least + 1))


def _orders_within(rnd: Random) -> Told:
    least = rnd.randint(0, 3)
    told = {"least_orders": least, "most_orders": _most(rnd, least)}
    return {"kind": "orders_within", **told, **rnd.choice(WINDOWS)}


def _weekly_hours(rnd: Random) -> Told:
    first, last = sorted(rnd.sample(range(len(CLOCKS)), 2))
    return {
        "kind": "weekly_hours",
        "weekdays": rnd.sample(WEEKDAYS, rnd.choice((0, 0, 4))),
        "month_days": rnd.choice(((), ("1", "22", "29", "31"))),
        "from_time": CLOCKS[min(first, 4)],
        "until_time": CLOCKS[last],
    }


def _named_goods(rnd: Random) -> Told:
    return {
        "skus": rnd.sample("ABCDEFG", rnd.randint(0, 2)),
        "categories": rnd.sample(("c0", "c1", "c2"), rnd.randint(0, 1)),
        "brands": rnd.sample(("b0", "b1"), rnd.randint(0, 1)),
        "days": rnd.choice((None, 1, 7, 30, 182)),
    }


# Conditions that look at what happened to a member.
OF_HERS: tuple[Callable[[Random], Told], ...] = (
    _weekly_hours,
    _orders_within,
    lambda rnd: {
        "kind": "spent_within",
        "least_fen": rnd.choice((1, 500, rnd.randint(1, 60_000))),
        **rnd.choice(WINDOWS),
    },
    lambda rnd: {
        "kind": "birthday",
        "days_before": rnd.choice((0, 1, 3, 60)),
        "days_after": rnd.choice((0, 1, 3, 60)),
    },
    lambda rnd: {"kind": "joined_within", "days": rnd.choice((1, 30))},
    lambda rnd: {"kind": "lapsed", "days": rnd.choice((1, 7, 30, 182))},
    lambda rnd: {"kind": "bought", **_named_goods(rnd)},
    lambda rnd: {"kind": "not_bought", **_named_goods(rnd)},
    lambda rnd: {
        "kind": "near_threshold",
        "threshold_fen": rnd.choice((500, 1_500, rnd.randint(1, 60_000))),
        "within_fen": rnd.choice((1, 999, rnd.randint(1, 20_000))),
        "again_after_days": 30,
    },
    lambda rnd: {"kind": "cart_left", "hours": rnd.choice((1, 24)), "again_after_days": 30},
)
