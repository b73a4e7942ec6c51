"""What all earning rules together give for an order, and which of them gave what to which line.

What several give for money adds up. A multiplier adds (its factor - 1) times what its lines would
earn as an order of their own: of one lane the largest counts for each line, lanes add up. Her own
boosts are one more lane, for all lines. Caps cut
what is too much from all that they limit, in proportion. Which points come out depends on the
order alone and, for caps over orders, on the room that they have.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from loyalty.allocation import shares
from loyalty.calendar import day_of
from loyalty.earning import EarningCase, PersonalBoost
from loyalty.earning.cap import Cap
from loyalty.earning.multiplier import Multiplier, more_by
from loyalty.programme import Rule


@dataclass(slots=True)
class Part:
    """What one rule gave: whole points per line, and what caps have left of them.

    ``boost_id`` is the boost of hers by which it gave them.
    """

    rule: Rule
    points: list[int]
    left: list[int]
    boost_id: int | None = None

    def told(self) -> dict[str, Any]:
        """Return what a breakdown says of it."""
        told = {
            "version": self.rule.version_id,
            "points": sum(self.points),
            "lines": self.points,
        }
        return told if self.boost_id is None else {**told, "boost": self.boost_id}


@dataclass(frozen=True, slots=True)
class Cut:
    """What a cap took, whole points per line; ``room`` is what orders before left of it."""

    rule: Rule
    points: list[int]
    room: int | None
    since: str | None


@dataclass(slots=True)
class Given:
    """What all rules gave for an order, rule by rule and line by line.

    ``tells_tier``: a rule in force asks for her tier, so the breakdown says which it was.
    """

    case: EarningCase
    parts: list[Part]
    tells_tier: bool = False
    cuts: list[Cut] = field(default_factory=list)

    @property
    def points(self) -> int:
        """Return the points that are left."""
        return sum(sum(part.left) for part in self.parts)

    def limited(self, cap: Cap) -> int:
        """Return the points that a cap looks at."""
        return sum(sum(part.left[i] for i in places) for part, places in self._seen(cap))

    def limit(self, rule: Rule, *, room: int | None = None) -> None:
        """Cut what a cap's rule leaves no room for; without ``room`` all that it allows is free."""
        cap: Cap = rule.body
        cells = [(part, i) for part, places in self._seen(cap) for i in places]
        held = [part.left[i] for part, i in cells]
        over = sum(held) - (cap.most if room is None else room)
        if over <= 0:
            return
        taken = [0] * len(self.case.lines)
        for (part, i), less in zip(cells, shares(over, held), strict=True):
            part.left[i] -= less
            taken[i] += less
        since = None if room is None else day_of(cap.period(self.case.paid_at)[0]).isoformat()
        self.cuts.append(Cut(rule, taken, room, since))

    def _seen(self, cap: Cap) -> list[tuple[Part, list[int]]]:
        if not cap.holds(self.case):
            return []
        places = [i for i, line in enumerate(self.case.lines) if cap.counts(line)]
        return [(part, places) for part in self.parts if cap.limits(part.rule.slot)]

    def told(self) -> dict[str, Any]:
        """Return the breakdown that an entry keeps: what each version gave, or a cap took."""
        rules = [part.told() for part in self.parts]
        for cut in self.cuts:
            lines = [-points for points in cut.points]
            told = {"version": cut.rule.version_id, "points": sum(lines), "lines": lines}
            rules.append(told if cut.room is None else {**told, "room": cut.room, "of": cut.since})
        return {"rules": rules, "tier": self.case.tier} if self.tells_tier else {"rules": rules}


class Giving:
    """The earning rules in force at a moment, sorted by what they do."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        found = list(rules)
        caps = [one for one in found if isinstance(one.body, Cap)]
        caps.sort(key=lambda one: (one.body.width, not one.body.limited_slots, one.slot))
        self.order_caps = [one for one in caps if not one.body.is_over_orders]
        self.member_caps = [one for one in caps if one.body.is_over_orders]
        multipliers = [one for one in found if isinstance(one.body, Multiplier)]
        self._lanes = [
            _largest_first(one for one in multipliers if one.body.lane == lane)
            for lane in sorted({one.body.lane for one in multipliers})
        ]
        self._givers = [one for one in found if not isinstance(one.body, Cap | Multiplier)]
        self._asks_for_tier = any(one.body.only_tiers for one in found)

    def of(self, case: EarningCase) -> Given:
        """Return what the rules give for an order, limited by the caps of each order alone."""
        parts = []
        for one in self._givers:
            points = one.body.per_line(case)
            if any(points):
                parts.append(Part(one, points, points.copy()))
        if parts:
            for lane in self._lanes:
                parts += self._multiplied(case, lane)
            for boost in case.boosts[:1]:
                parts += self._boosted(case, boost)
        given = Given(case, parts, self._asks_for_tier)
        for cap in self.order_caps:
            given.limit(cap)
        return given

    def _multiplied(self, case: EarningCase, lane: Sequence[Rule]) -> list[Part]:
        """Return what a lane adds: each line by the first, the largest, that counts it."""
        parts, free = [], [True] * len(case.lines)
        for one in (one for one in lane if one.body.holds(case)):
            rule: Multiplier = one.body
            won = [
                is_free and rule.counts(line)
                for is_free, line in zip(free, case.lines, strict=True)
            ]
            points = self._alone(case, won)
            more = shares(rule.more(sum(points)), points)
            if any(more):
                parts.append(Part(one, more, more.copy()))
            free = [is_free and not is_won for is_free, is_won in zip(free, won, strict=True)]
        return parts

    def _boosted(self, case: EarningCase, boost: PersonalBoost) -> list[Part]:
        """Return what her largest boost adds to the whole order."""
        points = self._alone(case, [True] * len(case.lines))
        more = shares(more_by(boost.times_percent, sum(points)), points)
        rule = Rule(boost.rule_version_id, boost.slot, boost, case.paid_at, None)
        return [Part(rule, more, more.copy(), boost.boost_id)] if any(more) else []

    def _alone(self, case: EarningCase, won: Sequence[bool]) -> list[int]:
        """Return what some lines would earn as an order of their own."""
        if not all(won):
            lines = tuple(
                line if is_won else replace(line, base_fen=0)
                for line, is_won in zip(case.lines, won, strict=True)
            )
            case = replace(case, lines=lines)
        points = [one.body.per_line(case) for one in self._givers]
        return [sum(of_line) for of_line in zip(*points, strict=True)]


def _largest_first(rules: Iterable[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda one: (-one.body.times_percent, one.slot))
