"""How a gift and its card read to people."""

from collections.abc import Sequence
from dataclasses import dataclass

from loyalty.discounts import DISCOUNTS, Discount
from loyalty.gifts import FullGift
from loyalty.policies import POLICIES
from loyalty.policies.card import Card
from loyalty.programme import Programme
from loyalty.wording import Worded

A_FRIEND = Worded("一位朋友", "A friend")


@dataclass(frozen=True, slots=True)
class Holding:
    """What a gift holds: its name, what it takes off, on what conditions."""

    name: Worded
    worth: Worded
    conditions: list[Worded]


def holding(gift: FullGift, rules: Programme) -> Holding:
    """Return what a gift holds in words; of a coupon, by the version that it was issued by."""
    if gift.points is not None:
        points = Worded(f"{gift.points:,} 积分", f"{gift.points:,} points")
        return Holding(points, points, [])
    assert gift.batch_version_id is not None, "what holds no points holds a coupon"
    rule = rules.version(gift.batch_version_id, DISCOUNTS)
    assert rule is not None, "versions stay for what they made"
    discount: Discount = rule.body
    return Holding(
        Worded(discount.name_zh, discount.name_en),
        discount.worth(),
        discount.wordings(rules.tiers(gift.changed_at)),
    )


def card_of(gift: FullGift, rules: Programme) -> Card | None:
    """Return the card that goes with a gift, as it was chosen; None where none was."""
    rule = rules.version(gift.card_version_id, POLICIES) if gift.card_version_id else None
    return rule.body if rule else None


def versions_of(gifts: Sequence[FullGift]) -> list[int]:
    """Return the versions of rules that these gifts name."""
    named = [version for one in gifts for version in (one.batch_version_id, one.card_version_id)]
    return [version for version in named if version is not None]
