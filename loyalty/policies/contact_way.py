"""A QR code by which consumers add one of the staff in WeCom."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from loyalty.calendar import SHANGHAI
from loyalty.policies import POLICIES

Name = Annotated[str, Meta(min_length=1, max_length=40)]
UserId = Annotated[str, Meta(min_length=1, max_length=64)]
Users = Annotated[tuple[UserId, ...], Meta(max_length=100)]
Clock = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Duty(Struct, frozen=True, forbid_unknown_fields=True):
    """Who answers on some days from one time until another, of the same day; no days are all."""

    users: Annotated[tuple[UserId, ...], Meta(min_length=1, max_length=100)]
    weekdays: Annotated[
        tuple[Annotated[str, Meta(pattern="^[a-z]{3}$")], ...], Meta(max_length=7)
    ] = ()
    from_time: Clock = "00:00"
    until_time: Annotated[str, Meta(pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")] = "24:00"

    def __post_init__(self) -> None:
        if not set(self.weekdays) <= set(WEEK):
            raise ValueError("No day of the week - at `$.weekdays`")
        if self.until_time <= self.from_time:
            raise ValueError("Not after `from_time` - at `$.until_time`")

    def holds(self, at: datetime) -> bool:
        """Say whether it is on at a moment, by the Shanghai clock."""
        now = at.astimezone(SHANGHAI)
        is_day = not self.weekdays or WEEK[now.weekday()] in self.weekdays
        return is_day and self.from_time <= f"{now:%H:%M}" < self.until_time


@POLICIES.add("contact_way")
class ContactWayPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """A QR code by which consumers add one of the staff in WeCom, by turns: for a shop, a campaign.

    Who is behind it follows the duties; without any, or where none is on, it is the ``users``. Who
    has left, or had ``most_a_day`` new contacts today, is replaced by the others, and where nobody
    is left by the ``backup``. New contacts by it are welcomed by the rule ``welcome:<code>``, if
    there is one.
    """

    users: Annotated[tuple[UserId, ...], Meta(min_length=1, max_length=100)] = ("chen",)
    name_zh: Name = "员工活码"
    name_en: Name = "Contact way"
    duties: Annotated[tuple[Duty, ...], Meta(max_length=20)] = ()
    backup: Users = ()
    most_a_day: Annotated[int, Meta(ge=1, le=2000)] | None = None
    skip_verify: bool = True

    def on_duty(self, at: datetime) -> list[str]:
        """Return who is to be behind it at a moment, before anybody is replaced."""
        found = [user for one in self.duties if one.holds(at) for user in one.users]
        return list(dict.fromkeys(found)) or list(dict.fromkeys(self.users))

    def behind(self, at: datetime, *, free: set[str]) -> list[str]:
        """Return who is behind it of those who are ``free``: they work here and may have more."""
        for wanted in (self.on_duty(at), self.users, self.backup):
            if found := [user for user in wanted if user in free]:
                return list(dict.fromkeys(found))[:100]
        return []
