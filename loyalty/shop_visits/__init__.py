"""Members in a shop of the brand's own: they scan its code, and it counts once.

The code turns on a staff member's phone, or is printed on a poster, which has a rule of its own.
"""

from loyalty.shop_visits.codes import code_of, typed
from loyalty.shop_visits.posters import Poster, make_poster, poster_of, shop_named
from loyalty.shop_visits.reading import (
    LatelyVisited,
    ShopFigures,
    ShopVisits,
    figures,
    of_member,
    policy_of,
    shops,
)
from loyalty.shop_visits.rules import are_wanted
from loyalty.shop_visits.visiting import Visited, visit

__all__ = [
    "LatelyVisited",
    "Poster",
    "ShopFigures",
    "ShopVisits",
    "Visited",
    "are_wanted",
    "code_of",
    "figures",
    "make_poster",
    "of_member",
    "policy_of",
    "poster_of",
    "shop_named",
    "shops",
    "typed",
    "visit",
]
