"""What the brand's own store sells; read with each cart, so as plain rows and not as models."""

from collections.abc import Iterable

from msgspec import Struct

from loyalty.errors import NotFound, Refused
from loyalty.wording import Worded
from models import db


class ForSale(Struct, frozen=True):
    """One product; ``price_fen`` is what one costs before any discount.

    ``cost_fen`` is what one costs the brand, None where nobody knows; no shopper is ever told.
    """

    sku: str
    name_zh: str
    name_en: str
    category: str
    brand: str
    price_fen: int
    picture: str
    cost_fen: int | None

    @property
    def name(self) -> Worded:
        """Return what it is called."""
        return _worded(self.name_zh, self.name_en)


_COLUMNS = ", ".join(ForSale.__struct_fields__)


async def for_sale(*, limit: int) -> list[ForSale]:
    """Return what is for sale, by category and SKU."""
    rows = await db.fetch(
        f"SELECT {_COLUMNS} FROM product WHERE is_on_sale ORDER BY category, sku LIMIT $1", limit
    )
    return [ForSale(*row) for row in rows]


async def names(skus: Iterable[str]) -> dict[str, Worded]:
    """Return what products are called, on sale or not; what is no product is left out."""
    asked = sorted(set(skus))
    rows = await db.fetch(
        "SELECT sku, name_zh, name_en FROM product WHERE sku = ANY($1::text[])", asked
    )
    return {row["sku"]: _worded(row["name_zh"], row["name_en"]) for row in rows}


async def known(skus: Iterable[str]) -> dict[str, ForSale]:
    """Return products, on sale or not; what is no product is left out."""
    asked = sorted(set(skus))
    rows = await db.fetch(f"SELECT {_COLUMNS} FROM product WHERE sku = ANY($1::text[])", asked)
    return {row["sku"]: ForSale(*row) for row in rows}


async def wanted(skus: Iterable[str]) -> dict[str, ForSale]:
    """Return the products that are sold under these SKUs.

    Raises:
        NotFound: ``no_such_product``. Refused: ``product_not_on_sale``.
    """
    asked = sorted(set(skus))
    rows = await db.fetch(
        f"SELECT is_on_sale, {_COLUMNS} FROM product WHERE sku = ANY($1::text[])", asked
    )
    found = {row["sku"]: row for row in rows}
    for sku in asked:
        if sku not in found:
            raise NotFound("no_such_product", sku=sku)
        if not found[sku]["is_on_sale"]:
            raise Refused("product_not_on_sale", sku=sku)
    return {sku: ForSale(*row[1:]) for sku, row in found.items()}


def _worded(name_zh: str, name_en: str) -> Worded:
    """Return a product's name; one without an English name has its Chinese one in English, too."""
    return Worded(name_zh, name_en or name_zh)
