"""All products of a shop, from the first page to the last: what every platform's reading shares."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from loyalty import shop_products
from loyalty.errors import Refused
from loyalty.shop_products import Finished, Reading, SoldProduct, Unread
from web.context import now
from web.shops import ProductPage, ShopAccount
from wechat.errors import Rejected

T = TypeVar("T")
MOST_PAGES = 20_000
LEASE = timedelta(minutes=10)
LONGEST_SKU, LONGEST_NAME, LONGEST_PICTURE = 100, 200, 2_000
_PICTURE = re.compile(r"https://[^\s/\"'<>\\]+/[^\s\"<>\\]*")
_BLANKS = re.compile(r"[\s\x00-\x1f]+")


async def read_products(account: ShopAccount) -> Finished:
    """Read all products of a shop; where it breaks off, what was read stays.

    Raises:
        CallFailed: one of its kinds. Refused: ``products_being_read``, ``nothing_told``.
    """
    reading = await shop_products.begin(account.connection.id, lease=LEASE, at=now())
    try:
        return await _read(reading, account)
    except BaseException as broken:
        said = f"{broken.code}" if isinstance(broken, Refused) else f"{broken}"
        await shop_products.stop(reading, said or type(broken).__name__)
        raise


async def _read(reading: Reading, account: ShopAccount) -> Finished:
    unread: list[Unread] = []
    pages = 0
    async for page in account.client.products():
        await shop_products.take(reading, page.products, unread=page.unread, lease=LEASE, at=now())
        pages += 1
        if pages > MOST_PAGES:
            raise Rejected("the list of products does not end", endpoint=account.shop.code)
        unread = [*unread, *page.unread][: shop_products.MOST_UNREAD]
    return await shop_products.finish(reading, unread=unread, at=now())


def page_of(
    items: Iterable[T], *, named: Callable[[T], str], sold: Callable[[T], list[SoldProduct]]
) -> ProductPage:
    """Return what items tell by ``sold``; one that cannot be used spoils no other. Pure."""
    products: list[SoldProduct] = []
    unread: list[Unread] = []
    for one in items:
        try:
            products += sold(one)
        except Refused as refusal:
            figures = {name: str(figure)[:100] for name, figure in refusal.figures.items()}
            unread.append(Unread(named(one), refusal.code, figures))
    return ProductPage(products, unread)


def usable_sku(sku: str) -> str:
    """Return the SKU as it is told: the lines of orders have it just so.

    Raises:
        Refused: ``sku_not_usable``.
    """
    if not sku or len(sku) > LONGEST_SKU or "\x00" in sku:
        raise Refused("sku_not_usable", sku=sku[:LONGEST_SKU].replace("\x00", ""))
    return sku


def name_of(*words: str | None) -> str:
    """Return what a product is called, of its title and its variant, cut where it is very long.

    Raises:
        Refused: ``name_missing``.
    """
    told = words_of(*words)
    if not told:
        raise Refused("name_missing")
    return told


def words_of(*words: str | None) -> str:
    """Return words that may be missing, with single blanks."""
    return _BLANKS.sub(" ", " ".join(word for word in words if word)).strip()[:LONGEST_NAME]


def picture_of(address: str | None, *, base: str = "") -> str:
    """Return the address of a picture over HTTPS, as platforms tell it in part; else nothing."""
    told = (address or "").strip()
    if told.startswith("//"):
        told = f"https:{told}"
    elif told.startswith("http://"):
        told = f"https://{told.removeprefix('http://')}"
    elif told and base and "://" not in told:
        told = base + told.lstrip("/")
    return told if len(told) <= LONGEST_PICTURE and _PICTURE.fullmatch(told) else ""
