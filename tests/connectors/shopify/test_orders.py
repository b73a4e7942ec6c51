"""From an order on Shopify to points: told, swept, given back, twice, late or never."""

import asyncio
import io
import json
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace

from connectors.shopify.signature import signature
from jifen import clients
from loyalty import parking
from models import Identity, db
from tests.connectors import market as markets
from tests.connectors.market import BEANS, SHIRT, Market
from tests.connectors.shopify.conftest import (
    DOMAIN,
    SECRET,
    foreign_pair,
    ours,
    small_pair,
)
from web.context import Context
from wechat.errors import CallFailed, Rejected, TokenRefused
from wechat.tokens import MemoryTokens


async def push(market: Market, told: Any, topic: str = "orders/paid", **headers: str) -> int:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    sent = {
        "X-Shopify-Hmac-Sha256": signature(SECRET, body),
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": DOMAIN,
        "X-Shopify-Event-Id": "e-1",
        "X-Shopify-Webhook-Id": "w-1",
    }
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"{market.origin}/ingest/shopify"
    async with market.http.post(url, data=io.BytesIO(body), headers=sent) as answer:
        return answer.status


async def test_an_order_becomes_pending_points(market: Market) -> None:
    line = {**SHIRT, "shop_fen": 1_000, "channel_fen": 500}
    order = await market.buy(line, BEANS, freight_fen=800)
    await market.work()
    (purchase,) = await market.purchases()
    assert purchase["number"] == order["number"]
    assert (purchase["state"], purchase["paid_fen"]) == ("paid", 29_300), "a gift card paid 5"
    assert (purchase["freight_fen"], purchase["discount_shop_fen"]) == (800, 1_000)
    assert purchase["points_earned"] == 285, "of 285.00 of cash for goods"
    identity = await Identity.get(kind="customer_key")
    assert (identity.scope, identity.value) == (DOMAIN, order["buyer"])
    kinds = await db.fetch("SELECT DISTINCT kind FROM identity")
    assert [row["kind"] for row in kinds] == ["customer_key"], "and no address or number"
    assert {state for state, _ in await market.events()} == {"worked"}
    bodies = await db.fetch("SELECT convert_from(body, 'UTF8') AS body FROM inbound_event")
    assert "example.com" not in str([row["body"] for row in bodies])


async def test_lost_webhooks_are_found_by_the_sweep_over_pages(market: Market) -> None:
    await market.sweep()
    await market.faults(shop_pushes_lost=True)
    numbers = [(await market.buy(BEANS))["number"] for _ in range(260)]
    assert await market.sweep() == 260
    await market.work()
    assert {one["number"] for one in await market.purchases()} == set(numbers)
    assert await market.sweep() == 0, "what overlaps is known"


async def test_webhooks_that_come_twice_are_one(market: Market) -> None:
    await market.faults(duplicate=True)
    await market.buy(BEANS)
    before = len(await market.events())
    assert before == 3, "placed, paid, updated"
    for webhook_id in ("w-1", "w-2"):
        assert await push(market, {"id": 7}, X_Shopify_Webhook_Id=webhook_id) == 200
    assert len(await market.events()) == before + 1
    assert await push(market, {"id": 7}, "orders/updated") == 200, "another topic, another event"
    assert len(await market.events()) == before + 2


async def test_a_webhook_that_is_not_shopifys_is_refused(market: Market) -> None:
    wrong = {
        "X-Shopify-Hmac-Sha256": "AAAA",
        "X-Shopify-Shop-Domain": "another.myshopify.com",
    }
    for name, value in wrong.items():
        assert await push(market, {"id": 1}, **{name: value}) == 401
    assert await push(market, b"no json") == 400
    assert await push(market, b"[" * 100_000) == 400
    assert await push(market, b" " * (5 * 1024 * 1024)) == 413
    assert await push(market, {"id": "x"}) == 200
    assert await push(market, {"id": 1}, "products/update") == 200
    assert await market.events() == []


async def test_a_webhook_is_taken_with_the_secret_before_while_it_is_rotated(
    brand: None, context: Context
) -> None:
    def rotating(origin: str, theirs: str) -> Any:
        store, settings = foreign_pair(origin, theirs)
        return store, replace(settings, app_secret="new", previous_app_secret=SECRET)

    async with markets.opened(context, [rotating]) as market:
        assert await push(market, {"id": 7}) == 200


async def test_privacy_requests_wait_for_staff_without_what_they_are_about(
    market: Market,
) -> None:
    about = {
        "shop_domain": DOMAIN,
        "customer": {
            "id": 7_000_000_000_001,
            "email": "lin@example.com",
            "phone": "+8613800000001",
        },
        "orders_to_redact": [1, 2],
    }
    for topic in ("customers/redact", "customers/data_request", "shop/redact"):
        told = about if "customers" in topic else {"shop_domain": DOMAIN}
        assert await push(market, told, topic) == 200
    await market.work()
    events = await market.events()
    assert {state for state, _ in events} == {"parked"}
    assert str(events[0][1]).startswith('privacy_requested {"topic":"customers/redact"')
    assert "7000000000001" in str(events[0][1])
    rows = await db.fetch("SELECT kind, convert_from(body, 'UTF8') AS body FROM inbound_event")
    assert {row["kind"] for row in rows} == {"privacy"}
    assert "example.com" not in str(rows)
    assert "138000" not in str(rows)


async def test_a_header_that_is_no_text_breaks_nothing(market: Market) -> None:
    address = market.origin.removeprefix("http://").split(":")
    body = b'{"id":7}'
    for path, name in (("shopify", "X-Shopify-Hmac-Sha256"), ("douyin", "app-id")):
        reader, writer = await asyncio.open_connection(address[0], int(address[1]))
        head = f"POST /ingest/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + name.encode() + b": \xff\xfe\r\n\r\n" + body)
        status = await reader.readline()
        writer.close()
        assert b" 40" in status, status


async def test_another_currency_is_parked_with_the_order(brand: None, context: Context) -> None:
    async with markets.opened(context, [foreign_pair]) as market:
        await market.buy(BEANS)
        await market.sweep()
        await market.work()
        assert await market.purchases() == []
        ((state, error),) = await market.events()
        assert (state, error) == ("parked", 'currency_unknown {"currency":"USD"}')
        ((body,),) = await db.fetch("SELECT convert_from(body, 'UTF8') FROM inbound_event")
        assert '"currency":"USD"' in body
        ((event_id,),) = await db.fetch("SELECT id FROM inbound_event")
        await parking.try_again(event_id)
        await market.work()
        assert [state for state, _ in await market.events()] == ["parked"], "read anew, and parked"


async def test_a_full_bucket_is_waited_for(brand: None, context: Context) -> None:
    async with markets.opened(context, [small_pair]) as market:
        numbers = [(await market.buy(BEANS))["number"] for _ in range(4)]
        await market.sweep()
        await market.work()
        for _ in range(5):
            await market.again()
        assert {one["number"] for one in await market.purchases()} == set(numbers)
        rows = await db.fetch("SELECT max(attempts) AS attempts FROM inbound_event")
        assert rows[0]["attempts"] == 1, "no failure of the orders"


async def test_a_store_that_is_locked_or_takes_the_token_back_stops_the_sweep(
    market: Market,
) -> None:
    await market.faults(endpoints={"/shopify/orders.json": {"status": 423}})
    with pytest.raises(CallFailed):
        await market.sweep()
    await market.faults(endpoints={})
    await market.end_tokens()
    with pytest.raises(TokenRefused):
        await market.sweep()


async def test_an_order_that_is_not_there_is_parked(market: Market) -> None:
    assert await push(market, {"order_id": 17, "id": 3}, "refunds/create") == 200
    await market.work()
    ((state, error),) = await market.events()
    assert (state, error) == ("parked", 'order_not_there {"number":"17"}')


async def test_a_store_is_connected_only_with_a_token_of_its_own(market: Market) -> None:
    async def check(**changes: Any) -> None:
        settings = replace(ours(market.china), **changes)
        async with aiohttp.ClientSession() as http:
            await clients.of_shop(settings, http=http, tokens=MemoryTokens()).check()

    await check()
    with pytest.raises(TokenRefused):
        await check(access_token="another")
    with pytest.raises(Rejected, match=DOMAIN):
        await check(shop_domain="another.myshopify.com")
