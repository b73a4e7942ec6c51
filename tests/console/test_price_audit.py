"""Staff read what the audit of prices found, and who may let it be done now."""

from uuid import uuid4

from loyalty import checkout, customers, quotes
from loyalty.checkout import Payer
from loyalty.orders import IdentityRef
from loyalty.quotes import CartItem
from models import IdentityKind, PriceAudit, db
from tests.console.test_console import Browser, away, browser, context, http, redis
from tests.loyalty.store import APP_ID, AT, open_store
from web.context import Context

__all__ = ["away", "browser", "context", "http", "redis"]


async def ordered(context: Context) -> None:
    await open_store()
    lin = await customers.meet(
        (IdentityRef(IdentityKind.OPENID, APP_ID, "o-lin"),), at=AT, through="test"
    )
    found = await quotes.quote(lin, [CartItem("C-100", 1)], None, at=AT)
    token = quotes.signed(found.shown, quotes.packed(found.grounds), sealer=context.sealer)
    payer = Payer(APP_ID, "o-lin")
    await checkout.order(lin, uuid4(), token, payer=payer, sealer=context.sealer, at=AT)


async def test_an_auditor_lets_prices_be_made_again_and_reads_what_differs(
    browser: Browser, context: Context
) -> None:
    await ordered(context)
    await browser.sign_in("auditor")
    assert "还没有审计过" in (await browser.get("/price-audit"))[1]
    proof = await browser.proof()
    assert "全部一致" in (await browser.post("/price-audit", proof=proof))[1]
    await db.fetch("UPDATE store_order SET grounds = jsonb_set(grounds, '{facts,orders}', '7')")
    _, page = await browser.post("/price-audit", proof=proof)
    assert 'data-difference="kept_changed"' in page
    assert "保留的内容被改动" in page
    assert (await browser.post("/price-audit"))[0] == 403, "a form that is not ours"
    assert await PriceAudit.all().count() == 2


async def test_who_sells_does_not_audit(browser: Browser) -> None:
    for role in ("marketer", "guide"):
        await browser.sign_in(role)
        assert (await browser.get("/price-audit"))[0] == 403
        assert (await browser.post("/price-audit", proof=await browser.proof()))[0] == 403
    assert await PriceAudit.all().count() == 0
