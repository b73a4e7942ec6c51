"""Wang has a completed purchase of beans and a cup, and short ways to review."""

from datetime import datetime
from uuid import UUID, uuid4

from loyalty import product_reviews, purchases
from loyalty.orders import IdentityRef
from loyalty.product_reviews import FullProductReview, ReviewWish
from models import Purchase, PurchaseState
from tests.cast import JUNE_1, WANG, line, order

BEANS, CUP = "B-330", "CUP"


async def buys(
    number: str = "1",
    *,
    buyer: IdentityRef = WANG,
    state: PurchaseState = PurchaseState.COMPLETED,
    beans_back_fen: int = 0,
) -> UUID:
    """Record an order of two lines, and return what the purchase is called."""
    lines = (
        line(100_00, key="1", sku=BEANS, refunded_fen=beans_back_fen),
        line(50_00, key="2", sku=CUP),
    )
    one = order(number, *lines, buyer=(buyer,), state=state)
    (outcome,) = await purchases.record([one], at=JUNE_1)
    outcome.unwrap()
    return (await Purchase.get(number=number)).uuid


async def says(
    member_id: int,
    purchase: UUID,
    *,
    sku: str = BEANS,
    stars: int = 5,
    text: str = "香",
    uuid: UUID | None = None,
    at: datetime = JUNE_1,
) -> FullProductReview:
    """Review a product of a purchase."""
    wish = ReviewWish(purchase, sku, stars, text)
    return await product_reviews.review(member_id, uuid or uuid4(), wish, at=at)
