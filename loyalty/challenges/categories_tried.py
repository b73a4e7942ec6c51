"""So many categories of goods tried."""

from typing import Annotated

from msgspec import Meta

from loyalty.challenges import CHALLENGES, Challenge
from loyalty.happenings import Happenings
from loyalty.happenings.categories import TriedCategory


@CHALLENGES.add("categories_tried")
class CategoriesTried(Challenge, frozen=True):
    """Goods of so many different categories bought in the round and kept.

    Where categories are named, only these count; there must be as many as the last target.
    """

    looks_at = (TriedCategory,)
    unit = "categories"

    categories: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=60)], ...], Meta(max_length=40)
    ] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.categories and self.steps[-1].target > len(set(self.categories)):
            raise ValueError("Fewer categories than the target - at `$.categories`")

    def reached(self, happenings: Happenings) -> int:
        """Return how many categories."""
        tried = {one.category for one in happenings.of(TriedCategory)}
        return len(tried & set(self.categories) if self.categories else tried)
