"""The third purchase, or every tenth."""

from collections.abc import Iterator

from loyalty.milestones import MILESTONES, Count, Crossing, History, Milestone, MinFen, Step


@MILESTONES.add("nth_purchase")
class NthPurchase(Milestone, frozen=True):
    """Her n-th paid order of at least so many fen, net of refunds; or every n-th."""

    n: Count = 3
    repeats: bool = False
    min_fen: MinFen = 0

    def crossings(self, history: History) -> Iterator[Crossing]:
        """Go through every n-th order."""
        orders = history.of_at_least(self.min_fen)
        most = len(orders) // self.n if self.repeats else min(len(orders) // self.n, 1)
        for time in range(1, most + 1):
            yield Crossing(str(time), orders[time * self.n - 1].paid_at)

    def step(self, history: History) -> Step | None:
        """Return how many orders she has of those that it takes."""
        count = len(history.of_at_least(self.min_fen))
        if count >= self.n and not self.repeats:
            return None
        return Step(count % self.n, self.n, "orders")
