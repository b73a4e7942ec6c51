"""What she types is shown to others only once WeChat's content check let it through."""

from collections.abc import Callable

import pytest
from aiohttp import web

import miniprogram_api
from tests.miniprogram_api.conftest import Phone, phone_of
from tests.web.conftest import Asked, Json, Serve
from web import content
from web.context import Context
from web.session import shopper

CHECK = "/wxa/msg_sec_check"


async def say(request: web.Request) -> web.Response:
    """Stand for any edge that takes a text."""
    hers = await shopper(request)
    await content.check((await request.json())["text"], hers, request=request)
    return web.json_response({})


@pytest.fixture
async def lin(serve: Serve, connected: Context, china: str, database: None) -> Phone:
    def mount(app: web.Application) -> None:
        miniprogram_api.add_to(app)
        app.router.add_post("/miniprogram/v1/say", say)

    phone = await phone_of(await serve(connected, mount), china, "林小满")
    await phone.sign_in()
    return phone


async def says(phone: Phone, text: str) -> Asked:
    return await phone.ask("POST", "/say", json={"text": text})


@pytest.mark.parametrize(
    ("text", "code"),
    [("网上赌场", "content_not_allowed"), ("加我微信", "content_doubtful")],
)
async def test_what_is_risky_or_doubtful_is_refused_and_not_repeated(
    lin: Phone, lines: Callable[[], list[Json]], text: str, code: str
) -> None:
    answer = await says(lin, text)
    assert (answer.http_status, answer.error["code"]) == (422, code)
    assert text not in str(answer.error)
    assert any(line["event"] == code for line in lines())
    assert text not in str(lines())
    assert (await says(lin, "中秋快乐")).http_status == 200


async def test_blanks_are_asked_of_nobody(lin: Phone) -> None:
    await lin.china_faults(endpoints={CHECK: {"errcode": 40003}})
    assert (await says(lin, "  ")).http_status == 200


@pytest.mark.parametrize("fault", [{"status": 502}, {"errcode": -1}, {"errcode": 45009}])
async def test_nothing_is_let_through_unchecked_while_wechat_is_away(
    lin: Phone, fault: dict[str, object]
) -> None:
    await lin.china_faults(endpoints={CHECK: fault})
    answer = await says(lin, "你好")
    assert (answer.http_status, answer.error["code"]) == (503, "content_check_away")
    assert answer.headers["Retry-After"]


async def test_an_answer_that_does_not_come_is_waited_for_no_longer_than_told(
    lin: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "ANSWERED_WITHIN_SECONDS", 0.1)
    await lin.china_faults(endpoints={CHECK: {"timeout_after_effect": True}})
    answer = await says(lin, "你好")
    assert (answer.http_status, answer.error["code"]) == (503, "content_check_away")


async def test_whom_wechat_did_not_see_lately_signs_in_again_and_is_heard(lin: Phone) -> None:
    async with lin.server.session.post(
        f"{lin.china}/play/clock", json={"offset_seconds": 7300}
    ) as moved:
        assert moved.status == 200
    answer = await says(lin, "你好")
    assert (answer.http_status, answer.error["code"]) == (401, "session_expired")
    await lin.sign_in()
    assert (await says(lin, "你好")).http_status == 200


async def test_texts_are_not_tried_out_by_the_hundred(lin: Phone) -> None:
    answers = [(await says(lin, "网上赌场")).http_status for _ in range(31)]
    assert answers == [422] * 30 + [429]
