"""From an order on Douyin to points: pushed, swept, given back, told twice, late or never."""

import hashlib
import json
from typing import Any

from models import Identity
from tests.connectors.douyin.conftest import APP_KEY, APP_SECRET, SHOP_ID
from tests.connectors.market import BEANS, SHIRT, Market

LIVE = {**SHIRT, "room_id": "7411111111111111111", "talent_id": "99", "talent_name": "小鹿"}


async def push(market: Market, messages: Any, **headers: str) -> tuple[int, bytes]:
    body = messages if isinstance(messages, bytes) else json.dumps(messages).encode()
    sign = hashlib.md5(APP_KEY.encode() + body + APP_SECRET.encode()).hexdigest()
    told = {"app-id": APP_KEY, "event-sign": sign, "Content-Type": "application/json"} | headers
    url = f"{market.origin}/ingest/douyin"
    async with market.http.post(url, data=body, headers=told) as answer:
        return answer.status, await answer.read()


async def test_an_order_in_a_live_room_becomes_pending_points(market: Market) -> None:
    order = await market.buy(LIVE, BEANS, freight_fen=800)
    await market.work()
    (purchase,) = await market.purchases()
    assert purchase["number"] == order["number"]
    assert (purchase["state"], purchase["paid_fen"]) == ("paid", 30_800)
    assert purchase["freight_fen"] == 800
    assert purchase["points_earned"] == 300, "freight earns nothing"
    identity = await Identity.get(kind="douyin_open_id")
    assert (identity.scope, identity.value) == (f"{APP_KEY}:{SHOP_ID}", order["buyer"])
    live, beans = await market.lines()
    assert json.loads(live["attributed_to"]) == [
        {"kind": "live_room", "code": "7411111111111111111", "name": ""},
        {"kind": "talent", "code": "99", "name": "小鹿"},
    ]
    assert (beans["attributed_to"], beans["quantity"], beans["sku"]) == (None, 2, "C-100")
    assert {state for state, _ in await market.events()} == {"worked"}


async def test_what_the_payment_channel_paid_is_not_the_buyers_money(market: Market) -> None:
    line = {**SHIRT, "shop_fen": 1_000, "platform_fen": 500, "talent_fen": 300, "channel_fen": 200}
    await market.buy(line)
    await market.work()
    (purchase,) = await market.purchases()
    assert purchase["paid_fen"] == 20_000 - 1_000 - 500 - 300 - 200
    assert purchase["discount_shop_fen"] == 1_000
    assert purchase["discount_platform_fen"] == 700
    assert purchase["discount_talent_fen"] == 300


async def test_a_push_that_is_not_douyins_is_refused(market: Market) -> None:
    message = [{"tag": "101", "msg_id": "1", "data": {"p_id": 1, "shop_id": int(SHOP_ID)}}]
    assert (await push(market, message))[0] == 200
    for headers in ({"event-sign": "0" * 32}, {"event-sign": ""}, {"app-id": "another"}):
        assert (await push(market, message, **headers))[0] == 403
    assert (await push(market, b"no json"))[0] == 400
    assert len(await market.events()) == 1


async def test_messages_come_in_any_form_and_of_anything(market: Market) -> None:
    number = (await market.buy())["number"]
    await market.work()
    messages = [
        {"tag": 101, "msgId": "a", "data": {"p_id": int(number), "shop_id": SHOP_ID}},
        {"tag": "101", "msg_id": "a", "data": json.dumps({"p_id": number, "shop_id": SHOP_ID})},
        {"tag": "400", "msg_id": "b", "data": '{"product_id": 1, "shop_id": 1}'},
        {"tag": "101", "msg_id": "c", "data": json.dumps({"p_id": 1, "shop_id": 9})},
        {"tag": "999", "msg_id": "d", "data": "{"},
    ]
    before = len(await market.events())
    assert await push(market, messages) == (200, b'{"code":0,"msg":"success"}')
    assert len(await market.events()) == before + 1, "one and the same message"


async def test_an_order_that_the_platform_does_not_know_is_parked(
    market: Market,
) -> None:
    message = [{"tag": "101", "msg_id": "1", "data": {"p_id": 17, "shop_id": SHOP_ID}}]
    await push(market, message)
    for _ in range(3):
        await market.again()
    ((state, error),) = await market.events()
    assert state == "parked"
    assert error is not None
    assert error.startswith("order_refused")


async def test_a_token_that_ended_is_renewed_and_a_busy_platform_asked_again(
    market: Market,
) -> None:
    await market.buy()
    await market.work()
    await market.end_tokens()
    path = "/douyin/order/orderDetail"
    await market.faults(endpoints={path: {"errcode": 60000, "times": 2}})
    await market.buy()
    await market.work()
    assert len(await market.purchases()) == 2
