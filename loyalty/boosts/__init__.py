"""Personal boosts: what a member pays for within some days earns more, for a cause of hers.

An order earns by the boosts that she had when she paid, whoever she was then: no refund, replay or
merge moves that. A boost whose cause is taken back ends, for orders that are paid later.
"""

from loyalty.boosts.giving import Grant, end, give
from loyalty.boosts.reading import Boosted, boosted, held

__all__ = ["Boosted", "Grant", "boosted", "end", "give", "held"]
