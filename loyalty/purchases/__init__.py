"""Paid orders become purchases, and points follow the money.

``record`` is the one way in for files, webhooks and sweeps: a batch of orders in one transaction
and a constant number of statements.
"""

from loyalty.purchases.explaining import Explained, Verdict, Word, explain
from loyalty.purchases.finding import find
from loyalty.purchases.recording import record
from loyalty.purchases.siblings import would_earn
from loyalty.purchases.storing import open_shops
from loyalty.purchases.task import Recorded

__all__ = [
    "Explained",
    "Recorded",
    "Verdict",
    "Word",
    "explain",
    "find",
    "open_shops",
    "record",
    "would_earn",
]
