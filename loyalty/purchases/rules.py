"""The rules that purchases ask for, looked up once for each span in which none of them changes."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime

from loyalty.earning import EARNING, EarningRule
from loyalty.expiry import EXPIRY, ExpiryRule
from loyalty.policies import POLICIES
from loyalty.policies.points import PointsPolicy
from loyalty.programme import Programme


@dataclass(frozen=True, slots=True)
class InForce:
    """What holds at a moment; ``earning`` is (version id, rule) by slot."""

    earning: list[tuple[int, EarningRule]]
    expiry: ExpiryRule
    points: PointsPolicy


class Rules:
    """A programme's rules for purchases, by moment."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        versions = [
            rule
            for registry in (EARNING, EXPIRY, POLICIES)
            for rule in programme.rules.get(registry.name, ())
        ]
        turns = {rule.starts_at for rule in versions}
        self._turns = sorted(turns | {rule.ends_at for rule in versions if rule.ends_at})
        self._spans: dict[int, InForce] = {}

    def at(self, moment: datetime) -> InForce:
        """Return what holds at a moment."""
        span = bisect_right(self._turns, moment)
        found = self._spans.get(span)
        if found is None:
            told = self._programme
            found = InForce(told.earning(moment), told.expiry(moment), told.points(moment))
            self._spans[span] = found
        return found
