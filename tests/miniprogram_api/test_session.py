"""Signing in with wx.login: who it is, what the platform refuses, and which sessions live."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

import miniprogram_api
from loyalty import customers, ledger, sessions
from loyalty.ledger import Earn
from loyalty.orders import IdentityRef
from models import Customer, Identity, IdentityKind, Member, ShopperSession, db
from tests.cast import NOVEMBER_22
from tests.miniprogram_api.conftest import ACCOUNT_APP_ID, APP_ID, IMPATIENT, PREFIX, Phone
from tests.web.conftest import Caller, Json, Serve
from web.context import Context, now


async def earn(customer_id: int, points: int, *, key: str = "k") -> None:
    await ledger.record_one(
        Earn(member_id=customer_id, key=key, at=NOVEMBER_22, points=points, settles_at=NOVEMBER_22)
    )


async def test_a_first_login_makes_a_member_known_by_both_names(lin: Phone) -> None:
    answer = await lin.sign_in()
    assert answer.http_status == 201
    customer = await Customer.get(uuid=answer.told["customer"])
    assert (await Member.get(id=customer.id)).joined_through == "miniprogram"
    identities = await Identity.filter(customer_id=customer.id)
    assert {(one.kind, one.scope, one.value) for one in identities} == {
        (one.kind, one.scope, one.value) for one in (lin.openid, lin.unionid)
    }


async def test_the_answer_holds_neither_openid_nor_session_key(lin: Phone) -> None:
    answer = await lin.sign_in(app_id=APP_ID)
    assert set(answer.told) == {"token", "expires_at", "customer"}
    assert lin.openid.value not in answer.content.decode()


async def test_who_chats_with_the_account_is_the_same_customer(lin: Phone) -> None:
    chatting = IdentityRef(IdentityKind.OPENID, ACCOUNT_APP_ID, lin.consumer["openid"])
    customer_id = await lin.known(chatting, lin.unionid)
    await earn(customer_id, 120)
    await lin.sign_in()
    assert (await lin.get("/me")).told["points"]["available"] == 120
    assert await customers.find([lin.openid]) == {lin.openid: customer_id}


async def test_a_customer_known_by_openid_only_gains_her_unionid(lin: Phone) -> None:
    customer_id = await lin.known(lin.openid)
    await lin.sign_in()
    assert await customers.find([lin.unionid]) == {lin.unionid: customer_id}


async def test_two_logins_at_once_make_one_customer_and_leave_one_session(lin: Phone) -> None:
    answers = await asyncio.gather(*(lin.sign_in() for _ in range(6)))
    assert {answer.http_status for answer in answers} == {201}
    assert len({answer.told["customer"] for answer in answers}) == 1
    assert await Customer.all().count() == 1
    assert await ShopperSession.all().count() == 1


async def test_an_openid_without_history_follows_its_unionid(lin: Phone) -> None:
    by_unionid = await lin.known(lin.unionid)
    await earn(by_unionid, 50)
    by_openid = await lin.known(lin.openid)
    await lin.sign_in()
    assert (await lin.get("/me")).told["points"]["available"] == 50
    assert (await Customer.get(id=by_openid)).merged_into_id == by_unionid


async def test_two_with_histories_are_one_where_the_platform_says_so(lin: Phone) -> None:
    by_unionid = await lin.known(lin.unionid)
    by_openid = await lin.known(lin.openid)
    await earn(by_unionid, 50, key="a")
    await earn(by_openid, 7, key="b")
    answers = await asyncio.gather(*(lin.sign_in() for _ in range(4)))
    assert [answer.http_status for answer in answers] == [201] * 4
    seen = []
    for lin.token in (answer.told["token"] for answer in answers):
        seen.append(await lin.get("/me"))
    # which of those that open at once is the last, and remains, is nobody's to say
    assert sorted(one.http_status for one in seen) == [200, 401, 401, 401]
    (served,) = [one.told["points"] for one in seen if one.http_status == 200]
    assert served["available"] == 57
    assert (await Customer.get(id=by_openid)).merged_into_id == by_unionid


async def test_an_openid_of_a_second_shopper_is_served_and_staff_are_told(
    lin: Phone, lines: Callable[[], list[Json]]
) -> None:
    by_unionid = await lin.known(lin.unionid)
    another = IdentityRef(IdentityKind.OPENID, lin.openid.scope, "o-another")
    await customers.meet((lin.unionid, another), at=NOVEMBER_22, through="test")
    by_openid = await lin.known(lin.openid)
    await earn(by_unionid, 50, key="a")
    await earn(by_openid, 7, key="b")
    await lin.sign_in()
    assert (await lin.get("/me")).told["points"]["available"] == 7
    (told,) = [line for line in lines() if line["event"] == "identities_of_two_customers"]
    assert (told["customer_id"], told["other_customer_id"]) == (by_openid, by_unionid)


async def test_a_code_is_good_once(lin: Phone) -> None:
    code = await lin.code()
    assert (await lin.sign_in(code)).http_status == 201
    again = await lin.sign_in(code)
    assert (again.http_status, again.error["code"]) == (422, "login_code_used")


async def test_one_code_sent_twice_at_once_signs_in_once(lin: Phone) -> None:
    code = await lin.code()
    answers = await asyncio.gather(lin.sign_in(code), lin.sign_in(code))
    assert sorted(answer.http_status for answer in answers) == [201, 422]


@pytest.mark.parametrize("code", ["never-given", "x" * 200, "拿铁", "'; DROP TABLE customer;--"])
async def test_a_made_up_code_is_refused(lin: Phone, code: str) -> None:
    answer = await lin.sign_in(code)
    assert (answer.http_status, answer.error["code"]) == (422, "login_code_invalid")
    assert await Customer.all().count() == 0


async def test_a_blocked_consumer_is_not_registered(lin: Phone) -> None:
    answer = await lin.sign_in(await lin.code(blocked=True))
    assert (answer.http_status, answer.error["code"]) == (403, "account_blocked")
    assert await Customer.all().count() == 0
    assert await ShopperSession.all().count() == 0


@pytest.mark.parametrize(
    ("fault", "http_status", "code"),
    [
        ({"errcode": -1}, 503, "platform_unavailable"),
        ({"truncate_body": True}, 503, "platform_unavailable"),
        ({"status": 502}, 503, "platform_unavailable"),
        ({"errcode": 45011}, 429, "too_many_requests"),
        ({"errcode": 40125}, 502, "platform_refused"),
    ],
)
async def test_a_platform_that_fails_is_told_as_such_and_nothing_is_registered(
    lin: Phone, fault: Json, *, http_status: int, code: str
) -> None:
    await lin.faults(**fault)
    answer = await lin.sign_in()
    assert (answer.http_status, answer.error["code"]) == (http_status, code)
    assert ("Retry-After" in answer.headers) == (http_status != 502)
    assert await Customer.all().count() == 0


@pytest.mark.parametrize("limits", [IMPATIENT])
async def test_a_platform_that_does_not_answer_is_told_as_such(lin: Phone) -> None:
    await lin.faults(timeout_after_effect=True)
    answer = await lin.sign_in()
    assert (answer.http_status, answer.error["code"]) == (503, "platform_unavailable")
    assert await Customer.all().count() == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "code"),
        ({"code": ""}, "code"),
        ({"code": 1}, "code"),
        ({"code": "x" * 201}, "code"),
        ({"code": "x", "openid": "o6zAJs"}, "openid"),
        ({"code": "x", "app_id": ""}, "app_id"),
        ({"code": "x\x00"}, "code"),
    ],
)
async def test_a_broken_login_names_its_field(server: Caller, body: Json, field: str) -> None:
    answer = await server.ask("POST", f"{PREFIX}/session", json=body)
    assert (answer.http_status, answer.error["field"]) == (400, field)


async def test_another_mini_program_is_not_ours(lin: Phone) -> None:
    answer = await lin.sign_in(app_id="wx00000000000000ff")
    assert (answer.http_status, answer.error["code"]) == (404, "no_such_miniprogram")


async def test_the_database_knows_neither_token_nor_session_key(
    lin: Phone, connected: Context
) -> None:
    await lin.sign_in()
    session = await ShopperSession.get()
    assert session.token_hash == sha256(lin.token.encode()).digest()
    purpose = f"session_key:{APP_ID}:{lin.openid.value}"
    assert len(connected.sealer.unseal(session.sealed_session_key, purpose=purpose)) == 24
    assert len(lin.token) == 43


async def test_signing_in_again_ends_the_session_before(lin: Phone) -> None:
    await lin.sign_in()
    older = lin.token
    await lin.sign_in()
    assert (await lin.get("/me")).http_status == 200
    lin.token = older
    refused = await lin.get("/me")
    assert (refused.http_status, refused.error["code"]) == (401, "session_unknown")


async def test_undoing_a_merge_shuts_the_other_phone_out_of_the_roots_account(
    lin: Phone, emma: Phone
) -> None:
    root, other = await lin.known(lin.openid), await emma.known(emma.openid)
    await earn(root, 500)
    await emma.sign_in()
    before = emma.token
    merge_id = await customers.merge(root, other, evidence="t", by="t", at=NOVEMBER_22)
    assert (await emma.get("/me")).http_status == 401
    await emma.sign_in()
    assert (await emma.get("/me")).told["points"]["available"] == 500
    await customers.unmerge(merge_id, by="t", at=NOVEMBER_22)
    refused = await emma.get("/me")
    assert (refused.http_status, refused.error["code"]) == (401, "session_unknown")
    emma.token = before
    assert (await emma.get("/me")).told["points"]["available"] == 0


async def test_signing_out_ends_this_session_and_a_second_time_is_401(
    lin: Phone, emma: Phone
) -> None:
    await lin.sign_in()
    await emma.sign_in()
    assert (await lin.ask("DELETE", "/session")).http_status == 204
    assert (await lin.get("/me")).http_status == 401
    assert (await lin.ask("DELETE", "/session")).http_status == 401
    assert (await emma.get("/me")).http_status == 200


async def test_signing_out_everywhere_ends_every_session_of_hers_and_wechats_keys(
    lin: Phone, emma: Phone, connected: Context
) -> None:
    await lin.sign_in()
    await emma.sign_in()
    session = await ShopperSession.get(openid=lin.openid.value)
    purpose = f"session_key:{APP_ID}:{lin.openid.value}"
    key = connected.sealer.unseal(session.sealed_session_key, purpose=purpose).decode()
    await session_of_another_app(session.customer_id, connected)
    client = connected.miniprograms[APP_ID].client
    assert await client.check_session(lin.openid.value, key)
    assert (await lin.ask("DELETE", "/me/sessions")).http_status == 204
    assert not await client.check_session(lin.openid.value, key)
    assert (await lin.get("/me")).http_status == 401
    assert (await lin.ask("DELETE", "/me/sessions")).http_status == 401
    assert [one.openid for one in await ShopperSession.all()] == [emma.openid.value]
    assert (await emma.get("/me")).http_status == 200
    assert (await lin.sign_in()).http_status == 201


async def session_of_another_app(customer_id: int, context: Context) -> None:
    await sessions.open_for(
        customer_id, app_id="wx2", openid="o2", session_key="k", sealer=context.sealer, at=now()
    )


async def test_sessions_end_although_wechat_does_not_answer(
    lin: Phone, lines: Callable[[], list[Json]]
) -> None:
    await lin.sign_in()
    await lin.china_faults(endpoints={"/wxa/resetusersessionkey": {"errcode": -1}})
    assert (await lin.ask("DELETE", "/me/sessions")).http_status == 204
    assert await ShopperSession.all().count() == 0
    assert "session_key_not_reset" in [line["event"] for line in lines()]


async def test_a_session_ends_after_its_time(lin: Phone, connected: Context) -> None:
    customer_id = await lin.known(lin.openid)
    opened = await sessions.open_for(
        customer_id,
        app_id=APP_ID,
        openid=lin.openid.value,
        session_key="k",
        sealer=connected.sealer,
        at=now() - sessions.LASTS - timedelta(seconds=1),
    )
    lin.token = opened.token
    refused = await lin.get("/me")
    assert (refused.http_status, refused.error["code"]) == (401, "session_expired")
    assert await sessions.expire(at=now(), limit=10) == 1
    assert (await lin.get("/me")).error["code"] == "session_unknown"


async def test_only_ended_sessions_are_forgotten_and_only_so_many(lin: Phone, emma: Phone) -> None:
    await lin.sign_in()
    await emma.sign_in()
    assert await sessions.expire(at=now(), limit=10) == 0
    later = now() + sessions.LASTS + timedelta(seconds=1)
    assert await sessions.expire(at=later, limit=1) == 1
    assert await sessions.expire(at=later, limit=10) == 1


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "session_missing"),
        ("Bearer", "session_unknown"),
        ("Bearer ", "session_unknown"),
        ("Bearer " + "A" * 43, "session_unknown"),
        ("Bearer " + "A" * 42, "session_unknown"),
        ("Bearer " + "A" * 5000, "session_unknown"),
        ("Bearer 令牌", "session_unknown"),
        ("Bearer ' OR 1=1 --", "session_unknown"),
        ("Basic bGluOmxpbg==", "session_unknown"),
        ("A" * 43, "session_unknown"),
    ],
)
async def test_a_forged_session_is_401_everywhere(
    server: Caller, lin: Phone, header: str, code: str
) -> None:
    await lin.sign_in()
    for method, path in (
        ("GET", "/me"),
        ("GET", "/me/ledger"),
        ("PUT", "/me/language"),
        ("DELETE", "/session"),
    ):
        answer = await server.ask(method, PREFIX + path, headers={"Authorization": header})
        assert (answer.http_status, answer.error["code"]) == (401, code)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_openid_unionid_and_uuid_are_no_sessions(lin: Phone) -> None:
    answer = await lin.sign_in()
    for name in (lin.openid.value, lin.unionid.value, answer.told["customer"]):
        lin.token = name
        assert (await lin.get("/me")).http_status == 401


async def test_a_session_of_a_mini_program_that_is_no_longer_ours_is_401(
    lin: Phone, serve: Serve, connected: Context
) -> None:
    await lin.sign_in()
    lin.server = await serve(replace(connected, miniprograms={}), miniprogram_api.add_to)
    assert (await lin.get("/me")).http_status == 401


async def test_a_merged_customer_signs_in_anew(lin: Phone) -> None:
    await lin.sign_in()
    other = await lin.known(IdentityRef(IdentityKind.CUSTOMER_KEY, "file", "1"))
    target = IdentityRef(IdentityKind.CUSTOMER_KEY, "file", "1")
    assert await customers.link(target, lin.unionid, at=NOVEMBER_22) == other
    assert (await lin.get("/me")).http_status == 401
    await lin.sign_in()
    assert (await lin.get("/me")).told["uuid"] == str((await Customer.get(id=other)).uuid)


async def test_logins_are_limited_by_address(server: Caller) -> None:
    many = [
        server.ask("POST", f"{PREFIX}/session", json={"code": f"guess-{n}"}) for n in range(130)
    ]
    answers = await asyncio.gather(*many)
    worked = [answer for answer in answers if answer.http_status != 429]
    assert 0 < len(worked) <= 120


async def test_ten_thousand_requests_of_one_shopper_leave_the_others_alone(
    lin: Phone, emma: Phone
) -> None:
    await lin.sign_in()
    await emma.sign_in()
    answers = await asyncio.gather(*(lin.get("/me") for _ in range(400)))
    assert [answer.http_status for answer in answers].count(200) == 300
    assert (await emma.get("/me")).http_status == 200


async def test_without_redis_she_signs_in_and_reads(
    lin: Phone, serve: Serve, connected: Context, away: object
) -> None:
    lin.server = await serve(replace(connected, redis=away), miniprogram_api.add_to)  # type: ignore[arg-type]
    assert (await lin.sign_in()).http_status == 201
    assert (await lin.get("/me")).http_status == 200


async def test_the_log_of_a_login_names_nobody(lin: Phone, lines: Callable[[], list[Json]]) -> None:
    code = await lin.code()
    await lin.sign_in(code)
    await lin.sign_in(code)
    told = json.dumps(lines())
    assert [line["event"] for line in lines()].count("signed_in") == 1
    for secret in (code, lin.token, lin.openid.value, lin.unionid.value):
        assert secret not in told


async def test_a_login_cut_after_registering_is_whole_at_the_next_try(lin: Phone) -> None:
    code = await lin.code()
    await db.fetch("ALTER TABLE shopper_session RENAME TO shopper_session_away")
    answer = await lin.sign_in(code)
    assert answer.http_status == 500
    await db.fetch("ALTER TABLE shopper_session_away RENAME TO shopper_session")
    assert (await lin.sign_in()).http_status == 201
    assert await Customer.all().count() == 1
