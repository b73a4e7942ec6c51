"""A shop on WeChat shows members of the mini-program; who joins and leaves is one customer."""

import asyncio
from urllib.parse import urlencode

import msgspec
import pytest

from connectors.wechat_pass import checkouts, webhook
from jobs.tell_passes import tell_passes
from loyalty import ledger, programme, purchases, standing
from loyalty.connections import WeChatPassSettings
from loyalty.ledger import Adjust
from loyalty.orders import IdentityRef
from loyalty.policies.tiers import Tier, Tiers
from models import Customer, Identity, IdentityKind, InboundEvent, PassBinding
from tests.bot.conftest import MINI_APP_ID
from tests.bot.platform import seal
from tests.bot.test_miniprogram import stamps as pushed
from tests.cast import line, order
from tests.connectors.wechat_pass.conftest import KEY, TOKEN, Town, opened
from tests.connectors.wechat_shop.conftest import SHOP_APP_ID
from web.context import Context, now

LIN, EMMA = "林小满", "Emma"
UPDATE = "/wxa/vip/user/info/update"


async def openid(town: Town, nickname: str = LIN) -> str:
    return str((await town.consumer(nickname))["miniprogram_openid"])


async def test_a_member_of_the_mini_program_is_one_of_the_shop_without_a_page(town: Town) -> None:
    lin = await town.sign_in()
    assert await town.tap() == {"is_member": True}
    assert (await town.shown())[await openid(town)] == {
        "identity": "Lv.1",
        "outer_userid": str(lin.uuid),
        "shops": [SHOP_APP_ID],
    }
    binding = await PassBinding.get()
    assert (binding.customer_id, binding.value) == (lin.id, await openid(town))
    assert await InboundEvent.filter(kind="event:channels_ec_vip_user_auto_add").count() == 1
    assert await town.tap() == {"is_member": True}
    assert await PassBinding.all().count() == 1, "associated twice"


async def test_a_stranger_is_sent_to_join_and_joins_by_her_visit(town: Town) -> None:
    told = await town.tap()
    assert told["is_member"] is False
    assert told["answer"]["info"] == {"is_vip": town_says(told)}
    lin = await town.sign_in()
    assert (await town.join(told["session_id"]))[0] == 204
    assert (await town.shown())[await openid(town)]["outer_userid"] == str(lin.uuid)
    assert (await PassBinding.get()).customer_id == lin.id
    assert (await town.join(told["session_id"]))[0] == 204, "asked again"
    assert await PassBinding.all().count() == 1


def town_says(told: dict[str, dict[str, dict[str, object]]]) -> object:
    """Return no, as a mini-program says it in JSON or in XML."""
    said = told["answer"]["info"]["is_vip"]
    assert said in (False, "false")
    return said


async def test_the_visit_of_another_or_none_joins_nobody(town: Town) -> None:
    told = await town.tap(LIN)
    await town.sign_in(EMMA)
    for session_id in (told["session_id"], "none"):
        status, answer = await town.join(session_id, EMMA)
        assert (status, answer["error"]["code"]) == (422, "shop_session_invalid")
    assert await PassBinding.all().count() == 0
    assert await town.shown() == {}
    assert (await town.join("", EMMA))[0] == 400


async def test_a_tier_is_told_when_it_changes_and_points_are_not(town: Town) -> None:
    lin = await town.sign_in()
    await town.tap()
    market = town.market
    assert await tell_passes(market.context, now()) == 1
    assert await tell_passes(market.context, now()) == 0
    await ledger.record_one(Adjust(member_id=lin.id, key="given", at=now(), points=50))
    assert await tell_passes(market.context, now()) == 0, "WeChat shows no points"
    silver = Tier("silver", "银卡", "Silver", 50_000, wechat_shop_grade=7)
    tiers = Tiers((Tier("basic", "普通", "Member", 0), silver))
    await programme.publish("tiers", tiers, starts_at=now(), by="test", at=now())
    name = IdentityRef(IdentityKind.OPENID, MINI_APP_ID, await openid(town))
    await purchases.record([order("1", line(60_000), buyer=(name,))], at=now())
    await standing.derive(at=now())
    assert await tell_passes(market.context, now()) == 1
    assert (await town.shown())[await openid(town)]["identity"] == "Lv.7"


async def test_who_leaves_is_shown_no_more_and_keeps_her_name_and_points(town: Town) -> None:
    lin = await town.sign_in()
    await town.tap()
    for _ in "ab":
        status, _answer = await town.ask("DELETE", "/me/shop-membership", nickname=LIN)
        assert status == 204
    assert (await PassBinding.get()).ended_at is not None
    await tell_passes(town.market.context, now())
    assert await town.shown() == {}
    assert await Identity.filter(kind="openid", scope=MINI_APP_ID, customer_id=lin.id).exists()
    assert (await town.ask("GET", "/me", nickname=LIN))[0] == 200
    assert await tell_passes(town.market.context, now()) == 0
    assert (await town.tap())["is_member"] is True, "she wants to again"


async def test_an_order_from_her_checkout_is_hers_though_the_shop_tells_no_unionid(
    town: Town,
) -> None:
    lin = await town.sign_in()
    await town.tap()
    told = await town.checkout()
    assert told["is_allowed"] is True
    session = told["order_session_id"]
    await town.market.buy(order_session_id=session)
    await town.market.work()
    (bought,) = await town.market.purchases()
    assert bought["customer_id"] == lin.id
    (balance,) = (await ledger.balances([lin.id], at=now())).values()
    assert balance.pending == 300


async def test_an_order_that_comes_before_its_checkout_becomes_hers(town: Town) -> None:
    lin = await town.sign_in()
    await town.market.buy(order_session_id="told-later")
    await town.market.work()
    (bought,) = await town.market.purchases()
    assert bought["customer_id"] != lin.id
    name = IdentityRef(IdentityKind.OPENID, MINI_APP_ID, await openid(town))
    session = IdentityRef(IdentityKind.WECHAT_ORDER_SESSION, SHOP_APP_ID, "told-later")
    await asyncio.gather(*(checkouts.note(name, session, at=now()) for _ in range(4)))
    assert await Customer.filter(merged_into_id=None).count() == 1
    (balance,) = (await ledger.balances([lin.id], at=now())).values()
    assert balance.pending == 300
    assert await ledger.verify() == []


async def test_a_checkout_of_nobody_we_know_and_one_with_a_discount(town: Town) -> None:
    assert (await town.checkout(EMMA))["is_allowed"] is True
    assert (await town.checkout(EMMA, discount_fen=100))["is_allowed"] is False, "none was offered"
    assert await Identity.all().count() == 0


async def test_what_she_takes_back_in_wechat_is_taken_here_too_and_once(town: Town) -> None:
    lin = await town.sign_in()
    told = {
        "ToUserName": "gh_1",
        "FromUserName": await openid(town),
        "CreateTime": int(now().timestamp()),
        "MsgType": "event",
        "Event": "user_authorization_revoke",
        "OpenID": await openid(town),
        "RevokeInfo": "8",
    }
    encrypted = seal(msgspec.json.encode(told), key=KEY, receive_id=MINI_APP_ID)
    body = msgspec.json.encode({"ToUserName": "gh_1", "Encrypt": encrypted})
    query = urlencode(pushed(encrypted, token=TOKEN))
    assert await town.post(body, query) == 200
    assert (await town.ask("GET", "/me", nickname=LIN))[0] == 401
    await town.sign_in()
    assert await town.post(body, urlencode(pushed(encrypted, token=TOKEN))) == 200
    assert (await town.ask("GET", "/me", nickname=LIN))[0] == 200
    assert await Customer.filter(id=lin.id).exists()


async def test_what_is_not_sealed_and_signed_by_wechat_is_refused(town: Town) -> None:
    for body in (b"", b"{}", b"<xml></xml>", b'{"Encrypt": "AAAA"}', b"[" * 5000, b"\xff"):
        assert await town.post(body) in (400, 403), body
        query = "signature=a&msg_signature=b&timestamp=1&nonce=c"
        assert await town.post(body, query) in (400, 403), body
    assert await PassBinding.all().count() == 0


async def test_an_answer_that_is_late_makes_nobody_a_member(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.sign_in()
    monkeypatch.setattr(webhook, "BUDGET_SECONDS", 0.0)
    assert (await town.tap())["is_member"] is False
    assert await town.shown() == {}


async def test_what_wechat_waits_for_is_answered_in_the_clear_where_staff_say_so(
    brand: None, context: Context
) -> None:
    settings = WeChatPassSettings(MINI_APP_ID, TOKEN, KEY, seals_answers=False)
    async with opened(context, "json", settings) as town:
        lin = await town.sign_in()
        await town.tap()
        async with town.market.http.get(f"{town.market.china}/play/wire?limit=50") as answer:
            told = await answer.json()
        asked = "channels_ec_vip_user_info_get"
        (exchange,) = [one for one in told["exchanges"] if one["title"] == asked]
        assert f'"outer_userid": "{lin.uuid}"' in exchange["response"]["body"]


async def test_one_whom_wechat_refuses_spoils_no_others_telling(town: Town) -> None:
    for nickname in (LIN, EMMA):
        await town.sign_in(nickname)
        await town.tap(nickname)
    await town.market.faults(endpoints={UPDATE: {"errcode": 1, "times": 1}})
    assert await tell_passes(town.market.context, now()) == 2
    assert await tell_passes(town.market.context, now()) == 0
