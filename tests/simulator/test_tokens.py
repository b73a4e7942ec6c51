"""access_token: two endpoints, their lives, and every refusal of a call."""

import asyncio
import re
import time

import pytest

from simulator.assumed import Assumed
from tests.simulator.bot import APP_ID, APP_SECRET
from tests.simulator.conftest import MINI_APP_ID, MINI_SECRET, Player, Start

RID = r" rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$"
ASKED = {"grant_type": "client_credential", "appid": APP_ID, "secret": APP_SECRET}


async def _old_token(sim: Player) -> str:
    return str((await sim.get("/cgi-bin/token", **ASKED))["access_token"])


async def _errcode(sim: Player, token: str) -> int:
    answer = await sim.get("/cgi-bin/user/get", access_token=token)
    return int(answer.get("errcode", 0))


async def test_a_token_comes_without_errcode_in_the_platforms_content_type(sim: Player) -> None:
    status, content_type, _ = await sim.raw("GET", "/cgi-bin/token", params=ASKED)
    assert (status, content_type) == (200, "application/json; encoding=utf-8")
    answer = await sim.get("/cgi-bin/token", **ASKED)
    assert set(answer) == {"access_token", "expires_in"}
    assert answer["expires_in"] == 7200
    assert len(answer["access_token"]) <= 512


async def test_a_new_token_kills_the_old_one_after_five_minutes(sim: Player) -> None:
    old, new = await _old_token(sim), await _old_token(sim)
    assert old != new
    assert [await _errcode(sim, old), await _errcode(sim, new)] == [0, 0]
    await sim.clock(301)
    assert [await _errcode(sim, old), await _errcode(sim, new)] == [40001, 0]
    await sim.clock(7201)
    assert await _errcode(sim, new) == 42001


async def test_the_stable_token_stays_the_same_and_counts_down(sim: Player) -> None:
    first = await sim.post("/cgi-bin/stable_token", ASKED)
    await sim.clock(1000)
    again = await sim.post("/cgi-bin/stable_token", ASKED)
    assert again["access_token"] == first["access_token"]
    assert 6195 <= again["expires_in"] <= 6200


async def test_the_stable_token_is_renewed_near_its_end_and_both_work(sim: Player) -> None:
    first = (await sim.post("/cgi-bin/stable_token", ASKED))["access_token"]
    await sim.clock(6901)
    second = (await sim.post("/cgi-bin/stable_token", ASKED))["access_token"]
    assert first != second
    assert [await _errcode(sim, first), await _errcode(sim, second)] == [0, 0]
    await sim.clock(7201)
    assert [await _errcode(sim, first), await _errcode(sim, second)] == [42001, 0]


async def test_a_forced_refresh_kills_at_once_but_not_twice_in_half_a_minute(
    sim: Player,
) -> None:
    first = (await sim.post("/cgi-bin/stable_token", ASKED))["access_token"]
    forced = {**ASKED, "force_refresh": True}
    second = (await sim.post("/cgi-bin/stable_token", forced))["access_token"]
    assert [await _errcode(sim, first), await _errcode(sim, second)] == [40001, 0]
    assert (await sim.post("/cgi-bin/stable_token", forced))["access_token"] == second
    await sim.clock(31)
    assert (await sim.post("/cgi-bin/stable_token", forced))["access_token"] != second


async def test_twenty_forced_refreshes_a_day_are_enough(sim: Player) -> None:
    forced, tokens = {**ASKED, "force_refresh": True}, []
    next_morning = 86_400 - int(time.time() + 8 * 3600) % 86_400
    for number in range(22):
        await sim.clock(next_morning + number * 31)
        tokens.append((await sim.post("/cgi-bin/stable_token", forced))["access_token"])
    assert len(set(tokens)) == 20


async def test_the_endpoints_leave_one_another_alone_unless_ordered(sim: Player) -> None:
    stable = (await sim.post("/cgi-bin/stable_token", ASKED))["access_token"]
    old = await _old_token(sim)
    assert [await _errcode(sim, stable), await _errcode(sim, old)] == [0, 0]
    await sim.faults(token_cross_kick=True)
    await _old_token(sim)
    assert await _errcode(sim, stable) == 40001


async def test_many_who_ask_at_once_for_the_stable_token_get_the_same(sim: Player) -> None:
    asked = [sim.post("/cgi-bin/stable_token", ASKED) for _ in range(20)]
    assert len({answer["access_token"] for answer in await asyncio.gather(*asked)}) == 1


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"grant_type": "password"}, 40002),
        ({"grant_type": ""}, 40002),
        ({"appid": "wxnobody"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"secret": MINI_SECRET}, 40125),
    ],
)
async def test_wrong_credentials_are_named(
    sim: Player, changed: dict[str, str], errcode: int
) -> None:
    for answer in (
        await sim.get("/cgi-bin/token", **(ASKED | changed)),
        await sim.post("/cgi-bin/stable_token", ASKED | changed),
    ):
        assert answer["errcode"] == errcode
        assert re.search(RID, answer["errmsg"])


async def test_the_stable_token_wants_json_by_post(sim: Player) -> None:
    assert (await sim.get("/cgi-bin/stable_token", **ASKED))["errcode"] == 43002
    assert (await sim.post("/cgi-bin/stable_token", b"appid=x"))["errcode"] == 47001
    assert (await sim.post("/cgi-bin/stable_token", b""))["errcode"] == 44002
    assert (await sim.post("/cgi-bin/token", {}))["errcode"] == 43001


async def test_a_stranger_outside_the_whitelist_is_told_his_address(start: Start) -> None:
    sim = await start(ip_whitelist=("203.0.113.7",))
    answer = await sim.get("/cgi-bin/token", **ASKED)
    assert answer["errcode"] == 40164
    expected = r"^invalid ip 127\.0\.0\.1 ipv6 ::ffff:127\.0\.0\.1, not in whitelist" + RID
    assert re.search(expected, answer["errmsg"])


async def test_the_two_thousandth_and_first_token_of_a_day_is_refused(start: Start) -> None:
    sim = await start(assumed=Assumed(daily_limits={"/cgi-bin/token": 2}))
    await _old_token(sim)
    await _old_token(sim)
    assert (await sim.get("/cgi-bin/token", **ASKED))["errcode"] == 45009
    await sim.clock(86_400)
    assert "access_token" in await sim.get("/cgi-bin/token", **ASKED)


async def test_each_broken_token_has_its_own_code(sim: Player) -> None:
    assert await _errcode(sim, "") == 41001
    assert await _errcode(sim, "not a token!") == 40014
    answer = await sim.get("/cgi-bin/user/get", access_token="97_unknown")
    assert answer["errcode"] == 40001
    assert answer["errmsg"].startswith(
        "invalid credential, access_token is invalid or not latest, could get access_token by "
        "getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r rid: "
    )


async def test_a_token_in_a_header_or_a_body_is_no_token(sim: Player) -> None:
    token = await sim.token()
    _, _, content = await sim.raw(
        "POST",
        "/cgi-bin/qrcode/create",
        json={"access_token": token},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert b'"errcode":41001' in content


async def test_a_bad_token_wins_over_permission_and_over_a_broken_body(sim: Player) -> None:
    path = "/cgi-bin/menu/create"
    assert (await sim.post(path, b"{", access_token="97_unknown"))["errcode"] == 40001
    mini = await sim.token(MINI_APP_ID)
    assert (await sim.post(path, b"{", access_token=mini))["errcode"] == 48001
    assert (await sim.post(path, b"{", access_token=await sim.token()))["errcode"] == 47001
    assert (await sim.get(path, access_token=await sim.token()))["errcode"] == 43002


async def test_killed_tokens_end_at_once(sim: Player) -> None:
    token = await sim.token()
    assert (await sim.post("/play/tokens/kill", {}))["ended"] == 1
    assert await _errcode(sim, token) == 40001
