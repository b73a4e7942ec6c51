"""For carts that were left as they are."""

from datetime import timedelta
from typing import Annotated, ClassVar

from msgspec import Meta

from loyalty.conditions import CONDITIONS, Personal
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded

AgainDays = Annotated[int, Meta(ge=1, le=366)]


class Hesitation(Personal, frozen=True):
    """What gives way to a member who hesitates: at most one order of hers in so many days has it.

    Any of these counts, so that whoever hesitates again and again has it once.
    """

    hesitates: ClassVar[bool] = True

    again_after_days: AgainDays = 30

    def used_up(self, case: Case) -> Refused | None:
        """Return the refusal where an order of hers had such an offer in that time."""
        last = case.facts.hesitated_at
        again_at = None if last is None else last + timedelta(days=self.again_after_days)
        if again_at is not None and case.facts.at < again_at:
            return Refused("hesitated_before", again_at=again_at)
        return None


@CONDITIONS.add("cart_left")
class CartLeft(Hesitation, frozen=True):
    """Only for the cart that was kept for her, unchanged for so many hours and not bought.

    At most one order of hers in so many days has an offer of a cart left or a sum nearly reached.
    """

    hours: Annotated[int, Meta(ge=1, le=24 * 60)] = 24

    def hers(self, case: Case) -> Refused | None:
        """Return None for the very cart that she left; without a cart, nothing is refused yet."""
        if case.cart is None:
            return None
        kept = case.facts.kept_cart
        units = {line.sku: line.quantity for line in case.cart}
        if kept is None or kept.units != units:
            return Refused("cart_not_left", hours=self.hours)
        if case.facts.at - kept.changed_at < timedelta(hours=self.hours):
            return Refused("cart_not_left", hours=self.hours)
        return self.used_up(case)

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        return Worded(
            f"限留在购物车 {self.hours} 小时以上的商品",
            f"For what has been in the cart for {self.hours} hours",
        )

    def why(self, case: Case) -> Worded:
        """Return how long the cart has been as it is."""
        kept = case.facts.kept_cart
        hours = (case.facts.at - kept.changed_at) // timedelta(hours=1) if kept else self.hours
        return Worded(
            f"您的购物车已保留 {hours} 小时", f"Your cart has been waiting for {hours} hours"
        )
