"""A leaderboard."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from loyalty.festivals import Festival
from loyalty.policies import POLICIES
from loyalty.wording import Worded, yuan

Name = Annotated[str, Meta(min_length=1, max_length=40)]
Rank = Annotated[int, Meta(ge=1, le=10_000)]
Source = Literal["points", "spend", "orders", "check_ins", "invitations"]

# What stands behind a score in Chinese; in English one, and more than one. Money has its sign.
_UNITS = {
    "points": (" 积分", "point", "points"),
    "orders": (" 单", "order", "orders"),
    "check_ins": (" 次签到", "check-in", "check-ins"),
    "invitations": (" 位朋友", "friend", "friends"),
}


class Prize(Struct, frozen=True, forbid_unknown_fields=True):
    """What every rank from the first to the last wins: points, a coupon, a boost, or all."""

    first_rank: Rank = 1
    last_rank: Rank = 1
    reward_points: Annotated[int, Meta(ge=0, le=10**6)] = 0
    reward_coupon_slot: Annotated[str, Meta(pattern="^(coupon:[a-z0-9_]{1,40})?$")] = ""
    boost_percent: Annotated[int, Meta(ge=0, le=1000)] = 0
    boost_days: Annotated[int, Meta(ge=1, le=90)] = 7

    def __post_init__(self) -> None:
        if self.last_rank < self.first_rank:
            raise ValueError("Ends before it begins - at `$.last_rank`")
        if 0 < self.boost_percent <= 100:
            raise ValueError("A boost is over 100 - at `$.boost_percent`")
        if not (self.reward_points or self.reward_coupon_slot or self.boost_percent):
            raise ValueError("Gives nothing - at `$.reward_points`")


@POLICIES.add("board")
class Board(Struct, frozen=True, forbid_unknown_fields=True):
    """A leaderboard of a week, month or season, by what members did and did not give back.

    They are ranked by points earned, money spent in fen, orders, check-ins or friends who count.
    Ties go to who was there first. Between two seasons of a festival the last one is shown. A
    board with a VIP group has only its members, and only they see it.

    With prizes a season ends so many days after its last, when its orders are hardly given back
    any more: the list is frozen, staff look it through and approve, and prizes are given by
    themselves. What was promised as a season began holds for it, whatever is published meanwhile.
    """

    name_zh: Name = "本周积分榜"
    name_en: Name = "Points of the week"
    season: Literal["weekly", "monthly", Festival] = "weekly"
    source: Source = "points"
    community_slot: Annotated[str, Meta(pattern="^(community:[a-z0-9_]{1,40})?$")] = ""
    prizes: Annotated[tuple[Prize, ...], Meta(max_length=20)] = ()
    least_score: Annotated[int, Meta(ge=1, le=10**9)] = 1
    settles_after_days: Annotated[int, Meta(ge=0, le=60)] = 15

    def __post_init__(self) -> None:
        ended = 0
        for prize in self.prizes:
            if prize.first_rank <= ended:
                raise ValueError("Ranks do not rise - at `$.prizes`")
            ended = prize.last_rank

    def prize_of(self, rank: int) -> Prize | None:
        """Return what a final rank wins."""
        return next((one for one in self.prizes if one.first_rank <= rank <= one.last_rank), None)

    def figure(self, score: int) -> str:
        """Return a score as people read it: money in yuan, all else as a number."""
        return f"¥{yuan(score)}" if self.source == "spend" else f"{score:,}"

    def counted(self, score: int) -> Worded:
        """Return a score with what it counts: ``5 积分``, ``1 order``, ``¥98``."""
        figure = self.figure(score)
        if self.source == "spend":
            return Worded(figure, figure)
        zh, one, more = _UNITS[self.source]
        return Worded(f"{figure}{zh}", f"{figure} {one if score == 1 else more}")
