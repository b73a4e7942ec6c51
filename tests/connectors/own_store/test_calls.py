"""A store's call over HTTP: who may speak, in which form, and what is answered."""

import asyncio
import gzip
import time
from typing import Any

import msgspec
import pytest

from connectors.own_store.signature import signature
from models import InboundEvent
from tests.connectors.own_store.till import (
    CODE,
    PREVIOUS,
    SECRET,
    Json,
    Till,
    line,
    order,
    stamps,
    states,
)

GOLDEN = "438cde9816566bfc25394b3f2b3838ab336f5a0d97d03450723909ce36b8e71a"
BODY = msgspec.json.encode({"orders": [order()]})


def code_of(told: tuple[int, Json]) -> tuple[int, str]:
    return told[0], told[1]["error"]["code"]


def without(headers: Json, name: str) -> Json:
    return {key: value for key, value in headers.items() if key != name}


def test_the_signature_is_the_golden_one_of_the_readme() -> None:
    told = signature("0123456789abcdef", "1780286400", "c0ffee-1", b'{"orders":[]}')
    assert told == GOLDEN


async def test_orders_are_taken_once_and_counted(till: Till) -> None:
    both = [order("T-1"), order("T-2")]
    assert await till.send(both) == (202, {"new": 2, "known": 0})
    assert await till.send([*both, order("T-3"), order("T-3")]) == (202, {"new": 1, "known": 3})
    assert await till.send() == (202, {"new": 0, "known": 0})
    assert await states() == {"received": 3}


async def test_a_shuffled_object_is_the_same_and_a_changed_one_is_not(till: Till) -> None:
    await till.send([order()])
    turned = dict(reversed(order().items()))
    assert (await till.send([turned]))[1] == {"new": 0, "known": 1}
    assert (await till.send([order(freight_fen=1)]))[1] == {"new": 1, "known": 0}


async def test_the_secret_of_before_is_taken_and_any_other_is_not(till: Till) -> None:
    assert (await till.post(BODY, stamps(BODY, secret=PREVIOUS)))[0] == 202
    wrong = stamps(BODY, secret="another-secret-000")
    assert code_of(await till.post(BODY, wrong)) == (403, "bad_signature")


async def test_a_call_may_be_packed_say_its_charset_and_sign_in_capitals(till: Till) -> None:
    told = stamps(BODY)
    told |= {"Content-Type": "application/json;charset=UTF-8", "Content-Encoding": "gzip"}
    headers = {name.lower(): value for name, value in told.items()}
    headers["x-signature"] = told["X-Signature"].upper()
    assert await till.post(gzip.compress(BODY), headers) == (202, {"new": 1, "known": 0})


async def test_what_is_not_signed_so_is_refused_and_not_stored(till: Till) -> None:
    second = int(time.time())
    good = stamps(BODY)
    cases: dict[str, tuple[Any, tuple[int, str]]] = {
        "another body": (stamps(BODY + b" "), (403, "bad_signature")),
        "another moment": ({**good, "X-Timestamp": str(second - 1)}, (403, "bad_signature")),
        "another nonce": ({**good, "X-Nonce": "another-nonce"}, (403, "bad_signature")),
        "no hexadecimal": ({**good, "X-Signature": "g" * 64}, (400, "bad_field")),
        "too old": (stamps(BODY, at=second - 302), (403, "stale")),
        "from the future": (stamps(BODY, at=second + 302), (403, "stale")),
        "no seconds": (stamps(BODY, at="now"), (400, "bad_field")),
        "digits of another script": ({**good, "X-Timestamp": "１２３"}, (400, "bad_field")),
        "a short nonce": (stamps(BODY, nonce="1234567"), (400, "bad_field")),
        "a nonce with a blank": (stamps(BODY, nonce="1234 5678"), (400, "bad_field")),
        "no type": ({**good, "Content-Type": "text/plain"}, (415, "wrong_content_type")),
        "a header twice": ([*good.items(), ("X-Nonce", "12345678")], (400, "bad_field")),
        **{
            f"without {name}": (without(good, name), (400, "bad_field"))
            for name in ("X-Timestamp", "X-Nonce", "X-Signature")
        },
    }
    told = {name: code_of(await till.post(BODY, asked)) for name, (asked, _) in cases.items()}
    assert told == {name: expected for name, (_, expected) in cases.items()}
    assert not await InboundEvent.exists()
    assert (await till.post(BODY, good))[0] == 202, "and the good one is good"


async def test_an_unknown_store_reads_as_a_wrong_signature(till: Till) -> None:
    def bare(told: tuple[int, Json]) -> Json:
        told[1]["error"].pop("request_id")
        return {"http_status": told[0], **told[1]}

    unknown = bare(await till.post(BODY, stamps(BODY), code="no-such-till"))
    wrong = bare(await till.post(BODY, stamps(BODY, secret="another-secret-000")))
    assert unknown == wrong
    old = stamps(BODY, at=int(time.time()) - 999)
    assert bare(await till.post(BODY, old, code="no-such-till")) == wrong
    broken = stamps(b"{", secret="of no store, so that an unknown one takes as long")
    assert bare(await till.post(b"{", broken, code="no-such-till")) == wrong


async def test_a_nonce_is_good_for_one_call_even_for_many_at_once(till: Till) -> None:
    headers = stamps(BODY, nonce="only-once")
    told = await asyncio.gather(*(till.post(BODY, headers) for _ in range(6)))
    assert sorted(http_status for http_status, _ in told) == [202, *[403] * 5]
    other = msgspec.json.encode({"orders": [order("T-9")]})
    again = await till.post(other, stamps(other, nonce="only-once"))
    assert code_of(again) == (403, "nonce_used")
    assert await states() == {"received": 1}


@pytest.mark.parametrize(
    ("orders", "field"),
    [
        ([order(), order(paid_fen="10000")], "orders[1].paid_fen"),
        ([order(), order(), order(paid_fen=1.5)], "orders[2].paid_fen"),
        ([order(paid_at="2026-06-01T12:00:00")], "orders[0].paid_at"),
        ([order(paid_at="yesterday")], "orders[0].paid_at"),
        ([order(number="")], "orders[0].number"),
        ([order(number="x" * 101)], "orders[0].number"),
        ([order(number=-1)], "orders[0].number"),
        ([order(lines=[])], "orders[0].lines"),
        ([order(lines=[line("1", 1), {"key": "2"}])], "orders[0].lines[1].sku"),
        ([order(buyer={"mobile": "13800138000"})], "orders[0].buyer.mobile"),
        ([order(buyer={"mobile": "+8613800138000\n"})], "orders[0].buyer.mobile"),
        ([order(buyer={"mail": "lin@example.com"})], "orders[0].buyer.mail"),
        ([order(refunded_fen=5)], "orders[0].refunded_fen"),
        ([order(buyer={"openid": {"openid": "o1"}})], "orders[0].buyer.openid.app_id"),
        ([order(number="a\x00b")], "orders[0].number"),
        ([order(goods_fen=2**70)], "orders[0].goods_fen"),
    ],
)
async def test_a_wrong_field_is_named_with_its_order_and_nothing_is_stored(
    till: Till, orders: list[Json], field: str
) -> None:
    body = b'{"orders":[%s]}' % b",".join(_json(one) for one in orders)
    http_status, answer = await till.post(body, stamps(body))
    assert (http_status, answer["error"]["field"]) == (400, field)
    assert not await InboundEvent.exists()


def _json(told: Json) -> bytes:
    """Encode what msgspec would not."""
    big = told.get("goods_fen") == 2**70
    text = msgspec.json.encode({**told, "goods_fen": 0} if big else told)
    return text.replace(b'"goods_fen":0', b'"goods_fen":%d' % 2**70, 1) if big else text


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"orders":1}', b'{"order":[]}', b'{"orders":[null]}', b"\xff"]
)
async def test_what_is_no_call_is_refused(till: Till, body: bytes) -> None:
    assert (await till.post(body, stamps(body)))[0] == 400
    assert not await InboundEvent.exists()


async def test_a_call_has_its_most(till: Till) -> None:
    most = [order(f"T-{number}") for number in range(500)]
    assert await till.send(most) == (202, {"new": 500, "known": 0})
    http_status, answer = await till.send([*most, order("T-500")])
    assert (http_status, answer["error"]["field"]) == (400, "orders")
    blanks = b" " * (1024 * 1024 - len(BODY))
    assert (await till.post(BODY + blanks, stamps(BODY + blanks)))[0] == 202
    large = BODY + blanks + b" "
    assert code_of(await till.post(large, stamps(large))) == (413, "body_too_large")


async def test_no_personal_data_is_logged_or_kept_in_the_clear(
    till: Till, capfd: pytest.CaptureFixture[str]
) -> None:
    buyer = {
        "openid": {"app_id": "wx1", "openid": "oSecretOpenid"},
        "unionid": "uSecretUnionid",
        "mobile": "+8613800138000",
        "customer_key": "kSecretKey",
    }
    await till.tell([order(buyer=buyer), order("T-2", buyer=buyer, state="odd")])
    bad = msgspec.json.encode({"orders": [order(buyer={"mobile": "13900139000"})]})
    await till.post(bad, stamps(bad))
    logged = "".join(capfd.readouterr())
    assert "orders_worked" in logged
    for secret in ("oSecret", "uSecret", "kSecret", "1380013", "1390013", SECRET):
        assert secret not in logged
    for event in await InboundEvent.all():
        assert b"1380013" not in event.body
    metrics = await (await till.http.get(f"{till.origin}/metrics")).text()
    assert 'jifen_inbound_events_total{connection="own_store",outcome="parked"}' in metrics
    assert CODE not in metrics
