"""What the brand's own store sells."""

from msgspec import Struct

from loyalty.products import for_sale
from web.session import Shopper

MOST = 500


class ProductForSale(Struct, frozen=True):
    """One product; ``price_fen`` is what one costs before any discount."""

    sku: str
    name: str
    category: str
    price_fen: int
    picture: str


class ProductList(Struct, frozen=True):
    """What is for sale, by category and SKU."""

    products: list[ProductForSale]


async def read(shopper: Shopper) -> ProductList:
    """Read what the store sells."""
    return ProductList(
        [
            ProductForSale(
                sku=one.sku,
                name=one.name.spoken(shopper.language),
                category=one.category,
                price_fen=one.price_fen,
                picture=one.picture,
            )
            for one in await for_sale(limit=MOST)
        ]
    )
