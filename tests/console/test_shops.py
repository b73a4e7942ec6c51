"""Staff see how far each shop has been read, and what of it waits or is parked."""

from loyalty import connections, sweeps
from loyalty.connections import DouyinSettings
from tests.connectors.own_store.till import order
from tests.console.test_console import Browser, away, browser, context, http, redis
from tests.console.test_names import in_english, shown
from tests.console.test_parked import store, told
from web.context import Context, now

__all__ = ["away", "browser", "context", "http", "redis", "store"]

DOUYIN = DouyinSettings(shop_id="4463798", app_key="7", app_secret="secret")


async def test_shops_are_shown_with_how_far_they_were_read(
    browser: Browser, context: Context, store: Context
) -> None:
    await told(store, order("1"), order("2", state="unheard of"))
    found = await connections.save(DOUYIN, name="抖音旗舰店", sealer=context.sealer, at=now())
    await browser.sign_in("chen")
    assert "抖音旗舰店 抖店 – – 0 0 –" in await shown(browser, "/runs"), "never read"
    await sweeps.swept(found, until=now(), at=now())
    await sweeps.stopped(found, "order/searchList: 60000 busy", at=now())
    page = await shown(browser, "/runs")
    assert "order/searchList: 60000 busy" in page
    assert "淮海路店 自有店铺或收银 – – 0 1 –" in page, "one is parked"
    await in_english(browser)
    assert "Douyin Shop" in await shown(browser, "/runs")
