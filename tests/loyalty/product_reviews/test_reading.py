"""What all may read of a product, what staff hide of it, and whose a review is after a merge."""

from datetime import timedelta

import pytest

from loyalty import customers, product_reviews
from loyalty.errors import NotFound, Refused
from loyalty.product_reviews import ProductStars
from models import ProductReview, ProductReviewDeed, StaffMember
from tests.cast import DAY, JUNE_1, LIN, WANG
from tests.loyalty.play_scene import member
from tests.loyalty.product_reviews.scene import BEANS, CUP, buys, says

MINUTE = timedelta(minutes=1)


async def marketer() -> int:
    made = await StaffMember.create(
        account="ma", name="马力", role="marketer", language="zh", created_at=JUNE_1
    )
    return int(made.id)


async def test_reviews_come_newest_first_page_by_page_and_stars_are_counted(
    database: None,
) -> None:
    wang = await member(WANG)
    for n, stars in enumerate((5, 4, 4, 1)):
        await says(wang, await buys(str(n)), stars=stars, text=str(n), at=JUNE_1 + n * MINUTE)
    await says(wang, await buys("9"), sku=CUP, stars=1)
    found = await product_reviews.of_product(BEANS, before=None, limit=3)
    assert [one.text for one in found] == ["3", "2", "1"]
    (last,) = await product_reviews.of_product(BEANS, before=found[-1].uuid, limit=3)
    assert last.text == "0"
    counted = await product_reviews.stars_of(BEANS)
    assert (counted.counts, counted.average, counted.reviews) == ((1, 0, 0, 2, 1), 3.5, 4)
    assert await product_reviews.of_product("another", before=None, limit=3) == []
    assert (await product_reviews.stars_of("another")).average is None


def test_an_average_is_rounded_as_people_do() -> None:
    assert ProductStars((0, 0, 0, 3, 1)).average == 4.3
    assert ProductStars((0, 0, 1, 0, 2)).average == 4.3
    assert ProductStars((0, 0, 0, 0, 7)).average == 5.0


async def test_a_hidden_review_is_for_her_and_staff_and_comes_back(database: None) -> None:
    wang, by = await member(WANG), await marketer()
    purchase = await buys()
    review = await says(wang, purchase)
    deed = {"staff_member_id": by, "at": JUNE_1}
    with pytest.raises(Refused, match="reason_missing"):
        await product_reviews.hide(review.uuid, reason=" ", **deed)
    for _ in range(2):
        await product_reviews.hide(review.uuid, reason="广告", **deed)
    assert await product_reviews.of_product(BEANS, before=None, limit=9) == []
    assert (await product_reviews.stars_of(BEANS)).reviews == 0
    assert (await product_reviews.find(review.uuid, member_id=wang)).hidden_at == JUNE_1
    await says(wang, purchase, uuid=review.uuid, text="改过")
    assert await product_reviews.of_product(BEANS, before=None, limit=9) == []
    (shown,) = await product_reviews.newest(stars=5, before=None, limit=9)
    assert shown.text == "改过"
    assert await product_reviews.newest(stars=4, before=None, limit=9) == []
    await product_reviews.show_again(review.uuid, reason="看错了", **deed)
    assert len(await product_reviews.of_product(BEANS, before=None, limit=9)) == 1
    deeds = await ProductReviewDeed.all().order_by("id")
    assert [(one.kind.value, one.reason, one.staff_member_id) for one in deeds] == [
        ("hidden", "广告", by),
        ("shown", "看错了", by),
    ]


async def test_what_was_hidden_is_not_written_anew_to_go_around_it(database: None) -> None:
    wang, by, purchase = await member(WANG), await marketer(), await buys()
    review = await says(wang, purchase)
    await product_reviews.hide(review.uuid, reason="广告", staff_member_id=by, at=JUNE_1)
    await product_reviews.take_back(wang, review.uuid, at=JUNE_1)
    with pytest.raises(Refused, match="already_reviewed"):
        await says(wang, purchase, at=JUNE_1 + DAY)
    with pytest.raises(NotFound, match="no_such_review"):
        await product_reviews.show_again(
            review.uuid, reason="x", staff_member_id=by, at=JUNE_1 + DAY
        )
    assert await product_reviews.newest(stars=None, before=None, limit=9) == []


async def test_who_became_another_keeps_her_reviews_and_purchases(database: None) -> None:
    wang, lin = await member(WANG), await member(LIN)
    hers, old = await says(wang, await buys()), await buys("2", buyer=WANG)
    merge_id = await customers.merge(lin, wang, evidence="test", by="chen", at=JUNE_1)
    assert (await product_reviews.find(hers.uuid, member_id=lin)).member_id == lin
    later = await says(lin, old)
    with pytest.raises(Refused, match="already_reviewed"):
        await says(lin, old)
    await customers.unmerge(merge_id, by="chen", at=JUNE_1 + DAY)
    assert (await product_reviews.find(later.uuid, member_id=wang)).member_id == wang
    assert await ProductReview.filter(member_id=wang).count() == 2
