"""The rules that purchases ask for, looked up once for each span in which none of them changes."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from loyalty.earning import EARNING
from loyalty.earning.cap import Cap
from loyalty.expiry import EXPIRY, ExpiryRule
from loyalty.giving import Giving
from loyalty.policies import POLICIES
from loyalty.policies.points import PointsPolicy
from loyalty.programme import Programme


@dataclass(frozen=True, slots=True)
class InForce:
    """What holds at a moment; ``lowest_tier`` is the code of whoever has reached none.

    ``is_capped``: a cap over several orders looks at what was paid then.
    """

    giving: Giving
    expiry: ExpiryRule
    points: PointsPolicy
    lowest_tier: str
    is_capped: bool


class Rules:
    """A programme's rules for purchases, by moment.

    ``member_caps`` are all caps over several orders that there ever were, the narrowest first.
    """

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        versions = [
            rule
            for registry in (EARNING, EXPIRY, POLICIES)
            for rule in programme.rules.get(registry.name, ())
        ]
        turns = {rule.starts_at for rule in versions}
        turns |= {rule.ends_at for rule in versions if rule.ends_at}
        self._spans: dict[int, InForce] = {}
        bodies = [rule.body for rule in programme.rules.get(EARNING.name, ())]
        caps = [body for body in bodies if isinstance(body, Cap) and body.is_over_orders]
        self.member_caps = sorted(caps, key=lambda cap: cap.width)
        turns |= {turn for cap in caps for turn in (cap.starts_at, cap.ends_at) if turn}
        self._turns = sorted(turns)

    def at(self, moment: datetime) -> InForce:
        """Return what holds at a moment."""
        span = bisect_right(self._turns, moment)
        found = self._spans.get(span)
        if found is None:
            told = self.programme
            giving = Giving(told.of(EARNING, moment))
            found = InForce(
                giving,
                told.expiry(moment),
                told.points(moment),
                told.tiers(moment).tiers[0].code,
                any(rule.body.is_on(moment) for rule in giving.member_caps),
            )
            self._spans[span] = found
        return found

    def are_capped(self, moments: Iterable[datetime]) -> bool:
        """Say whether a cap over several orders looks at what was paid at one of these moments."""
        return bool(self.member_caps) and any(self.at(one).is_capped for one in moments)
