"""Tell winners what they won: a customer message, planned with the prize itself."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from loyalty.deliveries import Words, tell_followers
from loyalty.policies.board import Board, Prize
from loyalty.wording import Worded


class Won(Struct, frozen=True):
    """A prize that was given; ``key`` names it."""

    key: str
    member_id: int
    board: Board
    rank: int
    prize: Prize
    has_coupon: bool


async def tell(won: Sequence[Won], *, at: datetime) -> None:
    """Plan to tell winners; who follows no account of ours reads it in the mini-program.

    Joins the caller's transaction, and says nothing twice.
    """
    await tell_followers([Words(one.key, one.member_id, _words(one)) for one in won], at=at)


def prize_words(prize: Prize, *, has_coupon: bool = True) -> Worded:
    """Return what a prize is, in both languages; without its coupon where there was none."""
    zh, en = [], []
    if prize.reward_points:
        zh.append(f"{prize.reward_points:,} 积分")
        en.append(f"{prize.reward_points:,} points")
    if prize.reward_coupon_slot and has_coupon:
        zh.append("优惠券一张")
        en.append("a coupon")
    if prize.boost_percent:
        times = f"{prize.boost_percent / 100:g}"
        zh.append(f"{times} 倍积分 {prize.boost_days} 天")
        en.append(f"{times}x points for {prize.boost_days} days")
    return Worded("、".join(zh), ", ".join(en))


def _words(one: Won) -> Worded:
    what = prize_words(one.prize, has_coupon=one.has_coupon)
    zh = f"恭喜！您在{one.board.name_zh}排名第 {one.rank}"
    en = f"You came no. {one.rank} in {one.board.name_en}"
    if not what.zh:
        return Worded(f"{zh}。", f"{en}.")
    return Worded(
        f"{zh}，奖品已到账：{what.zh}。", f"{en}. Your prize is yours already: {what.en}."
    )
