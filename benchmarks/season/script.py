"""What everybody does in a season of 6.18, cheaters among them: made of a seed, known beforehand.

Days count from 0, the first of the season. Nobody buys on a day after she claimed, so that what
she had reached by then only becomes less.
"""

import random
from datetime import UTC, datetime, timedelta

from msgspec import Struct

FIRST = datetime(2026, 6, 1, 4, tzinfo=UTC)  # noon in Shanghai
LAST_DAY = 17
AFTER = 20  # a day after the season
FROZEN, APPROVED, LATE, END = 34, 35, 40, 50
TARGETS = (200, 500)  # yuan of the challenge's steps
LEAST_YUAN = 100  # of the order that lets a friend count
A_CODE = 30  # who scan one code of a shop, of whom it lets in fewer


class Buy(Struct, frozen=True):
    """An order of so many whole yuan; ``back_yuan`` of them given back on ``back_day``."""

    number: str
    buyer: str
    yuan: int
    day: int
    second: int
    back_yuan: int = 0
    back_day: int = 0

    @property
    def paid_at(self) -> datetime:
        """Return when it was paid."""
        return at(self.day, seconds=self.second)

    def kept_yuan(self, day: int = END) -> int:
        """Return what she keeps of it at the end of a day."""
        if day < self.day:
            return 0
        return self.yuan - (self.back_yuan if self.back_day <= day else 0)


class Person(Struct, frozen=True):
    """All that one does. ``other`` is a second account that turns out to be hers on a day.

    ``joins_day`` is None for whoever was a customer before; ``inviter`` invited her on that day.
    ``calls`` is how often she tells the same at once; ``told`` how often her orders are told.
    """

    number: int
    buys: tuple[Buy, ...] = ()
    check_ins: tuple[int, ...] = ()
    claims_day: int | None = None
    joins_day: int | None = None
    inviter: int | None = None
    invites_herself: bool = False
    opens_back: int | None = None
    scans_day: int | None = None
    merges_day: int | None = None
    deletes: bool = False
    calls: int = 1
    told: int = 1

    @property
    def name(self) -> str:
        """Return the name by which shops know her."""
        return f"p{self.number}"

    @property
    def other(self) -> str:
        """Return the name of her second account."""
        return f"q{self.number}"


def at(day: int, hours: float = 0, *, seconds: int = 0) -> datetime:
    """Return a moment of a day, so many hours after noon in Shanghai."""
    return FIRST + timedelta(days=day, hours=hours, seconds=seconds)


def written(people: int, *, seed: int) -> list[Person]:
    """Write what so many people do."""
    dice = random.Random(seed)
    return [_person(number, people, dice) for number in range(people)]


def _person(number: int, people: int, dice: random.Random) -> Person:
    kind = number % 100
    if kind < 5:
        return _friend(number, people, dice)
    if kind == 5:
        return _ring(number, dice)
    buys = tuple(_buy(number, place, dice) for place in range(dice.choice((0, 0, 1, 1, 1, 2, 4))))
    if kind in (6, 7):  # buys a lot, claims, and gives all back
        lot = Buy(f"{number}-w", f"p{number}", 900, 3, dice.randrange(3600), 900, 5)
        return Person(number, (lot,), claims_day=3)
    last = max((one.day for one in buys if one.day <= LAST_DAY), default=0)
    told = Person(
        number,
        buys,
        tuple(sorted(dice.sample(range(LAST_DAY + 1), 3))) if dice.random() < 0.1 else (),
        claims_day=dice.randint(last, LAST_DAY) if dice.random() < 0.4 else None,
        calls=5 if kind in (8, 9) else 1,
        told=3 if kind in (10, 11) else 1,
        invites_herself=kind == 12,
        scans_day=number // 3000 % (LAST_DAY + 1) if kind in (13, 14, 15) else None,
        merges_day=10 if kind == 16 else None,
        deletes=kind == 17 and number % 300 == 17,
    )
    if told.merges_day is None:
        return told
    more = _buy(number, 9, dice)
    return Person(
        number,
        (*buys, Buy(f"{number}-q", f"q{number}", more.yuan, more.day % 10, more.second)),
        merges_day=told.merges_day,
    )


def _buy(number: int, place: int, dice: random.Random) -> Buy:
    yuan, day = dice.randint(1, 400), dice.randint(0, LAST_DAY)
    if dice.random() < 0.03:
        day = AFTER
    back_yuan = back_day = 0
    if dice.random() < 0.2:
        back_yuan = dice.choice((yuan, yuan // 2))
        back_day = dice.choice((day + dice.randint(1, 10), LATE))
    name = f"{number}-{place}"
    return Buy(name, f"p{number}", yuan, day, dice.randrange(3600), back_yuan, back_day)


def _friend(number: int, people: int, dice: random.Random) -> Person:
    """Return one who comes by somebody who was a customer before, and may keep what she buys."""
    day, yuan = dice.randint(0, LAST_DAY - 1), dice.choice((60, 150, 300))
    back = dice.choice((0, 0, yuan))
    bought = Buy(
        f"{number}-f",
        f"p{number}",
        yuan,
        day + dice.randint(0, 1),
        dice.randrange(3600),
        back,
        dice.choice((day + 3, LATE)) if back else 0,
    )
    inviter = dice.randrange(max(people // 100, 1)) * 100 + 20  # of a kind that only buys
    return Person(number, (bought,), joins_day=day, inviter=min(inviter, people - 1))


def _ring(number: int, dice: random.Random) -> Person:
    """Return one who comes by the one hundred before her, who then comes by her."""
    bought = Buy(f"{number}-r", f"p{number}", 150, 4, dice.randrange(3600))
    if number // 100 % 2:
        return Person(number, (bought,), joins_day=2, inviter=number - 100)
    return Person(number, (bought,), joins_day=2, opens_back=number + 100)
