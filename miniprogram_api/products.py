"""What the brand's own store sells."""

from msgspec import Struct

from loyalty.wording import Worded
from models import Product
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
    found = await Product.filter(is_on_sale=True).order_by("category", "sku").limit(MOST)
    return ProductList(
        [
            ProductForSale(
                sku=one.sku,
                name=Worded(one.name_zh, one.name_en).spoken(shopper.language),
                category=one.category,
                price_fen=one.price_fen,
                picture=one.picture,
            )
            for one in found
        ]
    )
