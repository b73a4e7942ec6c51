"""What is derived of members from all that happened: tier, figures, scores.

Verbs that change what a member did tell `changed`; `derive` counts those members again, from the
truth, a set at a time. Counting again is safe at any time, so nothing is lost by a crash.
"""

from loyalty.standing.changes import Changed, changed, changed_since, forget, waiting
from loyalty.standing.deriving import Derived, derive
from loyalty.standing.knowing import facts, facts_of

__all__ = [
    "Changed",
    "Derived",
    "changed",
    "changed_since",
    "derive",
    "facts",
    "facts_of",
    "forget",
    "waiting",
]
