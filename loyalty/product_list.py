"""The brand's products as a list tells them: new ones are added, what differs is changed.

Products that a list does not name stay as they are, or go off sale; none is ever deleted, since
orders cite them.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from loyalty.errors import Refused
from loyalty.outcomes import Fate, Outcome
from loyalty.shop_products import OF_SHOPS, fill, lock
from models import db

PRODUCTS_A_PAGE = 1_000
OF_NEW: dict[str, Any] = {
    "name_en": "",
    "category": "",
    "brand": "",
    "cost_fen": None,
    "picture": "",
    "is_on_sale": True,
}

_TYPES = {
    "sku": "text",
    "name_zh": "text",
    "name_en": "text",
    "category": "text",
    "brand": "text",
    "price_fen": "bigint",
    "cost_fen": "bigint",
    "picture": "text",
    "is_on_sale": "boolean",
}
FIELDS = tuple(name for name in _TYPES if name != "sku")
_READ = f"SELECT {', '.join(_TYPES)}, told_by_shops FROM product WHERE sku = ANY($1::text[])"
_WRITE = (
    f"INSERT INTO product ({', '.join(_TYPES)}) SELECT * FROM unnest("
    + ", ".join(f"${i}::{kind}[]" for i, kind in enumerate(_TYPES.values(), 1))
    + ") ON CONFLICT (sku) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in FIELDS)
)
# What the list says is the brand's from now on.
_OF_BRAND = """
UPDATE product SET told_by_shops = ARRAY(
    SELECT unnest(told_by_shops) EXCEPT SELECT field FROM
        unnest($1::text[], $2::text[]) AS said (sku, field) WHERE said.sku = product.sku)
WHERE sku = ANY($1::text[]) AND told_by_shops <> '{}'
"""
_OFF_SALE = (
    "UPDATE product SET is_on_sale = false WHERE is_on_sale AND NOT EXISTS"
    " (SELECT FROM unnest($1::text[]) AS named (sku) WHERE named.sku = product.sku) RETURNING sku"
)
_COUNT = "SELECT count(*) AS products, count(*) - count(cost_fen) AS costless FROM product"


class ProductTold(Struct, frozen=True):
    """A product as a list tells it. What the list has no column for is UNSET."""

    sku: str
    name_zh: str | UnsetType = UNSET
    name_en: str | UnsetType = UNSET
    category: str | UnsetType = UNSET
    brand: str | UnsetType = UNSET
    price_fen: int | UnsetType = UNSET
    cost_fen: int | UnsetType | None = UNSET
    picture: str | UnsetType = UNSET
    is_on_sale: bool | UnsetType = UNSET


class ProductList(Struct, frozen=True):
    """Products, each SKU once. Where ``stays`` is given, other products go off sale."""

    products: Sequence[ProductTold]
    stays: Collection[str] | None = None


class ProductChanged(Struct, frozen=True):
    """What a list did to a product: each field with what it was before and what it is now."""

    is_new: bool
    fields: dict[str, tuple[Any, Any]]


class ProductsTaken(Struct, frozen=True):
    """What became of a list's products, one by one; and of all products, how many lack a cost."""

    outcomes: list[Outcome[ProductChanged]]
    off_sale: list[str]
    product_count: int
    costless_count: int


class _TriedOut(Exception):
    """Undoes what was tried."""


async def bring_in(told: ProductList) -> ProductsTaken:
    """Bring in a list, in one transaction and a constant number of statements a page of products.

    A new product needs a name and a price: without them it is refused (``new_product_lacks``), and
    so is one that only shops on platforms sell where the own store is to sell it without a price.
    What the list leaves empty shops may say. Who brings in at once waits; readers do not.
    """
    async with db.transaction():
        await lock()
        outcomes = [one for page in _pages(told.products) for one in await _brought_in(page)]
        off_sale: list[str] = []
        if told.stays is not None:
            off_sale = sorted(row["sku"] for row in await db.fetch(_OFF_SALE, list(told.stays)))
        (counted,) = await db.fetch(_COUNT)
    return ProductsTaken(outcomes, off_sale, counted["products"], counted["costless"])


async def try_out(told: ProductList) -> ProductsTaken:
    """Return what bringing in a list would do, and leave everything as it is."""
    assert not db.in_caller_transaction(), "it could not be undone by itself"
    try:
        async with db.transaction():
            taken = await bring_in(told)
            raise _TriedOut
    except _TriedOut:
        return taken


def _pages(products: Sequence[ProductTold]) -> Iterator[Sequence[ProductTold]]:
    for start in range(0, len(products), PRODUCTS_A_PAGE):
        yield products[start : start + PRODUCTS_A_PAGE]


async def _brought_in(page: Sequence[ProductTold]) -> list[Outcome[ProductChanged]]:
    rows = await db.fetch(_READ, [told.sku for told in page])
    known = {row["sku"]: dict(row) for row in rows}
    outcomes = [_outcome(told, known.get(told.sku)) for told in page]
    records = [
        [told.sku, *(_now(told, name, known.get(told.sku)) for name in FIELDS)]
        for told, one in zip(page, outcomes, strict=True)
        if one.fate is Fate.DONE
    ]
    if records:
        await db.fetch(_WRITE, *map(list, zip(*records, strict=True)))
    taken = [told for told, one in zip(page, outcomes, strict=True) if one.fate is not Fate.REFUSED]
    said = [
        (told.sku, name)
        for told in taken
        for name in known.get(told.sku, OF_NEW).get("told_by_shops", ())
        if _says(told, name)
    ]
    if said:
        await db.fetch(_OF_BRAND, *map(list, zip(*said, strict=True)))
    await fill([told.sku for told in taken])
    return await _as_they_ended(page, outcomes)


async def _as_they_ended(
    page: Sequence[ProductTold], outcomes: Sequence[Outcome[ProductChanged]]
) -> list[Outcome[ProductChanged]]:
    """Return the outcomes, with what shops say where the list cleared what the brand had said."""
    cleared = [told.sku for told, one in zip(page, outcomes, strict=True) if _clears(one)]
    if not cleared:
        return list(outcomes)
    now = {row["sku"]: row for row in await db.fetch(_READ, cleared)}
    return [
        _ended(one, now[told.sku]) if told.sku in now else one
        for told, one in zip(page, outcomes, strict=True)
    ]


def _clears(one: Outcome[ProductChanged]) -> bool:
    return one.value is not None and any(
        name in OF_SHOPS and was not in ("", None) and now in ("", None)
        for name, (was, now) in one.value.fields.items()
    )


def _ended(one: Outcome[ProductChanged], row: db.Row) -> Outcome[ProductChanged]:
    assert one.value is not None
    fields = {name: (was, row[name]) for name, (was, _) in one.value.fields.items()}
    changed = {name: sides for name, sides in fields.items() if sides[0] != sides[1]}
    fate = Fate.DONE if changed else Fate.ALREADY_DONE
    return Outcome(fate, ProductChanged(False, changed))


def _outcome(told: ProductTold, known: dict[str, Any] | None) -> Outcome[ProductChanged]:
    if known is None:
        lacks = [name for name in ("name_zh", "price_fen") if getattr(told, name) is UNSET]
        if lacks:
            return Outcome(Fate.REFUSED, refusal=Refused("new_product_lacks", field=lacks[0]))
        new = {name: (None, _now(told, name, None)) for name in FIELDS}
        return Outcome(Fate.DONE, ProductChanged(True, new))
    now = {name: (known[name], _now(told, name, known)) for name in FIELDS}
    if now["is_on_sale"][1] and now["price_fen"][1] is None:
        return Outcome(Fate.REFUSED, refusal=Refused("new_product_lacks", field="price_fen"))
    changed = {name: sides for name, sides in now.items() if sides[0] != sides[1]}
    fate = Fate.DONE if changed else Fate.ALREADY_DONE
    return Outcome(fate, ProductChanged(False, changed))


def _now(told: ProductTold, name: str, known: dict[str, Any] | None) -> Any:
    """Return a field as the list tells it, else as it was, else as it is for a new product.

    One that only shops sold is new to the own store where the list gives it its price.
    """
    value = getattr(told, name)
    if known is None:
        return OF_NEW[name] if value is UNSET else value
    if name == "is_on_sale" and value is UNSET and known["price_fen"] is None:
        return told.price_fen is not UNSET
    if value is UNSET or (name in known["told_by_shops"] and not _says(told, name)):
        return known[name]
    return value


def _says(told: ProductTold, name: str) -> bool:
    """Say whether the list tells a field; a cost of 0 is one, an empty text is none."""
    return getattr(told, name) not in (UNSET, None, "")
