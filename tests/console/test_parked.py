"""Staff read why something was parked, without anybody's data, and try it again or drop it."""

import asyncio
import re
from dataclasses import replace

import msgspec
import pytest

from connectors.own_store.wire import ORDER, REFUND, Call, arrivals
from connectors.own_store.working import StoreEvents
from console.parked import SHOWN
from console.words.codes import CONNECTIONS
from jifen.connecting import KINDS
from loyalty import connections, inbox, parking
from loyalty.errors import Refused
from loyalty.inbox import Arrival
from models import InboundEvent, Purchase
from tests.connectors.own_store.till import CODE, SETTINGS, connected, order, refund
from tests.console.test_console import Browser, away, browser, context, http, redis
from web.context import Context, now

__all__ = ["away", "browser", "context", "http", "redis"]

BUYER = {
    "mobile": "+8613800138000",
    "customer_key": "kSecret",
    "unionid": "uSecret",
    "openid": {"app_id": "wx1", "openid": "oSecret"},
}


@pytest.fixture
async def store(browser: Browser, context: Context) -> Context:
    """A process that a till is connected to."""
    found = await connections.save(SETTINGS, name="淮海路店", sealer=context.sealer, at=now())
    return replace(context, stores={CODE: connected(found)})


async def told(store: Context, *orders: dict[str, object], refunds: object = ()) -> None:
    """Let the till tell orders, and a worker work them."""
    call = msgspec.convert({"orders": orders, "refunds": refunds}, Call)
    connection_id = store.stores[CODE].id
    events = arrivals(call, connection_id, sealer=store.sealer)
    nonce = f"nonce-{await InboundEvent.all().count()}"
    await inbox.store_call(events, connection_id=connection_id, nonce=nonce, at=now())
    await StoreEvents(store).work(now())


async def ids() -> list[int]:
    return [one.id for one in await InboundEvent.filter(state="parked").order_by("id")]


async def test_the_reason_is_read_in_both_languages_and_nothing_personal(
    browser: Browser, store: Context
) -> None:
    lines = [{"key": 1, "sku": "s", "title": "刻字王小明", "quantity": 1, "goods_fen": 1}]
    wrong = order("T-9", paid_fen=9_000, buyer=BUYER)
    wrong["lines"] = [{**lines[0], "goods_fen": 10_000, "paid_fen": 10_000}]
    await told(store, wrong, refunds=[refund("T-404", "R-1", line_1=500)])
    await browser.sign_in("chen")
    _, page = await browser.get("/parked")
    for shown in (
        "订单 T-9",
        "淮海路店",
        "自有店铺或收银",
        "金额不平：应付 100 元，实付 90 元",
        "退款 T-404",
        "订单 T-404 尚未收到",
        "paid_fen",
        "9000",
    ):
        assert shown in page, shown
    for hidden in ("Secret", "1380013", "王小明", "digest", "sealed"):
        assert hidden not in page
    await browser.post("/language", language="en", proof=await browser.proof())
    _, page = await browser.get("/parked")
    assert "The amounts come to ¥100, the order was paid with ¥90" in page
    assert "The order T-404 has not come yet" in page


async def test_todays_figure_leads_to_what_is_parked(browser: Browser, store: Context) -> None:
    await told(store, order(state="odd"))
    await browser.sign_in("chen")
    _, page = await browser.get("")
    assert re.search(r'<a href="/console/parked">搁置的消息</a></th><td[^>]*>1</td>', page)
    await browser.sign_in("guide")
    assert "/console/parked" not in (await browser.get(""))[1]


async def test_what_is_tried_again_is_worked_and_what_is_dropped_never_is(
    browser: Browser, store: Context
) -> None:
    await told(store, order("T-1", currency="USD"), order("T-2", currency="USD"))
    first, second = await ids()
    body = bytes((await InboundEvent.get(id=first)).body).replace(b'"USD"', b'"CNY"')
    await InboundEvent.filter(id=first).update(body=body)  # the reason is gone
    await browser.sign_in("chen")
    proof = await browser.proof()
    http_status, page = await browser.post(f"/parked/{first}/again", proof=proof)
    assert (http_status, f'data-event="{first}"' in page) == (200, False)
    http_status, page = await browser.post(f"/parked/{second}/drop", proof=proof)
    assert (http_status, "还没有内容" in page) == (200, True)
    await StoreEvents(store).work(now())
    found = {one.id: one.state.value for one in await InboundEvent.filter(kind="order")}
    assert found == {first: "worked", second: "dropped"}
    assert [one.number for one in await Purchase.all()] == [
        (await InboundEvent.get(id=first)).sender
    ]


async def test_two_of_staff_at_once_act_once(browser: Browser, store: Context) -> None:
    await told(store, order(state="odd"))
    (parked,) = await ids()
    await browser.sign_in("chen")
    proof = await browser.proof()
    answers = await asyncio.gather(
        *(browser.post(f"/parked/{parked}/{what}", proof=proof) for what in ("again", "drop") * 2)
    )
    assert sorted(http_status for http_status, _ in answers) == [200, 409, 409, 409]
    assert "这条消息已被处理" in next(page for http_status, page in answers if http_status == 409)


async def test_who_may_not_change_reads_or_sees_nothing(browser: Browser, store: Context) -> None:
    await told(store, order(state="odd"))
    (parked,) = await ids()
    await browser.sign_in("marketer")
    http_status, page = await browser.get("/parked")
    assert (http_status, "不认识的订单状态“odd”" in page, "/again" in page) == (200, True, False)
    for account in ("marketer", "guide", "auditor"):
        await browser.sign_in(account)
        proof = await browser.proof()
        for what in ("again", "drop"):
            assert (await browser.post(f"/parked/{parked}/{what}", proof=proof))[0] == 403
    for account in ("guide", "auditor"):
        await browser.sign_in(account)
        assert (await browser.get("/parked"))[0] == 403
    assert await ids() == [parked]


async def test_a_form_of_others_and_what_is_no_event(browser: Browser, store: Context) -> None:
    await told(store, order(state="odd"))
    (parked,) = await ids()
    await browser.sign_in("chen")
    assert (await browser.post(f"/parked/{parked}/again", proof="0" * 64))[0] == 403
    proof = await browser.proof()
    for wrong in ("x", "-1", "9" * 30, "%00", "１"):
        assert (await browser.post(f"/parked/{wrong}/drop", proof=proof))[0] == 404
    assert (await browser.post(f"/parked/{parked + 1000}/drop", proof=proof))[0] == 409
    assert await ids() == [parked]


async def test_a_message_that_broke_shows_neither_its_words_nor_its_sender(
    browser: Browser, store: Context
) -> None:
    connection_id = store.stores[CODE].id
    for number in range(SHOWN + 1):
        event = Arrival(connection_id, f"m{number}", "text", "oSecret", b"<xml>13800</xml>", None)
        event_id = (await inbox.take([event], at=now()))[0]
        assert event_id is not None
        for _ in range(inbox.ATTEMPTS):
            await inbox.work_failed(event_id, "ValueError: 13800138000", at=now())
            await inbox.take_over(event)
        await InboundEvent.filter(id=event_id).update(state="parked", worked_at=now())
    await browser.sign_in("chen")
    _, page = await browser.get("/parked")
    assert "处理时程序出错（ValueError）" in page
    assert "oSecret" not in page
    assert "13800" not in page
    assert page.count("data-event") == SHOWN
    assert f"搁置 {SHOWN + 1}" in page


def test_every_kind_of_connection_and_event_has_its_words() -> None:
    assert set(CONNECTIONS) == set(KINDS)
    assert (ORDER, REFUND) == ("order", "refund")


async def test_a_privacy_request_that_a_platform_passes_on_waits_with_its_reason(
    browser: Browser, store: Context
) -> None:
    kept = parking.reason(
        Refused("privacy_requested", topic="customers/redact", customer="7000000000001")
    )
    arrival = Arrival(store.stores[CODE].id, "p1", "privacy", "customers/redact", b"{}", None)
    await inbox.store([arrival], at=now())
    (event,) = await InboundEvent.all()
    await InboundEvent.filter(id=event.id).update(state="parked", error=kept, worked_at=now())
    await browser.sign_in("chen")
    _, page = await browser.get("/parked")
    assert "个人信息请求" in page
    assert "customers/redact（顾客 7000000000001）" in page
