"""So much money within a calendar year."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from loyalty.calendar import day_of
from loyalty.milestones import MILESTONES, Crossing, History, Milestone, Step


@MILESTONES.add("annual_spend")
class AnnualSpend(Milestone, frozen=True):
    """So many fen spent within a calendar year, net of refunds and freight; once a year."""

    fen: Annotated[int, Meta(ge=1, le=10**12)] = 200_000

    def crossings(self, history: History) -> Iterator[Crossing]:
        """Go through the years with the order that reached the sum."""
        year, spent_fen = 0, 0
        for order in history.orders:
            paid_in = day_of(order.paid_at).year
            if paid_in != year:
                year, spent_fen = paid_in, 0
            was_below = spent_fen < self.fen
            spent_fen += order.kept_fen
            if was_below and spent_fen >= self.fen:
                yield Crossing(str(year), order.paid_at)

    def step(self, history: History) -> Step | None:
        """Return what she spent this year; None once it is reached."""
        this_year = day_of(history.at).year
        spent_fen = sum(
            order.kept_fen for order in history.orders if day_of(order.paid_at).year == this_year
        )
        return Step(spent_fen, self.fen, "fen") if spent_fen < self.fen else None
