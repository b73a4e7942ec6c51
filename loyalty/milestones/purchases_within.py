"""So many purchases within so many months."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from loyalty.calendar import day_of, months_later
from loyalty.happenings.kept_orders import KeptOrder
from loyalty.milestones import MILESTONES, Count, Crossing, History, Milestone, MinFen, Step


@MILESTONES.add("purchases_within")
class PurchasesWithin(Milestone, frozen=True):
    """So many paid orders of at least so many fen within so many months, net of refunds.

    Where it repeats, an order counts once only: the next time begins after the last.
    """

    n: Count = 3
    months: Annotated[int, Meta(ge=1, le=60)] = 6
    repeats: bool = False
    min_fen: MinFen = 0

    def crossings(self, history: History) -> Iterator[Crossing]:
        """Go through the times, each as early as it can be."""
        for time, (_, last) in enumerate(self._rows(history.of_at_least(self.min_fen)), 1):
            yield Crossing(str(time), last.paid_at)

    def step(self, history: History) -> Step | None:
        """Return how many of her last orders still count today."""
        orders = history.of_at_least(self.min_fen)
        rows = list(self._rows(orders))
        if rows and not self.repeats:
            return None
        free = orders[rows[-1][0] + 1 :] if rows else orders
        today = day_of(history.at)
        counting = [one for one in free if today < months_later(day_of(one.paid_at), self.months)]
        return Step(min(len(counting), self.n - 1), self.n, "orders")

    def _rows(self, orders: list[KeptOrder]) -> Iterator[tuple[int, KeptOrder]]:
        """Go through the orders that complete a row of n, with their places."""
        first = 0
        for place, order in enumerate(orders):
            begins = place - self.n + 1
            if begins < first:
                continue
            ends_on = months_later(day_of(orders[begins].paid_at), self.months)
            if day_of(order.paid_at) < ends_on:
                yield place, order
                if not self.repeats:
                    return
                first = place + 1
