"""What is derived of members from all that happened: tier, figures, scores.

Verbs that change what a member did tell `changed`; `derive` counts those members again, from the
truth, a set at a time. Counting again is safe at any time, so nothing is lost by a crash.
"""

from loyalty.standing.changes import (
    Changed,
    changed,
    changed_since,
    everyone_changed,
    forget,
    waiting,
)
from loyalty.standing.deriving import Derived, derive
from loyalty.standing.growing import Growth, growth
from loyalty.standing.history import held
from loyalty.standing.knowing import Known, facts_of, known
from loyalty.standing.previewing import TierMove, TierMoves, preview

__all__ = [
    "Changed",
    "Derived",
    "Growth",
    "Known",
    "TierMove",
    "TierMoves",
    "changed",
    "changed_since",
    "derive",
    "everyone_changed",
    "facts_of",
    "forget",
    "growth",
    "held",
    "known",
    "preview",
    "waiting",
]
