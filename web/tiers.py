"""How a member's tier reads to her and to staff: what it takes to rise, and to keep it."""

from datetime import date, timedelta

from loyalty.facts import Facts
from loyalty.policies.tiers import Measure, Tier, Tiers, Window
from loyalty.wording import Worded
from web.languages import Language

DAY = timedelta(days=1)


def name(tier: Tier) -> Worded:
    """Return what a tier is called."""
    return Worded(tier.name_zh, tier.name_en)


def above(facts: Facts) -> Tier | None:
    """Return the tier above hers; None in the highest."""
    rest = facts.tiers.tiers[facts.tier_rank + 1 :]
    return rest[0] if rest else None


def missing(facts: Facts, tier: Tier) -> int:
    """Return how much of the measure she lacks to be in a tier."""
    return max(tier.threshold - facts.reached, 0)


def percent(facts: Facts) -> int:
    """Return how much she has of what the tier above takes, whole percents rounded down."""
    wanted = above(facts)
    return min(100 * facts.reached // wanted.threshold, 100) if wanted else 100


def benefits(tier: Tier, language: Language) -> tuple[str, ...]:
    """Return what a tier brings, in one language; in Chinese where it is told in no other."""
    return tier.benefits_zh if language == "zh" else tier.benefits_en or tier.benefits_zh


def takes(facts: Facts, tier: Tier) -> Worded:
    """Return what a tier takes, and of one above hers what is missing to it."""
    if not tier.threshold:
        return Worded("入会即享", "Yours as a member")
    whole = facts.tiers.amount(tier.threshold)
    if facts.tiers.rank_of(tier.code) <= facts.tier_rank:
        return Worded(f"需{whole.zh}", f"Takes {whole.en}")
    lacks = facts.tiers.amount(missing(facts, tier))
    return Worded(f"需{whole.zh}，还差{lacks.zh}", f"Takes {whole.en}, {lacks.en} to go")


def window(tiers: Tiers) -> Worded:
    """Return the time that counts."""
    match tiers.window:
        case Window.ROLLING_MONTHS:
            return Worded(f"近 {tiers.window_months} 个月", f"Last {tiers.window_months} months")
        case Window.ROLLING_DAYS:
            return Worded(f"近 {tiers.window_days} 天", f"Last {tiers.window_days} days")
    return _CALENDAR[tiers.window]


_CALENDAR = {
    Window.CALENDAR_YEAR: Worded("本年", "This year"),
    Window.CALENDAR_QUARTER: Worded("本季度", "This quarter"),
    Window.CALENDAR_MONTH: Worded("本月", "This month"),
    Window.EVER: Worded("累计", "All of the time"),
}


def buying_brings(tiers: Tiers) -> Worded | None:
    """Return what an order brings towards the next tier; None where it brings nothing."""
    if tiers.measure is Measure.SPEND:
        return Worded("实付商品金额全部计入", "All that you pay for goods counts")
    per_yuan, per_order = tiers.weights.per_yuan, tiers.weights.per_order
    parts = []
    if per_yuan:
        each = tiers.amount(per_yuan)
        parts.append(Worded(f"每消费 1 元得{each.zh}", f"{each.en} for each yuan"))
    if per_order:
        each = tiers.amount(per_order)
        parts.append(Worded(f"每单计{each.zh}", f"{each.en} for each order"))
    return _joined(parts)


def visiting_brings(tiers: Tiers) -> Worded | None:
    """Return what a day on which she checks in or buys brings; None where it brings nothing."""
    if not tiers.weights.per_visit:
        return None
    each = tiers.amount(tiers.weights.per_visit)
    return Worded(f"每天签到或购买计{each.zh}", f"{each.en} for each day with a check-in or order")


def _joined(parts: list[Worded]) -> Worded | None:
    if not parts:
        return None
    return Worded("，".join(one.zh for one in parts), ", ".join(one.en for one in parts))


def lines(facts: Facts, language: Language) -> list[str]:
    """Return in sentences what the tier above takes, until when hers lasts, and what keeps it."""
    told = [_rising(facts), *_keeping(facts)]
    return [one.spoken(language) for one in told]


def _rising(facts: Facts) -> Worded:
    wanted = above(facts)
    if wanted is None:
        return Worded("已是最高等级。", "This is the highest tier.")
    lacks = facts.tiers.amount(missing(facts, wanted))
    return Worded(
        f"再有{lacks.zh}即可升级为{wanted.name_zh}。", f"{lacks.en} more to reach {wanted.name_en}."
    )


def _keeping(facts: Facts) -> list[Worded]:
    review = facts.review
    if review is None:
        return []
    hers, then = facts.tiers.tiers[facts.tier_rank], facts.tiers.tiers[review.projected_rank]
    lasts = _day(review.review_on - DAY)
    lacks = hers.threshold - review.still_counts
    if lacks <= 0:
        return [
            Worded(
                f"{hers.name_zh}保留至{lasts.zh}，之后为{then.name_zh}。",
                f"{hers.name_en} is yours until {lasts.en}, then {then.name_en}.",
            )
        ]
    by, amount = _day(review.keep_by_on - DAY), facts.tiers.amount(lacks)
    by = Worded("截至当日", "then") if by == lasts else Worded(f"{by.zh}及之前", by.en)
    return [
        Worded(
            f"{hers.name_zh}保留至{lasts.zh}；{by.zh}再有{amount.zh}即可继续保级，"
            f"否则之后为{then.name_zh}。",
            f"{hers.name_en} is yours until {lasts.en}. {amount.en} more by {by.en} to keep it;"
            f" otherwise {then.name_en} follows.",
        )
    ]


def _day(on: date) -> Worded:
    return Worded(f"{on.year}年{on.month}月{on.day}日", f"{on.day} {on:%b %Y}")
