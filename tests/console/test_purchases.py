"""Why an order gave points or none, as staff look it up by its number."""

from loyalty import purchases
from models import Customer
from tests.cast import WANG, line, order
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.loyalty.play_scene import buys, derived, member

__all__ = ["away", "browser", "context", "http", "redis"]


async def test_a_guide_finds_out_why_an_order_gave_what_it_did(browser: Browser) -> None:
    await buys("28740", 30, paid_at=NOW)
    await browser.sign_in("guide")
    _, page = await browser.get("/purchases?number=28740")
    assert 'data-booked="30"' in page
    assert 'data-word="gives"' in page
    assert "订单完成并过退货期后到账" in page
    her = await Customer.get(id=await member(WANG))
    assert f"/console/members/{her.uuid}" in page
    _, page = await browser.get(f"/members/{her.uuid}")
    assert "/console/purchases?number=28740" in page


async def test_an_order_of_nobody_and_one_that_never_came_say_so(browser: Browser) -> None:
    one = order("99", line(3000), buyer=(), paid_at=NOW)
    await purchases.record([one], at=NOW)
    await derived(at=NOW)
    await browser.sign_in("chen")
    _, page = await browser.get("/purchases?number=99")
    assert "不知道买家是谁" in page
    _, page = await browser.get("/purchases?number=none%3Cb%3E")
    assert "没有收到这个订单" in page
    assert "none&lt;b&gt;" in page
    assert (await browser.get("/purchases?number=%00"))[0] == 200
    assert (await browser.get("/purchases"))[0] == 200
