"""Coupons: issued once a key, held by one member, locked to an order, used when it is paid.

A coupon's worth and conditions are those of the version of its batch that it was issued by.
"""

from loyalty.coupons.deeds import give, take_back
from loyalty.coupons.holding import Held, by_key, find, hold, of, usable_of
from loyalty.coupons.issuing import Issue, Reason, batch, issue
from loyalty.coupons.limiting import Room, is_limited, room
from loyalty.coupons.using import (
    exchange,
    expire,
    give_back,
    give_back_exchanged,
    lock,
    use,
    void,
)

__all__ = [
    "Held",
    "Issue",
    "Reason",
    "Room",
    "batch",
    "by_key",
    "exchange",
    "expire",
    "find",
    "give",
    "give_back",
    "give_back_exchanged",
    "hold",
    "is_limited",
    "issue",
    "lock",
    "of",
    "room",
    "take_back",
    "usable_of",
    "use",
    "void",
]
