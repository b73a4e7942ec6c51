"""For members who spent so much in a window."""

from typing import Annotated

from msgspec import Meta

from loyalty.conditions import CONDITIONS, Fen, Personal
from loyalty.errors import Refused
from loyalty.facts import Case, Wanted
from loyalty.policies.tiers import Tiers
from loyalty.spans import Span, Unit
from loyalty.wording import Worded, yuan


@CONDITIONS.add("spent_within")
class SpentWithin(Personal, frozen=True):
    """Only members who spent at least so many fen in a window, net of refunds and freight.

    This order does not count yet. ``within`` counts for days and months.
    """

    least_fen: Fen = 100_000
    within: Annotated[int, Meta(ge=1, le=3660)] = 12
    unit: Unit = "calendar_year"

    @property
    def span(self) -> Span:
        """Return the window."""
        return Span(self.within, self.unit)

    def wanted(self) -> Wanted:
        """Return its window."""
        return Wanted(frozenset([self.span]), is_more=True)

    def hers(self, case: Case) -> Refused | None:
        """Return None from so much on."""
        short_fen = self.least_fen - case.facts.bought_in(self.span).spent_fen
        if short_fen > 0:
            return Refused("spent_short", short_fen=short_fen, window=self.span.wording())
        return None

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        window = self.span.wording()
        return Worded(
            f"{window.zh}消费满 {yuan(self.least_fen)} 元",
            f"For ¥{yuan(self.least_fen)} or more spent {window.en}",
        )

    def why(self, case: Case) -> Worded:
        """Return how much she spent."""
        window = self.span.wording()
        spent = yuan(case.facts.bought_in(self.span).spent_fen)
        return Worded(f"您{window.zh}消费了 {spent} 元", f"You spent ¥{spent} {window.en}")
