"""The arithmetic of discounts. One file a kind; the docstrings are what staff read.

A rule of the slot ``offer:<code>`` is an offer to everyone it is for; one of ``coupon:<code>`` is a
coupon batch: what its coupons are worth.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from loyalty.conditions import ALWAYS, Conditions
from loyalty.facts import CartLine
from loyalty.policies.tiers import Tiers
from loyalty.registry import Registry
from loyalty.wording import Worded

Lane = Literal["offer", "coupon"]
# Across lanes discounts stack in this order, each on what the one before has left.
LANES: tuple[Lane, ...] = ("offer", "coupon")

Name = Annotated[str, Meta(min_length=1, max_length=40)]


class Discount(Struct, frozen=True, forbid_unknown_fields=True):
    """What every discount has. Within a lane discounts compete, across lanes they stack.

    Where no lane is named, offers are in the lane "offer" and coupons in "coupon". Where SKUs,
    categories or brands are named, only lines of these are discounted. A coupon of it is good for
    ``valid_days``.
    """

    name_zh: Name = "优惠"
    name_en: Name = "Offer"
    lane: Lane | None = None
    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    valid_days: Annotated[int, Meta(ge=1, le=366)] = 30
    conditions: Conditions = ALWAYS

    def counts(self, line: CartLine) -> bool:
        """Say whether a line is discounted."""
        return (
            (not self.skus or line.sku in self.skus)
            and (not self.categories or line.category in self.categories)
            and (not self.brands or line.brand in self.brands)
        )

    def wordings(self, tiers: Tiers) -> list[Worded]:
        """Return what a member reads of what it counts for and of its conditions."""
        found = [_only(names) for names in (self.categories, self.brands) if names]
        if self.skus:
            found.append(Worded("限指定商品", "For certain products only"))
        return found + [one.wording(tiers) for one in self.conditions.all_of]

    def worth(self) -> Worded:
        """Return how a member reads what it takes off."""
        raise NotImplementedError

    def per_line(self, cart: tuple[CartLine, ...], costs_fen: list[int]) -> list[int]:
        """Return the fen that each line becomes cheaper, at most what it still costs."""
        raise NotImplementedError


def _only(names: tuple[str, ...]) -> Worded:
    return Worded(f"限{'、'.join(names)}", f"For {', '.join(names)} only")


DISCOUNTS: Registry[Discount] = Registry(__name__)
