"""Tell the giver what became of her gift: a customer message, planned with the change itself."""

from collections.abc import Sequence
from datetime import datetime

from loyalty.deliveries import Words, tell_followers
from loyalty.gifts.reading import FullGift
from loyalty.wording import Worded
from models import GiftKind, GiftState

CLAIMED = Worded(
    "您送出的{what}已被朋友领取。",
    "Your friend has claimed the {what} that you sent.",
)
RETURNED = Worded(
    "您送出的{what}无人领取，已退回给您。",
    "Nobody claimed the {what} that you sent in time: it is yours again.",
)


async def tell(gifts: Sequence[FullGift], *, at: datetime) -> None:
    """Plan to tell the givers of gifts that ended; who follows no account of ours is told nothing.

    Joins the caller's transaction, and says nothing twice.
    """
    await tell_followers(
        [
            Words(f"gift:{gift.id}:{gift.state.value}", gift.giver_id, _words(gift))
            for gift in gifts
        ],
        at=at,
    )


def _words(gift: FullGift) -> Worded:
    told = CLAIMED if gift.state is GiftState.CLAIMED else RETURNED
    if gift.kind is GiftKind.POINTS:
        what = Worded(f" {gift.points:,} 积分", f"{gift.points:,} points")
    else:
        what = Worded("优惠券", "coupon")
    return Worded(told.zh.format(what=what.zh), told.en.format(what=what.en))
