"""For members with so many orders in a window: before this one."""

from typing import Annotated

from msgspec import Meta

from loyalty.conditions import CONDITIONS, Personal
from loyalty.errors import Refused
from loyalty.facts import Case, Wanted
from loyalty.policies.tiers import Tiers
from loyalty.spans import Span, Unit
from loyalty.wording import Worded, nth

Orders = Annotated[int, Meta(ge=0, le=10_000)]


@CONDITIONS.add("orders_within")
class OrdersWithin(Personal, frozen=True):
    """Only members with so many orders in a window before this one, net of refunds.

    With 2 to 2 orders in 6 months it holds for the third order in six months. Without a most it
    holds from so many on. An order that awaits its payment counts for the most, not for the least.
    ``within`` counts for days and months.
    """

    least_orders: Orders = 2
    most_orders: Orders | None = None
    within: Annotated[int, Meta(ge=1, le=3660)] = 6
    unit: Unit = "months"

    def __post_init__(self) -> None:
        if self.most_orders is not None and self.most_orders < self.least_orders:
            raise ValueError("Less than the least - at `$.most_orders`")

    @property
    def span(self) -> Span:
        """Return the window."""
        return Span(self.within, self.unit)

    def wanted(self) -> Wanted:
        """Return its window."""
        return Wanted(frozenset([self.span]), is_more=True)

    def hers(self, case: Case) -> Refused | None:
        """Return None for so many orders in the window."""
        orders = case.facts.bought_in(self.span).orders
        if orders < self.least_orders:
            return Refused(
                "orders_short", short=self.least_orders - orders, window=self.span.wording()
            )
        if self.most_orders is not None and orders + case.facts.is_under_way > self.most_orders:
            return Refused("orders_beyond", most=self.most_orders, window=self.span.wording())
        return None

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        window = self.span.wording()
        if self.most_orders == self.least_orders:
            order = nth(self.least_orders + 1)
            return Worded(f"{window.zh}{order.zh}", f"For the {order.en} {window.en}")
        if self.most_orders is None:
            told = Worded(
                f"下单满 {self.least_orders} 次", f"For {self.least_orders} orders or more"
            )
        else:
            told = Worded(
                f"下单 {self.least_orders}–{self.most_orders} 次",
                f"For {self.least_orders} to {self.most_orders} orders",
            )
        return Worded(f"{window.zh}{told.zh}", f"{told.en} {window.en}")

    def why(self, case: Case) -> Worded:
        """Return which order this one is."""
        order = nth(case.facts.bought_in(self.span).orders + 1)
        window = self.span.wording()
        return Worded(f"这是您{window.zh}的{order.zh}", f"This is your {order.en} {window.en}")

    def used_up(self, case: Case) -> Refused | None:
        """Return the refusal where another order was it."""
        return self.hers(case)
