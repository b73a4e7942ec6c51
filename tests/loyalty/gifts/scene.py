"""Lin gives, Wang claims: what the tests of gifts share."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from loyalty import coupons, gifts, ledger
from loyalty.coupons import Issue, Reason
from loyalty.errors import LoyaltyError
from loyalty.gifts import FullGift, GiftWish, Links
from loyalty.sealing import Sealer
from models import Coupon
from tests.cast import DAY, JUNE_1
from tests.loyalty.ledger.scene import earned

LINKS = Links(Sealer("A" * 43))
AT = JUNE_1 + 3 * DAY
FIRST = JUNE_1 + 40 * DAY
SECOND = JUNE_1 + 80 * DAY
HOUR = timedelta(hours=1)


async def rich(member_id: int, points: int = 100, *, name: str = "") -> int:
    """Give her two lots, the smaller one to lapse first."""
    key = f"e{member_id}{name}"
    less = points * 3 // 10
    if less:
        await earned(member_id, less, key=f"{key}:first", at=JUNE_1, expires_at=FIRST)
    await earned(member_id, points - less, key=f"{key}:second", at=JUNE_1, expires_at=SECOND)
    return member_id


async def treat(member_id: int, *, slot: str = "coupon:treat", at: datetime = JUNE_1) -> UUID:
    """Issue her a coupon and return its uuid."""
    issue = Issue(f"test:{uuid4()}", member_id, slot, Reason(zh="谢谢", en="Thanks"))
    (issued,) = await coupons.issue([issue], at=at)
    return (await Coupon.get(id=issued.unwrap())).uuid


async def send(
    member_id: int, wish: GiftWish, *, uuid: UUID | None = None, at: datetime = AT
) -> FullGift:
    return await gifts.send(member_id, uuid or uuid4(), wish, links=LINKS, at=at)


async def sent(member_id: int, points: int = 50, *, at: datetime = AT) -> FullGift:
    return await send(member_id, GiftWish(points=points), at=at)


def secret(gift: FullGift) -> str:
    return LINKS.secret(gift.uuid)


async def claimed(member_id: int, gift: FullGift, *, at: datetime = AT + HOUR) -> str:
    """Claim and return the state, or the code of the refusal."""
    try:
        return (await gifts.claim(member_id, secret(gift), at=at)).state.value
    except LoyaltyError as refused:
        return refused.code


async def refused(member_id: int, wish: GiftWish, *, at: datetime = AT) -> str:
    """Try to send and return the code of the refusal."""
    try:
        return (await send(member_id, wish, at=at)).state.value
    except LoyaltyError as refusal:
        return refusal.code


async def available(member_id: int, *, at: datetime = AT + HOUR) -> int:
    return (await ledger.balances([member_id], at=at))[member_id].available
