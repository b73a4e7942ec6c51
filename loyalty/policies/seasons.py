"""How long the seasons are that challenges and boards are played in."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.festivals import Around, Festival, usual
from loyalty.policies import POLICIES


class SeasonDays(Struct, frozen=True, forbid_unknown_fields=True):
    """A season that begins so many days before its festival, and ends so many after it."""

    season: Festival = "618"
    days_before: Annotated[int, Meta(ge=0, le=30)] = 0
    days_after: Annotated[int, Meta(ge=0, le=16)] = 0


@POLICIES.add("seasons")
class Seasons(Struct, frozen=True, forbid_unknown_fields=True):
    """The year's seasons: 6.18, Double 11, Chinese New Year ... Their dates come by themselves.

    A row sets how many days before and after its festival a season has. Without one: 6.18 from 1
    June, Double 11 from 20 October, Double 12 from two days before, 520 from five, Dragon Boat and
    Qixi from six, Mid-Autumn from fourteen, Chinese New Year from 腊月廿三 to the Lantern Festival.
    """

    spans: Annotated[tuple[SeasonDays, ...], Meta(max_length=8)] = ()

    def __post_init__(self) -> None:
        named = [one.season for one in self.spans]
        if len(set(named)) != len(named):
            raise ValueError("Repeated - at `$.spans`")

    def around(self, festival: Festival, year: int) -> Around:
        """Return the days around a festival of a year that its season has."""
        for one in self.spans:
            if one.season == festival:
                return Around(one.days_before, one.days_after)
        return usual(festival, year)
