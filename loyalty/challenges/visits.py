"""So many days on which she came by."""

from typing import Literal

from loyalty.challenges import CHALLENGES, Challenge
from loyalty.happenings import Happenings
from loyalty.happenings.check_ins import CheckedIn
from loyalty.happenings.shop_visits import VisitedShop


@CHALLENGES.add("visits")
class Visits(Challenge, frozen=True):
    """So many days of the round on which she came by, in a row or not.

    ``where`` "anywhere" counts days with a check-in or a visit to a shop, "shops" those in a shop
    of ours alone, where she scanned its code.
    """

    looks_at = (CheckedIn, VisitedShop)
    unit = "days"
    where: Literal["anywhere", "shops"] = "anywhere"

    def reached(self, happenings: Happenings) -> int:
        """Return how many days."""
        days = {one.on_day for one in happenings.of(VisitedShop)}
        if self.where == "anywhere":
            days |= {one.on_day for one in happenings.of(CheckedIn)}
        return len(days)
