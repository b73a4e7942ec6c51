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
FIRST_YEAR, LAST_YEAR = 2000, 2199
BEGINS = datetime(2026, 1, 1, 6, tzinfo=UTC)


@POLICIES.add("event")
class BrandEvent(Struct, frozen=True, forbid_unknown_fields=True):
    """One event, from ``held_from`` until ``held_until``: ``points`` are for coming, once a member.

    Nothing is given for signing up. That opens with the rule, or at ``sign_up_from``, and closes
    when the event starts, or at ``sign_up_until``, for whom the conditions let in. Beyond its
    ``places`` members wait in line where it ``has_waiting_list``; whoever is first moves up when
    somebody leaves, or when there are more places.

    ``doors_minutes`` before the start on, the code on a staff member's phone is scanned; so many
    members are let in by one code. With ``takes_walk_ins`` it also lets in whoever had not signed
    up, while places are left. Where it ``is_cancelled``, or its rule ends before it, who signed up
    is told.
    """

    name_zh: Name = "会员活动"
    name_en: Name = "Event"
    about_zh: About = ""
    about_en: About = ""
    place_zh: Place = ""
    place_en: Place = ""
    held_from: Moment = BEGINS
    held_until: Moment = BEGINS + timedelta(hours=2)
    sign_up_from: Moment | None = None
    sign_up_until: Moment | None = None
    places: Annotated[int, Meta(ge=1, le=10**5)] | None = None
    has_waiting_list: bool = True
    takes_walk_ins: bool = True
    doors_minutes: Annotated[int, Meta(ge=0, le=1440)] = 30
    points: Annotated[int, Meta(ge=0, le=10**5)] = 50
    most_members_a_code: Annotated[int, Meta(ge=1, le=1000)] = 30
    conditions: Conditions = ALWAYS
    is_cancelled: bool = False

    def __post_init__(self) -> None:
        for name in ("held_from", "held_until", "sign_up_from", "sign_up_until"):
            moment = getattr(self, name)
            if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
                raise ValueError(f"No such year - at `$.{name}`")
        if self.held_until <= self.held_from:
            raise ValueError("Ends before it starts - at `$.held_until`")
        if self.sign_up_until is not None and self.sign_up_until > self.held_until:
            raise ValueError("Ends after the event - at `$.sign_up_until`")
        if self.sign_up_from is not None and self.sign_up_from >= self.sign_up_ends_at:
            raise ValueError("Ends before it starts - at `$.sign_up_from`")

    @property
    def sign_up_ends_at(self) -> datetime:
        """Return until when members sign up."""
        return self.sign_up_until or self.held_from

    @property
    def doors_open_at(self) -> datetime:
        """Return from when on members are let in."""
        return self.held_from - timedelta(minutes=self.doors_minutes)
