"""Calls and pushes in the ways of other people's SDKs: our simulator and our addresses take them.

Each call is put together here as a public SDK puts it together, by none of our code.
"""

import base64
import gzip
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import pytest
from yarl import URL

from tests.connectors import market as markets
from tests.connectors.douyin import conftest as douyin
from tests.connectors.jd import conftest as jd
from tests.connectors.market import BEANS, Market
from tests.connectors.shopify import conftest as shopify
from tests.connectors.tmall import conftest as tmall
from tests.jobs.conftest import context, redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context

__all__ = ["brand", "context", "redis"]

SHANGHAI = timezone(timedelta(hours=8))
FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}


@pytest.fixture
async def market(brand: None, context: Context) -> AsyncIterator[Market]:
    pairs = (jd.pair, tmall.pair, douyin.pair, shopify.pair)
    async with markets.opened(context, pairs) as opened:
        yield opened


async def call(market: Market, way: str, url: str, **told: Any) -> Any:
    async with market.http.request(way, URL(market.china + url, encoded=True), **told) as answer:
        return json.loads(await answer.read())


def local(zone: timezone = SHANGHAI, *, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    return datetime.now(zone).strftime(form)


def md5(secret: str, told: dict[str, str]) -> str:
    flat = "".join(name + told[name] for name in sorted(told))
    return hashlib.md5(f"{secret}{flat}{secret}".encode()).hexdigest().upper()


def jd_call(stamp: str) -> dict[str, str]:
    asked = {
        "start_date": "2026-11-01 00:00:00",
        "end_date": "2026-11-22 00:00:00",
        "order_state": "ALL",
        "source_id": "JOS",
        "page": "1",
        "page_size": "10",
        "sortType": 1,
        "optional_fields": "orderId,venderId",
        "remark": "林 + 小满",
    }
    told = {
        "app_key": jd.APP_KEY,
        "v": "2.0",
        "method": "jingdong.pop.order.enSearch",
        "timestamp": stamp,
        "access_token": jd.ACCESS,
        "360buy_param_json": json.dumps(asked, ensure_ascii=False),  # blanks between, not sorted
    }
    return {**told, "sign": md5(jd.APP_SECRET, told)}


@pytest.mark.parametrize("way", ["POST", "GET"])
@pytest.mark.parametrize("zone", [SHANGHAI, UTC])
async def test_jds_own_sdk_has_all_in_the_address_and_tells_its_zone(
    market: Market, way: str, zone: timezone
) -> None:
    told = jd_call(local(zone, form="%Y-%m-%d %H:%M:%S.000%z"))
    answer = await call(market, way, f"/jd/routerjson?{urlencode(told)}")
    found = answer["jingdong_pop_order_enSearch_responce"]["searchorderinfo_result"]
    assert found["apiResult"]["success"]


async def test_jd_refuses_a_moment_of_another_zone_that_is_not_told(market: Market) -> None:
    told = jd_call(local(UTC))
    answer = await call(market, "POST", "/jd/routerjson", data=urlencode(told), headers=FORM)
    assert answer["error_response"]["code"] == "8"


def top_system(**more: str) -> dict[str, str]:
    return {
        "format": "json",
        "app_key": tmall.APP_KEY,
        "sign_method": "md5",
        "v": "2.0",
        "timestamp": str(int(time.time() * 1000)),
        "partner_id": "top-sdk",
        "method": "taobao.trades.sold.increment.get",
        "session": tmall.SESSION,
        **more,
    }


def top_asked() -> dict[str, str]:
    begin = datetime.now(SHANGHAI) - timedelta(minutes=20)
    return {
        "fields": "tid,modified,status",
        "start_modified": f"{begin:%Y-%m-%d %H:%M:%S}",
        "end_modified": local(),
        "type": "fixed",
        "buyer_nick": "",
    }


async def test_tops_own_sdk_has_some_in_the_address_and_some_in_the_form(market: Market) -> None:
    system, asked = top_system(), top_asked()
    system["sign"] = md5(tmall.APP_SECRET, {**system, **asked})
    url = f"/top/router/rest?{urlencode(system)}"
    answer = await call(market, "POST", url, data=urlencode(asked), headers=FORM)
    assert answer == {"trades_sold_increment_get_response": {"total_results": 0}}


@pytest.mark.parametrize("way", ["HMAC", "Hmac-SHA256", "hmac-sha256"])
async def test_top_clients_that_sign_no_empty_parameter_are_answered(
    market: Market, way: str
) -> None:
    told = {**top_system(sign_method=way, timestamp=local()), **top_asked()}
    flat = "".join(name + told[name] for name in sorted(told) if told[name])
    digest = "sha256" if "256" in way else "md5"
    sign = hmac.new(tmall.APP_SECRET.encode(), flat.encode(), digest).hexdigest().upper()
    address = f"/top/router/rest?{urlencode({**told, 'sign': sign})}"
    answer = await call(market, "GET", address)
    assert answer == {"trades_sold_increment_get_response": {"total_results": 0}}


async def test_top_refuses_what_was_signed_ten_minutes_ago_in_any_form(market: Market) -> None:
    for stamp in (str(int(time.time() * 1000) - 700_000), "1779242400", "now"):
        told = top_system(timestamp=stamp)
        told["sign"] = md5(tmall.APP_SECRET, told)
        answer = await call(market, "POST", "/top/router/rest", data=told)
        assert answer["error_response"]["code"] == 31


def douyin_address(text: str, sign_method: str | None, *, digest: str = "sha256") -> str:
    stamp = local()
    pattern = f"app_key{douyin.APP_KEY}methodtoken.createparam_json{text}timestamp{stamp}v2"
    plain = f"{douyin.APP_SECRET}{pattern}{douyin.APP_SECRET}".encode()
    signed = (
        hmac.new(douyin.APP_SECRET.encode(), plain, "sha256").hexdigest()
        if digest == "sha256"
        else hashlib.md5(plain).hexdigest()
    )
    told = {"app_key": douyin.APP_KEY, "method": "token.create", "timestamp": stamp, "v": "2"}
    told |= {"sign_method": sign_method} if sign_method else {}
    # what a client has in the address beside it does not count
    return f"/douyin/token/create?{urlencode({**told, 'param_json': text, 'sign': signed})}"


@pytest.mark.parametrize("is_ascii", [True, False])
@pytest.mark.parametrize(
    ("sign_method", "digest"),
    [("hmac-sha256", "sha256"), ("HMAC-SHA256", "sha256"), (None, "sha256"), ("md5", "md5")],
)
async def test_douyin_signs_the_text_as_it_came(
    market: Market, sign_method: str | None, digest: str, is_ascii: bool
) -> None:
    asked = {
        "code": "",
        "grant_type": "authorization_self",
        "note": "林 <小满> & co",
        "shop_id": douyin.SHOP_ID,
    }
    text = json.dumps(asked, separators=(",", ":"), ensure_ascii=is_ascii)
    url = douyin_address(text, sign_method, digest=digest)
    headers = {"Content-Type": "application/json;charset=UTF-8"}
    answer = await call(market, "POST", url, data=text.encode(), headers=headers)
    assert answer["data"]["shop_id"] == douyin.SHOP_ID


async def test_douyin_refuses_keys_out_of_order_blanks_and_another_way_to_sign(
    market: Market,
) -> None:
    good = f'{{"grant_type":"authorization_self","shop_id":"{douyin.SHOP_ID}"}}'
    turned = f'{{"shop_id":"{douyin.SHOP_ID}","grant_type":"authorization_self"}}'
    for text, way in ((turned, None), (good.replace(":", ": "), None), (good, "md5")):
        answer = await call(market, "POST", douyin_address(text, way), data=text.encode())
        assert answer["sub_code"] == "isv.signature-invalid"


async def test_shopifys_own_library_asks_for_orders_with_no_dates(market: Market) -> None:
    order = await market.of("shopify").buy(BEANS)
    headers = {"x-shopify-access-token": shopify.TOKEN, "Accept": "application/json"}
    url = f"/shopify/{shopify.DOMAIN}/admin/api/2024-10/orders.json?limit=5&status=any"
    answer = await call(market, "GET", url, headers=headers)
    assert [one["id"] for one in answer["orders"]] == [int(order["number"])]


async def test_douyins_question_whether_an_address_is_ours_is_answered(market: Market) -> None:
    body = b'[{"tag":"0","msg_id":"0","data":"2026-11-22T10:00:00+08:00"}]'
    signed = hashlib.md5(douyin.APP_KEY.encode() + body + douyin.APP_SECRET.encode()).hexdigest()
    headers = {"App-Id": douyin.APP_KEY, "EVENT-SIGN": signed, "Content-Type": "application/json"}
    async with market.http.post(
        f"{market.origin}/ingest/douyin", data=body, headers=headers
    ) as answer:
        assert (answer.status, await answer.json()) == (200, {"code": 0, "msg": "success"})
    assert await market.events() == []


@pytest.mark.parametrize("is_packed", [True, False])
async def test_a_webhook_of_shopify_may_be_packed_and_name_its_headers_in_any_case(
    market: Market, is_packed: bool
) -> None:
    body = json.dumps({"id": 7, "note": "林"}, ensure_ascii=False).encode()
    signed = hmac.new(shopify.SECRET.encode(), body, "sha256").digest()
    headers = {
        "x-shopify-hmac-sha256": base64.b64encode(signed).decode(),
        "x-shopify-topic": "orders/paid",
        "x-shopify-shop-domain": shopify.DOMAIN.upper(),
        "Content-Type": "application/json; charset=utf-8",
        **({"Content-Encoding": "gzip"} if is_packed else {}),
    }
    sent = gzip.compress(body) if is_packed else body
    async with market.http.post(
        f"{market.origin}/ingest/shopify", data=sent, headers=headers
    ) as answer:
        assert answer.status == 200
    assert len(await market.events()) == 1
