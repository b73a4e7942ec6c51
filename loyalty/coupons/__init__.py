"""Coupons: issued once a key, held by one member, locked to an order, used when it is paid.

A coupon's worth and conditions are those of the version of its batch that it was issued by.
"""

from loyalty.coupons.claiming import Claimable, ClaimState, claim, claimable
from loyalty.coupons.holding import Held, by_key, find, of
from loyalty.coupons.issuing import Issue, Reason, batch, issue
from loyalty.coupons.using import expire, give_back, lock, use, void

__all__ = [
    "ClaimState",
    "Claimable",
    "Held",
    "Issue",
    "Reason",
    "batch",
    "by_key",
    "claim",
    "claimable",
    "expire",
    "find",
    "give_back",
    "issue",
    "lock",
    "of",
    "use",
    "void",
]
