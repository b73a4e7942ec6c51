"""How a coupon reads to the member who holds it."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.coupons import Held, Reason
from loyalty.discounts import DISCOUNTS, Discount
from loyalty.programme import Programme
from loyalty.wording import Worded
from web.languages import Language
from web.texts import text


@dataclass(frozen=True, slots=True)
class Described:
    """A coupon's name, what it takes off, what it is for, and why she has it."""

    name: str
    worth: str
    conditions: list[str]
    reason: str


def described(held: Held, rules: Programme, *, at: datetime, language: Language) -> Described:
    """Return how a coupon reads, by the version of its batch that it was issued by."""
    rule = rules.version(held.rule_version_id, DISCOUNTS)
    assert rule is not None, "versions stay for what they made"
    discount: Discount = rule.body
    return Described(
        name=Worded(discount.name_zh, discount.name_en).spoken(language),
        worth=discount.worth().spoken(language),
        conditions=[one.spoken(language) for one in discount.wordings(rules.tiers(at))],
        reason=reason_text(held.reason, language),
    )


def reason_text(reason: Reason, language: Language) -> str:
    """Return why she has a coupon: the brand's own words, or the text of a code."""
    if reason.code:
        return text(reason.code, language, reason.figures)
    return Worded(reason.zh, reason.en).spoken(language)
