"""Each night all that the shops on platforms sell is read: names, categories, brands, prices."""

from datetime import datetime

from connectors.reading.products import read_products as read
from jobs.registry import daily
from jobs.sweep_shops import all_of
from loyalty import shop_products
from loyalty.errors import Refused
from web.context import Context
from web.logs import log
from web.shops import ShopAccount
from wechat.errors import CallFailed


@daily(at="02:40")
async def read_products(context: Context, at: datetime) -> int:
    """Read the products of each shop; return how many they sell.

    Raises:
        CallFailed: a shop could not be read to the end; it is read again from the start.
    """
    return await all_of([_products(shop, at) for shop in context.shops], context)


async def _products(shop: ShopAccount, at: datetime) -> int:
    # when another shop could not be read, this run comes again
    if await shop_products.was_read(shop.connection.id, since=at):
        return 0
    try:
        found = await read(shop)
    except Refused as refused:
        if refused.code == "products_being_read":  # by staff at this moment
            return 0
        raise CallFailed(refused.code, endpoint=shop.shop.code) from None
    log.info(
        "shop_products_read",
        shop_kind=shop.shop.kind.value,
        connection_id=shop.connection.id,
        products=found.products,
        gone=found.gone,
        unread=found.unread,
    )
    return found.products
