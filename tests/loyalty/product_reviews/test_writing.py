"""One review a product of a completed purchase, by whoever bought it, and changed once a day."""

import asyncio
from uuid import uuid4

import pytest

from loyalty import product_reviews
from loyalty.errors import Conflict, LoyaltyError, NotFound, Refused
from models import ProductReview, Purchase, PurchaseState
from tests.cast import DAY, JUNE_1, LIN, WANG
from tests.loyalty.play_scene import member
from tests.loyalty.product_reviews.scene import BEANS, CUP, buys, says


async def test_each_product_of_a_purchase_is_reviewed_once(database: None) -> None:
    wang, purchase = await member(WANG), await buys()
    first = await says(wang, purchase, stars=4, text="很香\n好喝")
    assert (first.stars, first.text, first.written_at) == (4, "很香\n好喝", JUNE_1)
    await says(wang, purchase, sku=CUP, text="")
    with pytest.raises(Refused, match="already_reviewed"):
        await says(wang, purchase, text="再说一次")
    other = await buys("2")
    await says(wang, other)
    assert await ProductReview.all().count() == 3


async def test_a_retry_changes_nothing_and_a_name_stands_for_one_thing(database: None) -> None:
    wang, lin, uuid = await member(WANG), await member(LIN), uuid4()
    purchase, lins = await buys(), await buys("2", buyer=LIN)
    first = await says(wang, purchase, uuid=uuid)
    assert await says(wang, purchase, uuid=uuid, at=JUNE_1 + DAY) == first
    for member_id, bought, sku in ((wang, purchase, CUP), (lin, purchase, BEANS), (lin, lins, CUP)):
        with pytest.raises(Conflict, match="key_reused"):
            await says(member_id, bought, sku=sku, uuid=uuid)
    assert await product_reviews.find(uuid, member_id=wang) == first


async def test_who_taps_ten_times_at_once_reviews_once(database: None) -> None:
    wang, purchase, uuid = await member(WANG), await buys(), uuid4()
    same = await asyncio.gather(*(says(wang, purchase, uuid=uuid) for _ in range(5)))
    assert len({one.id for one in same}) == 1
    others = await asyncio.gather(*(says(wang, purchase) for _ in range(5)), return_exceptions=True)
    assert [str(one) for one in others] == ["already_reviewed()"] * 5
    assert await ProductReview.all().count() == 1


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (PurchaseState.PAID, "purchase_not_completed"),
        (PurchaseState.SHIPPED, "purchase_not_completed"),
        (PurchaseState.REFUNDED, "goods_refunded"),
        (PurchaseState.REPLACED, "no_such_purchase"),
    ],
)
async def test_only_what_was_completed_is_reviewed(
    database: None, state: PurchaseState, code: str
) -> None:
    wang, purchase = await member(WANG), await buys()
    nothing = {"paid_fen": 0, "goods_fen": 0} if state is PurchaseState.REPLACED else {}
    await Purchase.filter(uuid=purchase).update(state=state, **nothing)
    with pytest.raises(LoyaltyError, match=code):
        await says(wang, purchase)
    assert await ProductReview.all().count() == 0


async def test_a_line_that_wholly_came_back_is_not_reviewed_the_others_are(database: None) -> None:
    wang = await member(WANG)
    whole, half = await buys(beans_back_fen=100_00), await buys("2", beans_back_fen=50_00)
    with pytest.raises(Refused, match="goods_refunded"):
        await says(wang, whole)
    await says(wang, whole, sku=CUP)
    await says(wang, half)


async def test_anothers_purchase_is_like_one_that_is_not_there(database: None) -> None:
    await member(WANG)
    lin, purchase = await member(LIN), await buys()
    for name in (purchase, uuid4()):
        with pytest.raises(NotFound, match="no_such_purchase"):
            await says(lin, name)
    with pytest.raises(NotFound, match="not_in_purchase"):
        await says(await member(WANG), purchase, sku="another")


async def test_she_changes_hers_once_a_day_of_shanghai(database: None) -> None:
    wang, purchase, uuid = await member(WANG), await buys(), uuid4()
    await says(wang, purchase, uuid=uuid)
    changed = await says(wang, purchase, uuid=uuid, stars=2, text="淡了")
    assert (changed.stars, changed.text, changed.changed_at) == (2, "淡了", JUNE_1)
    assert await says(wang, purchase, uuid=uuid, stars=2, text="淡了") == changed
    with pytest.raises(Refused, match="review_changed_today"):
        await says(wang, purchase, uuid=uuid, stars=3)
    again = await says(wang, purchase, uuid=uuid, stars=3, at=JUNE_1 + DAY)
    assert (again.stars, again.written_at) == (3, JUNE_1)


async def test_what_was_taken_back_is_gone_and_may_be_written_anew_from_tomorrow(
    database: None,
) -> None:
    wang, purchase, uuid = await member(WANG), await buys(), uuid4()
    await says(wang, purchase, uuid=uuid)
    gone = await product_reviews.take_back(wang, uuid, at=JUNE_1)
    assert (gone.text, gone.taken_back_at) == ("", JUNE_1)
    assert await product_reviews.take_back(wang, uuid, at=JUNE_1 + DAY) == gone
    with pytest.raises(Refused, match="review_taken_back"):
        await says(wang, purchase, uuid=uuid, at=JUNE_1 + DAY)
    with pytest.raises(Refused, match="review_changed_today"):
        await says(wang, purchase)
    await says(wang, purchase, at=JUNE_1 + DAY)
    with pytest.raises(NotFound, match="no_such_review"):
        await product_reviews.take_back(await member(LIN), uuid, at=JUNE_1)
