"""What WeChat tells a shop's server: sealed, signed, taken once; what is not its own is refused."""

import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from models import db
from simulator.crypto import Envelope, signature
from tests.connectors.market import Market
from tests.connectors.wechat_shop.conftest import SHOP_APP_ID, SHOP_KEY, SHOP_TOKEN
from wechat.crypto import Crypto
from wechat.errors import BadSignature

HEAD = {"ToUserName": "gh_1", "FromUserName": "oBuyer", "CreateTime": 1_779_242_400}
PAID = {
    **HEAD,
    "MsgType": "event",
    "Event": "channels_ec_order_pay",
    "order_info": {"order_id": "3705115058471208928", "pay_time": "1779242399"},
}
VECTOR = (
    "4j/AuRx71kQlxVlzbpsMWOIDanIRd7WLdG6Se7pYspboVv75rzeSZo8zfMm96R8+k6EetCsJikRrOgkgG4nD3BD5v+gT"
    "yooWOUXh103VXSG01KAmmvRNRO/Z/pLw0UukmP4kSp9t4BbZzTR5XC3W/QyIory5gq+yOXoq4Mp97Bq7SfWafObfQcvl"
    "jh9FB0+6zcXY5Av1iZuBqfCyJ6s8KgZvpTp0rUDaId/Jb4GEtyfducxQmIMMaKrbXMfHcDtsv5VVm2v6Wn7hJeuHIuqk"
    "ZZ0bZ/eawYlXz3dVDGHT9YFOyqFYTjehA3z7CLpMywULNHDBDtD4ypUBdxN/1AzhQA=="
)


def vector_crypto() -> Crypto:
    return Crypto(
        token="wxtoken",
        encoding_aes_key="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        receive_id="wx0123456789abcdef",
    )


def test_the_golden_vectors_of_the_address_check_and_of_a_message() -> None:
    crypto = vector_crypto()
    crypto.check_signature("d83ea6f3e93e570dc3e34a7fcb17ec0564f05ac5", "1779242400", "nonce1")
    told = ("14e3319882fc9b7e5461d88cb3d239f00b6f018e", "1779242400", "nonce1")
    crypto.check_message_signature(*told, VECTOR)
    opened = json.loads(crypto.decrypt(VECTOR))
    assert opened["order_info"]["order_id"] == "3705115058471208928"
    with pytest.raises(BadSignature):
        crypto.check_message_signature(*told, VECTOR[:-4] + "AA==")


def sealed(message: bytes, *, key: str = SHOP_KEY, app_id: str = SHOP_APP_ID) -> str:
    return Envelope(key, app_id).encrypt(message)


def query(encrypted: str, *, token: str = SHOP_TOKEN, at: int | None = None) -> dict[str, str]:
    timestamp = str(at or int(time.time()))
    return {
        "timestamp": timestamp,
        "nonce": "n1",
        "signature": signature(token, timestamp, "n1"),
        "msg_signature": signature(token, timestamp, "n1", encrypted),
    }


async def tell(
    market: Market, encrypted: str, asked: dict[str, str], body: bytes | None = None
) -> tuple[int, str]:
    url = f"{market.origin}/ingest/wechat_shop/{SHOP_APP_ID}"
    raw = body or json.dumps({"ToUserName": "gh_1", "Encrypt": encrypted}).encode()
    async with market.http.post(url, params=asked, data=raw) as answer:
        return answer.status, await answer.text()


async def told(market: Market, message: Any) -> tuple[int, str]:
    raw = message if isinstance(message, bytes) else json.dumps(message).encode()
    encrypted = sealed(raw)
    return await tell(market, encrypted, query(encrypted))


async def test_the_address_is_echoed_to_wechat_alone(market: Market) -> None:
    url = f"{market.origin}/ingest/wechat_shop/{SHOP_APP_ID}"
    good = query("") | {"echostr": "42"}
    async with market.http.get(url, params=good) as answer:
        assert (answer.status, await answer.text()) == (200, "42")
    for wrong in (
        {**good, "signature": "0" * 40},
        {**good, "timestamp": "1"},
        query("", at=int(time.time()) - 3_600) | {"echostr": "42"},
        {name: one for name, one in good.items() if name != "echostr"},
    ):
        async with market.http.get(url, params=wrong) as answer:
            assert answer.status == 403


async def test_every_message_about_an_order_is_a_hint_however_it_writes_the_number(
    market: Market,
) -> None:
    number = 3_705_115_058_471_208_928
    about = {"order_id": number, "type": 2}
    messages = [
        PAID,
        {**PAID, "Event": "channels_ec_order_ext_info_update", "order_info": about},
        {**PAID, "Event": "channels_ec_order_settle", "CreateTime": 1_779_242_401},
        {
            "Event": "channels_ec_aftersale_update",
            "finder_shop_aftersale_status_update": {
                "status": "USER_WAIT_RETURN",
                "after_sale_order_id": "1",
                "order_id": str(number),
            },
        },
    ]
    for message in messages * 2:
        assert await told(market, message) == (200, "success")
    rows = await db.fetch("SELECT sender, kind, state FROM inbound_event")
    assert {tuple(row) for row in rows} == {(str(number), "order", "received")}
    assert len(rows) == 4, "the second time each is known"
    await market.work()
    assert {error and error.split()[0] for _, error in await market.events()} == {"order_not_there"}


async def test_messages_about_members_are_kept_without_her_number_and_others_are_not(
    market: Market,
) -> None:
    joined = {
        **HEAD,
        "MsgType": "event",
        "Event": "channels_ec_vip_join",
        "user_info": {"join_time": 1_779_242_400, "phone_number": "13800138000"},
    }
    coupon = {**HEAD, "MsgType": "event", "Event": "channels_ec_coupon_receive"}
    for message in (joined, joined, coupon, {"Event": "x", "order_info": {"order_id": ""}}, {}):
        assert await told(market, message) == (200, "success")
    (row,) = await db.fetch("SELECT kind, sender, state, body FROM inbound_event")
    assert (row["kind"], row["sender"], row["state"]) == (
        "event:channels_ec_vip_join",
        "oBuyer",
        "worked",
    )
    kept = json.loads(row["body"])
    assert kept["user_info"] == {"join_time": "1779242400"}


async def test_what_is_not_wechats_is_refused_and_leaves_nothing(market: Market) -> None:
    message = json.dumps(PAID).encode()
    good = sealed(message)
    another = sealed(message, key="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
    of_another_shop = sealed(message, app_id="wx00000000000shop2")
    old = int(time.time()) - 3_600
    for encrypted, asked, status in (
        (good, query(good, token="guessed"), 403),
        (good, query(another), 403),
        (good, query(good, at=old), 403),
        (good, {}, 403),
        (good, query(good) | {"msg_signature": "签"}, 403),
        (another, query(another), 400),
        (of_another_shop, query(of_another_shop), 400),
        ("", query(""), 400),
    ):
        assert (await tell(market, encrypted, asked))[0] == status
    assert await market.events() == []


async def test_broken_deep_and_huge_bodies_are_refused(market: Market) -> None:
    for body, status in (
        (b"<xml/>", 400),
        (b"[" * 50_000, 400),
        (b'{"Encrypt": 1}', 403),
        (b'{"Encrypt": {"a": 1}}', 400),
        (b"\xff", 400),
        (b"x" * 70_000, 413),
    ):
        assert (await tell(market, "", query(""), body))[0] == status, body[:20]
    for message in (b"no json", b'{"a":' * 5_000, b"[]", b'{"a": NaN}', b'{"a": "\\u0000"}'):
        assert (await told(market, message))[0] == 400, message[:20]
    huge = {**PAID, "order_info": {"order_id": "9" * 5_000}}
    assert (await told(market, huge))[0] == 200
    assert await market.events() == [], "no number is so long"


async def test_a_repeated_parameter_and_another_address_are_refused(market: Market) -> None:
    good = sealed(json.dumps(PAID).encode())
    url = f"{market.origin}/ingest/wechat_shop/{SHOP_APP_ID}"
    twice = [*query(good).items(), ("nonce", "n2")]
    body = json.dumps({"Encrypt": good})
    async with market.http.post(url, params=twice, data=body) as answer:
        assert answer.status == 403
    async with market.http.post(url + "x", params=query(good), data=body) as answer:
        assert answer.status == 404


async def test_a_message_that_was_overheard_and_sent_again_does_nothing(market: Market) -> None:
    await market.buy()
    async with market.http.get(f"{market.china}/play/wire") as answer:
        wire = (await answer.json())["exchanges"]
    pushes = [one for one in wire if one["title"] == "channels_ec_order_pay"]
    before = len(await market.events())
    for push in pushes:
        asked = dict(parse_qsl(urlsplit(push["url"]).query))
        raw = push["request"]["body"].encode()
        assert await tell(market, "", asked, raw) == (200, "success")
    assert pushes
    assert len(await market.events()) == before


async def test_a_shop_whose_operator_chose_xml_is_heard_too(market: Market) -> None:
    message = (
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName>oBuyer</FromUserName>"
        "<CreateTime>1779242400</CreateTime><MsgType>event</MsgType>"
        "<Event><![CDATA[channels_ec_order_pay]]></Event>"
        "<order_info><order_id>3705115058471208928</order_id></order_info></xml>"
    )
    encrypted = sealed(message.encode())
    outer = f"<xml><ToUserName>gh_1</ToUserName>\n<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    told = await tell(market, encrypted, query(encrypted), outer.encode())
    assert told == (200, "success")
    rows = await db.fetch("SELECT sender FROM inbound_event")
    assert [row["sender"] for row in rows] == ["3705115058471208928"]
    for broken in ("<xml><Encrypt>", '<!DOCTYPE x [<!ENTITY a "b">]><xml>&a;</xml>', "<xml></xml>"):
        assert (await tell(market, encrypted, query(encrypted), broken.encode()))[0] == 400
