"""Goals with a reward. One file a kind of goal; the docstrings are what staff read.

A rule of the slot ``challenge:<code>`` is one challenge. How far a member is, is always counted
again from what happened in the round, so a refund takes back what an order gave.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from loyalty.conditions import ALWAYS, Conditions
from loyalty.registry import Registry

Name = Annotated[str, Meta(min_length=1, max_length=40)]


class KeptOrder(Struct, frozen=True):
    """A purchase of the round that was not wholly given back; ``kept_fen`` is net of refunds."""

    paid_at: datetime
    kept_fen: int


class Happenings(Struct, frozen=True):
    """What a member did in a round; days are Shanghai days, in order.

    ``today`` is the Shanghai day of the moment that is asked about.
    """

    today: date
    orders: tuple[KeptOrder, ...] = ()
    check_ins: tuple[date, ...] = ()


class Challenge(Struct, frozen=True, forbid_unknown_fields=True):
    """What every challenge has: how many it takes, how often it begins anew, what it gives.

    ``rounds`` of "once" last as long as the rule is in force. A reward that ``comes_by_itself`` is
    given with the check-in that reaches it; the others she claims.
    """

    name_zh: Name = "任务"
    name_en: Name = "Challenge"
    rounds: Literal["once", "daily", "weekly", "monthly"] = "weekly"
    target: Annotated[int, Meta(ge=1, le=10_000)] = 1
    reward_points: Annotated[int, Meta(ge=0, le=10**7)] = 0
    reward_coupon_slot: Annotated[str, Meta(pattern="^(coupon:[a-z0-9_]{1,40})?$")] = ""
    comes_by_itself: bool = False
    conditions: Conditions = ALWAYS

    def reached(self, happenings: Happenings) -> int:
        """Return how many of ``target`` are done. Reads nothing but its arguments."""
        raise NotImplementedError


CHALLENGES: Registry[Challenge] = Registry(__name__)
