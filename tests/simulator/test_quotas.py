"""Daily quotas, their clearing, and what a rid tells."""

import re

from simulator.assumed import Assumed
from tests.simulator.bot import APP_ID
from tests.simulator.conftest import MINI_APP_ID, Player, Start

SEND = "/cgi-bin/message/custom/send"


async def test_used_calls_are_counted_and_cleared(sim: Player) -> None:
    for _ in range(3):
        await sim.call("/cgi-bin/user/get")
    answer = await sim.call("/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/user/get"})
    assert answer["quota"] == {"daily_limit": 500, "used": 3, "remain": 497}
    assert await sim.call("/cgi-bin/clear_quota", {"appid": APP_ID}) == {
        "errcode": 0, "errmsg": "ok"
    }  # fmt: skip
    answer = await sim.call("/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/user/get"})
    assert answer["quota"]["used"] == 0


async def test_a_used_up_quota_refuses_until_it_is_cleared_ten_times_a_month(
    start: Start,
) -> None:
    sim = await start(assumed=Assumed(daily_limits={"/cgi-bin/user/get": 1}))
    for _ in range(10):
        assert "total" in await sim.call("/cgi-bin/user/get")
        assert (await sim.call("/cgi-bin/user/get"))["errcode"] == 45009
        assert (await sim.call("/cgi-bin/clear_quota", {"appid": APP_ID}))["errcode"] == 0
    assert (await sim.call("/cgi-bin/clear_quota", {"appid": APP_ID}))["errcode"] == 48006
    assert (await sim.call("/cgi-bin/clear_quota", {"appid": MINI_APP_ID}))["errcode"] == 40013


async def test_a_rid_tells_the_request_it_refused_for_a_week(sim: Player) -> None:
    refused = await sim.call(SEND, {"touser": "nobody"})
    rid = re.findall(r"rid: (\S+)$", refused["errmsg"])[0]
    told = await sim.call("/cgi-bin/openapi/rid/get", {"rid": rid})
    assert told["request"]["request_body"] == '{"touser": "nobody"}'
    assert "40003" in told["request"]["response_body"]
    assert await sim.token() not in str(told)
    await sim.clock(7 * 86_400 + 60)
    sim.tokens.clear()
    assert (await sim.call("/cgi-bin/openapi/rid/get", {"rid": rid}))["errcode"] == 76004
    assert (await sim.call("/cgi-bin/openapi/rid/get", {"rid": "0-0-0"}))["errcode"] == 76001


async def test_a_path_that_is_not_there_has_neither_quota_nor_answer(sim: Player) -> None:
    answer = await sim.call("/cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/nowhere"})
    assert answer["errcode"] == 76021
    assert (await sim.call("/cgi-bin/nowhere"))["errcode"] == 40066


async def test_callbacks_and_the_api_have_addresses(sim: Player) -> None:
    assert (await sim.call("/cgi-bin/getcallbackip"))["ip_list"]
    assert (await sim.call("/cgi-bin/get_api_domain_ip"))["ip_list"]
