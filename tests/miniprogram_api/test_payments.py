"""Notices of payments: believed where they fit, counted once."""

import asyncio
import json
from typing import Any

from models import (
    Purchase,
    StoreOrder,
    StoreOrderState,
)
from simulator.pay_seal import PaySeal
from tests import pay_keys as merchants
from tests.miniprogram_api.conftest import APP_ID, Phone
from tests.miniprogram_api.shopping import (
    NOTICES,
    place,
    quote,
    signed_in,
    store,
)
from tests.web.conftest import Caller, Json

__all__ = ["store"]


def notice(content: Json, event: str = "TRANSACTION.SUCCESS") -> tuple[dict[str, str], bytes]:
    seal = PaySeal(merchants.merchant())
    ciphertext, nonce = seal.sealed(json.dumps(content).encode(), "")
    body = json.dumps(
        {"event_type": event, "resource": {"ciphertext": ciphertext, "nonce": nonce}}
    ).encode()
    return {**seal.headers(body), "Content-Type": "application/json"}, body


def payment(order: Json, **changed: Any) -> Json:
    return {
        "mchid": merchants.MCH_ID,
        "appid": APP_ID,
        "out_trade_no": order["number"],
        "transaction_id": f"4200{order['number']}",
        "trade_state": "SUCCESS",
        "success_time": "2026-11-22T12:00:00+08:00",
        "amount": {"total": order["total_fen"], "payer_total": order["total_fen"]},
    } | changed


async def test_a_notice_that_does_not_fit_moves_nothing(lin: Phone, server: Caller) -> None:
    await signed_in(lin)
    order = (await place(lin, (await quote(lin))["quote"])).told
    good = payment(order)
    headers, body = notice(good)
    probe = {**headers, "Wechatpay-Signature": "WECHATPAY/SIGNTEST/" + "A" * 300}
    cases: list[tuple[dict[str, str], bytes, int]] = [
        (probe, body, 401),
        ({}, body, 401),
        (headers, body[:-1], 401),
        (*notice({"mchid": merchants.MCH_ID}), 400),
        (*notice(good | {"mchid": "1900000002"}), 401),
        (*notice(good | {"amount": {"total": 1, "payer_total": 1}}), 422),
        (*notice(good | {"out_trade_no": "none00"}), 422),
        (*notice(good | {"trade_state": "NOTPAY"}), 400),
        (headers, b"x" * 70_000, 413),
    ]
    for given, content, expected in cases:
        answer = await server.send(NOTICES, content, headers=given)
        assert (answer.http_status, answer.told["code"]) == (expected, "FAIL")
    assert (await StoreOrder.get()).state is StoreOrderState.AWAITING_PAYMENT
    assert (await server.send("/wechat-pay/1/notices", body, headers=headers)).http_status == 404
    assert (await server.send(NOTICES, *[body], headers=headers)).http_status == 204
    assert (await StoreOrder.get()).state is StoreOrderState.PAID


async def test_many_of_one_notice_at_once_count_once(lin: Phone, server: Caller) -> None:
    await signed_in(lin)
    order = (await place(lin, (await quote(lin))["quote"])).told
    headers, body = notice(payment(order))
    answers = await asyncio.gather(
        *(server.send(NOTICES, body, headers=headers) for _ in range(10))
    )
    assert {answer.http_status for answer in answers} == {204}
    assert await Purchase.all().count() == 1


async def test_what_we_have_no_use_for_is_taken_and_forgotten(lin: Phone, server: Caller) -> None:
    headers, body = notice({"mchid": merchants.MCH_ID}, "COUPON.SEND")
    assert (await server.send(NOTICES, body, headers=headers)).http_status == 204
