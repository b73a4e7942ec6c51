"""What happens to members that challenges count: one struct and its SQL a file.

A new kind of happening is a struct on `Happening`, whose SQL reads it for many members at once. A
goal says which kinds it looks at (`Challenge.looks_at`); only what rules in force look at is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Self, TypeVar

from msgspec import Struct

from loyalty.seasons import Season
from models import db


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose happenings are read, from when until when; ``slots`` are the groups of team goals."""

    member_ids: Sequence[int]
    since: datetime
    until: datetime
    slots: frozenset[str] = frozenset()


class Happening(Struct, frozen=True):
    """Something that happened at a moment.

    ``sql`` has a row for each: the member's id, then the struct's fields; $1 are member ids, $2
    and $3 the first and last moment. What ``stays`` is never taken back; what is ``of_orders``
    alone is only when an order of hers is given back.
    """

    sql: ClassVar[str] = ""
    stays: ClassVar[bool] = False
    of_orders: ClassVar[bool] = False
    at: datetime

    @classmethod
    async def read(cls, asked: Asked) -> dict[int, list[Self]]:
        """Return what happened to members, by their ids, in its order."""
        found: dict[int, list[Self]] = {}
        rows = await db.fetch(cls.sql, list(asked.member_ids), asked.since, asked.until)
        for member_id, *fields in rows:
            found.setdefault(member_id, []).append(cls(*fields))
        return found

    def within(self, span: Season) -> Self | None:
        """Return what of it is in a span."""
        return self if span.holds(self.at) else None


H = TypeVar("H", bound=Happening)


@dataclass(frozen=True, slots=True)
class Happenings:
    """What happened to a member in a round; ``today`` is the Shanghai day that is asked about."""

    today: date
    member_id: int = 0
    seen: Mapping[type[Happening], Sequence[Happening]] = field(default_factory=dict)

    def of(self, kind: type[H]) -> list[H]:
        """Return those of a kind, in their order."""
        return [one for one in self.seen.get(kind, ()) if isinstance(one, kind)]
