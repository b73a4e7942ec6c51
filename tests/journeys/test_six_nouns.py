"""The whole shape: balance, redemption, challenge, leaderboard, VIP group, pushed discount."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.faults.demos import Demo
from tests.journeys.shopping import Consumer, Json
from tests.ports import free_port


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Json]:
    folder: Path = tmp_path_factory.mktemp("shape") / "data"
    running = Demo(folder, "--port", str(free_port(neighbours=1)))
    yield running.told
    running.end(signal.SIGTERM)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as opened:
        yield opened


async def consumer(session: aiohttp.ClientSession, demo: Json, nickname: str) -> Consumer:
    async with session.get(f"{demo['page']}play/state") as answer:
        cards = (await answer.json())["consumers"]
    return Consumer(session, demo, next(one for one in cards if one["nickname"] == nickname))


async def until(true: Callable[[], Awaitable[Any]]) -> Any:
    """Wait for something to be so, a minute at most, and return it."""
    for _ in range(300):
        if found := await true():
            return found
        await asyncio.sleep(0.2)
    raise AssertionError("it did not become so")


async def staff_post(session: aiohttp.ClientSession, demo: Json, path: str, **form: str) -> str:
    """Send a form of the console as a guide who is signed in."""
    console = demo["console"]
    signing_in = {"account": "guide", "password": demo["staff"]["password"]}
    async with session.post(f"{console}/login", data=signing_in) as answer:
        page = await answer.text()
    proof = re.search(r'name="proof" value="([0-9a-f]{64})"', page)
    assert proof
    async with session.post(console + path, data={**form, "proof": proof[1]}) as answer:
        return await answer.text()


async def test_the_six_nouns_work_together(demo: Json, session: aiohttp.ClientSession) -> None:
    wang = await consumer(session, demo, "王金")
    await wang.play("follow")

    # Balance, in the chat and in the mini-program.
    assert (await wang.says("积分")).startswith("您有 495 积分可用。")
    await wang.sign_in()
    me = await wang.get("/me")
    assert (me["points"]["available"], me["points"]["pending"]) == (495, 118)
    tier = await until(lambda: rank_of(wang))
    assert tier == 1

    # Check-in streak and challenge.
    assert "签到成功" in await wang.says("签到")
    told = await wang.get("/challenges")
    assert told["check_in"]["is_done"]
    assert challenge(told, "two_orders")["done"] in (0, 1), "it is a question of the weekday"

    # Redemption: a coupon and a gift, the gift handed over once.
    coupon = (await wang.redeem("ten_off"))["coupon_uuid"]
    gift = await wang.redeem("tote")
    assert "已交付" in await staff_post(session, demo, "/hand-over", code=gift["code_grouped"])
    assert "何静" in await staff_post(session, demo, "/hand-over", code=gift["code"])
    shown = await wang.get(f"/me/redemptions/{gift['uuid']}")
    assert shown["state"] == "handed_over"

    # The coupon in a quote, and at checkout; what is paid is a purchase that earns points.
    quote, order = await wang.buy("C-100", "B-330", coupon=coupon)
    assert quote["total_fen"] == quote["goods_fen"] - quote["saved_fen"] == order["total_fen"]
    assert {one["slot"] for one in quote["applied"]} == {"offer:coffee_5", "coupon:ten_off"}
    paid = await until(lambda: paid_order(wang, order["uuid"]))
    assert paid["purchase_state"] == "paid"
    after = await wang.get("/me")
    assert after["points"]["pending"] == 118 + quote["points_to_earn"]
    hers = {one["uuid"]: one["state"] for one in (await wang.get("/me/coupons"))["coupons"]}
    assert hers[coupon] == "used"

    # The challenge follows the purchase, and is claimed once.
    await wang.buy("B-331")
    ready = await until(lambda: ready_challenge(wang))
    path = f"/me/claims/{ready['code']}/{ready['round']}"
    before = (await wang.get("/me"))["points"]["available"]
    assert (await wang.ask("PUT", path))["points"] == 100
    assert (await wang.ask("PUT", path))["points"] == 100
    assert (await wang.get("/me"))["points"]["available"] == before + 100

    # The board of the week, which the worker brings up to date a moment after each change.
    await until(lambda: scored(wang, at_least=quote["points_to_earn"]))
    assert "排" in await wang.says("排行榜")


async def test_who_may_not_join_reads_why_and_who_may_is_in(
    demo: Json, session: aiohttp.ClientSession
) -> None:
    lin = await consumer(session, demo, "林小满")
    await lin.play("follow")
    await lin.sign_in()
    (vip,) = (await lin.get("/communities"))["communities"]
    assert (vip["state"], vip["missing"][0]["code"], vip["qr"]) == (
        "not_eligible",
        "tier_too_low",
        None,
    )
    refused = await lin.ask("PUT", "/me/invitations/vip", expected=422)
    assert refused["error"]["code"] == "tier_too_low"

    wang = await consumer(session, demo, "王金")
    await wang.sign_in()
    invited = await wang.ask("PUT", "/me/invitations/vip")
    assert invited["state"] == "invited"
    assert invited["qr"].startswith("data:image/png")
    async with session.get(f"{demo['page']}play/groups") as answer:
        way = (await answer.json())["join_ways"][0]
    await wang.play("groups/join", {"qr_code": f"{demo['wecom']['api']}/join/{way['config_id']}"})
    joined = await until(lambda: joined_community(wang))
    assert joined["members"] == invited["members"] + 1


async def rank_of(shopper: Consumer) -> int:
    rank: int = (await shopper.get("/me"))["tier"]["rank"]
    return rank


def challenge(told: Json, code: str) -> Json:
    return next(one for one in told["challenges"] if one["code"] == code)


async def paid_order(shopper: Consumer, uuid: str) -> Json | None:
    order = await shopper.get(f"/me/orders/{uuid}")
    return order if order["state"] == "paid" else None


async def ready_challenge(shopper: Consumer) -> Json | None:
    one = challenge(await shopper.get("/challenges"), "two_orders")
    return one if one["state"] == "ready" else None


async def scored(shopper: Consumer, *, at_least: int) -> bool:
    mine = (await shopper.get("/leaderboards/week"))["me"]
    return mine is not None and mine["score"] >= at_least


async def joined_community(shopper: Consumer) -> Json | None:
    (vip,) = (await shopper.get("/communities"))["communities"]
    return vip if vip["state"] == "joined" else None
