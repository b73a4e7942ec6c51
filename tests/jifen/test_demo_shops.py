"""The demo's shops: each goes its own real way, and whose an order is is told as it is."""

from functools import partial
from typing import Any

import msgspec
import pytest

from jifen import demo_shops, linking
from jifen.credentials import Credentials
from loyalty import ledger
from loyalty.connections import PlatformSettings
from tests.bot.conftest import APP_ID, branded, http, mood, reached
from tests.jifen.demo_street import Demo, demo, known

__all__ = ["branded", "demo", "http", "known", "mood", "reached"]

# What a busy machine answers at its member page: she taps again.
LATE = "E05"
# Each shop, and whose its orders are to a follower of whom it knows nothing else.
SHOPS = {
    "tmall": "anothers",
    "jd": "anothers",
    "douyin": "anothers",
    "wechat_shop": "hers",
    "shopify": "anothers",
    "pos": "hers",
}


async def test_every_shop_tells_an_order_itself_and_a_line_that_goes_back(demo: Demo) -> None:
    lin = await demo.phones.follower("林小满")
    for kind, whose in SHOPS.items():
        order = await demo.buys(lin, kind, 0, 1)
        first = await demo.until(order, lin, points=397, whose=whose)
        assert first["state"] == ("completed" if kind == "pos" else "paid"), kind
        assert len(first["card"]) == 8
        await demo.act(order, "refund", line_key=order["lines"][0]["key"])
        await demo.until(order, lin, refunded_fen=12_800, points=269)
        if kind != "pos":
            await demo.act(order, "ship")
            await demo.act(order, "complete")
        await demo.until(order, lin, state="completed", points=269)
    assert "另有 538 积分待到账" in await demo.hears(lin), "what two shops know to be hers"
    assert await ledger.verify() == []


def _codes_are(wanted: set[str], told: list[dict[str, str]]) -> bool:
    return {one["code"] for one in told} == wanted


async def test_a_live_room_stays_with_the_order_that_it_brought(demo: Demo) -> None:
    lin = await demo.phones.follower("林小满")
    for kind in ("douyin", "wechat_shop", "tmall"):
        order = await demo.buys(lin, kind, is_live=True)
        room = (await demo.shop(kind))["live_rooms"][0]
        wanted = {room[name] for name in ("room_id", "talent_id") if room[name]}
        await demo.until(order, lin, brought_by=partial(_codes_are, wanted))
    bare = await demo.buys(lin, "douyin")
    assert (await demo.until(bare, lin, state="paid"))["brought_by"] == []


async def test_a_shopper_of_tmall_is_known_by_the_member_pass_and_her_number(demo: Demo) -> None:
    lin, emma = [await demo.phones.follower(one) for one in ("林小满", "Emma")]
    shop = await demo.shop("tmall")
    assert shop["has_pass"] is True

    async def page(who: dict[str, Any], deed: str) -> tuple[bool, list[str]]:
        path = f"{shop['path']}/members/{deed}"
        for _ in range(10):
            told = await demo.phones.post(path, {"consumer_id": who["id"]})
            codes = list(told["codes"].values())
            if LATE not in codes:
                break
        return told["is_member"], codes

    order = await demo.buys(lin, "tmall")
    await demo.until(order, lin, whose="anothers")
    assert await page(lin, "look") == (False, ["E01"])
    assert await page(lin, "join") == (True, ["E04", "SUC"]), "nobody gave this number yet"
    assert (await demo.stands(order, lin))["whose"] == "anothers"
    await demo.gives_number(lin)
    await demo.until(order, lin, whose="hers")
    assert await page(lin, "join") == (True, ["E02", "SUC"]), "joined twice, she is a member once"

    await demo.gives_number(emma)
    order = await demo.buys(emma, "tmall")
    await demo.until(order, emma, whose="anothers")
    assert await page(emma, "join") == (True, ["SUC", "SUC"]), "her number is known"
    await demo.until(order, emma, whose="hers")
    assert "另有 128 积分待到账" in await demo.hears(lin)
    assert "128 more are pending" in await demo.hears(emma, "points")
    assert await page(emma, "leave") == (False, ["SUC"])
    assert await ledger.verify() == []


async def test_a_buyer_who_joined_at_douyin_is_known_a_day_later(demo: Demo) -> None:
    lin = await demo.phones.follower("林小满")
    await demo.gives_number(lin)
    order = await demo.buys(lin, "douyin")
    await demo.until(order, lin, whose="anothers")
    await demo.phones.post(f"{order['path']}/members/{lin['id']}", {"mobile": lin["mobile"]})
    await demo.move(days=1)
    await demo.until(order, lin, whose="hers")
    assert "另有 128 积分待到账" in await demo.hears(lin)


async def test_a_till_knows_her_by_her_number_too_or_nobody(demo: Demo) -> None:
    lin = await demo.phones.follower("林小满")
    said = await demo.buys(lin, "pos", known_by="mobile")
    await demo.until(said, lin, whose="anothers", points=128)
    silent = await demo.buys(lin, "pos", known_by="nothing")
    assert (await demo.until(silent, lin, state="completed"))["whose"] == "nobodys"
    await demo.gives_number(lin)
    await demo.until(said, lin, whose="hers", points=128)
    assert await demo.stands(silent, lin) == {
        **await demo.stands(said, lin),
        "number": silent["number"],
        "points": 0,
        "whose": "nobodys",
        "card": "",
    }
    with pytest.raises(AssertionError, match="knows its buyers by their accounts"):
        await demo.buys(lin, "shopify", known_by="mobile")


async def test_a_scan_of_the_tills_poster_is_answered_in_the_chat(demo: Demo) -> None:
    emma = await demo.phones.consumer("Emma")
    told = await demo.phones.act(emma, "scan", scene=(await demo.shop("pos"))["code"])
    assert "静安店" in told["bubbles"][0]["text"]
    order = await demo.buys(emma, "pos")
    await demo.until(order, emma, whose="hers")
    told = await demo.phones.act(emma, "scan", scene=order["code"])
    assert "128" in told["bubbles"][0]["text"]


async def test_what_could_not_be_used_says_why(demo: Demo) -> None:
    lin = await demo.phones.follower("林小满")
    order = await demo.buys(lin, "tmall", is_paid=False)
    odd = {"fields": {"status": "TRADE_WEIRD", "pay_time": "2026-06-01 12:00:00"}}
    await demo.phones.post(f"{order['path']}/orders/{order['number']}/tell", odd)
    found = await demo.until(order, lin, parked=bool)
    assert (found["state"], found["points"]) == (None, 0)
    assert "TRADE_WEIRD" in found["parked"]


async def test_a_shop_is_found_by_its_own_code_and_by_ours(demo: Demo) -> None:
    lin = await demo.phones.follower("林小满")
    order = await demo.buys(lin, "tmall")
    await demo.until(order, lin, state="paid")
    assert (await demo.stands({**order, "code": "demo"}, lin))["state"] == "paid"
    for code, new in (("demo", 1), (order["code"], 0)):
        asked = {"kind": "tmall", "code": code}
        assert await demo.ask("POST", "/shops/read", json=asked) == (200, {"new": new})
    status, told = await demo.ask("POST", "/shops/read", json={"kind": "jd", "code": "nobody"})
    assert (status, told["error"]["code"]) == (404, "no_such_shop")


async def test_a_shop_that_is_away_is_said_to_be_away(demo: Demo) -> None:
    away = {"endpoints": {"/jd/jingdong.pop.order.enSearch": {"status": 500}}}
    await demo.phones.post("faults", away)
    shop = await demo.shop("jd")
    asked = {"kind": "jd", "code": shop["code"]}
    status, told = await demo.ask("POST", "/shops/read", json=asked)
    assert (status, told["error"]["code"]) == (503, "shop_away")


async def test_a_buyer_at_douyin_is_linked_by_staff(
    demo: Demo, known: Credentials, capsys: pytest.CaptureFixture[str]
) -> None:
    lin = await demo.phones.follower("林小满")
    order = await demo.buys(lin, "douyin")
    await demo.until(order, lin, whose="anothers")
    scope = f"{demo_shops.DOUYIN_APP_KEY}:{known.douyin_shop_id}"
    for wrong in (f"douyin_open_id:{demo_shops.DOUYIN_APP_KEY}:{order['buyer']}", "douyin_open_id"):
        assert await linking.run(f"{APP_ID}:{lin['openid']}", wrong) == 1
    told = f"douyin_open_id:{scope}:{order['buyer']}"
    assert await linking.run(f"{APP_ID}:{lin['openid']}", told) == 0
    assert capsys.readouterr().out.endswith("linked: 0 points available, 128 pending\n")
    await demo.until(order, lin, whose="hers")


async def test_an_order_that_no_shop_told_is_not_there(demo: Demo) -> None:
    order = {"kind": "wechat_shop", "code": "wx1", "numbers": ["1", "2"]}
    status, told = await demo.ask("POST", "/orders", json={**order, "openid": "oNobody"})
    assert (status, told["is_known"]) == (200, False)
    assert [(one["number"], one["state"]) for one in told["orders"]] == [("1", None), ("2", None)]
    assert (await demo.ask("POST", "/orders", json=order))[0] == 400
    for wrong in (
        {"kind": "another"},
        {"code": ""},
        {"numbers": []},
        {"numbers": ["9" * 101]},
        {"numbers": ["1"] * 21},
    ):
        asked = {**order, "openid": "oNobody", **wrong}
        assert (await demo.ask("POST", "/orders", json=asked))[0] == 400


def test_other_programs_are_told_each_shop_as_connect_takes_it(known: Credentials) -> None:
    told = demo_shops.told(known, page="http://127.0.0.1:1", server="http://127.0.0.1:2")
    assert [one["kind"] for one in told] == [
        *("tmall", "tmall_pass", "jd", "douyin", "douyin_pass", "wechat_shop", "shopify"),
        "own_store",
    ]
    for one in told:
        bare = {name: one[name] for name in one if name not in ("name", "kind", "pushes_to")}
        msgspec.convert({"type": one["kind"], **bare}, PlatformSettings)
    pushed = {one["kind"]: one["pushes_to"] for one in told}
    assert pushed["own_store"] == "http://127.0.0.1:2/ingest/shop_jingan/orders"
    assert not pushed["jd"], "JD pushes nothing"
