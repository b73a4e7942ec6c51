"""Her profile, told."""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from loyalty.milestones import MILESTONES, Crossing, History, Milestone, Step


@MILESTONES.add("profile")
class Profile(Milestone, frozen=True):
    """What she tells of herself: the name to call her by, her birthday, her phone number.

    Once a member, as soon as all that is asked for is known, also where she told it before the rule
    began; a phone number may come from a shop, too. It stays hers where she takes something back
    later, and does not come again.
    """

    of_orders: ClassVar[bool] = False
    counts_whenever: ClassVar[bool] = True
    looks_at_profile: ClassVar[bool] = True
    unused: ClassVar[tuple[str, ...]] = ("on_refund", "within_days")

    asks_name: bool = True
    asks_birthday: bool = True
    asks_phone: bool = False

    def __post_init__(self) -> None:
        if not (self.asks_name or self.asks_birthday or self.asks_phone):
            raise ValueError("Asks for nothing - at `$.asks_name`")

    def crossings(self, history: History) -> Iterator[Crossing]:
        """Go through the one time that all is told: when the last of it was."""
        told = self._told(history)
        moments = [moment for moment in told if moment is not None]
        if len(moments) == len(told):
            yield Crossing("1", max(moments))

    def step(self, history: History) -> Step | None:
        """Return how much of it is told; None where all is."""
        told = self._told(history)
        done = sum(moment is not None for moment in told)
        return None if done == len(told) else Step(done, len(told), "fields")

    def _told(self, history: History) -> list[datetime | None]:
        """Return when she told each thing that is asked for."""
        birthday_told_at = history.birthday_told_at if history.birthday else None
        told = (
            (self.asks_name, history.called_told_at),
            (self.asks_birthday, birthday_told_at),
            (self.asks_phone, history.phone_told_at),
        )
        return [moment for is_asked, moment in told if is_asked]
