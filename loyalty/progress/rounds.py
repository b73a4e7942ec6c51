"""The round of a challenge: the one that runs, or a festival's that is about to begin."""

from datetime import datetime, timedelta

from msgspec import Struct

from loyalty.challenges import CHALLENGES, Challenge
from loyalty.programme import Programme, Rule
from loyalty.seasons import Season, coming, running

SHOWN_BEFORE = timedelta(days=30)
ENDLESS = datetime.max


class Round(Struct, frozen=True):
    """One time of a challenge; ``has_begun`` is false of a season that is still to come."""

    rule: Rule
    span: Season
    has_begun: bool = True

    @property
    def challenge(self) -> Challenge:
        """Return the challenge, as the version in force has it."""
        challenge: Challenge = self.rule.body
        return challenge

    @property
    def is_endless(self) -> bool:
        """Say whether it has no end."""
        return self.challenge.rounds == "once" and self.rule.ends_at is None


def rounds(rules: Programme, at: datetime) -> list[Round]:
    """Return the rounds of the challenges in force, with seasons of the next 30 days."""
    found = (round_of(rule, rules, at) for rule in rules.of(CHALLENGES, at))
    return [one for one in found if one is not None]


def round_of(rule: Rule, rules: Programme, at: datetime) -> Round | None:
    """Return the round of a rule; None between two seasons of its festival.

    One that comes once began with the slot's first version.
    """
    kind = rule.body.rounds
    if kind == "once":
        ends_at = rule.ends_at or ENDLESS.replace(tzinfo=rule.starts_at.tzinfo)
        return Round(rule, Season("once", rules.begins_at(rule.slot, CHALLENGES), ends_at))
    seasons = rules.seasons(at)
    if span := running(kind, at, seasons):
        return Round(rule, span)
    following = coming(kind, at, seasons)
    if following.starts_at - at > SHOWN_BEFORE:
        return None
    if rule.ends_at is not None and rule.ends_at <= following.starts_at:
        return None
    return Round(rule, following, has_begun=False)
