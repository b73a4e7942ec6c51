"""How a member's tier reads to her and to staff: what it takes to rise, and to keep it."""

from datetime import date, timedelta

from loyalty.facts import Facts
from loyalty.policies.tiers import Tier
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
    return [
        Worded(
            f"{hers.name_zh}保留至{lasts.zh}；{by.zh}及之前再有{amount.zh}可继续保级，"
            f"否则之后为{then.name_zh}。",
            f"{hers.name_en} is yours until {lasts.en}; {amount.en} more by {by.en} keep it,"
            f" else {then.name_en} comes after.",
        )
    ]


def _day(on: date) -> Worded:
    return Worded(f"{on.year}年{on.month}月{on.day}日", f"{on.day} {on:%b %Y}")
