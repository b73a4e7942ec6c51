"""WeChat Pay's signatures both ways, and its calls against a platform that checks them."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from msgspec.structs import replace

from jifen.clients import pay_keys
from jifen.credentials import key_pair
from simulator.app import create_app
from simulator.consumers import derived_openid
from simulator.pay_seal import PaySeal
from simulator.settings import ConsumerSeed, MiniProgram, OfficialAccount, Settings
from tests import pay_keys as merchants
from wechat.errors import BadCiphertext, BadJson, BadSignature, CallbackRefused, Stale, TryAgain
from wechat.exchange import Limits
from wechat.pay import Pay, PayRefused, Prepay, RefundAsk
from wechat.pay_keys import PayKeys

APP_ID = "wxfedcba0987654321"
OPENID = derived_openid(APP_ID, "林小满")
PATIENT = Limits(total_seconds=10, backoff_seconds=(0.0, 0.0))
IMPATIENT = Limits(total_seconds=1.5, backoff_seconds=(0.0, 0.0))
PREPAY = "/v3/pay/transactions/jsapi"
ASKED = Prepay(
    app_id=APP_ID,
    number="20261122000001",
    description="手冲壶",
    total_fen=26_900,
    openid=OPENID,
    notify_url="http://127.0.0.1:1/notices",
)


@dataclass
class Mch:
    """The merchant's client beside the platform that it calls."""

    pay: Pay
    http: aiohttp.ClientSession
    origin: str

    async def faulty(self, path: str, **fault: object) -> None:
        body = {"endpoints": {path: fault}}
        async with self.http.post(f"{self.origin}/play/faults", json=body) as response:
            assert response.status == 200

    async def confirm(self, prepay_id: str) -> None:
        state = await (await self.http.get(f"{self.origin}/play/state")).json()
        told = self.pay.request(APP_ID, prepay_id)
        body = {name: getattr(told, name) for name in told.__struct_fields__}
        path = f"{self.origin}/play/consumers/{state['consumers'][0]['id']}/miniprogram/pay"
        async with self.http.post(path, json=body) as response:
            assert (await response.json())["errMsg"] == "requestPayment:ok"


def keys(**changed: str) -> PayKeys:
    told = merchants.settings(APP_ID, api_base="http://127.0.0.1:1", notify_url="")
    return pay_keys(replace(told, **changed))


@pytest.fixture
async def mch(http: aiohttp.ClientSession) -> AsyncIterator[Mch]:
    china = Settings(
        official_account=OfficialAccount(
            "wx0", "s", "gh_0", "积分", "t", "http://127.0.0.1:1/", "a" * 43
        ),
        miniprogram=MiniProgram(APP_ID, "s"),
        consumers=(ConsumerSeed("林小满"),),
        merchant=merchants.merchant(),
    )
    server = TestServer(create_app(china))
    await server.start_server(shutdown_timeout=0.1)
    origin = str(server.make_url("")).rstrip("/")
    yield Mch(Pay(http, keys(), api_base=origin, limits=PATIENT), http, origin)
    await server.close()


def test_the_official_form_of_a_sealed_notice_opens() -> None:
    sealed = "DUcSwf+vGlxEm3aqYgKXtHuORKH4GuI="
    assert keys().open(sealed, nonce="fdasflkja484", associated_data="coupon") == b'{"a":1}'
    for changed in ({"nonce": "fdasflkja485"}, {"associated_data": ""}, {"ciphertext": "é"}):
        given = {"ciphertext": sealed, "nonce": "fdasflkja484", "associated_data": "coupon"}
        given |= changed
        with pytest.raises(BadCiphertext):
            keys().open(given.pop("ciphertext"), **given)


def test_keys_that_are_none_stop_the_start() -> None:
    for changed in ({"private_key": "x"}, {"public_key": "x"}, {"api_v3_key": "short"}):
        with pytest.raises(ValueError, match=r".+"):
            keys(**changed)


def test_what_we_sign_the_platform_verifies_and_nothing_else() -> None:
    seal = PaySeal(merchants.merchant())
    signature = keys().sign("POST", "/v3/x?a=1", "1700000000", "nonce", '{"a":"茶"}')
    assert seal.is_merchants(signature, "POST", "/v3/x?a=1", "1700000000", "nonce", '{"a":"茶"}')
    assert not seal.is_merchants(signature, "POST", "/v3/x?a=1", "1700000000", "nonce", "{}")
    assert "BEGIN" not in repr(keys())


def notice(**changed: Any) -> tuple[dict[str, str], bytes]:
    """A notice as the platform sends it; `changed` fields of its resource."""
    seal = PaySeal(merchants.merchant())
    aad = changed.get("associated_data") or ""
    content = json.dumps(changed.pop("content", {"mchid": merchants.MCH_ID})).encode()
    ciphertext, nonce = seal.sealed(content, aad)
    resource = {"ciphertext": ciphertext, "nonce": nonce, "associated_data": aad} | changed
    resource = {name: value for name, value in resource.items() if value is not None}
    body = json.dumps({"event_type": "TRANSACTION.SUCCESS", "resource": resource}).encode()
    return seal.headers(body), body


def read(headers: dict[str, str], body: bytes, *, seconds: int = 0, **changed: str) -> Any:
    pay = Pay(None, keys(**changed))  # type: ignore[arg-type]
    return pay.read(headers, body, at=datetime.now(UTC) + timedelta(seconds=seconds))


@pytest.mark.parametrize("aad", ["transaction", "", None])
def test_a_notice_opens_with_associated_data_and_without(aad: str | None) -> None:
    told = read(*notice(associated_data=aad))
    assert (told.event, json.loads(told.told)) == (
        "TRANSACTION.SUCCESS",
        {"mchid": merchants.MCH_ID},
    )


def test_a_notice_that_is_not_the_platforms_is_refused() -> None:
    headers, body = notice()
    cases: list[tuple[dict[str, str], bytes, type[CallbackRefused]]] = [
        (headers, body + b" ", BadSignature),
        ({}, body, BadSignature),
        (headers | {"Wechatpay-Serial": "PUB_KEY_ID_1"}, body, BadSignature),
        (headers | {"Wechatpay-Nonce": "other"}, body, BadSignature),
        (headers | {"Wechatpay-Signature": "é"}, body, BadSignature),
        (headers | {"Wechatpay-Nonce": "\udcff"}, body, BadSignature),
        (headers | {"Wechatpay-Timestamp": "\udcff"}, body, BadSignature),
        (
            headers
            | {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/" + b64encode(b"x" * 99).decode()},
            body,
            BadSignature,
        ),
    ]
    for given, content, error in cases:
        with pytest.raises(error):
            read(given, content)


@pytest.mark.parametrize("seconds", [-320, 320])
def test_a_notice_signed_more_than_five_minutes_from_now_is_stale(seconds: int) -> None:
    with pytest.raises(Stale):
        read(*notice(), seconds=seconds)
    read(*notice(), seconds=280 if seconds > 0 else -280)


def test_a_signed_notice_that_is_none_is_refused_and_never_breaks() -> None:
    seal = PaySeal(merchants.merchant())
    for body in (b"", b"[]", b"{", b'{"event_type":1}', b"[" * 100_000, b'{"resource":{}}'):
        with pytest.raises(BadJson):
            read(seal.headers(body), body)
    with pytest.raises(BadCiphertext):
        read(*notice(), api_v3_key="f" * 32)
    with pytest.raises(BadCiphertext):
        read(*notice(ciphertext="AAAA"))


def test_a_payment_of_another_merchant_is_not_ours() -> None:
    pay = Pay(None, keys())  # type: ignore[arg-type]
    content = {
        "mchid": "1900000002",
        "appid": APP_ID,
        "out_trade_no": "1",
        "trade_state": "SUCCESS",
    }
    with pytest.raises(BadSignature):
        pay.transaction(read(*notice(content=content)))
    with pytest.raises(BadJson):
        pay.transaction(read(*notice(content={"mchid": 1})))


async def test_the_same_payment_is_announced_once_and_another_one_refused(mch: Mch) -> None:
    first = await mch.pay.prepay(ASKED)
    assert await mch.pay.prepay(ASKED) == first
    with pytest.raises(PayRefused) as refused:
        await mch.pay.prepay(replace(ASKED, total_fen=1))
    assert refused.value.reason == "OUT_TRADE_NO_USED"


async def test_a_payment_is_followed_from_nothing_to_paid(mch: Mch) -> None:
    assert await mch.pay.find(ASKED.number) is None
    prepay_id = await mch.pay.prepay(ASKED)
    waiting = await mch.pay.find(ASKED.number)
    assert waiting is not None
    assert (waiting.is_paid, waiting.can_be_paid, waiting.success_time) == (False, True, None)
    await mch.confirm(prepay_id)
    paid = await mch.pay.find(ASKED.number)
    assert paid is not None
    assert paid.is_paid
    assert (paid.amount.total, paid.payer_fen) == (26_900, 26_900)
    assert paid.success_time is not None
    assert paid.success_time.tzinfo is not None
    with pytest.raises(PayRefused):
        await mch.pay.close(ASKED.number)


async def test_what_is_closed_can_no_longer_be_paid(mch: Mch) -> None:
    await mch.pay.prepay(ASKED)
    for _ in range(2):
        await mch.pay.close(ASKED.number)
    found = await mch.pay.find(ASKED.number)
    assert found is not None
    assert (found.is_paid, found.can_be_paid) == (False, False)
    with pytest.raises(PayRefused) as refused:
        await mch.pay.prepay(ASKED)
    assert refused.value.reason == "ORDER_CLOSED"


async def test_money_goes_back_once_a_number_and_never_more_than_came(mch: Mch) -> None:
    await mch.confirm(await mch.pay.prepay(ASKED))
    asked = RefundAsk("R1", ASKED.number, 20_000, 26_900, ASKED.notify_url)
    assert (await mch.pay.refund(asked)).state == "PROCESSING"
    assert (await mch.pay.refund(asked)).state == "SUCCESS"
    for other in (replace(asked, fen=1), replace(asked, number="R2"), replace(asked, total_fen=1)):
        with pytest.raises(PayRefused) as refused:
            await mch.pay.refund(other)
        assert refused.value.reason == "INVALID_REQUEST"
    assert (await mch.pay.refund(replace(asked, number="R3", fen=6_900))).state == "PROCESSING"


@pytest.mark.parametrize(
    "fault",
    [{"status": 502}, {"status": 429}, {"truncate_body": True}, {"timeout_after_effect": True}],
)
async def test_what_nobody_answered_well_is_asked_again(mch: Mch, fault: dict[str, Any]) -> None:
    pay = Pay(mch.http, keys(), api_base=mch.origin, limits=IMPATIENT)
    await mch.faulty(PREPAY, **fault, times=1)
    assert await pay.prepay(ASKED)
    await mch.faulty(PREPAY, **fault)
    with pytest.raises(TryAgain):
        await pay.prepay(replace(ASKED, number="20261122000002"))


async def test_an_answer_that_the_platform_did_not_sign_is_not_believed(mch: Mch) -> None:
    strangers = Pay(
        mch.http, keys(public_key=key_pair().public), api_base=mch.origin, limits=PATIENT
    )
    with pytest.raises(TryAgain, match="not the platform's answer"):
        await strangers.prepay(ASKED)


async def test_a_merchant_with_another_key_is_not_let_in(mch: Mch) -> None:
    stranger = Pay(
        mch.http, keys(private_key=key_pair().private), api_base=mch.origin, limits=PATIENT
    )
    with pytest.raises(PayRefused) as refused:
        await stranger.find(ASKED.number)
    assert refused.value.reason == "SIGN_ERROR"


async def test_a_number_never_leaves_its_place_in_the_path(mch: Mch) -> None:
    for number in ("a/../b", "a?x=1", "茶"):
        assert await mch.pay.find(number) is None
