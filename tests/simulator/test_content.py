"""The content check: a verdict in an answer without an error, for who is there."""

import pytest

from simulator.assumed import Assumed
from tests.simulator.conftest import MINI_APP_ID, Json, Player, Start

CHECK = "/wxa/msg_sec_check"
TEST_STRING = "特3456书yuuo莞6543李zxcz蒜7782法fgnv级"


async def _visitor(sim: Player) -> Json:
    lin = await sim.consumer()
    await sim.post(f"/play/consumers/{lin['id']}/miniprogram/login", {})
    return lin


async def _check(sim: Player, consumer: Json, content: str, /, **changed: object) -> Json:
    body = {"version": 2, "openid": consumer["miniprogram_openid"], "scene": 2, "content": content}
    return await sim.call(CHECK, body | changed, access_token=await sim.token(MINI_APP_ID))


@pytest.mark.parametrize(
    ("content", "suggest", "label"),
    [
        ("中秋快乐", "pass", 100),
        (TEST_STRING, "risky", 20006),
        ("Buy FAKE invoices here", "risky", 10001),
        ("加我微信聊", "review", 10001),
    ],
)
async def test_a_verdict_comes_with_errcode_0(
    sim: Player, content: str, suggest: str, label: int
) -> None:
    answer = await _check(sim, await _visitor(sim), content)
    assert (answer["errcode"], answer["result"]) == (0, {"suggest": suggest, "label": label})
    assert answer["trace_id"]


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"version": 1}, 47001),
        ({"scene": 5}, 40129),
        ({"scene": None}, 47001),
        ({"content": ""}, 44004),
        ({"content": "x" * 2501}, 45002),
        ({"openid": "oNobody"}, 40003),
    ],
)
async def test_a_wrong_question_gets_its_code(
    sim: Player, changed: dict[str, object], errcode: int
) -> None:
    answer = await _check(sim, await _visitor(sim), "你好", **changed)
    assert answer["errcode"] == errcode
    assert "result" not in answer


async def test_who_was_not_there_for_two_hours_is_asked_nothing_about(sim: Player) -> None:
    assert (await _check(sim, await sim.consumer(), "你好"))["errcode"] == 61010
    lin = await _visitor(sim)
    assert (await _check(sim, lin, "你好"))["errcode"] == 0
    await sim.clock(7200)
    sim.tokens.clear()
    assert (await _check(sim, lin, "你好"))["errcode"] == 61010


async def test_a_minute_has_its_quota_and_a_day_too(start: Start) -> None:
    limits = {CHECK: 3}
    sim = await start(assumed=Assumed(contents_a_minute=2, daily_limits=limits))
    lin = await _visitor(sim)
    codes = []
    for seconds in (0, 0, 0, 60):
        await sim.clock(seconds)
        codes.append((await _check(sim, lin, "你好"))["errcode"])
    assert codes == [0, 0, 45011, 45009]
