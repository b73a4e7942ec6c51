"""What she takes back in WeChat's settings of the mini-program, from her phone to our tables."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.miniprogram import PushedEvents
from loyalty import customers, ledger
from models import Identity, InboundEvent
from simulator.settings import MiniProgram
from tests.bot.conftest import MINI_APP_ID
from tests.bot.platform import APP_SECRET
from tests.connectors import market as markets
from tests.connectors.wechat_pass.conftest import Town
from tests.jobs.conftest import context, redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context, now

__all__ = ["brand", "context", "redis"]

LIN, EMMA = "林小满", "Emma"
KEY = "CAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


@pytest.fixture(params=["json", "xml"])
async def town(
    brand: None, context: Context, request: pytest.FixtureRequest
) -> AsyncIterator[Town]:
    """The mini-program's server and WeChat, which tells it of its users."""
    mini = MiniProgram(
        MINI_APP_ID,
        APP_SECRET,
        push_url=f"/wechat/{MINI_APP_ID}",
        push_token="minitoken",
        push_key=KEY,
        push_form=request.param,
    )
    async with markets.opened(context, [], miniprogram=mini) as market:
        yield Town(market, {})


async def on_her_phone(town: Town, path: str, expected: int = 200, **body: Any) -> Any:
    nickname = body.pop("nickname", LIN)
    consumer = (await town.consumer(nickname))["id"]
    url = f"consumers/{consumer}/miniprogram/{path}"
    return await town.market.play(f"{url}?wait=1" if "/" in path else url, expected, **body)


async def gives_her_number(town: Town, nickname: str, number: str) -> int:
    hers = await town.sign_in(nickname)
    code = (await on_her_phone(town, "phone", phone=number, nickname=nickname))["code"]
    status, _ = await town.ask("PUT", "/me/phone", nickname=nickname, json={"code": code})
    assert status == 204
    return hers.id


async def worked(town: Town) -> int:
    return await PushedEvents(town.market.context).work(now())


async def test_taken_back_on_the_phone_her_number_is_gone_and_she_is_signed_out(
    town: Town,
) -> None:
    lin = await gives_her_number(town, LIN, "13800138001")
    told = await on_her_phone(town, "authorizations/revoke", what=["phone"])
    assert [one["outcome"] for one in told["attempts"]] == ["silent"]
    assert (await town.ask("GET", "/me", nickname=LIN))[0] == 200, "taken, not yet worked"
    assert await worked(town) == 1
    assert (await town.ask("GET", "/me", nickname=LIN))[0] == 401
    assert await Identity.filter(kind="mobile").count() == 0
    assert (await town.sign_in()).id == lin, "she comes back to the same points"
    again = await on_her_phone(town, "authorizations/revoke", 409, what=["phone"])
    assert again["error"]["code"] == "not_given"


async def test_told_twice_and_lost_on_the_way_is_once(town: Town) -> None:
    await gives_her_number(town, LIN, "13800138001")
    await town.market.faults(duplicate=True, drop_first_n=1)
    await on_her_phone(town, "authorizations/revoke", what=["phone"])
    await town.market.faults(duplicate=False, drop_first_n=0)
    assert await InboundEvent.all().count() == 1
    assert await worked(town) == 1


async def test_an_account_that_is_closed_leaves_points_and_nothing_she_told(town: Town) -> None:
    lin = await gives_her_number(town, LIN, "13800138001")
    await customers.tell_profile(lin, called="小满", birthday="08-15", at=now())
    before = (await ledger.balances([lin], at=now()))[lin]
    await on_her_phone(town, "authorizations/close")
    assert await worked(town) == 1
    assert (await town.ask("GET", "/me", nickname=LIN))[0] == 401
    assert await Identity.filter(kind="mobile").count() == 0
    told = await customers.profile_of(lin, at=now())
    assert (told.called, told.birthday) == ("", None)
    assert (await ledger.balances([lin], at=now()))[lin] == before


async def test_what_she_gave_is_listed_and_an_unknown_thing_is_refused(town: Town) -> None:
    await gives_her_number(town, LIN, "13800138001")
    given = await on_her_phone(town, "authorizations", given="address")
    assert given == {"given": ["phone", "address"]}
    refused = await on_her_phone(town, "authorizations", 400, given="shoe_size")
    assert refused["error"]["code"] == "bad_request"
    await on_her_phone(town, "authorizations/revoke", what=["address"])
    assert await worked(town) == 1
    assert await Identity.filter(kind="mobile").count() == 1, "the number was not taken back"
