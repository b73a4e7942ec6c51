"""What a ladder says of a history, and which ladders there cannot be."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from loyalty.connections import TmallSettings
from loyalty.errors import NotFound, Refused
from loyalty.happenings.kept_orders import KeptOrder
from loyalty.ladders.checking import check
from loyalty.milestones import Crossing
from loyalty.policies import POLICIES
from loyalty.policies.ladder import Ladder, Rung
from tests.cast import noon

RUNGS = (Rung("a", 500, 20), Rung("b", 1000, 50))
BEGUN = noon(2026, 1, 1)
SEASON = {"starts_at": "2026-06-01T00:00:00+08:00", "ends_at": "2026-06-19T00:00:00+08:00"}


def orders(*paid: tuple[datetime, int]) -> list[KeptOrder]:
    return [KeptOrder(paid_at, yuan * 100) for paid_at, yuan in sorted(paid)]


def reached(ladder: Ladder, *paid: tuple[datetime, int]) -> list[tuple[str, str]]:
    found = ladder.crossings(orders(*paid), begun_at=BEGUN)
    return [(rung.code, crossing.name) for rung, crossing in found]


def test_a_calendar_year_begins_anew_and_each_rung_is_reached_once_in_it() -> None:
    ladder = Ladder(rungs=RUNGS)
    paid = [(noon(2026, month, 1), 300) for month in range(2, 6)] + [(noon(2027, 1, 2), 600)]
    assert reached(ladder, *paid) == [("a", "2026"), ("a", "2027"), ("b", "2026")]
    seen = orders(*paid)
    assert ladder.spent_fen(seen, begun_at=BEGUN, at=noon(2026, 12, 1)) == 120_000
    assert ladder.spent_fen(seen, begun_at=BEGUN, at=noon(2027, 2, 1)) == 60_000


def test_the_year_turns_at_midnight_in_shanghai() -> None:
    last = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
    first = datetime(2026, 12, 31, 16, tzinfo=UTC)
    ladder = Ladder(rungs=RUNGS)
    assert reached(ladder, (last, 300), (first, 300)) == []
    assert reached(ladder, (last, 500)) == [("a", "2026")]
    assert reached(ladder, (first, 500)) == [("a", "2027")]


def test_what_was_bought_before_the_ladder_began_does_not_count_unless_it_says_so() -> None:
    before, after = (noon(2025, 12, 1), 900), (noon(2026, 2, 1), 400)
    rolling = Ladder(rungs=RUNGS, window="rolling_months")
    assert reached(rolling, before, after) == []
    since = Ladder(rungs=RUNGS, window="rolling_months", starts_at=noon(2025, 11, 1))
    assert reached(since, before, after) == [("a", "2025-12-01"), ("b", "2026-02-01")]


def test_a_rolling_window_forgets_and_comes_again_after_so_many_months() -> None:
    ladder = Ladder(rungs=(Rung("a", 500, 20),), window="rolling_months", window_months=3)
    paid = [(noon(2026, 1, 31), 300), (noon(2026, 4, 30), 300)]
    assert reached(ladder, *paid) == [], "31 January leaves on 30 April"
    paid = [(noon(2026, 1, 31), 300), (noon(2026, 4, 29), 300)]
    assert reached(ladder, *paid) == [("a", "2026-04-29")]
    paid += [(noon(2026, 5, 1), 900), (noon(2026, 7, 29), 500)]
    found = list(ladder.crossings(orders(*paid), begun_at=BEGUN))
    assert [one for _, one in found] == [
        Crossing("2026-04-29", noon(2026, 4, 29)),
        Crossing("2026-07-29", noon(2026, 7, 29)),
    ]
    assert ladder.is_of_window(Crossing("1", noon(2026, 4, 29)), noon(2026, 7, 28))
    assert not ladder.is_of_window(Crossing("1", noon(2026, 4, 29)), noon(2026, 7, 29))


def test_a_season_counts_from_its_start_to_its_end() -> None:
    told = {"window": "season", **SEASON}
    ladder = POLICIES.decode("ladder", told)
    assert isinstance(ladder, Ladder)
    within = datetime(2026, 6, 18, 15, 59, 59, tzinfo=UTC)
    paid = [(noon(2026, 5, 31), 400), (within, 499), (within.replace(hour=16, minute=0), 900)]
    assert reached(ladder, *paid) == []
    assert reached(ladder, *paid, (noon(2026, 6, 2), 1)) == [("first", "2026-06")]
    assert ladder.is_over(datetime(2026, 6, 18, 16, tzinfo=UTC))


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"rungs": []}, "rungs"),
        ({"rungs": [{"code": "a", "spend_yuan": 500, "coupon_yuan": 0}]}, "coupon_yuan"),
        ({"rungs": [{"code": "a", "spend_yuan": -5, "coupon_yuan": 5}]}, "spend_yuan"),
        ({"rungs": [{"code": "a", "spend_yuan": 5.5, "coupon_yuan": 5}]}, "spend_yuan"),
        (
            {"rungs": [{"code": c, "spend_yuan": 500, "coupon_yuan": 5} for c in "ab"]},
            "rungs",
        ),
        (
            {"rungs": [{"code": "a", "spend_yuan": s, "coupon_yuan": 5} for s in (500, 600)]},
            "rungs",
        ),
        (
            {
                "rungs": [
                    {"code": "a", "spend_yuan": 500, "coupon_yuan": 20},
                    {"code": "b", "spend_yuan": 600, "coupon_yuan": 10},
                ]
            },
            "rungs",
        ),
        (
            {
                "rungs": [
                    {"code": "a", "spend_yuan": 500, "coupon_yuan": 20, "least_order_yuan": 20}
                ]
            },
            "rungs",
        ),
        ({"window": "season"}, "starts_at"),
        ({"window": "season", "starts_at": SEASON["starts_at"]}, "ends_at"),
        ({"starts_at": SEASON["ends_at"], "ends_at": SEASON["starts_at"]}, "ends_at"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, "starts_at"),
        ({"shop": "jd:1"}, "shop"),
        ({"shop": "tmall:"}, "shop"),
        ({"waits_days": 0}, "waits_days"),
    ],
)
def test_what_cannot_be_names_its_field(told: dict[str, Any], field: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=field):
        POLICIES.decode("ladder", told)


def shop(**told: object) -> TmallSettings:
    entered: dict[str, object] = {
        "seller_nick": "旗舰店",
        "shop_code": "flagship",
        "app_key": "1",
        "app_secret": "s",
        "session": "s",
    }
    return TmallSettings(**(entered | told))  # type: ignore[arg-type]


def test_a_ladder_is_compared_with_what_its_shop_can_do() -> None:
    ladder = Ladder(rungs=RUNGS)
    check(ladder, [], [shop()])
    with pytest.raises(NotFound, match="shop_not_connected"):
        check(ladder, [], [])
    with pytest.raises(NotFound, match="shop_not_connected"):
        check(ladder, [], [shop(shop_kind="taobao")])
    with pytest.raises(Refused, match="coupon_not_allowed"):
        check(Ladder(rungs=(Rung("a", 500, 25),)), [], [shop()])
    check(Ladder(rungs=(Rung("a", 500, 25),)), [], [shop(coupon_yuan=(25,))])
    with pytest.raises(Refused, match="too_many_rungs"):
        check(ladder, [ladder, Ladder(shop="tmall:other")], [shop(most_coupon_batches=7)])
    check(ladder, [ladder, Ladder(shop="tmall:other")], [shop(most_coupon_batches=8)])
