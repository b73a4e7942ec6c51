"""What points can be redeemed for. One file a kind; the docstrings are what staff read.

A rule of the slot ``reward:<code>`` is one reward of the catalogue.
"""

from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from loyalty.calendar import days_good, period_of
from loyalty.conditions import ALWAYS, Conditions
from loyalty.registry import Registry
from models import RedemptionState

Name = Annotated[str, Meta(min_length=1, max_length=40)]
Per = Literal["ever", "day", "week", "month"]
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
About = Annotated[str, Meta(max_length=500)]


class Reward(Struct, frozen=True, forbid_unknown_fields=True):
    """What every reward has. ``stock`` and ``per_member`` of None mean no end.

    It costs ``points`` and ``cash_fen``, either of which may be 0. A redemption is hers to fetch
    for ``days_to_fetch`` days. ``per`` says of which time the limit of a member is. One that
    ``needs_coupon`` cannot be had for points, only for an exchange coupon.
    """

    becomes: ClassVar[RedemptionState] = RedemptionState.ISSUED
    has_code: ClassVar[bool] = True
    wants_address: ClassVar[bool] = False
    wants_wechat: ClassVar[bool] = False

    name_zh: Name = "奖励"
    name_en: Name = "Reward"
    about_zh: About = ""
    about_en: About = ""
    picture: Annotated[str, Meta(max_length=200)] = ""
    points: Annotated[int, Meta(ge=0, le=10**9)] = 100
    cash_fen: Annotated[int, Meta(ge=0, le=10**9)] = 0
    stock: Annotated[int, Meta(ge=0, le=10**9)] | None = None
    per_member: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    per: Per = "ever"
    days_to_fetch: Annotated[int, Meta(ge=1, le=365)] = 30
    conditions: Conditions = ALWAYS
    needs_coupon: bool = False

    @property
    def times(self) -> int:
        """Return how often staff may scan the code of one redemption."""
        return 1

    @property
    def needs_miniprogram(self) -> bool:
        """Say whether it takes more than words: a payment, an address, who she is at WeChat Pay."""
        return bool(self.cash_fen or self.wants_address or self.wants_wechat)

    def ends_at(self, at: datetime) -> datetime:
        """Return until when a redemption that is made at a moment is hers to fetch or use."""
        return days_good(at, self.days_to_fetch)

    def limited_since(self, at: datetime) -> datetime:
        """Return when the time began that a member's limit is for."""
        return BEGINNING if self.per == "ever" else period_of(at, self.per)[0]


REWARDS: Registry[Reward] = Registry(__name__)
