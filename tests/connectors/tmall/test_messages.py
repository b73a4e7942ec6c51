"""The message service: what is taken, confirmed, given back, told twice, lost, or none of ours."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace as with_fields

from connectors.tmall import consumer, frames, messages
from connectors.tmall.consumer import Consumer
from connectors.tmall.frames import Frame
from connectors.tmall.signature import connect_signature
from loyalty.connections import Connected, TmallSettings
from models import db
from tests.connectors.market import BEANS, SHIRT, Market
from tests.connectors.tmall.conftest import (
    APP_KEY,
    APP_SECRET,
    NICK,
    calls,
    emptied,
    lines,
    messages_of,
    messages_taken,
    settings,
    so,
)

LIVE = {**SHIRT, "talent_id": "AAHanchor=="}
SHOP = Connected(1, NICK, NICK, settings(seller_id="2200000000001"))
SISTER = Connected(2, "妹妹店", "妹妹店", settings(seller_nick="妹妹店", seller_id="2200000000002"))


def message(topic: str = "taobao_trade_TradeBuyerPay", **told: Any) -> dict[str, Any]:
    content = told.pop("content", None)
    return {
        "topic": topic,
        "id": 8_000_000_000_000_000_001,
        "content": json.dumps(content) if isinstance(content, dict) else content,
        **told,
    }


PAID = {"tid": 9_219_372_036_854_775_813, "seller_nick": NICK, "buyer_nick": "林**"}


def test_a_message_names_its_order_and_its_shop() -> None:
    arrival = messages.arrival(message(content=PAID), [SHOP, SISTER])
    assert arrival is not None
    assert (arrival.connection_id, arrival.kind) == (1, "order")
    assert arrival.sender == "9219372036854775813"
    assert json.loads(arrival.body) == {"number": "9219372036854775813"}, "no nick is kept"
    again = messages.arrival(message(content=PAID, retried=1), [SHOP, SISTER])
    assert again is not None
    assert again.event_key == arrival.event_key


@pytest.mark.parametrize(
    "told",
    [
        message("taobao_trade_TradeRated", content=PAID),
        message("taobao_item_ItemAdd", content=PAID),
        message("tmall_mei_PointChange", content=PAID),
        message(content={**PAID, "seller_nick": "别家"}),
        message(content={"seller_nick": NICK}),
        message(content={**PAID, "tid": 0}),
        message(content={**PAID, "tid": 1.5}),
        message(content="{"),
        message(content="[" * 100_000),
        message(content=None),
        message(content=7),
        message(content=b"{}"),
        {"id": 1},
        message(content=PAID, id="1\x00"),
        message(content=PAID, id="9" * 5_000),
        message("taobao_trade_" + "A" * 100_000, content=PAID),
        message("taobao_trade_Trade\x00", content=PAID),
        message(content={**PAID, "tid": "9" * 5_000}),
        message(content={**PAID, "tid": "1\x00"}),
        message(content={**PAID, "tid": -1}),
        message("taobao_live_TcpOrder", content={"tid": 1, "anchor_open_id": "A"}, userid="9"),
    ],
)
def test_what_is_of_no_order_of_ours_is_nothing_to_do(told: dict[str, Any]) -> None:
    assert messages.arrival(told, [SHOP, SISTER]) is None


def test_a_sale_in_a_live_room_finds_its_shop_by_the_sellers_id() -> None:
    told = message("taobao_live_TcpOrder", content={"tid": "17", "anchor_open_id": "AAH"})
    arrival = messages.arrival({**told, "userid": "2200000000002"}, [SHOP, SISTER])
    assert arrival is not None
    assert (arrival.connection_id, arrival.kind, arrival.sender) == (2, "attribution", "17")
    for nobody in ("", "A\x00", "A" * 201):
        content = json.dumps({"tid": "17", "anchor_open_id": nobody})
        plain = messages.arrival({**told, "content": content}, [SHOP])
        assert plain is not None
        assert plain.kind == "order", "the order is worth a look all the same"
    alone = messages.arrival(told, [SHOP])
    assert alone is not None
    assert alone.connection_id == 1
    assert messages.arrival({**told, "userid": "2200000000002"}, [SHOP]) is None


async def test_a_message_is_confirmed_when_it_is_stored(market: Market) -> None:
    await market.buy(LIVE)
    assert (await messages_of(market))["waiting"] == []
    rows = await db.fetch("SELECT kind, count(*) FROM inbound_event GROUP BY kind ORDER BY kind")
    assert [tuple(row) for row in rows] == [("attribution", 1), ("order", 2)]


async def test_messages_wait_for_an_app_that_was_away(quiet: Market) -> None:
    numbers = [(await quiet.buy(BEANS))["number"] for _ in range(130)]
    assert len((await messages_of(quiet))["waiting"]) == 260
    async with messages_taken(quiet):
        await emptied(quiet)
    await quiet.work()
    assert [one["number"] for one in await quiet.purchases()] == numbers


async def test_doubled_and_shuffled_messages_change_nothing(quiet: Market) -> None:
    await quiet.faults(duplicate=True, reorder=True)
    for _ in range(4):
        order = await quiet.buy(LIVE, BEANS)
        await quiet.act(order, "ship")
        await quiet.act(order, "refund", line_key=order["lines"][1]["key"])
    async with messages_taken(quiet):
        await emptied(quiet)
    await quiet.work()
    purchases = await quiet.purchases()
    assert {(one["state"], one["refunded_fen"], one["points_earned"]) for one in purchases} == {
        ("shipped", 10_000, 200)
    }
    assert len(await quiet.events()) == 4 * 5


async def test_the_anchor_may_be_told_before_the_payment_or_long_after(quiet: Market) -> None:
    early = await quiet.buy(SHIRT, is_paid=False)
    late = await quiet.buy(SHIRT)
    await _sold_live(quiet, early["number"])
    await quiet.sweep()
    await quiet.work()
    assert [one["number"] for one in await quiet.purchases()] == [late["number"]]
    await _sold_live(quiet, late["number"])
    await quiet.act(early, "pay")
    await quiet.sweep()
    await quiet.work()
    assert [one["points_earned"] for one in await quiet.purchases()] == [200, 200]
    anchors = [json.loads(line["attributed_to"])[0]["code"] for line in await quiet.lines()]
    assert anchors == ["AAHanchor==", "AAHanchor=="]
    await quiet.act(late, "refund", amount_fen=5_000)
    await quiet.play("clock", offset_seconds=2)
    await quiet.act(late, "ship")
    await quiet.sweep()
    await quiet.work()
    assert all(line["attributed_to"] for line in await quiet.lines())


async def test_several_workers_take_each_message_once(quiet: Market) -> None:
    async with messages_taken(quiet), messages_taken(quiet):
        await lines(quiet, 2)
        for _ in range(10):
            await quiet.buy(BEANS)
        await emptied(quiet)
    await quiet.work()
    assert len(await quiet.purchases()) == 10
    assert len(await quiet.events()) == 20


async def test_a_connection_that_breaks_is_begun_anew(quiet: Market) -> None:
    async with messages_taken(quiet):
        await lines(quiet, 1)
        await quiet.play("shops/tmall/" + NICK + "/messages/break")
        await quiet.buy(BEANS)
        await emptied(quiet)
    await quiet.work()
    assert len(await quiet.purchases()) == 1


@pytest.mark.parametrize("told", [{"app_secret": "another"}, {"app_key": "999"}])
async def test_an_app_that_is_not_let_in_takes_nothing_and_tries_again(
    quiet: Market, told: dict[str, str]
) -> None:
    entered = quiet.account.connection.settings
    assert isinstance(entered, TmallSettings)
    stopping = asyncio.Event()
    wrong = Connected(1, NICK, NICK, with_fields(entered, **told))
    trying = asyncio.create_task(Consumer(quiet.context, [wrong]).consume(stopping))
    await so(lambda: _tried_twice(quiet))
    stopping.set()
    await trying
    assert {one["outcome"] for one in await calls(quiet, "tmc connect")} <= {
        "sign is wrong",
        "app key not found",
    }


async def test_frames_without_the_token_are_not_answered(quiet: Market) -> None:
    await quiet.buy(BEANS)
    entered = quiet.account.connection.settings
    assert isinstance(entered, TmallSettings)
    pull = Frame(frames.SEND, {frames.KIND: frames.PULL}, "of another")
    async with quiet.http.ws_connect(entered.messages_base) as line:
        await line.send_bytes(frames.encoded(pull))
        assert (await line.receive(5)).type is aiohttp.WSMsgType.CLOSE
    stamp = "1779242400000"
    signed = connect_signature(APP_KEY, APP_SECRET, group="default", timestamp=stamp)
    old = {"app_key": APP_KEY, "group_name": "default", "timestamp": stamp, "sign": signed}
    async with quiet.http.ws_connect(entered.messages_base) as line:
        await line.send_bytes(frames.encoded(Frame(frames.CONNECT, old)))
        answer = frames.decoded((await line.receive(5)).data)
        assert (answer.kind, answer.token) == (frames.CONNECTACK, "")
        assert answer.status_phrase == "timestamp is out of its window"


async def test_apps_are_taken_once_and_only_where_they_are_wanted(quiet: Market) -> None:
    account = quiet.account
    entered = account.connection.settings
    assert isinstance(entered, TmallSettings)

    def other(**told: Any) -> Any:
        changed = with_fields(entered, **told)
        return replace(account, connection=replace(account.connection, settings=changed))

    shops = [account, other(seller_nick="妹妹店"), other(takes_messages=False, app_key="2")]
    shops.append(other(message_group="another"))
    found = consumer.of_apps(replace(quiet.context, shops=shops))
    assert [len(one._shops) for one in found] == [2, 1]


async def _sold_live(market: Market, number: str) -> None:
    """Let the platform tell who sold an order, as a message that comes by itself."""
    told = message("taobao_live_TcpOrder", content={"tid": number, "anchor_open_id": "AAHanchor=="})
    (taker,) = consumer.of_apps(market.context)
    answer = await taker._stored([{**told, "id": int(number)}])
    assert answer.content == {frames.KIND: frames.CONFIRM}


async def _tried_twice(market: Market) -> bool:
    return len(await calls(market, "tmc connect")) >= 2
