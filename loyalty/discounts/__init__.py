"""The arithmetic of discounts. One file a kind; the docstrings are what staff read.

A rule of the slot ``offer:<code>`` is an offer to everyone it is for; one of ``coupon:<code>`` is a
coupon batch: what its coupons are worth.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from loyalty.conditions import ALWAYS, Conditions
from loyalty.errors import Refused
from loyalty.facts import CartLine
from loyalty.policies.tiers import Tiers
from loyalty.registry import Registry
from loyalty.wording import Worded

Lane = Literal["goods", "offer", "coupon"]
# Across lanes discounts stack in this order, each on what the one before has left.
LANES: tuple[Lane, ...] = ("goods", "offer", "coupon")

Per = Literal["ever", "daily", "weekly", "monthly"]
Cart = tuple[CartLine, ...]
Name = Annotated[str, Meta(min_length=1, max_length=40)]


class Budget(Struct, frozen=True, forbid_unknown_fields=True):
    """At most so much of a discount in each period: fen, uses, uses of each member; empty: no end.

    Days, weeks and months are those of the Shanghai calendar, weeks begin on Monday.
    """

    per: Per = "ever"
    fen: Annotated[int, Meta(ge=1, le=10**12)] | None = None
    uses: Annotated[int, Meta(ge=1, le=10**9)] | None = None
    uses_per_member: Annotated[int, Meta(ge=1, le=10**6)] | None = None

    def wordings(self) -> list[Worded]:
        """Return what a member reads of it: how often she may use it."""
        if self.uses_per_member is None:
            return []
        zh, en = _PER[self.per]
        return [
            Worded(
                f"每人{zh}限用 {self.uses_per_member} 次",
                f"At most {self.uses_per_member} for each member{en}",
            )
        ]


class Discount(Struct, frozen=True, forbid_unknown_fields=True):
    """What every discount has. Within a lane discounts compete, across lanes they stack.

    Two of a lane that are for different lines of a cart both count. Where no lane is named, offers
    are in the lane "offer" and coupons in "coupon". Where SKUs, categories or brands are named,
    only lines of these are discounted. A coupon of it is good for ``valid_days``, and where it
    ``is_giftable`` its member may give it to a friend, who has it with the same conditions. Of
    several ``budgets`` each must have enough left: it applies whole or not at all.

    Of a coupon batch there are at most ``stock`` coupons, ``per_member`` for each member; None
    means no end. Where ``is_claimable``, members whom the conditions let in claim it themselves,
    from ``claims_from`` on and before ``claims_until``, once each where ``per_member`` is None.
    Fields that are ``unused`` mean nothing for a kind.
    """

    is_for_carts: ClassVar[bool] = True
    unused: ClassVar[tuple[str, ...]] = ()

    name_zh: Name = "优惠"
    name_en: Name = "Offer"
    lane: Lane | None = None
    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    valid_days: Annotated[int, Meta(ge=1, le=366)] = 30
    stock: Annotated[int, Meta(ge=0, le=10**9)] | None = None
    per_member: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    is_claimable: bool = False
    claims_from: Annotated[datetime, Meta(tz=True)] | None = None
    claims_until: Annotated[datetime, Meta(tz=True)] | None = None
    is_giftable: bool = False
    conditions: Conditions = ALWAYS
    budgets: Annotated[tuple[Budget, ...], Meta(max_length=8)] = ()

    def __post_init__(self) -> None:
        if self.claims_from and self.claims_until and self.claims_until <= self.claims_from:
            raise ValueError("Ends before it starts - at `$.claims_until`")

    @property
    def most_for_her(self) -> int | None:
        """Return how many coupons of the batch one member may have been given; None is no end."""
        return 1 if self.per_member is None and self.is_claimable else self.per_member

    @property
    def is_by_name(self) -> bool:
        """Say whether it touches just the goods that its SKUs, categories and brands name."""
        return True

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
        found += [one.wording(tiers) for one in self.conditions.all_of]
        return found + [worded for one in self.budgets for worded in one.wordings()]

    def worth(self) -> Worded:
        """Return how a member reads what it takes off."""
        raise NotImplementedError

    def touches(self, line: CartLine) -> bool:
        """Say whether a line may become cheaper by it, or is needed for it."""
        return self.counts(line)

    def refusal(self, cart: Cart) -> Refused | None:
        """Return None where it takes something off a cart, else what is missing for it."""
        return None if any(map(self.counts, cart)) else Refused("no_goods_for_discount")

    def next_step(self, cart: Cart) -> Refused | None:
        """Return what is missing for more off than now; None where there is no more."""
        return None

    def per_line(self, cart: Cart, costs_fen: Sequence[int]) -> list[int]:
        """Return the fen that each line of a cart becomes cheaper, at most what it still costs."""
        places = [place for place, line in enumerate(cart) if self.touches(line)]
        parts = self.off(
            tuple([cart[place] for place in places]), [costs_fen[place] for place in places]
        )
        found = [0] * len(cart)
        for place, part in zip(places, parts, strict=True):
            found[place] = part
        return found

    def off(self, goods: Cart, costs_fen: list[int]) -> list[int]:
        """Return the fen that each line becomes cheaper, at most what it still costs.

        Asked only for a cart that it does not refuse; ``goods`` are those lines of it that it
        touches. Where lines cost less before, it saves no more, and the cart costs no more after.
        """
        raise NotImplementedError

    def units(self, cart: Cart) -> int:
        """Return how many units of what it is for a cart holds."""
        return sum(line.quantity for line in cart if self.counts(line))


class ManyTimes(Discount, frozen=True):
    """A discount that comes again for each time that a cart holds what it takes."""

    most_times: Annotated[int, Meta(ge=1, le=1000)] | None = None

    def held(self, cart: Cart) -> int:
        """Return how many times a cart holds what it takes."""
        raise NotImplementedError

    def missing(self, cart: Cart, times: int) -> Refused:
        """Return what is missing for so many times, more than a cart holds."""
        raise NotImplementedError

    def times(self, cart: Cart) -> int:
        """Return how many times it counts in a cart."""
        held = self.held(cart)
        return held if self.most_times is None else min(held, self.most_times)

    def refusal(self, cart: Cart) -> Refused | None:
        """Return None where it counts once or more, else what is missing for once."""
        return super().refusal(cart) or (None if self.times(cart) else self.missing(cart, 1))

    def next_step(self, cart: Cart) -> Refused | None:
        """Return what is missing for once more; None where it counts as often as it may."""
        times = self.times(cart)
        return None if times == self.most_times else self.missing(cart, times + 1)


def rising(bounds: list[int], name: str) -> None:
    """Let through steps that rise.

    Raises:
        ValueError: they do not; the text names the field.
    """
    if bounds != sorted(set(bounds)):
        raise ValueError(f"Steps not rising - at `$.{name}`")


def _only(names: tuple[str, ...]) -> Worded:
    return Worded(f"限{'、'.join(names)}", f"For {', '.join(names)} only")


_PER: dict[Per, tuple[str, str]] = {
    "ever": ("", ""),
    "daily": ("每天", " a day"),
    "weekly": ("每周", " a week"),
    "monthly": ("每月", " a month"),
}
DISCOUNTS: Registry[Discount] = Registry(__name__)
