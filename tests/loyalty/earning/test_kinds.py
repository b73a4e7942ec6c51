"""What each kind of earning rule gives to which order: tables of cases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from loyalty.calendar import start_of
from loyalty.earning import EARNING, EarningRule
from loyalty.earning.cap import Cap
from loyalty.earning.multiplier import Multiplier
from loyalty.earning.per_yuan import PerYuan
from loyalty.orders import Order, OrderLine, ShopRef
from models import ShopKind
from tests.cast import JUNE_1, line, order
from tests.loyalty.earning.scene import earns, rules_of, told

EARNING.load()

JUNE_18 = start_of(datetime(2026, 6, 18).date())
JUNE_19 = JUNE_18 + timedelta(days=1)
TICK = timedelta(microseconds=1)
COFFEE = line(60_00, key="1", sku="B-330", category="咖啡", brand="晨光")
POT = line(40_00, key="2", sku="M-020", category="器具", brand="")
ORDER = order("1", COFFEE, POT, freight_fen=12_00)


@pytest.mark.parametrize(
    ("conditions", "points"),
    [
        ({}, 100),
        ({"brands": ("晨光",)}, 60),
        ({"categories": ("器具",)}, 40),
        ({"categories": ("器具", "咖啡")}, 100),
        ({"skus": ("B-330",)}, 60),
        ({"skus": ("B-330",), "categories": ("器具",)}, 0),
        ({"except_categories": ("器具",)}, 60),
        ({"except_skus": ("B-330",)}, 40),
        ({"categories": ("咖啡",), "except_skus": ("B-330",)}, 0),
        ({"shops": ("tmall",)}, 100),
        ({"shops": ("tmall:flagship",)}, 100),
        ({"shops": ("jd", "tmall:flagship")}, 100),
        ({"shops": ("tmall:outlet",)}, 0),
        ({"shops": ("jd",)}, 0),
        ({"only_tiers": ("gold",)}, 100),
        ({"only_tiers": ("silver", "gold")}, 100),
        ({"only_tiers": ("silver",)}, 0),
    ],
)
def test_points_for_money_hold_for_what_is_named(conditions: dict[str, Any], points: int) -> None:
    rules = rules_of({"base": PerYuan(**conditions)})
    assert earns(ORDER, rules, tier="gold").points == points


@pytest.mark.parametrize(
    ("paid_at", "points"),
    [
        (JUNE_18 - TICK, 100),
        (JUNE_18, 200),
        (datetime(2026, 6, 17, 16, tzinfo=UTC), 200),
        (JUNE_19 - TICK, 200),
        (JUNE_19, 100),
    ],
)
def test_double_points_hold_from_the_first_moment_of_the_day_and_end_before_the_next(
    paid_at: datetime, points: int
) -> None:
    double = Multiplier(starts_at=JUNE_18, ends_at=JUNE_19)
    rules = rules_of({"base": PerYuan(), "double": double})
    assert earns(replace(ORDER, paid_at=paid_at), rules).points == points


GOLD = Multiplier(times_percent=150, lane="tier", only_tiers=("gold",))
DOUBLE = Multiplier(times_percent=200)
COFFEE_TRIPLE = Multiplier(times_percent=300, categories=("咖啡",))


@pytest.mark.parametrize(
    ("multipliers", "per_line"),
    [
        ([GOLD], {2: [30, 20]}),
        ([DOUBLE], {2: [60, 40]}),
        ([GOLD, DOUBLE], {2: [30, 20], 3: [60, 40]}),  # lanes add up: 250 percent, not 300
        ([DOUBLE, COFFEE_TRIPLE], {2: [0, 40], 3: [120, 0]}),  # in a lane each line by the largest
        ([DOUBLE, Multiplier(times_percent=200)], {2: [60, 40]}),  # equal ones: by their slots
        ([Multiplier(times_percent=200, shops=("jd",))], {}),
    ],
)
def test_multipliers_of_a_lane_compete_for_each_line_and_lanes_add_up(
    multipliers: list[EarningRule], per_line: dict[int, list[int]]
) -> None:
    named = {f"m{number}": one for number, one in enumerate(multipliers)}
    found = earns(ORDER, rules_of({"base": PerYuan(), **named}), tier="gold")
    gave = {one["version"]: one["lines"] for one in told(found)}
    assert gave == {1: [60, 40], **per_line}
    assert found.points == sum(sum(lines) for lines in gave.values())


def test_the_breakdown_says_which_tier_it_went_by_where_a_rule_asks_for_one() -> None:
    for rules, tier in (({"base": PerYuan()}, None), ({"base": PerYuan(), "gold": GOLD}, "basic")):
        found = earns(ORDER, rules_of(rules), tier="basic")
        assert msgspec.json.decode(found.told).get("tier") == tier


def test_a_multiplier_counts_what_its_lines_would_earn_alone_and_drops_part_points() -> None:
    lines = (line(12_99), line(7_99, key="2", category="器具"))
    half_more = Multiplier(times_percent=150, categories=("咖啡",))
    found = earns(order("1", *lines), rules_of({"base": PerYuan(), "more": half_more}))
    assert [one["lines"] for one in told(found)] == [[12, 8], [6, 0]]


def test_a_multiplier_without_points_to_multiply_gives_none() -> None:
    assert earns(ORDER, rules_of({"double": DOUBLE})).points == 0


def test_several_rules_for_money_add_up_and_all_are_multiplied() -> None:
    extra = PerYuan(points=2, categories=("咖啡",))
    found = earns(ORDER, rules_of({"base": PerYuan(), "coffee": extra, "double": DOUBLE}))
    gave = {one["version"]: one["lines"] for one in told(found)}
    assert gave == {1: [60, 40], 2: [120, 0], 3: [180, 40]}


@pytest.mark.parametrize(
    ("cap", "took"),
    [
        (Cap(most=50), [-90, -60]),
        (Cap(most=200), None),
        (Cap(most=0), [-120, -80]),
        (Cap(most=40, limited_slots=("earning:double",)), [-36, -24]),
        (Cap(most=50, categories=("咖啡",)), [-70, 0]),
        (Cap(most=50, shops=("jd",)), None),
        (Cap(most=50, only_tiers=("silver",)), None),
    ],
)
def test_a_cap_takes_from_what_it_limits_in_proportion_and_says_so(
    cap: Cap, took: list[int] | None
) -> None:
    rules = rules_of({"base": PerYuan(), "double": DOUBLE, "cap": cap})
    found = earns(ORDER, rules, tier="gold")
    assert found.points == 200 + sum(took or ())
    if found.points:
        cuts = [one for one in told(found) if one["version"] == 3]
        assert cuts == ([{"version": 3, "points": sum(took), "lines": took}] if took else [])


def test_caps_of_one_rule_limit_before_those_of_all() -> None:
    rules = rules_of(
        {
            "base": PerYuan(),
            "double": DOUBLE,
            "all": Cap(most=150),
            "some": Cap(most=80, limited_slots=("earning:double",)),
        }
    )
    assert earns(ORDER, rules).points == 150


def test_freight_subsidies_points_and_gift_cards_earn_nothing() -> None:
    """The goods cost 200 yuan; of these the buyer's own money paid 100, and 12 the freight."""
    paid = Order(
        **{
            **{name: getattr(ORDER, name) for name in Order.__struct_fields__},
            "goods_fen": 200_00,
            "discount_platform_fen": 50_00,
            "discount_talent_fen": 20_00,
            "points_deduct_fen": 10_00,
        }
    )
    assert earns(paid, rules_of({"base": PerYuan(), "double": DOUBLE})).points == 200


def refunded(paid: OrderLine, fen: int) -> OrderLine:
    return replace(paid, refunded_fen=fen)


def test_a_refund_of_one_line_takes_what_all_rules_gave_to_it() -> None:
    rules = rules_of({"base": PerYuan(), "triple": COFFEE_TRIPLE})
    assert earns(ORDER, rules).points == 220
    assert earns(order("1", refunded(COFFEE, 60_00), POT), rules).points == 40
    assert earns(order("1", COFFEE, refunded(POT, 40_00)), rules).points == 180


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("per_yuan", {"shops": ["taobaoo"]}, "shops"),
        ("per_yuan", {"shops": ["tmall:"]}, "shops"),
        ("per_yuan", {"only_tiers": ["Gold!"]}, "only_tiers"),
        ("per_yuan", {"points": 0}, "points"),
        ("multiplier", {"times_percent": 100}, "times_percent"),
        ("multiplier", {"lane": "A lane"}, "lane"),
        ("multiplier", {"starts_at": "2026-06-18T00:00:00"}, "starts_at"),
        (
            "multiplier",
            {"starts_at": "2026-06-19T00:00:00+08:00", "ends_at": "2026-06-18T16:00:00Z"},
            "ends_at",
        ),
        ("multiplier", {"starts_at": "0001-01-01T00:00:00+08:00"}, "starts_at"),
        ("multiplier", {"ends_at": "9999-12-31T23:59:59Z"}, "ends_at"),
        ("cap", {"most": -1}, "most"),
        ("cap", {"per": "year"}, "per"),
        ("cap", {"per": "campaign"}, "starts_at"),
        ("cap", {"per": "campaign", "starts_at": "2026-06-18T00:00:00+08:00"}, "ends_at"),
        ("cap", {"limited_slots": ["reward:tote"]}, "limited_slots"),
    ],
)
def test_a_wrong_field_is_named(kind: str, body: dict[str, Any], field: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=rf"\$\.{field}"):
        EARNING.decode(kind, body)


def test_an_order_of_a_day_in_shanghai_lies_in_that_day_week_and_month() -> None:
    moment = datetime(2026, 5, 31, 16, 30, tzinfo=UTC)  # 1 June, a Monday, in Shanghai
    found = {per: Cap(per=per).period(moment) for per in ("day", "week", "month")}  # type: ignore[arg-type]
    june_1 = start_of(datetime(2026, 6, 1).date())
    assert {start for start, _ in found.values()} == {june_1}
    lasts = {per: (end - start).days for per, (start, end) in found.items()}
    assert lasts == {"day": 1, "week": 7, "month": 30}


def test_an_order_of_a_shop_is_known_by_platform_and_code() -> None:
    other = replace(ORDER, shop=ShopRef(ShopKind.POS, "flagship"), paid_at=JUNE_1)
    assert earns(other, rules_of({"base": PerYuan(shops=("tmall:flagship",))})).points == 0
