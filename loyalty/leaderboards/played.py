"""Which seasons of which boards are played, each by the rule that promised it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from msgspec import Struct

from loyalty.festivals import is_festival
from loyalty.policies import POLICIES
from loyalty.policies.board import Board
from loyalty.programme import Programme, Rule
from loyalty.seasons import Season, before, season
from models import db

FESTIVAL_SETTLES = timedelta(days=60)  # orders of it are still given back
LOOKED_BACK = timedelta(days=120)  # a season that no worker froze by then stays as it is


class Played(Struct, frozen=True):
    """A season of a board and the version of the rule that holds for it.

    ``is_promised``: that version was in force in the season, not only after it.
    """

    rule: Rule
    season: Season
    is_promised: bool

    @property
    def board(self) -> Board:
        """Return what the rule says."""
        found: Board = self.rule.body
        return found

    @property
    def freezes_at(self) -> datetime | None:
        """Return when its list is final; None where it has nothing to win."""
        if not self.board.prizes or not self.is_promised:
            return None
        return self.season.ends_at + timedelta(days=self.board.settles_after_days)


def ruling(rules: Programme, slot: str, kind: str, one: Season) -> Rule | None:
    """Return the version that held first in a season: what it said was promised."""
    versions = [rule for rule in rules.rules.get(POLICIES.name, ()) if rule.slot == slot]
    moments = {one.starts_at}
    for rule in versions:
        moments |= {moment for moment in (rule.starts_at, rule.ends_at) if moment is not None}
    for moment in sorted(moment for moment in moments if one.holds(moment)):
        found = rules.find(slot, POLICIES, moment)
        if found and isinstance(found.body, Board) and found.body.season == kind:
            return found
    return None


def of_rule(rule: Rule, rules: Programme, one: Season) -> Played:
    """Return a season of the board in force, by the rule that was promised in it."""
    promised = ruling(rules, rule.slot, rule.body.season, one)
    return Played(promised or rule, one, promised is not None)


def shown(rules: Programme, *, at: datetime) -> list[Played]:
    """Return the seasons that can be looked at: of each board this and the one before.

    Of a festival only the last one.
    """
    found = []
    for rule in rules.of(POLICIES, at):
        if isinstance(rule.body, Board):
            kind, seasons = rule.body.season, rules.seasons(at)
            this = season(kind, at, seasons)
            spans = (this,) if is_festival(kind) else (before(kind, this, seasons), this)
            found += [of_rule(rule, rules, span) for span in spans]
    return found


async def scored(rules: Programme, *, at: datetime) -> list[Played]:
    """Return the seasons whose scores still change.

    Those that can be looked at, and those that are not frozen yet; a festival's as long as orders
    of it are hardly given back any more.
    """
    found = {
        (one.rule.slot, one.season.name): one
        for one in shown(rules, at=at)
        if not is_festival(one.board.season) or at < one.season.ends_at + FESTIVAL_SETTLES
    }
    open_ones = [one for one in promised(rules, at=at) if one.freezes_at]
    if open_ones:
        done = await frozen(at=at)
        for one in open_ones:
            name = (one.rule.slot, one.season.name)
            if name not in done:
                found.setdefault(name, one)
    return list(found.values())


async def frozen(*, at: datetime) -> set[tuple[str, str]]:
    """Return the boards and names of seasons that are frozen, of those looked back at."""
    rows = await db.fetch(
        "SELECT board, season FROM board_final WHERE ends_at > $1", at - LOOKED_BACK
    )
    return {(row["board"], row["season"]) for row in rows}


def promised(rules: Programme, *, at: datetime) -> Iterator[Played]:
    """Go through the seasons that were promised and may not be frozen, also of boards that ended.

    A board that became another kind meanwhile still has the seasons that it had begun.
    """
    found = [rule for rule in rules.rules.get(POLICIES.name, ()) if isinstance(rule.body, Board)]
    kinds = {(rule.slot, rule.body.season) for rule in found if rule.body.prizes}
    seasons = rules.seasons(at)
    for slot, kind in sorted(kinds):
        span = season(kind, at, seasons)
        for _ in count():
            if span.ends_at <= at - LOOKED_BACK:
                break
            rule = ruling(rules, slot, kind, span)
            if rule:
                yield Played(rule, span, is_promised=True)
            span = before(kind, span, seasons)
