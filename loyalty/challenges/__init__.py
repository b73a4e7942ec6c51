"""Goals with a reward. One file a kind of goal; the docstrings are what staff read.

A rule of the slot ``challenge:<code>`` is one challenge. How far a member is, is always counted
again from what happened in the round, so a refund takes back what an order gave.
"""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from loyalty.conditions import ALWAYS, Conditions
from loyalty.errors import Refused
from loyalty.festivals import Festival
from loyalty.happenings import Happening, Happenings
from loyalty.registry import Registry

Name = Annotated[str, Meta(min_length=1, max_length=40)]
Target = Annotated[int, Meta(ge=1, le=1_000_000)]
RewardPoints = Annotated[int, Meta(ge=0, le=10**7)]
CouponSlot = Annotated[str, Meta(pattern="^(coupon:[a-z0-9_]{1,40})?$")]
BoostPercent = Annotated[int, Meta(ge=0, le=1000)]
BoostDays = Annotated[int, Meta(ge=1, le=60)]
Rounds = Literal["once", "daily", "weekly", "monthly", Festival]
Unit = Literal["orders", "yuan", "days", "categories", "reviews", "rooms", "friends", "events"]

# A month may have no more, so that nobody is promised what February cannot bring.
_DAYS_OF = {"daily": 1, "weekly": 7, "monthly": 28}


class ChallengeStep(Struct, frozen=True, forbid_unknown_fields=True):
    """A further step of a challenge: so many in all, and what it gives besides those before it.

    ``boost_percent`` lets what she buys in ``boost_days`` from the claim on earn so many times: 200
    is double, 0 is none.
    """

    target: Target
    reward_points: RewardPoints = 0
    reward_coupon_slot: CouponSlot = ""
    boost_percent: BoostPercent = 0
    boost_days: BoostDays = 7

    @property
    def gives_something(self) -> bool:
        """Say whether it has a reward."""
        return bool(self.reward_points or self.reward_coupon_slot or self.boost_percent)


class Challenge(Struct, frozen=True, forbid_unknown_fields=True):
    """What every challenge has: how many it takes, how often it begins anew, what it gives.

    ``rounds`` of "once" last as long as the rule is in force; of a festival they are its season,
    each year. A reward that ``comes_by_itself`` is given with the check-in that reaches it; the
    others she claims. With ``boost_percent`` 200 she earns double points on what she buys in the
    ``boost_days`` from then on. ``more_steps`` go on from there, each with a reward of its own.
    """

    looks_at: ClassVar[tuple[type[Happening], ...]] = ()
    unit: ClassVar[Unit] = "orders"

    name_zh: Name = "任务"
    name_en: Name = "Challenge"
    rounds: Rounds = "weekly"
    target: Target = 1
    reward_points: RewardPoints = 0
    reward_coupon_slot: CouponSlot = ""
    comes_by_itself: bool = False
    conditions: Conditions = ALWAYS
    more_steps: Annotated[tuple[ChallengeStep, ...], Meta(max_length=9)] = ()
    on_refund: Literal["take_back", "keep"] = "take_back"
    boost_percent: BoostPercent = 0
    boost_days: BoostDays = 7

    def __post_init__(self) -> None:
        targets = [step.target for step in self.steps]
        if targets != sorted(set(targets)):
            raise ValueError("Steps not ascending - at `$.more_steps`")
        if any(0 < step.boost_percent <= 100 for step in self.steps):
            raise ValueError("Boost of nothing - at `$.boost_percent`")
        if not all(step.gives_something for step in self.more_steps):
            raise ValueError("Step gives nothing - at `$.more_steps`")
        most = _DAYS_OF.get(self.rounds)
        if self.unit == "days" and most is not None and targets[-1] > most:
            place = "more_steps" if self.more_steps else "target"
            raise ValueError(f"More days than the round has - at `$.{place}`")

    @property
    def steps(self) -> tuple[ChallengeStep, ...]:
        """Return all steps, the lowest first; the first is the challenge's own."""
        first = ChallengeStep(
            self.target,
            self.reward_points,
            self.reward_coupon_slot,
            self.boost_percent,
            self.boost_days,
        )
        return (first, *self.more_steps)

    def counted_in(self) -> Unit:
        """Return what its targets are counted in."""
        return self.unit

    def reached(self, happenings: Happenings) -> int:
        """Return how many are done. Reads nothing but its arguments."""
        raise NotImplementedError

    def lacks(self, happenings: Happenings) -> list[Refused]:
        """Return what else she needs to claim, by what happened; nothing for most."""
        return []


CHALLENGES: Registry[Challenge] = Registry(__name__)
