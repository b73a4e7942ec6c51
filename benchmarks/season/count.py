"""The same season counted from the script alone, by nothing of ours."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from benchmarks.season.script import END, LAST_DAY, LEAST_YUAN, TARGETS, Person, at

STEP_POINTS = (50, 120)
INVITER_POINTS, FRIEND_POINTS, VISIT_POINTS = 30, 20, 5


class Line(Struct, frozen=True):
    """A line of a board."""

    number: int
    score: int
    reached_at: datetime


def board(people: Iterable[Person], ids: Sequence[int], *, day: int) -> list[Line]:
    """Return the board of money kept, in fen, as it is after a day; ties go to who came first."""
    lines = []
    for one in people:
        kept = [buy for buy in one.buys if buy.day <= LAST_DAY and buy.kept_yuan(day)]
        if kept and not one.deletes:
            score = sum(buy.kept_yuan(day) for buy in kept) * 100
            lines.append(Line(one.number, score, max(buy.paid_at for buy in kept)))
    lines.sort(key=lambda line: str(ids[line.number]), reverse=True)
    lines.sort(key=lambda line: (-line.score, line.reached_at))
    return lines


def has_reached(one: Person, target: int, *, day: int) -> bool:
    """Say whether she has bought and kept so much of the season by the end of a day."""
    return sum(buy.kept_yuan(day) for buy in one.buys if buy.day <= LAST_DAY) >= target


def claims(one: Person) -> list[int]:
    """Return the steps whose claim is taken, counted from 1."""
    if one.claims_day is None:
        return []
    day = one.claims_day
    return [place for place, target in enumerate(TARGETS, 1) if has_reached(one, target, day=day)]


def counts(one: Person) -> bool:
    """Say whether a friend who came by an inviter counts in the end."""
    return one.inviter is not None and any(
        buy.kept_yuan() >= LEAST_YUAN for buy in one.buys if buy.paid_at >= at(one.joins_day or 0)
    )


def points(
    people: Sequence[Person], *, visited: Mapping[int, int], prizes: Mapping[int, int]
) -> Counter[int]:
    """Return what each has in the end: for money kept, steps, friends, visits and prizes.

    ``visited`` is how many scans of hers were taken, ``prizes`` what she won.
    """
    found: Counter[int] = Counter()
    for one in people:
        if one.deletes:
            continue
        found[one.number] += sum(buy.kept_yuan(END) for buy in one.buys)
        for place in claims(one):
            if has_reached(one, TARGETS[place - 1], day=END):
                found[one.number] += STEP_POINTS[place - 1]
        if counts(one) and one.inviter is not None:
            found[one.number] += FRIEND_POINTS
            found[one.inviter] += INVITER_POINTS
        found[one.number] += visited.get(one.number, 0) * VISIT_POINTS
        found[one.number] += prizes.get(one.number, 0)
    return found
