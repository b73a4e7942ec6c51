"""What members get for being in a live room."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.conditions import ALWAYS, Conditions
from loyalty.policies import POLICIES

Name = Annotated[str, Meta(min_length=1, max_length=40)]


@POLICIES.add("live_visit")
class LiveVisitPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """Points for whoever says the word of a live room while it is on, once a room.

    The word is heard by whoever watches, and by whomever they tell it: so the points are few, and
    of one day no more than ``most_rooms_a_day`` rooms earn. A visit beyond that is kept, and counts
    for challenges.
    """

    name_zh: Name = "直播签到"
    name_en: Name = "Live check-in"
    points: Annotated[int, Meta(ge=0, le=10**5)] = 5
    most_rooms_a_day: Annotated[int, Meta(ge=1, le=100)] = 3
    conditions: Conditions = ALWAYS
