"""An event of the brand's own: a tasting, a workshop, an opening; members sign up, and come."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from loyalty.conditions import ALWAYS, Conditions
from loyalty.policies import POLICIES

Name = Annotated[str, Meta(min_length=1, max_length=40)]
About = Annotated[str, Meta(max_length=500)]
Place = Annotated[str, Meta(max_length=80)]
Moment = Annotated[datetime, Meta(tz=True)]
BEGINS = datetime(2026, 1, 1, 6, tzinfo=UTC)


@POLICIES.add("event")
class BrandEvent(Struct, frozen=True, forbid_unknown_fields=True):
    """One event, from ``starts_at`` until ``ends_at``: ``points`` are for coming, once a member.

    Nothing is given for signing up. Signing up opens with the rule, or at ``opens_at``, and closes
    when the event starts, or at ``closes_at``, for whom the conditions let in. Beyond its
    ``places`` members wait in line where there ``has_waiting_list``; whoever is first moves up
    when somebody leaves, or when there are more places.

    ``doors_minutes`` before the start on, the code on a staff member's phone is scanned; so many
    members are let in by one code. With ``takes_walk_ins`` it also lets in whoever had not signed
    up, while places are left. A rule that ends before its event cancels it.
    """

    name_zh: Name = "会员活动"
    name_en: Name = "Event"
    about_zh: About = ""
    about_en: About = ""
    place_zh: Place = ""
    place_en: Place = ""
    starts_at: Moment = BEGINS
    ends_at: Moment = BEGINS + timedelta(hours=2)
    opens_at: Moment | None = None
    closes_at: Moment | None = None
    places: Annotated[int, Meta(ge=1, le=10**5)] | None = None
    has_waiting_list: bool = True
    takes_walk_ins: bool = True
    doors_minutes: Annotated[int, Meta(ge=0, le=1440)] = 30
    points: Annotated[int, Meta(ge=0, le=10**5)] = 50
    most_members_a_code: Annotated[int, Meta(ge=1, le=1000)] = 30
    conditions: Conditions = ALWAYS

    def __post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            raise ValueError("Ends before it starts - at `$.ends_at`")
        if self.closes_at is not None and self.closes_at > self.ends_at:
            raise ValueError("Ends after the event - at `$.closes_at`")
        if self.opens_at is not None and self.opens_at >= self.sign_up_ends_at:
            raise ValueError("Ends before it starts - at `$.opens_at`")

    @property
    def sign_up_ends_at(self) -> datetime:
        """Return until when members sign up."""
        return self.closes_at or self.starts_at

    @property
    def doors_open_at(self) -> datetime:
        """Return from when on members are let in."""
        return self.starts_at - timedelta(minutes=self.doors_minutes)
