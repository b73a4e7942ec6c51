"""What is said in the groups of a community, and to who joined them, and when."""

from datetime import datetime, time
from typing import Annotated, Literal

from msgspec import Meta, Struct

from loyalty.policies import POLICIES

Name = Annotated[str, Meta(min_length=1, max_length=40)]
LONGEST_TEXT = 1000


class CalendarEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to say. ``code`` names it for good, in whatever version it stands.

    ``once`` at a moment, or ``weekly`` on a weekday (1 is Monday) at a time, into the groups;
    ``after_joining`` so many days after she joined, at a time, to each contact by herself.
    """

    code: Annotated[str, Meta(pattern="^[a-z0-9_]{1,20}$")]
    name_zh: Name
    body_zh: Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]
    when: Literal["once", "weekly", "after_joining"] = "weekly"
    at: datetime | None = None
    weekday: Annotated[int, Meta(ge=1, le=7)] | None = None
    days: Annotated[int, Meta(ge=0, le=365)] | None = None
    clock: Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = None

    def __post_init__(self) -> None:
        needed = {"once": ("at",), "weekly": ("weekday", "clock")}.get(self.when, ("days", "clock"))
        for name in ("at", "weekday", "days", "clock"):
            if (getattr(self, name) is not None) != (name in needed):
                wrong = "Missing" if name in needed else "Not for this kind"
                raise ValueError(f"{wrong} - at `$.{name}`")
        if self.at is not None and self.at.tzinfo is None:
            raise ValueError("A moment without its offset - at `$.at`")

    @property
    def time(self) -> time:
        """Return the Shanghai time at which it is said, where it is not said once."""
        return time.fromisoformat(self.clock or "00:00")


def _entries() -> tuple[CalendarEntry, ...]:
    return (
        CalendarEntry("new", "周三上新", "本周新品已上架，欢迎来看看。", weekday=3, clock="10:00"),
    )


@POLICIES.add("calendar")
class GroupCalendar(Struct, frozen=True, forbid_unknown_fields=True):
    """What is said in the groups of a community, and to who joined them, and when.

    Each becomes a mass send when it is due, which the owner of the group, or the staff member who
    has the contact, confirms on his phone.
    """

    community_slot: Annotated[str, Meta(pattern="^community:[a-z0-9_]{1,40}$")] = "community:vip"
    name_zh: Name = "群日历"
    name_en: Name = "Group calendar"
    entries: Annotated[tuple[CalendarEntry, ...], Meta(min_length=1, max_length=40)] = _entries()

    def __post_init__(self) -> None:
        codes = [one.code for one in self.entries]
        if len(set(codes)) < len(codes):
            raise ValueError("A code stands twice - at `$.entries`")
