"""What stands in the way of a deletion, and what would be lost by it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from loyalty import ledger
from loyalty.errors import NotFound
from loyalty.roots import HER_IDS
from loyalty.wording import Worded
from models import db


class HindranceKind(StrEnum):
    """What must come to its end first, because money or goods of hers are on their way."""

    ORDER_UNPAID = "order_unpaid"
    ORDER_NOT_RECEIVED = "order_not_received"
    REFUND_UNDER_WAY = "refund_under_way"
    REDEMPTION_UNDER_WAY = "redemption_under_way"
    GIFT_UNCLAIMED = "gift_unclaimed"


WORDS: dict[HindranceKind, Worded] = {
    HindranceKind.ORDER_UNPAID: Worded(
        "有订单待付款，请先付款或取消", "an order waits to be paid: pay or cancel it"
    ),
    HindranceKind.ORDER_NOT_RECEIVED: Worded(
        "有订单还未确认收货，请收到后确认",
        "an order has not been received: confirm it once it is there",
    ),
    HindranceKind.REFUND_UNDER_WAY: Worded(
        "有退款还在处理中，请等退款到账", "a refund is under way: wait until it has come"
    ),
    HindranceKind.REDEMPTION_UNDER_WAY: Worded(
        "有兑换还未完成，请等它完成或先取消",
        "something redeemed is on its way: wait for it or cancel it",
    ),
    HindranceKind.GIFT_UNCLAIMED: Worded(
        "有送出的礼物还没人领取，请先收回",
        "a gift that was sent has not been claimed: take it back",
    ),
}


class Hindrance(Struct, frozen=True):
    """So many of a kind stand in the way."""

    kind: HindranceKind
    count: int

    @property
    def words(self) -> Worded:
        """Return what it is and what she may do, in both languages."""
        return WORDS[self.kind]


class Outlook(Struct, frozen=True):
    """What a member would lose, and what is to be settled first; nothing of it: she may go.

    ``points`` can be spent now or wait to settle, ``debt`` is let off; ``coupons`` she could use,
    ``redemptions`` that she has not fetched or used up, ``gifts`` that she has not sent yet.
    """

    points: int
    debt: int
    coupons: int
    redemptions: int
    gifts: int
    hindrances: tuple[Hindrance, ...]


# What a platform delivers goes its own way there, whoever is a member here.
_HINDRANCES = f"""
WITH hers AS (SELECT {HER_IDS} AS ids)
SELECT 'order_unpaid' AS kind, count(*) FROM store_order, hers
WHERE member_id = ANY(ids) AND state = 'awaiting_payment'
UNION ALL
SELECT 'order_not_received', count(*) FROM hers
JOIN purchase ON customer_id = ANY(ids) JOIN shop ON shop.id = shop_id
WHERE shop.kind = 'own_store' AND purchase.state = 'paid' AND completed_at IS NULL
  AND EXISTS (SELECT FROM store_order WHERE store_order.number = purchase.number)
UNION ALL
SELECT 'refund_under_way', (
    SELECT count(*) FROM store_refund JOIN store_order ON store_order.id = store_order_id
    WHERE member_id = ANY(ids) AND store_refund.state = 'asked'
) + (
    SELECT count(*) FROM redemption_payment JOIN redemption ON redemption.id = redemption_id
    WHERE member_id = ANY(ids) AND redemption_payment.state = 'refunding'
) FROM hers
UNION ALL
SELECT 'redemption_under_way', count(*) FROM redemption, hers
WHERE member_id = ANY(ids)
  AND (state IN ('reserved', 'sending', 'to_ship', 'shipped')
       OR state = 'issued' AND expires_at > $2
          AND (cash_fen > 0 AND used = 0 OR store_order_id IS NOT NULL))
UNION ALL
SELECT 'gift_unclaimed', count(*) FROM gift, hers
WHERE member_id = ANY(ids) AND state = 'sent'
"""

_LOST = f"""
WITH hers AS (SELECT {HER_IDS} AS ids)
SELECT (SELECT count(*) FROM coupon
        WHERE member_id = ANY(ids) AND state = 'issued' AND expires_at > $2) AS coupons,
       (SELECT count(*) FROM redemption
        WHERE member_id = ANY(ids) AND state = 'issued' AND expires_at > $2) AS redemptions,
       (SELECT count(*) FROM gift
        WHERE member_id = ANY(ids) AND state = 'ready' AND lapses_at > $2) AS gifts
FROM hers
"""


async def outlook(member_id: int, *, at: datetime) -> Outlook:
    """Return what a deletion would mean for a member who was not merged.

    Raises:
        NotFound: ``no_such_member``.
    """
    balance = (await ledger.balances([member_id], at=at)).get(member_id)
    if balance is None:
        raise NotFound("no_such_member")
    (lost,) = await db.fetch(_LOST, member_id, at)
    return Outlook(
        points=balance.available + balance.pending,
        debt=balance.debt,
        coupons=lost["coupons"],
        redemptions=lost["redemptions"],
        gifts=lost["gifts"],
        hindrances=_in_the_way(await db.fetch(_HINDRANCES, member_id, at)),
    )


def _in_the_way(rows: Sequence[db.Row]) -> tuple[Hindrance, ...]:
    return tuple(Hindrance(HindranceKind(row[0]), row[1]) for row in rows if row[1])
