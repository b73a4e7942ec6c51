"""Deliveries: one message to one customer, planned with what caused it, sent once at most.

Planned, then sending, then exactly one final state. A delivery is ``sending``, committed, before
its message leaves us; where the outcome is lost it ends ``unknown`` and is never sent again.
"""

from loyalty.deliveries.messages import Message, Subscribe, Text
from loyalty.deliveries.planning import Planned, plan
from loyalty.deliveries.sending import (
    ATTEMPTS,
    Batch,
    Claimed,
    Ending,
    Postponement,
    are_due,
    claim,
    end,
    postpone,
)
from loyalty.deliveries.telling import Words, tell_followers
from loyalty.deliveries.windows import Allowance, customer_message_quota

__all__ = [
    "ATTEMPTS",
    "Allowance",
    "Batch",
    "Claimed",
    "Ending",
    "Message",
    "Planned",
    "Postponement",
    "Subscribe",
    "Text",
    "Words",
    "are_due",
    "claim",
    "customer_message_quota",
    "end",
    "plan",
    "postpone",
    "tell_followers",
]
