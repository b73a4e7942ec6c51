"""What the brand's own store sells."""

from msgspec import Struct

from loyalty import early_access, programme
from loyalty.products import for_sale
from web.context import Context
from web.session import Shopper
from web.typed import Moment

MOST = 500


class ProductForSale(Struct, frozen=True):
    """One product; ``price_fen`` is what one costs before any discount.

    ``opens_at`` is from when I can buy it; null where I can now.
    """

    sku: str
    name: str
    category: str
    price_fen: int
    picture: str
    opens_at: Moment | None


class ProductList(Struct, frozen=True):
    """What is for sale, by category and SKU."""

    products: list[ProductForSale]


async def read(shopper: Shopper, context: Context) -> ProductList:
    """Read what the store sells."""
    at = context.clock()
    sold = await for_sale(limit=MOST)
    rules = await programme.recent()
    skus = [one.sku for one in sold]
    shut = await early_access.barred(shopper.customer_id, skus, rules=rules, at=at)
    return ProductList(
        [
            ProductForSale(
                sku=one.sku,
                name=one.name.spoken(shopper.language),
                category=one.category,
                price_fen=one.price_fen,
                picture=one.picture,
                opens_at=shut[one.sku].opens_at if one.sku in shut else None,
            )
            for one in sold
        ]
    )
