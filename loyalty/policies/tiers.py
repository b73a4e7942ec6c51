"""The tiers, what it takes to be in one, and how long one lasts."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from loyalty.policies import POLICIES
from loyalty.wording import Worded, yuan

Weight = Annotated[int, Meta(ge=0, le=10_000)]
Days = Annotated[int, Meta(ge=0, le=1100)]
Benefits = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=40)], ...], Meta(max_length=12)
]
Grade = Annotated[int, Meta(ge=1, le=10)] | None


class Measure(StrEnum):
    """What tiers go by: money spent (fen), orders, days she came by, or growth."""

    SPEND = "spend"
    ORDERS = "orders"
    VISITS = "visits"
    GROWTH = "growth"


class Window(StrEnum):
    """What counts: the last so many months or days, this calendar span, or all of the time."""

    ROLLING_MONTHS = "rolling_months"
    ROLLING_DAYS = "rolling_days"
    CALENDAR_YEAR = "calendar_year"
    CALENDAR_QUARTER = "calendar_quarter"
    CALENDAR_MONTH = "calendar_month"
    EVER = "ever"


class Tier(Struct, frozen=True, forbid_unknown_fields=True):
    """One tier, from so much of the measure within the window on, net of refunds.

    The threshold is in fen where tiers go by money. The grades are what the tier is called on
    each platform's member pass: 1 to 4 at Tmall, 1 to 10 elsewhere; empty where it has none. The
    benefits are what she reads of it in the mini-program; in English the Chinese ones, where
    there are none.
    """

    code: Annotated[str, Meta(pattern="^[a-z0-9_]{1,20}$")]
    name_zh: Annotated[str, Meta(min_length=1, max_length=20)]
    name_en: Annotated[str, Meta(min_length=1, max_length=20)]
    threshold: Annotated[int, Meta(ge=0, le=10**12)]
    colour: Annotated[str, Meta(pattern="^#[0-9a-f]{6}$")] = "#8c6a3f"
    tmall_grade: Annotated[int, Meta(ge=1, le=4)] | None = None
    jd_grade: Grade = None
    douyin_grade: Grade = None
    wechat_shop_grade: Grade = None
    benefits_zh: Benefits = ()
    benefits_en: Benefits = ()


# How many grades each platform has.
GRADES = {"tmall_grade": 4, "jd_grade": 10, "douyin_grade": 10, "wechat_shop_grade": 10}
BASIC = Tier("basic", "普通会员", "Member", 0, "#7a6a55", 1, 1, 1, 1)
SILVER = Tier("silver", "银卡会员", "Silver", 50_000, "#5f6b76", 2, 2, 2, 2)
GOLD = Tier("gold", "金卡会员", "Gold", 200_000, "#8a6414", 3, 3, 3, 3)


class Weights(Struct, frozen=True):
    """What of the measure a purchase of a yuan, an order and a visit bring."""

    per_yuan: int
    per_order: int
    per_visit: int


@POLICIES.add("tiers")
class Tiers(Struct, frozen=True, forbid_unknown_fields=True):
    """The tiers from the lowest on, by what she did within a window, net of refunds.

    She goes up at once. What she has reached is hers as long as the window holds it, and
    ``grace_days`` longer; a tier of a calendar window lasts ``held_windows`` windows more before
    that. Then she goes down one tier every ``step_days``; with 0, to what she reaches now. A visit
    is a day on which she bought or checked in. Growth is never spent: so much for each yuan, order
    and visit.
    """

    tiers: Annotated[tuple[Tier, ...], Meta(min_length=1, max_length=20)] = (BASIC, SILVER, GOLD)
    measure: Measure = Measure.SPEND
    window: Window = Window.ROLLING_MONTHS
    window_months: Annotated[int, Meta(ge=1, le=60)] = 12
    window_days: Annotated[int, Meta(ge=1, le=1830)] = 365
    held_windows: Annotated[int, Meta(ge=0, le=12)] = 1
    grace_days: Days = 0
    step_days: Days = 0
    growth_per_yuan: Weight = 1
    growth_per_order: Weight = 0
    growth_per_visit: Weight = 0

    def __post_init__(self) -> None:
        bounds = [tier.threshold for tier in self.tiers]
        if bounds[0] != 0 or bounds != sorted(set(bounds)):
            raise ValueError("Tiers not ascending from 0 - at `$.tiers`")
        if len({tier.code for tier in self.tiers}) != len(self.tiers):
            raise ValueError("Repeated - at `$.tiers`")
        for name in GRADES:
            told = [getattr(tier, name) for tier in self.tiers if getattr(tier, name) is not None]
            if told != sorted(told):
                raise ValueError("Grades not ascending - at `$.tiers`")
        weights = self.weights
        if not (weights.per_yuan or weights.per_order or weights.per_visit):
            raise ValueError("Growth of nothing - at `$.growth_per_yuan`")

    @property
    def weights(self) -> Weights:
        """Return what a yuan, an order and a visit bring; of money, a yuan is 100 fen."""
        match self.measure:
            case Measure.SPEND:
                return Weights(100, 0, 0)
            case Measure.ORDERS:
                return Weights(0, 1, 0)
            case Measure.VISITS:
                return Weights(0, 0, 1)
        return Weights(self.growth_per_yuan, self.growth_per_order, self.growth_per_visit)

    @property
    def is_rolling(self) -> bool:
        """Say whether the window ends today, whatever day that is."""
        return self.window in (Window.ROLLING_MONTHS, Window.ROLLING_DAYS)

    def amount(self, count: int) -> Worded:
        """Return so much of the measure in words: 1,200 元消费, 3 orders."""
        match self.measure:
            case Measure.SPEND:
                return Worded(f" {yuan(count)} 元消费", f"¥{yuan(count)} of purchases")
            case Measure.ORDERS:
                return Worded(f" {count:,} 笔订单", _counted(count, "order"))
            case Measure.VISITS:
                return Worded(f" {count:,} 次到访", _counted(count, "visit"))
        return Worded(f" {count:,} 成长值", f"{count:,} growth")

    def rank_of(self, code: str) -> int:
        """Return the place of a tier; 0 for one that there is no more."""
        return next((i for i, tier in enumerate(self.tiers) if tier.code == code), 0)

    def grade_of(self, tier: str, platform: str) -> int:
        """Return what a tier is called on a platform, by one of ``GRADES``.

        The grade that staff gave it; else its place from 1, as far as the platform has grades.
        """
        rank = self.rank_of(tier)
        given: int | None = getattr(self.tiers[rank], platform)
        return given or min(rank + 1, GRADES[platform])


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
