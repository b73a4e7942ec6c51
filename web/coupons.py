"""How a coupon reads to the member who holds it."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.coupons import Held, Reason
from loyalty.discounts import DISCOUNTS, Discount
from loyalty.discounts.exchange import Exchange
from loyalty.policies.tiers import Tiers
from loyalty.programme import Programme
from loyalty.wording import Worded
from web.languages import Language
from web.texts import text

FOR_ALL = Worded("全场通用", "On everything")
STACKS = Worded("可叠加优惠", "Adds to offers")


@dataclass(frozen=True, slots=True)
class Described:
    """A coupon's name, what it takes off, what it is for, and why she has it.

    ``tags`` are short: that it is for all goods, and that it counts beside offers.
    ``is_giftable``: she may give it to a friend. ``reward`` is the slot of what it is exchanged
    for; None where it takes something off a cart.
    """

    name: str
    worth: str
    conditions: list[str]
    reason: str
    tags: list[str]
    is_giftable: bool
    reward: str | None


def described(held: Held, rules: Programme, *, at: datetime, language: Language) -> Described:
    """Return how a coupon reads, by the version of its batch that it was issued by."""
    rule = rules.version(held.rule_version_id, DISCOUNTS)
    assert rule is not None, "versions stay for what they made"
    reason = reason_text(held.reason, language)
    return of_batch(rule.body, rules.tiers(at), language, reason=reason)


def of_batch(batch: Discount, tiers: Tiers, language: Language, *, reason: str = "") -> Described:
    """Return how the coupons of a batch read."""
    return Described(
        name=Worded(batch.name_zh, batch.name_en).spoken(language),
        worth=batch.worth().spoken(language),
        conditions=[one.spoken(language) for one in batch.wordings(tiers)],
        reason=reason,
        tags=[one.spoken(language) for one in _tags(batch)],
        is_giftable=batch.is_giftable,
        reward=batch.reward_slot if isinstance(batch, Exchange) else None,
    )


def _tags(batch: Discount) -> list[Worded]:
    found: list[Worded] = []
    if not batch.is_for_carts:
        return found
    if not (batch.skus or batch.categories or batch.brands):
        found.append(FOR_ALL)
    if batch.lane != "offer":  # in a lane of its own it competes with no offer
        found.append(STACKS)
    return found


def reason_text(reason: Reason, language: Language) -> str:
    """Return why she has a coupon: the brand's own words, or the text of a code."""
    if reason.code:
        return text(reason.code, language, reason.figures)
    return Worded(reason.zh, reason.en).spoken(language)
