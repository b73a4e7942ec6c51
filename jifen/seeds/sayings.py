"""What the demo's crowd said and gave: reviews, one of them hidden, and gifts between its members.

They stand from the start, so that no page of the demo is empty. Laid once: whoever moved the clock
or took something away finds it as it was left.
"""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from loyalty import gifts, product_reviews
from loyalty.gifts import GiftWish, Links
from loyalty.product_reviews import ReviewWish
from loyalty.sealing import Sealer
from models import Gift, ProductReview, Role, StaffMember, db

# Stars and words, given to what the crowd bought, the newest purchases first; most say nothing.
SAID = (
    (5, "香气很干净，酸甜平衡，已经回购第三次了。"),
    (5, ""),
    (4, "Fast delivery, and the beans were roasted a week ago."),
    (5, "送给爸妈的，他们很喜欢。"),
    (3, "味道不错，包装有点难撕开。"),
    (4, ""),
    (5, "磨得很细，适合摩卡壶。"),
    (2, "收到时盒子压坏了，客服处理得很快。"),
    (5, ""),
    (4, "A little pricey, but worth it on a Sunday."),
    (1, "加群领券，全网最低价！"),
    (4, ""),
)
HIDDEN, WHY = 10, "广告，与商品无关"
GIVEN = 60
WORDS = "周末一起喝一杯？"

_BOUGHT = """
SELECT purchase.uuid, customer_id AS member_id, line.sku, completed_at
FROM purchase JOIN purchase_line AS line ON line.purchase_id = purchase.id
JOIN member ON member.id = purchase.customer_id
WHERE purchase.number LIKE '2874700%' AND state = 'completed' AND line.refunded_fen = 0
ORDER BY completed_at DESC, purchase.id, line.number LIMIT $1
"""

_RICHEST = """
SELECT id FROM member WHERE points_available >= $1 AND EXISTS (
    SELECT FROM purchase WHERE customer_id = member.id AND purchase.number LIKE '2874700%')
ORDER BY id LIMIT 3
"""


async def lay(*, sealer: Sealer, at: datetime) -> None:
    """Let the crowd have reviewed and given; a second time changes nothing."""
    if not await ProductReview.exists():
        await _review(at=at)
    if not await Gift.exists():
        await _give(Links(sealer), at=at)


def _name(what: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"jifen:demo:{what}")


async def _review(*, at: datetime) -> None:
    bought = await db.fetch(_BOUGHT, len(SAID))
    for place, (row, (stars, words)) in enumerate(zip(bought, SAID, strict=False)):
        said_at = min(at, row["completed_at"] + timedelta(days=1))
        wish = ReviewWish(row["uuid"], row["sku"], stars, words)
        await product_reviews.review(row["member_id"], _name(f"review:{place}"), wish, at=said_at)
    staff = await StaffMember.filter(role=Role.MARKETER).first()
    if staff is not None and len(bought) > HIDDEN:
        hidden = _name(f"review:{HIDDEN}")
        await product_reviews.hide(hidden, reason=WHY, staff_member_id=staff.id, at=at)


async def _give(links: Links, *, at: datetime) -> None:
    """Let one give points that another claimed, and send some that nobody has claimed yet."""
    found = [row["id"] for row in await db.fetch(_RICHEST, GIVEN)]
    if len(found) < 3:
        return
    giver, friend, other = found
    wish = GiftWish(points=GIVEN, card_slot="card:thanks", words=WORDS, giver_name="小周")
    claimed, waiting = _name("gift:claimed"), _name("gift:waiting")
    await gifts.send(giver, claimed, wish, links=links, at=at)
    await gifts.claim(friend, links.secret(claimed), at=at)
    await gifts.send(other, waiting, wish, links=links, at=at)
