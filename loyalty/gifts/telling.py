"""Tell the giver what became of her gift: a customer message, planned with the change itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from loyalty import deliveries
from loyalty.deliveries import Planned, Text
from loyalty.gifts.reading import FullGift
from loyalty.wording import Worded
from models import GiftKind, GiftState, db

SAID_WITHIN = timedelta(days=2)

# The account that she followed last, of those that she follows.
_ADDRESSES = """
SELECT DISTINCT ON (customer.id) customer.id AS giver_id, customer.language, identity.scope,
       identity.value
FROM customer JOIN identity ON identity.customer_id = customer.id AND identity.kind = 'openid'
                           AND identity.following_since IS NOT NULL
WHERE customer.id = ANY($1::bigint[])
ORDER BY customer.id, identity.following_since DESC, identity.id DESC
"""

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
    if not gifts:
        return
    rows = await db.fetch(_ADDRESSES, sorted({gift.giver_id for gift in gifts}))
    addresses = {row["giver_id"]: row for row in rows}
    wanted = [
        Planned(
            key=f"gift:{gift.id}:{gift.state.value}",
            customer_id=row["giver_id"],
            channel="official_account",
            scope=row["scope"],
            address=row["value"],
            message=Text(_words(gift).spoken(row["language"])),
            not_before=at,
            lapses_at=at + SAID_WITHIN,
        )
        for gift in gifts
        if (row := addresses.get(gift.giver_id)) is not None
    ]
    await deliveries.plan(wanted, at=at)


def _words(gift: FullGift) -> Worded:
    told = CLAIMED if gift.state is GiftState.CLAIMED else RETURNED
    if gift.kind is GiftKind.POINTS:
        what = Worded(f" {gift.points:,} 积分", f"{gift.points:,} points")
    else:
        what = Worded("优惠券", "coupon")
    return Worded(told.zh.format(what=what.zh), told.en.format(what=what.en))
