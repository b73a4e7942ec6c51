"""Points: a ledger that only grows.

Lots are points earned together that expire together, entries are every movement, draws say what an
entry took from which lot. ``record`` writes a batch of movements in a constant number of
statements; everything else here reads.
"""

from loyalty.ledger.movements import (
    Adjust,
    Cancel,
    ClawBack,
    Earn,
    Expire,
    Forfeit,
    Move,
    MoveAll,
    MoveBack,
    Movement,
    OnShortfall,
    Receive,
    Restore,
    Settle,
    Spend,
)
from loyalty.ledger.reading import (
    Balance,
    Flow,
    HistoryLine,
    PointSums,
    as_of,
    balances,
    due_to_expire,
    due_to_settle,
    history,
    sums,
)
from loyalty.ledger.recording import Posted, record, record_one
from loyalty.ledger.settling import plan_settlement
from loyalty.ledger.spending import Purses
from loyalty.ledger.verification import Finding, verify

__all__ = [
    "Adjust",
    "Balance",
    "Cancel",
    "ClawBack",
    "Earn",
    "Expire",
    "Finding",
    "Flow",
    "Forfeit",
    "HistoryLine",
    "Move",
    "MoveAll",
    "MoveBack",
    "Movement",
    "OnShortfall",
    "PointSums",
    "Posted",
    "Purses",
    "Receive",
    "Restore",
    "Settle",
    "Spend",
    "as_of",
    "balances",
    "due_to_expire",
    "due_to_settle",
    "history",
    "plan_settlement",
    "record",
    "record_one",
    "sums",
    "verify",
]
