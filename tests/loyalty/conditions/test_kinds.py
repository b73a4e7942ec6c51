"""When conditions hold for a member and a cart, what they say where they do not, and why hers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from loyalty import programme
from loyalty.calendar import SHANGHAI
from loyalty.conditions import CONDITIONS, Condition, Conditions, Personal
from loyalty.conditions.birthday import Birthday
from loyalty.conditions.bought import Bought
from loyalty.conditions.cart_left import CartLeft
from loyalty.conditions.first_order import FirstOrder
from loyalty.conditions.has_tag import HasTag
from loyalty.conditions.in_cart import InCart
from loyalty.conditions.joined_within import JoinedWithin
from loyalty.conditions.lapsed import Lapsed
from loyalty.conditions.near_threshold import NearThreshold
from loyalty.conditions.not_bought import NotBought
from loyalty.conditions.orders_within import OrdersWithin
from loyalty.conditions.own_store import InOwnStore
from loyalty.conditions.spent_within import SpentWithin
from loyalty.conditions.weekly_hours import WeeklyHours
from loyalty.facts import BoughtSince, CartLine, Case, Facts, KeptCart
from loyalty.policies.tiers import Tiers
from loyalty.spans import Span
from web.texts import TEXTS, text

programme.load_kinds()

AT = datetime(2026, 11, 22, 4, tzinfo=UTC)  # a Sunday, noon in Shanghai
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SPAN = Span(6, "months")
COFFEE = CartLine("C-100", "咖啡", "积分咖啡", quantity=2, price_fen=5_000)
KETTLE = CartLine("M-020", "器具", "", quantity=1, price_fen=8_000)


def case(cart: tuple[CartLine, ...] | None = None, store: str | None = None, **facts: Any) -> Case:
    return Case(Facts(1, **{"at": AT, "joined_at": AT - 400 * DAY, **facts}), cart, store)


def ordered(orders: int, spent_fen: int = 0, *, span: Span = SPAN) -> dict[Any, Any]:
    return {span.begins_on(AT.astimezone(SHANGHAI).date()): BoughtSince(orders, spent_fen)}


THIRD = OrdersWithin(least_orders=2, most_orders=2)
YEAR = Span(12, "calendar_year")
KEPT = KeptCart({"C-100": 2}, AT - 30 * HOUR)


@pytest.mark.parametrize(
    ("condition", "told", "code", "figures"),
    [
        (THIRD, case(bought=ordered(1)), "orders_short", {"short": 1}),
        (THIRD, case(bought=ordered(2)), None, {}),
        (THIRD, case(bought=ordered(2), is_under_way=True), "orders_beyond", {"most": 2}),
        (THIRD, case(bought=ordered(3)), "orders_beyond", {"most": 2}),
        (OrdersWithin(least_orders=2), case(bought=ordered(9), is_under_way=True), None, {}),
        (FirstOrder(), case(), None, {}),
        (FirstOrder(), case(last_paid_at=AT - DAY), "not_first_order", {}),
        (FirstOrder(), case(is_under_way=True), "not_first_order", {}),
        (SpentWithin(), case(bought=ordered(1, 100_000, span=YEAR)), None, {}),
        (
            SpentWithin(),
            case(bought=ordered(1, 99_999, span=YEAR)),
            "spent_short",
            {"short_fen": 1},
        ),
        (Lapsed(days=90), case(), "never_ordered", {}),
        (Lapsed(days=90), case(last_paid_at=AT - 89 * DAY), "not_lapsed", {"days": 90}),
        (Lapsed(days=90), case(last_paid_at=AT - 90 * DAY), None, {}),
        (
            Lapsed(days=90),
            case(last_paid_at=AT - 90 * DAY, is_under_way=True),
            "not_lapsed",
            {"days": 90},
        ),
        (HasTag(), case(tags=frozenset({"VIP", "老友"})), None, {}),
        (HasTag("金卡"), case(tags=frozenset({"VIP"})), "not_invited_by_staff", {}),
        (JoinedWithin(days=30), case(joined_at=AT - 30 * DAY), None, {}),
        (JoinedWithin(days=30), case(joined_at=AT - 31 * DAY), "joined_before", {"days": 30}),
        (InOwnStore(stores=("a",)), case(), None, {}),
        (InOwnStore(stores=("a",)), case(store="a"), None, {}),
        (InOwnStore(stores=("a",)), case(store="b"), "other_store", {}),
        (InCart(categories=("咖啡",)), case(), None, {}),
        (InCart(categories=("咖啡",), units=3), case((COFFEE, KETTLE)), "cart_lacks", {"short": 1}),
        (InCart(categories=("咖啡",), units=2, fen=10_000), case((COFFEE,)), None, {}),
        (InCart(brands=("积分咖啡",), fen=10_001), case((COFFEE, KETTLE)), "cart_lacks_worth", {}),
        (InCart(skus=("M-020",)), case((COFFEE,)), "cart_lacks", {"short": 1}),
        (CartLeft(hours=24), case(), None, {}),
        (CartLeft(hours=24), case((COFFEE,)), "cart_not_left", {"hours": 24}),
        (CartLeft(hours=24), case((COFFEE,), kept_cart=KEPT), None, {}),
        (CartLeft(hours=31), case((COFFEE,), kept_cart=KEPT), "cart_not_left", {"hours": 31}),
        (
            CartLeft(hours=24),
            case((COFFEE, KETTLE), kept_cart=KEPT),
            "cart_not_left",
            {"hours": 24},
        ),
        (
            CartLeft(hours=24, again_after_days=30),
            case((COFFEE,), kept_cart=KEPT, hesitated_at=AT - 29 * DAY),
            "hesitated_before",
            {"again_at": AT + DAY},
        ),
        (
            CartLeft(hours=24, again_after_days=30),
            case((COFFEE,), kept_cart=KEPT, hesitated_at=AT - 30 * DAY),
            None,
            {},
        ),
        (NearThreshold(threshold_fen=12_000), case((COFFEE,)), None, {}),
        (
            NearThreshold(threshold_fen=12_001),
            case((COFFEE,)),
            "min_spend_not_met",
            {"short_fen": 1},
        ),
        (
            NearThreshold(threshold_fen=10_000),
            case((COFFEE,)),
            "threshold_reached",
            {"threshold_fen": 10_000},
        ),
        (
            NearThreshold(threshold_fen=12_000),
            case((COFFEE,), hesitated_at=AT),
            "hesitated_before",
            {},
        ),
    ],
)
def test_a_condition_holds_or_says_what_is_missing(
    condition: Condition, told: Case, code: str | None, figures: dict[str, object]
) -> None:
    refusal = condition.refusal(told)
    assert (refusal.code if refusal else None) == code
    if refusal is not None:
        assert figures.items() <= refusal.figures.items()
        assert code in TEXTS
        for language in ("zh", "en"):
            assert "?" not in text(refusal.code, language, refusal.figures)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "last", "holds_for_bought", "holds_for_not_bought"),
    [
        (30, {}, False, True),
        (30, {"category:咖啡": AT.date() - 30 * DAY}, True, False),
        (30, {"category:咖啡": AT.date() - 31 * DAY}, False, True),
        (30, {"sku:B-330": AT.date()}, True, False),
        (None, {"sku:B-330": AT.date() - 3000 * DAY}, True, False),
        (None, {}, False, True),
        (30, {"category:茶": AT.date()}, False, True),
    ],
)
def test_who_bought_goods_is_everybody_but_who_did_not(
    days: int | None,
    last: dict[str, Any],
    holds_for_bought: bool,
    holds_for_not_bought: bool,
) -> None:
    goods: dict[str, Any] = {"categories": ("咖啡",), "skus": ("B-330",), "days": days}
    told = case(last_bought=last)
    assert (Bought(**goods).refusal(told) is None) is holds_for_bought
    assert (NotBought(**goods).refusal(told) is None) is holds_for_not_bought


@pytest.mark.parametrize(
    ("birthday", "on", "away"),
    [
        ("11-25", datetime(2026, 11, 22, 4, tzinfo=UTC), 3),
        ("11-26", datetime(2026, 11, 22, 4, tzinfo=UTC), None),
        ("11-19", datetime(2026, 11, 22, 4, tzinfo=UTC), -3),
        ("01-02", datetime(2026, 12, 31, 4, tzinfo=UTC), 2),
        ("12-30", datetime(2027, 1, 2, 4, tzinfo=UTC), -3),
        ("02-29", datetime(2027, 2, 28, 4, tzinfo=UTC), 0),
        ("02-29", datetime(2028, 2, 28, 4, tzinfo=UTC), 1),
        ("11-22", datetime(2026, 11, 21, 16, 0, tzinfo=UTC), 0),  # midnight in Shanghai
        ("11-22", datetime(2026, 11, 21, 15, 59, tzinfo=UTC), 1),
        (None, datetime(2026, 11, 22, 4, tzinfo=UTC), None),
    ],
)
def test_a_birthday_is_near_over_the_turn_of_the_year_too(
    birthday: str | None, on: datetime, away: int | None
) -> None:
    told = case(birthday=birthday, at=on)
    assert (Birthday().refusal(told) is None) is (away is not None)
    if away == 0:
        assert Birthday().why(told).en == "Today is your birthday"


@pytest.mark.parametrize(
    ("condition", "moment", "holds"),
    [
        (WeeklyHours(), AT, True),
        (WeeklyHours(weekdays=("sun",)), AT, True),
        (WeeklyHours(weekdays=("mon",)), AT, False),
        (WeeklyHours(weekdays=("mon",)), datetime(2026, 11, 22, 16, tzinfo=UTC), True),
        (WeeklyHours(month_days=("8", "22")), AT, True),
        (WeeklyHours(month_days=("8",)), AT, False),
        (WeeklyHours(from_time="12:00", until_time="14:00"), AT, True),
        (WeeklyHours(from_time="10:00", until_time="12:00"), AT, False),
        (WeeklyHours(from_time="10:00", until_time="12:00"), AT - timedelta(seconds=1), True),
    ],
)
def test_a_members_day_goes_by_shanghais_clock(
    condition: WeeklyHours, moment: datetime, holds: bool
) -> None:
    assert (condition.refusal(case(at=moment)) is None) is holds


@pytest.mark.parametrize("kind", list(CONDITIONS))
def test_what_looks_at_her_holds_only_where_she_wants_personal_offers(kind: str) -> None:
    condition = CONDITIONS[kind]()
    if not isinstance(condition, Personal):
        assert kind in {
            "min_spend",
            "tier_at_least",
            "in_cart",
            "in_community",
            "own_store",
            "weekly_hours",
        }
        return
    refusal = condition.refusal(case((COFFEE,), wants_personal_offers=False))
    assert refusal is not None
    assert refusal.code == "personal_offers_off"


@pytest.mark.parametrize(
    ("condition", "told", "zh", "en"),
    [
        (THIRD, case(bought=ordered(2)), "这是您近 6 个月的第 3 单", "third order in six months"),
        (FirstOrder(), case(), "这是您的首单", "This is your first order"),
        (
            SpentWithin(),
            case(bought=ordered(9, 123_450, span=YEAR)),
            "您今年消费了 1,234.50 元",
            "You spent ¥1,234.50 this year",
        ),
        (Lapsed(), case(last_paid_at=AT - 120 * DAY), "120 天前", "120 days ago"),
        (CartLeft(), case((COFFEE,), kept_cart=KEPT), "30 小时", "30 hours"),
        (NearThreshold(threshold_fen=11_800), case((COFFEE,)), "仅差 18 元", "¥18 short"),
        (
            Bought(categories=("咖啡",)),
            case(last_bought={"category:咖啡": AT.date() - 9 * DAY}),
            "您 9 天前买过咖啡",
            "You bought 咖啡 9 days ago",
        ),
    ],
)
def test_why_it_is_hers_tells_her_own_figures(
    condition: Condition, told: Case, zh: str, en: str
) -> None:
    why = condition.why(told)
    assert why is not None
    assert zh in why.zh
    assert en in why.en


def test_a_span_of_months_begins_on_the_same_day_or_the_months_last() -> None:
    assert str(Span(6, "months").begins_on(datetime(2026, 8, 31).date())) == "2026-02-28"
    assert str(Span(30, "days").begins_on(datetime(2026, 3, 1).date())) == "2026-01-30"
    assert str(YEAR.begins_on(datetime(2026, 8, 31).date())) == "2026-01-01"


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"kind": "orders_within", "least_orders": 3, "most_orders": 2}, "most_orders"),
        ({"kind": "weekly_hours", "from_time": "10:00", "until_time": "09:00"}, "until_time"),
        ({"kind": "weekly_hours", "weekdays": ["someday"]}, "weekdays"),
        ({"kind": "lapsed", "days": 0}, "days"),
        ({"kind": "birthday", "days_before": 61}, "days_before"),
        ({"kind": "in_cart", "units": 1.5}, "units"),
    ],
)
def test_a_broken_condition_names_its_field(told: dict[str, Any], field: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=field):
        Conditions.read([told])


@pytest.mark.parametrize("kind", list(CONDITIONS))
def test_every_condition_reads_in_both_languages_and_back_from_what_is_stored(kind: str) -> None:
    condition = CONDITIONS[kind]()
    wording = condition.wording(Tiers())
    assert wording.zh
    assert not any("一" <= letter <= "鿿" for letter in wording.en)
    assert Conditions.read(Conditions([condition]).told()) == Conditions([condition])
