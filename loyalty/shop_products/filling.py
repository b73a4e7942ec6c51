"""What the brand did not say of a product is what its shops say, the first connected before others.

What the brand said stays. Its own store's price and whether that sells it no shop can say.
"""

from collections.abc import Collection

from models import db

OF_SHOPS = ("name_zh", "category", "brand", "cost_fen", "picture")

_FIRST = "ORDER BY gone_at IS NOT NULL, connection_id)"
_LEFT = {
    field: f"('{field}' = ANY(product.told_by_shops) OR product.{field} {nothing})"
    for field, nothing in zip(OF_SHOPS, ("= ''", "= ''", "= ''", "IS NULL", "= ''"), strict=True)
}
_TAKEN = ", ".join(
    f"CASE WHEN {left} THEN excluded.{field} ELSE product.{field} END"
    for field, left in _LEFT.items()
)
_BY_SHOPS = ", ".join(f"CASE WHEN {left} THEN '{field}' END" for field, left in _LEFT.items())
_NOW = f"({_TAKEN}, array_remove(ARRAY[{_BY_SHOPS}], NULL))"
_FILL = f"""
INSERT INTO product (sku, name_en, is_on_sale, {", ".join(OF_SHOPS)}, told_by_shops)
SELECT sku, '', false,
       (array_agg(name {_FIRST})[1],
       coalesce((array_agg(category {_FIRST} FILTER (WHERE category <> ''))[1], ''),
       coalesce((array_agg(brand {_FIRST} FILTER (WHERE brand <> ''))[1], ''),
       (array_agg(cost_fen {_FIRST} FILTER (WHERE cost_fen IS NOT NULL))[1],
       coalesce((array_agg(picture {_FIRST} FILTER (WHERE picture <> ''))[1], ''),
       $2
FROM shop_product WHERE sku = ANY($1::text[]) GROUP BY sku ORDER BY sku
ON CONFLICT (sku) DO UPDATE SET ({", ".join(OF_SHOPS)}, told_by_shops) = {_NOW}
WHERE ({", ".join(f"product.{field}" for field in OF_SHOPS)}, product.told_by_shops)
      IS DISTINCT FROM {_NOW}
"""


async def lock() -> None:
    """Let nobody else write products until the transaction ends; readers go on."""
    await db.fetch("LOCK TABLE product IN SHARE ROW EXCLUSIVE MODE")


async def fill(skus: Collection[str]) -> None:
    """Let products be as brand and shops say together; one that only shops sell is added.

    It is not for sale in the own store, and has no price there. Call it under ``lock``.
    """
    await db.fetch(_FILL, list(skus), list(OF_SHOPS))
