"""Milestones: what a member reaches by buying or staying. One file a kind.

A rule of the slot ``milestone:<code>`` is one milestone. What she has reached is always worked out
anew of all that she bought, so it does not matter in which order we were told of it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from loyalty.challenges import Name
from loyalty.conditions import ALWAYS, Conditions
from loyalty.happenings.kept_orders import KeptOrder
from loyalty.registry import Registry

Count = Annotated[int, Meta(ge=1, le=1000)]
MinFen = Annotated[int, Meta(ge=0, le=10**9)]


class History(Struct, frozen=True):
    """What a milestone looks at, up to ``at``: since when she is a member, and what she kept.

    ``orders`` are those that were not wholly given back, in the order of their payment. What she
    told of herself is there for milestones that look at it (``Milestone.looks_at_profile``), with
    the moments since when we know it.
    """

    at: datetime
    joined_at: datetime
    orders: tuple[KeptOrder, ...] = ()
    birthday: str | None = None
    birthday_told_at: datetime | None = None
    called_told_at: datetime | None = None
    phone_told_at: datetime | None = None

    def of_at_least(self, fen: int) -> list[KeptOrder]:
        """Return the orders of which so many fen were kept."""
        return [order for order in self.orders if order.kept_fen >= max(fen, 1)]


class Crossing(Struct, frozen=True):
    """One time that she reached a milestone; ``name`` is its own among those ("1", "2026")."""

    name: str
    reached_at: datetime


StepUnit = Literal["orders", "fen", "days", "fields"]


class Step(Struct, frozen=True):
    """How far she is on the way to the next time: so much of ``target``.

    In orders, fen, days, or fields of her profile.
    """

    done: int
    target: int
    unit: StepUnit


class Milestone(Struct, frozen=True, forbid_unknown_fields=True):
    """What every milestone has: its reward, and what becomes of it when an order is given back.

    The reward comes by itself, once each time. What was reached more than ``within_days`` before
    we were told of it gives nothing, so that an import of old orders hands out no rewards. What is
    not ``of_orders`` is never taken back: no order undoes it, and what she told may be hers alone
    again. What ``counts_whenever`` it was reached is given by the rule in force now, also for what
    was before it. Fields that are ``unused`` mean nothing for a kind.
    """

    of_orders: ClassVar[bool] = True
    counts_whenever: ClassVar[bool] = False
    looks_at_profile: ClassVar[bool] = False
    unused: ClassVar[tuple[str, ...]] = ()

    name_zh: Name = "里程碑"
    name_en: Name = "Milestone"
    reward_points: Annotated[int, Meta(ge=0, le=10**7)] = 0
    reward_coupon_slot: Annotated[str, Meta(pattern="^(coupon:[a-z0-9_]{1,40})?$")] = ""
    on_refund: Literal["take_back", "keep"] = "take_back"
    within_days: Annotated[int, Meta(ge=1, le=366)] = 30
    conditions: Conditions = ALWAYS

    def crossings(self, history: History) -> Iterator[Crossing]:
        """Go through the times that she reached it. Reads nothing but its arguments."""
        raise NotImplementedError

    def step(self, history: History) -> Step | None:
        """Return how far she is to the next time; None where there is no next one."""
        raise NotImplementedError


MILESTONES: Registry[Milestone] = Registry(__name__)
