"""Nothing a caller sends makes the platform stumble, whatever path it takes."""

import asyncio
import json
import re

import pytest

from simulator.app import SUBJECTS
from simulator.errors import MESSAGES
from simulator.play_phone import ROUTES as PHONE_ROUTES
from tests.simulator.conftest import MINI_APP_ID, Player

BLACKLIST = "/cgi-bin/tags/members/getblacklist"
RID = re.compile(r" rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$")
PATHS = sorted({endpoint.path for subject in SUBJECTS for endpoint in subject.ENDPOINTS})
BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"x"',
    b"{}",
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b'{"touser": null}',
    b'{"button": [null], "tag": 1, "openid_list": [1], "user_list": [{}], "data": []}',
    b'{"touser": "o", "msgtype": "text", "text": null, "list": {}}',
    b'{"touser": [], "msgtype": "__class__", "filter": {"is_to_all": true}}',
    b'{"button": [{"name": "a", "sub_button": []}], "matchrule": {"tag_id": []}}',
    b'{"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": -1e999}}}',
    b'{"appid": "\\u0000", "grant_type": "client_credential", "secret": "\\uD83D\\uDE00"}',
    b'{"msg_id": 99999999999999999999999999, "menuid": 1.5, "rid": "%s"}',
]


@pytest.mark.parametrize("app_id", ["wx1234567890abcdef", MINI_APP_ID])
async def test_a_body_that_makes_no_sense_is_refused_and_says_why(sim: Player, app_id: str) -> None:
    token = await sim.token(app_id)

    async def answered(path: str, body: bytes) -> None:
        query = {"access_token": token, "openid": "o", "type": "image", "appid": "x"}
        status, _, content = await sim.raw("POST", path, params=query, data=body)
        assert status == 200, (path, body)
        told = json.loads(content)
        if path == BLACKLIST and "errcode" not in told:
            assert told["total"] == 0, "an object without fields asks for it from its beginning"
        else:
            assert told["errcode"] in MESSAGES, (path, body, told)
            assert RID.search(told["errmsg"]), (path, body, told)

    for path in PATHS:
        await asyncio.gather(*(answered(path, body) for body in BODIES))


async def test_no_query_makes_an_error_of_the_server(sim: Player) -> None:
    token = await sim.token()
    for path in PATHS:
        for query in (
            "",
            "?%ff=%ff",
            f"?access_token={token}&openid=%ff%00&ticket=%00&media_id=%ff",
        ):
            async with sim.session.get(sim.origin + path + query) as response:
                assert response.status in (200, 404), path + query


async def test_no_order_makes_an_error_of_the_control_api(sim: Player) -> None:
    lin = await sim.follower()
    sim.bot.answer = lambda nodes: ""
    for route in PHONE_ROUTES:
        path = getattr(route, "path", "").replace("{id}", lin["id"])
        for body in BODIES:
            status, _, _ = await sim.raw("POST", path, data=body)
            assert status < 500, (path, body)
