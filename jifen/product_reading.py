"""`jifen read-products`: read what the shops on platforms sell, and say what came of it."""

import sys

from connectors.reading.products import read_products
from jifen import embedded, running
from jifen.settings import Settings
from loyalty.errors import Refused
from web.shops import ShopAccount
from web.texts import text
from wechat.errors import CallFailed


async def run(scope: str | None, settings: Settings, reached: embedded.Addresses) -> int:
    """Read all shops, or the one of this scope; 1 where one could not be read to its end."""
    async with running.opened(settings, reached) as context:
        shops = [one for one in context.shops if scope in (None, one.shop.code)]
        if not shops:
            print(f"jifen: no shop is connected{f' as {scope}' if scope else ''}", file=sys.stderr)
            return 1
        return max([await _read(one) for one in shops])


async def _read(account: ShopAccount) -> int:
    shop = f"{account.shop.kind.value} {account.shop.code}"
    try:
        found = await read_products(account)
    except (CallFailed, Refused) as failed:
        why = text(failed.code, "en", failed.figures) if isinstance(failed, Refused) else failed
        print(f"{shop}: stopped: {why}")
        return 1
    unread = f", {found.unread} could not be used" if found.unread else ""
    print(f"{shop}: {found.products} products, {found.gone} no longer sold there{unread}")
    return 0
