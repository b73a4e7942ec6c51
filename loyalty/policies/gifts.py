"""How members may give points and coupons to friends."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.policies import POLICIES

Points = Annotated[int, Meta(ge=0, le=10**9)]


@POLICIES.add("gifts")
class Gifts(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a gift waits for the friend, and how much members may give and receive.

    The bounds keep points from being collected in one account: who has been a member for less than
    ``member_for_days`` gives nothing, points must have been available for ``held_for_days``, and
    what was taken back or nobody claimed does not count. A most of 0 switches gifts of points off.
    """

    days_to_claim: Annotated[int, Meta(ge=1, le=30)] = 7
    member_for_days: Annotated[int, Meta(ge=0, le=365)] = 7
    held_for_days: Annotated[int, Meta(ge=0, le=365)] = 7
    most_gifts_a_day: Annotated[int, Meta(ge=1, le=100)] = 10
    most_points_a_day: Points = 1000
    most_points_a_month: Points = 3000
    most_received_a_month: Points = 3000
