"""What members get for scanning the code of a shop of the brand's own."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.conditions import ALWAYS, Conditions
from loyalty.conditions.weekly_hours import ClockTime
from loyalty.policies import POLICIES

Name = Annotated[str, Meta(min_length=1, max_length=40)]
ShopCode = Annotated[str, Meta(min_length=1, max_length=100)]
Points = Annotated[int, Meta(ge=0, le=10**5)]
Most = Annotated[int, Meta(ge=1, le=10**6)] | None


@POLICIES.add("shop_visit")
class ShopVisitPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """Points for whoever is in a shop of ours and scans its code: a staff member's, or a poster's.

    The code on a staff member's phone turns every 30 seconds and counts once a member, again after
    ``hours_apart``. A poster can be photographed, so it gives less, in opening hours alone, and
    again only after ``poster_days_apart``. A visit beyond the most points of a member, or the most
    visits of a shop that earn in a day, is kept and earns no more; of one code of staff so many
    members are let in, the next scan the one after it. A rule that names shops
    goes before one for all of them.
    """

    name_zh: Name = "到店打卡"
    name_en: Name = "Shop visit"
    shop_codes: tuple[ShopCode, ...] = ()
    points: Points = 10
    hours_apart: Annotated[int, Meta(ge=1, le=720)] = 12
    poster_points: Points = 2
    poster_days_apart: Annotated[int, Meta(ge=1, le=365)] = 7
    from_time: ClockTime = "00:00"
    until_time: ClockTime = "24:00"
    most_points_a_day: Most = None
    most_points_a_week: Most = None
    most_points_a_month: Most = None
    most_visits_a_day_of_shop: Most = None
    most_members_a_code: Annotated[int, Meta(ge=1, le=1000)] = 10
    conditions: Conditions = ALWAYS

    def __post_init__(self) -> None:
        if self.until_time <= self.from_time:
            raise ValueError("Ends before it starts - at `$.until_time`")
