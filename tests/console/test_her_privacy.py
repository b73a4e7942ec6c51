"""A member's consents and privacy requests on her page, as staff read them."""

import re
from datetime import timedelta

import pytest

from loyalty import consents, customers
from loyalty.orders import IdentityRef
from models import Consent, Customer, IdentityKind, Purpose, db
from tests.cast import WANG
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.loyalty.play_scene import member

__all__ = ["away", "browser", "context", "http", "redis"]

OFFERS, PERSONAL = (Purpose.OFFERS, "miniprogram"), (Purpose.PERSONAL_OFFERS, "")


@pytest.fixture
async def wang(database: None, browser: Browser) -> int:
    return await member(WANG)


async def page_of(browser: Browser, member_id: int, account: str = "marketer") -> str:
    await browser.sign_in(account)
    customer = await Customer.get(id=member_id)
    http_status, page = await browser.get(f"/members/{customer.uuid}")
    assert http_status == 200
    return page.partition('id="privacy"')[2].partition("</section>")[0]


async def tell(member_id: int, kind: str, error: str | None = None) -> None:
    """Let a platform have told something of her."""
    is_shop = error is not None
    (scope, value) = ("lin.myshopify.com", "7000000000001") if is_shop else ("wx2", "o-wang")
    ref = IdentityRef(IdentityKind.CUSTOMER_KEY if is_shop else IdentityKind.OPENID, scope, value)
    await db.fetch(
        "INSERT INTO identity (customer_id, kind, scope, value, created_at)"
        " VALUES ($1, $2, $3, $4, now())",
        member_id,
        ref.kind.value,
        ref.scope,
        ref.value,
    )
    assert (await customers.find([ref]))[ref] == member_id
    (row,) = await db.fetch(
        "INSERT INTO connection (kind, scope, name, sealed_body, created_at)"
        " VALUES ($1, $2, 'x', '', now()) RETURNING id",
        "shopify" if is_shop else "miniprogram",
        scope,
    )
    await db.fetch(
        "INSERT INTO inbound_event (connection_id, event_key, kind, sender, body, state, error,"
        " received_at, worked_at) VALUES ($1, $2, $2, $3, '', $4, $5, now(), now())",
        row["id"],
        kind,
        "" if is_shop else value,
        "parked" if is_shop else "worked",
        error,
    )


async def test_what_she_decided_stands_there_with_the_words_she_read(
    browser: Browser, wang: int
) -> None:
    page = await page_of(browser, wang)
    assert re.findall(r'data-consent="([^"]*)"', page) == [
        "offers miniprogram yes",
        "offers official_account yes",
        "offers wecom yes",
        "personal_offers  yes",
        "boards  yes",
    ]
    assert "未作选择" in page
    first, second = {OFFERS: False, PERSONAL: False}, {OFFERS: True}
    await consents.decide(wang, first, wording="2026-11", source="miniprogram", at=NOW)
    later = NOW + timedelta(days=1)
    await consents.decide(wang, second, wording="2027-01", source="miniprogram", at=later)
    page = await page_of(browser, wang)
    assert 'data-consent="offers miniprogram yes"' in page
    assert 'data-consent="personal_offers  no"' in page
    assert page.count("data-decision") == 3
    assert "2027-01" in page
    assert "小程序订阅消息" in page


async def test_staff_can_read_and_not_change_it(browser: Browser, wang: int) -> None:
    await consents.decide(wang, {OFFERS: False}, wording="v1", source="miniprogram", at=NOW)
    for account in ("marketer", "auditor"):
        page = await page_of(browser, wang, account)
        assert "<form" not in page
        assert "<button" not in page
    assert await Consent.all().count() == 1


async def test_what_she_asked_about_her_data_stands_there_and_nobody_elses(
    browser: Browser, wang: int
) -> None:
    assert "data-request" not in await page_of(browser, wang)
    await tell(wang, "event:user_authorization_revoke")
    asked = 'privacy_requested {"topic":"customers/redact","customer":"7000000000001"}'
    await tell(wang, "privacy", asked)
    other = 'privacy_requested {"topic":"customers/redact","customer":"700000000000"}'
    page = await page_of(browser, wang)
    assert sorted(re.findall(r'data-request="(\w+)"', page)) == ["parked", "worked"]
    assert "在微信中收回授权" in page
    assert "customers/redact" in page
    await db.fetch("UPDATE inbound_event SET error = $1 WHERE kind = 'privacy'", other)
    assert re.findall(r'data-request="(\w+)"', await page_of(browser, wang)) == ["worked"]
