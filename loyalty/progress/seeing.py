"""What happened to members, read once for all challenges that look at it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from loyalty.calendar import day_of
from loyalty.challenges import Challenge
from loyalty.challenges.team_total import TeamTotal
from loyalty.happenings import Asked, Happening, Happenings
from loyalty.seasons import Season


class Seen:
    """What happened to members in a span, by its kind and their ids."""

    def __init__(
        self,
        found: Mapping[type[Happening], Mapping[int, Sequence[Happening]]],
        *,
        until: datetime,
    ) -> None:
        self._found = found
        self._until = until
        # a team's orders are the same for all of its members
        self._within: dict[tuple[int, str, datetime], Happening | None] = {}

    def of(self, member_id: int, challenge: Challenge, span: Season) -> Happenings:
        """Return what happened to a member in a round, of what a challenge looks at."""
        seen = {
            kind: self._cut(self._found[kind].get(member_id, ()), span)
            for kind in challenge.looks_at
        }
        return Happenings(day_of(self._until), member_id, seen)

    def _cut(self, found: Iterable[Happening], span: Season) -> list[Happening]:
        cut = (self._one(one, span) for one in found)
        return [one for one in cut if one is not None]

    def _one(self, one: Happening, span: Season) -> Happening | None:
        place = (id(one), span.name, span.starts_at)
        if place not in self._within:
            self._within[place] = one.within(span)
        return self._within[place]


async def see(
    member_ids: Sequence[int],
    challenges: Iterable[Challenge],
    *,
    since: datetime,
    until: datetime,
) -> Seen:
    """Read what challenges look at: one statement for each kind of it, however many members."""
    asked_for = list(challenges)
    slots = frozenset(one.team_slot for one in asked_for if isinstance(one, TeamTotal))
    asked = Asked(member_ids, since, until, slots)
    kinds = {kind: None for one in asked_for for kind in one.looks_at}
    return Seen({kind: await kind.read(asked) for kind in kinds}, until=until)
