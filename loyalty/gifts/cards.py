"""The cards that can go with a gift."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.errors import NotFound
from loyalty.policies import POLICIES
from loyalty.policies.card import Card
from loyalty.programme import Programme

PREFIX = "card:"


@dataclass(frozen=True, slots=True)
class SeasonCard:
    """A card that can be chosen, by the version that holds; ``ends_at`` is its season's end."""

    slot: str
    version_id: int
    card: Card
    ends_at: datetime | None


def in_season(rules: Programme, *, at: datetime) -> list[SeasonCard]:
    """Return the cards that can be chosen at a moment: those that end first, first."""
    found = [
        SeasonCard(rule.slot, rule.version_id, rule.body, rule.ends_at)
        for rule in rules.of(POLICIES, at)
        if isinstance(rule.body, Card)
    ]
    return sorted(found, key=lambda one: (one.ends_at is None, one.ends_at or at, one.slot))


def chosen(rules: Programme, slot: str | None, *, at: datetime) -> int | None:
    """Return the version of a card that was chosen; None where none was.

    Raises:
        NotFound: ``no_such_card``: there is none, or its season is over.
    """
    if slot is None:
        return None
    rule = rules.find(slot, POLICIES, at)
    if rule is None or not isinstance(rule.body, Card):
        raise NotFound("no_such_card")
    return rule.version_id
