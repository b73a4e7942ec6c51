"""A coupon that members claim by themselves is claimed once, whoever holds it then."""

from loyalty import coupons, programme
from loyalty.coupons import Issue, Reason
from loyalty.discounts.fen_off import FenOff
from loyalty.gifts import GiftWish
from models import Coupon
from tests.cast import JUNE_1
from tests.loyalty.gifts.scene import AT, claimed, send


async def given(member_id: int, key: str) -> str:
    issue = Issue(key, member_id, "coupon:once", Reason(zh="谢谢", en="Thanks"))
    (outcome,) = await coupons.issue([issue], at=AT)
    return outcome.refusal.code if outcome.refusal else outcome.fate.value


async def test_a_coupon_given_away_counts_for_the_giver_and_not_for_the_friend(
    lin: int, wang: int
) -> None:
    batch = FenOff(fen=500, per_member=1, is_giftable=True)
    await programme.publish("coupon:once", batch, starts_at=JUNE_1, by="test", at=JUNE_1)
    assert await given(lin, "a") == "done"
    coupon = await Coupon.get(key="a")
    gift = await send(lin, GiftWish(coupon_uuid=coupon.uuid))
    assert await given(lin, "b") == "coupon_limit_reached"
    assert await claimed(wang, gift) == "claimed"
    assert await given(lin, "c") == "coupon_limit_reached"
    assert await given(wang, "d") == "done"
