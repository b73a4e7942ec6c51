"""Shoppers of Tmall ask, join, bind and leave; each is one customer, and each answer the same."""

import asyncio
from datetime import UTC, datetime, timedelta
from io import BytesIO
from urllib.parse import quote_plus, urlencode

import msgspec
import pytest

from connectors.tmall_pass import webhook
from connectors.tmall_pass.signature import mix_mobile, signature
from loyalty import ledger, programme, purchases
from loyalty.ledger import Adjust
from loyalty.orders import IdentityRef
from loyalty.policies.tiers import Tier, Tiers
from models import Customer, Identity, IdentityKind, Merge, PassBinding, db
from tests.cast import line, order
from tests.connectors.tmall_pass.conftest import (
    KEY,
    MOBILE,
    SHANGHAI,
    SHOP,
    Tmall,
    mixed,
    signed,
)
from web.context import now

OUID = IdentityRef(IdentityKind.TMALL_OUID, SHOP, "ouid-lin")


async def give(member_id: int, points: int) -> None:
    told = Adjust(member_id=member_id, key=f"give:{member_id}", at=now(), points=points)
    await ledger.record_one(told)


async def roots() -> int:
    return await Customer.filter(merged_into_id=None).count()


def test_the_golden_vectors() -> None:
    query = {
        "app_key": "12345678",
        "method": "tmall.mei.crm.member.bind.query",
        "timestamp": "2026-05-20 10:00:00",
        "v": "2.0",
    }
    body = b'{"seller_name":"demo","mix_mobile":"0123456789abcdef0123456789abcdef"}'
    assert signature("top-secret-0001", query, body) == "AE832588590848DD269FDA89D850B32E"
    assert mix_mobile("+8613800138000", "mixkey") == "58972b922afa60a49a2ebd56a4077e05"


async def test_whoever_gave_us_her_number_may_bind_and_is_shown(tmall: Tmall) -> None:
    member_id = await tmall.follower("oLin")
    await give(member_id, 120)
    assert await tmall.may_bind(mix_mobile=mixed()) == {"bindable": True, "bind_code": "E04"}
    assert await tmall.mix() == 1
    assert await tmall.mix() == 0
    assert await tmall.may_bind(mix_mobile=mixed()) == {
        "bindable": True,
        "bind_code": "SUC",
        "member": {"point": 120, "level": 1},
    }
    assert await tmall.query(mix_mobile=mixed()) == {"query_code": "E02"}
    bound = await tmall.bind(mix_mobile=mixed())
    assert bound == {"bind_code": "SUC", "member": {"point": 120, "level": 1}}
    assert await tmall.bind(mix_mobile=mixed()) == bound, "asked again"
    assert await tmall.query() == {"query_code": "SUC", "member": {"point": 120, "level": 1}}
    assert (await tmall.may_bind(mix_mobile=mixed()))["bind_code"] == "E02"
    assert (await tmall.may_bind(mix_mobile=mixed(), ouid="ouid-2"))["bind_code"] == "E02"
    assert (await tmall.bind(mix_mobile=mixed(), ouid="ouid-2"))["bind_code"] == "E02"


async def test_her_level_there_is_the_grade_of_her_tier(tmall: Tmall) -> None:
    await tmall.follower("oLin")
    await tmall.mix()
    basic = Tier("basic", "普通", "Member", 0, tmall_grade=2)
    await programme.publish("tiers", Tiers((basic,)), starts_at=now(), by="test", at=now())
    bound = await tmall.bind(mix_mobile=mixed())
    assert bound == {"bind_code": "SUC", "member": {"point": 0, "level": 2}}


async def test_what_she_bought_there_before_she_bound_becomes_hers(tmall: Tmall) -> None:
    await purchases.record([order("1", line(9_900), buyer=(OUID,))], at=now())
    member_id = await tmall.follower("oLin")
    await tmall.mix()
    assert await roots() == 2
    await tmall.bind(mix_mobile=mixed(), omid="omid-lin")
    assert await roots() == 1
    assert (await Merge.get()).evidence == "member_pass"
    (balance,) = (await ledger.balances([member_id], at=now())).values()
    assert balance.pending == 99
    assert await Identity.filter(kind="tmall_omid", customer_id=member_id).count() == 1
    await purchases.record([order("2", line(5_000), buyer=(OUID,))], at=now())
    (balance,) = (await ledger.balances([member_id], at=now())).values()
    assert balance.pending == 149


async def test_a_shopper_registers_with_a_hash_and_is_found_when_she_gives_her_number(
    tmall: Tmall,
) -> None:
    assert (await tmall.may_bind(mix_mobile=mixed()))["bind_code"] == "E04"
    told = await tmall.register(mix_mobile=mixed())
    assert told == {"register_code": "SUC", "member": {"point": 0, "level": 1}}
    assert await tmall.register(mix_mobile=mixed()) == told
    await purchases.record([order("1", line(9_900), buyer=(OUID,))], at=now())
    member_id = await tmall.follower("oLin")
    assert await roots() == 2
    assert await tmall.mix() == 1
    assert await roots() == 1
    (balance,) = (await ledger.balances([member_id], at=now())).values()
    assert balance.pending == 99
    assert await tmall.mix() == 0
    assert await ledger.verify() == []


async def test_numbers_that_were_here_first_are_mixed_though_somebody_registers_before(
    tmall: Tmall,
) -> None:
    await tmall.follower("oLin")
    await db.fetch("ALTER TABLE identity ALTER COLUMN id RESTART WITH 1000000")
    await tmall.register(mix_mobile=mixed("13900139000"), ouid="ouid-wang")
    await tmall.mix()
    assert (await tmall.may_bind(mix_mobile=mixed()))["bind_code"] == "SUC"


async def test_a_shopper_registers_with_her_number(tmall: Tmall) -> None:
    await tmall.register(mobile=MOBILE, mix_mobile=mixed())
    identity = await Identity.get(kind="mobile")
    assert identity.sealed_value
    await tmall.follower("oLin")
    assert await roots() == 1, "the same number"


async def test_a_member_of_old_is_activated_once_in_qimens_form(tmall: Tmall) -> None:
    member_id = await tmall.follower("oLin")
    await tmall.mix()
    method = "qimen.alibaba.member.activate"
    for _ in "ab":
        told = await tmall.ask(method, mix_mobile=mixed())
        success = {"flag": "success", "code": "0", "message": "success"}
        assert told == (200, {"response": success})
    assert (await PassBinding.get()).customer_id == member_id
    status, refused = await tmall.ask(method, mix_mobile=mixed(), ouid="ouid-2")
    assert (status, refused["response"]["flag"]) == (200, "failure")


async def test_qimen_may_ask_in_xml_and_is_answered_in_it(tmall: Tmall) -> None:
    told = f"<ouid>ouid-lin</ouid><mix_mobile>{mixed()}</mix_mobile><customerid>7</customerid>"
    body = f'<?xml version="1.0"?><request>{told}</request>'.encode()
    status, answer = await tmall.ask_raw("qimen.alibaba.member.activate", body)
    expected = b"<flag>success</flag><code>0</code><message>success</message>"
    assert (status, answer) == (200, b"<response>" + expected + b"</response>")
    for broken in (b"<request>", b"<xml><ouid>a</ouid></xml>", b"<!DOCTYPE a><request/>"):
        status, answer = await tmall.ask_raw("qimen.alibaba.member.activate", broken)
        assert status == 400, broken
    assert await PassBinding.all().count() == 1


async def test_who_leaves_keeps_what_she_has_and_may_come_back(tmall: Tmall) -> None:
    member_id = await tmall.follower("oLin")
    await tmall.mix()
    await tmall.bind(mix_mobile=mixed())
    await purchases.record([order("1", line(9_900), buyer=(OUID,))], at=now())
    for _ in "ab":
        assert await tmall.bind(type="2") == {"bind_code": "SUC"}
    assert await tmall.query() == {"query_code": "E01"}
    (balance,) = (await ledger.balances([member_id], at=now())).values()
    assert balance.pending == 99
    await purchases.record([order("2", line(5_000), buyer=(OUID,))], at=now())
    (balance,) = (await ledger.balances([member_id], at=now())).values()
    assert balance.pending == 99, "she is nobody to us there now"
    assert (await tmall.bind(mix_mobile=mixed()))["bind_code"] == "SUC"
    rows = await PassBinding.all().order_by("id")
    assert [row.ended_at is None for row in rows] == [False, True]


async def test_two_people_are_not_made_one(tmall: Tmall) -> None:
    lin, wang = await tmall.follower("oLin"), await tmall.follower("oWang", "13900139000")
    await tmall.mix()
    await tmall.bind(mix_mobile=mixed())
    other = await tmall.bind(mix_mobile=mixed("13900139000"))
    assert other == {"bind_code": "E02"}, "the name is bound to another"
    await tmall.bind(type="2")
    await db.fetch(
        "INSERT INTO identity (customer_id, kind, scope, value, created_at)"
        " VALUES ($1, 'tmall_ouid', $2, 'ouid-lin', now())",
        lin,
        SHOP,
    )
    assert await tmall.bind(mix_mobile=mixed("13900139000")) == {"bind_code": "E03"}
    assert await roots() == 2
    assert lin != wang


async def test_many_at_once_are_one(tmall: Tmall) -> None:
    await tmall.follower("oLin")
    await tmall.mix()
    asked = [tmall.register(mix_mobile=mixed()), tmall.bind(mix_mobile=mixed())] * 8
    answers = await asyncio.gather(*asked)
    assert all("SUC" in (one.get("bind_code"), one.get("register_code")) for one in answers)
    assert await PassBinding.all().count() == 1
    assert await roots() == 1


async def test_strangers_register_at_once_and_are_one_each(tmall: Tmall) -> None:
    asked = [
        tmall.register(mix_mobile=mixed(f"1380013800{n % 4}"), ouid=f"o{n % 4}") for n in range(20)
    ]
    answers = await asyncio.gather(*asked)
    assert {one["register_code"] for one in answers} == {"SUC"}
    assert await roots() == 4


async def test_who_did_not_sign_is_refused(tmall: Tmall) -> None:
    method = "tmall.mei.crm.query"
    late = datetime.now(UTC) - timedelta(minutes=6)
    for how in (
        {"secret": "another"},
        {"sign": ""},
        {"sign": "林"},
        {"shop": "none"},
        {"at": late},
        {"at": datetime.now(UTC) + timedelta(minutes=6)},
    ):
        http_status, told = await tmall.ask(method, **how)  # type: ignore[arg-type]
        assert (http_status, told["flag"]) == (403, "failure"), how
    assert (await tmall.ask("tmall.mei.crm.unknown"))[0] == 400
    for raw in (b"", b"[]", b'{"ouid": 1}', b"[" * 5000):
        assert (await tmall.ask(method, raw=raw))[0] == 400
    assert await Customer.all().count() == 0


@pytest.mark.parametrize("is_form", [False, True])
async def test_headers_that_tmall_signs_may_be_empty_or_escaped(
    tmall: Tmall, is_form: bool
) -> None:
    moment = f"{datetime.now(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    query = {"method": "tmall.mei.crm.member.bind.query", "v": "2.0"}
    named = {"app_key": KEY, "timestamp": moment, "top-lost": "", "seller": "旗舰 店"}
    asked = {"ouid": "ouid-lin", "seller_name": "旗舰店", "mix_mobile": "", "note": "a+b c"}
    body = urlencode(asked).encode() if is_form else msgspec.json.encode(asked)
    told = {**query, **named, **(asked if is_form else {})}
    query["sign"] = signed(told, b"" if is_form else body)
    headers = {name.title(): quote_plus(value) for name, value in named.items() if value}
    headers["top-sign-list"] = ",".join(named)
    kind = "x-www-form-urlencoded;charset=utf-8" if is_form else "json;charset=UTF-8"
    headers["Content-Type"] = f"application/{kind}"
    url = f"{tmall.origin}/tmall/members/{SHOP}?{urlencode(query)}"
    async with tmall.http.post(url, data=BytesIO(body), headers=headers) as answer:
        assert (answer.status, await answer.json()) == (200, {"bindable": True, "bind_code": "E04"})


async def test_an_address_with_bytes_that_are_no_text_is_a_wrong_signature(tmall: Tmall) -> None:
    host, _, port = tmall.origin.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    path = b"/tmall/members/flagship?method=\xff&sign=\xfe"
    writer.write(b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
    status = await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert status.split()[1] in (b"400", b"403")


async def test_a_database_that_is_slow_makes_tmall_ask_again(
    tmall: Tmall, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tmall.follower("oLin")
    await tmall.mix()
    monkeypatch.setattr(webhook, "BUDGET_SECONDS", 0.0)
    assert await tmall.may_bind(mix_mobile=mixed()) == {"bindable": False, "bind_code": "E05"}
    assert await tmall.bind(mix_mobile=mixed()) == {"bind_code": "E05"}
    assert await tmall.query() == {"query_code": "E04"}
    assert await PassBinding.all().count() == 0
