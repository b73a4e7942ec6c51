"""The platform of WeChat Pay is as strict as the real one, and tells its merchant everything."""

import base64
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from simulator.assumed import Assumed
from tests import pay_keys
from tests.simulator.conftest import MINI_APP_ID, Json, Player, Start, until

PREPAY = "/v3/pay/transactions/jsapi"
QUICK = Assumed(pay_notice_pauses_seconds=(0.01, 0.01))


def sign(*parts: str) -> str:
    key: Any = serialization.load_pem_private_key(pay_keys.merchants_keys().private.encode(), None)
    told = "".join(f"{part}\n" for part in parts).encode()
    return base64.b64encode(key.sign(told, padding.PKCS1v15(), hashes.SHA256())).decode()


def signed(
    method: str, target: str, body: str, *, timestamp: int | None = None, **changed: str
) -> dict[str, str]:
    moment = str(int(time.time()) if timestamp is None else timestamp)
    fields = {
        "mchid": pay_keys.MCH_ID,
        "nonce_str": "nonce",
        "signature": sign(method, target, moment, "nonce", body),
        "timestamp": moment,
        "serial_no": pay_keys.SERIAL,
    } | changed
    told = ",".join(f'{name}="{value}"' for name, value in fields.items())
    return {
        "Authorization": f"WECHATPAY2-SHA256-RSA2048 {told}",
        "Accept": "application/json",
        "User-Agent": "test",
    }


class Till:
    """A merchant's shop that hears notices, and a caller of the platform."""

    def __init__(self, sim: Player, consumer: Json) -> None:
        self.sim = sim
        self.consumer = consumer
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.url = ""

    async def hear(self, request: web.Request) -> web.Response:
        self.heard.append((dict(request.headers), await request.read()))
        probe = request.headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")
        if probe:
            return web.Response(status=401)
        return web.Response(status=self.answers.pop(0) if self.answers else 204)

    def asked(self, **changed: Any) -> Json:
        return {
            "appid": MINI_APP_ID,
            "mchid": pay_keys.MCH_ID,
            "description": "手冲壶",
            "out_trade_no": "20261122000001",
            "notify_url": self.url,
            "amount": {"total": 26_900, "currency": "CNY"},
            "payer": {"openid": self.consumer["miniprogram_openid"]},
        } | changed

    async def call(
        self, method: str, target: str, body: object = None, **how: Any
    ) -> tuple[int, Json, dict[str, str]]:
        text = "" if body is None else json.dumps(body, ensure_ascii=False)
        headers = how.pop("headers", None) or signed(method, target, text, **how)
        async with self.sim.session.request(
            method, self.sim.origin + target, data=text.encode() or None, headers=headers
        ) as response:
            content = await response.read()
            told = json.loads(content) if content else {}
            return response.status, told, dict(response.headers)

    async def prepaid(self, **changed: Any) -> str:
        status, told, _ = await self.call("POST", PREPAY, self.asked(**changed))
        assert status == 200, told
        return str(told["prepay_id"])

    async def sheet(self, prepay_id: str, **changed: Any) -> tuple[int, Json]:
        """What wx.requestPayment does on the consumer's phone."""
        package, moment = f"prepay_id={prepay_id}", str(int(time.time()))
        body = {
            "timeStamp": moment,
            "nonceStr": "n",
            "package": package,
            "signType": "RSA",
            "paySign": sign(MINI_APP_ID, moment, "n", package),
        } | changed
        path = f"/play/consumers/{self.consumer['id']}/miniprogram/pay?wait=1"
        status, _, content = await self.sim.raw("POST", path, data=json.dumps(body).encode())
        return status, json.loads(content)


@pytest.fixture
async def till(start: Start) -> AsyncIterator[Till]:
    sim = await start(assumed=QUICK)
    found = Till(sim, await sim.consumer())
    app = web.Application()
    app.router.add_post("/notices", found.hear)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0.1)
    found.url = str(server.make_url("/notices"))
    yield found
    await sim.stop()
    await server.close()


async def test_headers_come_first_then_form_then_age_then_signature(till: Till) -> None:
    body = json.dumps(till.asked(), ensure_ascii=False)
    good = signed("POST", PREPAY, body)
    old = int(time.time()) - 301
    cases: list[tuple[dict[str, str], int, str]] = [
        ({"Accept": "application/json", "User-Agent": ""}, 400, "Accept或User-Agent"),
        ({**good, "Accept": "text/html"}, 400, "Accept或User-Agent"),
        ({**good, "Authorization": "Bearer x"}, 401, "格式错误"),
        ({**good, "Authorization": ""}, 401, "格式错误"),
        (signed("POST", PREPAY, body, timestamp=old, signature="x"), 401, "5分钟"),
        (signed("POST", PREPAY, "{}"), 401, "验签失败"),
        (signed("POST", PREPAY, body, serial_no="0"), 401, "验签失败"),
        (signed("POST", PREPAY, body, mchid="1900000002"), 401, "验签失败"),
    ]
    for headers, expected, text in cases:
        status, told, answered = await till.call("POST", PREPAY, till.asked(), headers=headers)
        assert (status, text in told["message"]) == (expected, True), told
        assert "Wechatpay-Signature" not in answered


async def test_good_answers_are_signed_over_their_bytes(till: Till) -> None:
    _, told, headers = await till.call("POST", PREPAY, till.asked())
    key: Any = serialization.load_pem_public_key(pay_keys.platforms_keys().public.encode())
    body = json.dumps(told, separators=(",", ":"))
    said = f"{headers['Wechatpay-Timestamp']}\n{headers['Wechatpay-Nonce']}\n{body}\n".encode()
    signature = base64.b64decode(headers["Wechatpay-Signature"])
    key.verify(signature, said, padding.PKCS1v15(), hashes.SHA256())
    assert headers["Wechatpay-Serial"] == pay_keys.PUBLIC_KEY_ID


async def test_there_is_nothing_at_other_paths_and_nothing_for_other_methods(till: Till) -> None:
    assert (await till.call("GET", "/v3/nothing"))[:2] == (404, {})
    assert (await till.call("GET", PREPAY))[:2] == (405, {})


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"amount": {"total": 0, "currency": "CNY"}}, "PARAM_ERROR", "/amount/total"),
        ({"amount": {"total": 1.5, "currency": "CNY"}}, "PARAM_ERROR", "/amount/total"),
        ({"out_trade_no": "12345"}, "PARAM_ERROR", "/out_trade_no"),
        ({"out_trade_no": "1" * 33}, "PARAM_ERROR", "/out_trade_no"),
        ({"notify_url": "http://x/?a=1"}, "PARAM_ERROR", "/notify_url"),
        ({"payer": {"openid": "o-nobody"}}, "PARAM_ERROR", "/payer/openid"),
        ({"appid": "wx0000000000000000"}, "APPID_MCHID_NOT_MATCH", "/appid"),
        ({"mchid": "1900000002"}, "PARAM_ERROR", "/mchid"),
        ({"description": "茶" * 43}, "PARAM_ERROR", None),
    ],
)
async def test_a_wrong_field_is_named(till: Till, changed: Json, code: str, field: str) -> None:
    status, told, _ = await till.call("POST", PREPAY, till.asked(**changed))
    assert (status, told["code"]) == (400, code)
    assert told.get("detail", {}).get("field") == field


async def test_a_paid_payment_is_told_after_a_probe_until_it_is_taken(till: Till) -> None:
    till.answers = [500, 500]
    assert await till.sheet(await till.prepaid()) == (200, {"errMsg": "requestPayment:ok"})
    await until(lambda: len(till.heard) == 4)
    probe, *notices = till.heard
    assert probe[0]["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")
    assert len({body for _, body in notices}) == 1
    assert json.loads(notices[0][1])["event_type"] == "TRANSACTION.SUCCESS"
    outcomes = [one["outcome"] for one in (await till.sim.get("/play/wire"))["exchanges"]]
    assert outcomes[-4:] == ["probe_refused", "bad_status: 500", "bad_status: 500", "taken"]


async def test_a_server_that_takes_the_probe_is_found_out(till: Till) -> None:
    async def take(request: web.Request) -> web.Response:
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/", take)
    server = TestServer(app)
    await server.start_server()
    await till.sheet(await till.prepaid(notify_url=str(server.make_url("/"))))
    await server.close()
    outcomes = [one["outcome"] for one in (await till.sim.get("/play/wire"))["exchanges"]]
    assert "probe_accepted" in outcomes


async def test_lost_notices_never_arrive(till: Till) -> None:
    await till.sim.faults(pay_notices_lost=True)
    await till.sheet(await till.prepaid())
    assert till.heard == []
    path = f"/v3/pay/transactions/out-trade-no/20261122000001?mchid={pay_keys.MCH_ID}"
    assert (await till.call("GET", path))[1]["trade_state"] == "SUCCESS"


async def test_the_sheet_opens_only_with_the_merchants_signature(till: Till) -> None:
    prepay_id = await till.prepaid()
    for changed in ({"paySign": "x"}, {"timeStamp": "1"}, {"signType": "MD5"}):
        status, told = await till.sheet(prepay_id, **changed)
        assert (status, told["error"]["code"]) == (409, "pay_signature_wrong")
    status, told = await till.sheet("wx-none")
    assert (status, told["error"]["code"]) == (404, "no_such_payment")


async def test_only_who_ordered_pays_and_only_once(till: Till) -> None:
    prepay_id = await till.prepaid()
    shown = await till.sim.get(f"/play/payments/{prepay_id}")
    assert (shown["total_fen"], shown["description"]) == (26_900, "手冲壶")
    lin, till.consumer = till.consumer, await till.sim.consumer("Emma")
    assert (await till.sheet(prepay_id))[1]["error"]["code"] == "another_payer"
    till.consumer = lin
    cancelled = await till.sheet(prepay_id, is_confirmed=False)
    assert cancelled == (200, {"errMsg": "requestPayment:fail cancel"})
    assert (await till.sheet(prepay_id))[0] == 200
    assert (await till.sheet(prepay_id))[1]["error"]["code"] == "not_payable"
    status, told, _ = await till.call("POST", PREPAY, till.asked())
    assert (status, told["code"]) == (400, "ORDERPAID")


async def test_a_prepay_id_is_good_for_two_hours(till: Till) -> None:
    prepay_id = await till.prepaid()
    await till.sim.clock(7200)
    assert (await till.sheet(prepay_id))[1]["error"]["code"] == "not_payable"


async def test_payments_outlive_a_restart(start: Start, tmp_path: Any) -> None:
    state = str(tmp_path / "china.json")
    sim = await start(assumed=QUICK, state_file=state)
    till = Till(sim, await sim.consumer())
    till.url = "http://127.0.0.1:1/notices"
    prepay_id = await till.prepaid()
    await sim.stop()
    till.sim = await start(assumed=QUICK, state_file=state)
    assert await till.prepaid() == prepay_id
