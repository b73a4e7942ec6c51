"""Buyers who joined a shop on Douyin are found by the number they gave there, and told of."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from connectors.douyin_pass import joining
from jobs.ask_passes import ask_passes
from jobs.tell_passes import tell_passes
from loyalty import connections, customers, ledger, member_pass
from loyalty.connections import Connected, DouyinPassSettings
from loyalty.customers import PhoneNumber
from loyalty.ledger import Adjust
from loyalty.orders import IdentityRef
from models import Customer, Identity, IdentityKind, PassBinding
from tests.connectors import market as markets
from tests.connectors.douyin.conftest import SHOP_ID, pair
from tests.connectors.market import Market
from tests.jobs.conftest import context, redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context, now
from wechat.errors import CallFailed

__all__ = ["brand", "context", "redis"]

LIN, WANG, EMMA = "林小满", "王金", "Emma"
MOBILE = "13800138000"
ASK, UPDATE = "/douyin/member/mGetMemberInfoByOpenIdList", "/douyin/member/batchUpdate"
DAY = timedelta(days=1)


@pytest.fixture
async def market(brand: None, context: Context) -> AsyncIterator[Market]:
    settings = DouyinPassSettings(SHOP_ID, app_id=1)
    found = await connections.save(settings, name="抖店", sealer=context.sealer, at=now())
    known = Connected(found, SHOP_ID, "抖店", settings)
    async with markets.opened(replace(context, douyin_passes={SHOP_ID: known}), [pair]) as opened:
        yield opened


async def play(market: Market, nickname: str, action: str = "", **told: Any) -> None:
    async with market.http.get(f"{market.china}/play/state") as answer:
        state = msgspec.json.decode(await answer.read())
    (consumer,) = [one["id"] for one in state["consumers"] if one["nickname"] == nickname]
    await market.play(f"shops/douyin/{SHOP_ID}/members/{consumer}{action}", **told)


async def join(market: Market, nickname: str = LIN, mobile: str = MOBILE) -> None:
    await play(market, nickname, mobile=mobile)


async def shown(market: Market) -> list[dict[str, Any]]:
    """Return what the members' pages show."""
    async with market.http.get(f"{market.china}/play/shops/douyin/{SHOP_ID}/members") as answer:
        return list(msgspec.json.decode(await answer.read()).values())


async def follower(market: Market, openid: str = "oLin", mobile: str = MOBILE) -> int:
    """Let somebody be known by her openid and her number."""
    buyer = (IdentityRef(IdentityKind.OPENID, "wx1", openid),)
    customer_id = await customers.meet(buyer, at=now(), through="official_account")
    number, sealer = PhoneNumber(mobile, "86"), market.context.sealer
    await customers.bind_phone(customer_id, number, sealer=sealer, at=now())
    return customer_id


async def buy(market: Market, *nicknames: str) -> None:
    for nickname in nicknames:
        await market.buy(nickname=nickname)
    await market.work()


async def test_a_buyer_who_joined_is_the_follower_who_gave_us_her_number(market: Market) -> None:
    lin = await follower(market)
    await buy(market, LIN)
    await join(market)
    assert await ask_passes(market.context, now()) == 1
    assert await Customer.filter(merged_into_id=None).count() == 1
    assert (await PassBinding.get()).customer_id == lin
    (balance,) = (await ledger.balances([lin], at=now())).values()
    assert balance.pending == 300
    await ledger.record_one(Adjust(member_id=lin, key="given", at=now(), points=120))
    assert await tell_passes(market.context, now()) == 1
    assert await tell_passes(market.context, now()) == 0
    (page,) = await shown(market)
    assert (page["level"], page["point_cent"]) == (1, 12_000)
    assert await ledger.verify() == []


async def test_a_number_that_nobody_gave_us_is_kept_sealed_and_found_later(market: Market) -> None:
    await buy(market, LIN)
    await join(market)
    await ask_passes(market.context, now())
    number = await Identity.get(kind="mobile")
    assert number.sealed_value
    assert MOBILE not in number.value
    await follower(market)
    assert await Customer.filter(merged_into_id=None).count() == 1


async def test_each_is_asked_about_once_a_day_and_found_when_she_joined(market: Market) -> None:
    await buy(market, LIN, WANG)
    assert await ask_passes(market.context, now()) == 2
    await join(market)
    assert await ask_passes(market.context, now()) == 0
    assert await PassBinding.all().count() == 0
    assert await ask_passes(market.context, now() + DAY) == 2
    assert await PassBinding.all().count() == 1


async def test_who_left_there_is_bound_no_more_and_her_later_orders_are_nobodys(
    market: Market,
) -> None:
    lin = await follower(market)
    await buy(market, LIN)
    await join(market)
    await ask_passes(market.context, now())
    await play(market, LIN, "/leave")
    await ask_passes(market.context, now() + DAY)
    assert (await PassBinding.get()).ended_at is not None
    await buy(market, LIN)
    (balance,) = (await ledger.balances([lin], at=now())).values()
    assert balance.pending == 300, "what she had stays hers"
    assert await Customer.filter(merged_into_id=None).count() == 2


async def test_a_number_is_told_for_ninety_days_and_a_member_stays_one(market: Market) -> None:
    lin = await follower(market)
    await buy(market, LIN)
    await join(market)
    await ask_passes(market.context, now())
    await market.play("shops/clock", ahead_seconds=100 * 86_400)
    assert await ask_passes(market.context, now() + 100 * DAY) == 1
    binding = await PassBinding.get()
    assert (binding.customer_id, binding.ended_at) == (lin, None)


async def test_two_people_are_not_made_one_by_a_number(market: Market) -> None:
    await follower(market)
    await buy(market, LIN)
    wang = await follower(market, "oWang", "13900139000")
    (name,) = await Identity.filter(kind="douyin_open_id")
    number = await Identity.get(customer_id=wang, kind="mobile")
    bought = IdentityRef(IdentityKind.DOUYIN_OPEN_ID, name.scope, name.value)
    await customers.link(IdentityRef(IdentityKind.MOBILE, "", number.value), bought, at=now())
    await join(market, LIN, MOBILE)
    await ask_passes(market.context, now())
    assert await PassBinding.all().count() == 0
    assert await Customer.filter(merged_into_id=None).count() == 2


async def test_a_member_who_gives_another_number_there_keeps_the_one_we_know(
    market: Market,
) -> None:
    lin = await follower(market)
    await buy(market, LIN)
    await join(market)
    await ask_passes(market.context, now())
    await join(market, LIN, "13700137000")
    await ask_passes(market.context, now() + DAY)
    assert await Identity.filter(kind="mobile").count() == 1
    binding = await PassBinding.get()
    assert (binding.customer_id, binding.ended_at) == (lin, None)


async def test_one_who_left_meanwhile_spoils_no_others_telling(market: Market) -> None:
    await buy(market, LIN, WANG, EMMA)
    for place, nickname in enumerate((LIN, WANG, EMMA)):
        await join(market, nickname, f"1380013800{place}")
    await ask_passes(market.context, now())
    await play(market, WANG, "/leave")
    for binding in await PassBinding.all():
        given = Adjust(member_id=binding.customer_id, key=binding.value, at=now(), points=7)
        await ledger.record_one(given)
    assert await tell_passes(market.context, now()) == 3
    assert [page["point_cent"] for page in await shown(market)] == [700, 700]
    assert await tell_passes(market.context, now()) == 0


async def test_calls_are_small_and_a_platform_that_is_away_is_asked_again(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "IN_ONE_CALL", 2)
    await buy(market, LIN, WANG, EMMA)
    await join(market)
    await market.faults(endpoints={ASK: {"status": 503}})
    with pytest.raises(CallFailed):
        await ask_passes(market.context, now())
    await market.faults(endpoints={})
    assert await ask_passes(market.context, now()) == 3
    await market.faults(endpoints={UPDATE: {"status": 503}})
    with pytest.raises(CallFailed):
        await tell_passes(market.context, now())
    await market.faults(endpoints={})
    assert await tell_passes(market.context, now()) == 1


async def test_who_leaves_by_our_side_is_a_member_there_no_more(market: Market) -> None:
    lin = await follower(market)
    await buy(market, LIN)
    await join(market)
    await ask_passes(market.context, now())
    assert await member_pass.leave(lin, at=now()) == 1
    assert await member_pass.leave(lin, at=now()) == 0
    await market.faults(endpoints={UPDATE: {"status": 503}})
    with pytest.raises(CallFailed):
        await tell_passes(market.context, now())
    assert len(await shown(market)) == 1
    await market.faults(endpoints={})
    await tell_passes(market.context, now())
    assert await shown(market) == []
    assert await ask_passes(market.context, now() + DAY) == 0, "we know her by no name of theirs"
    (balance,) = (await ledger.balances([lin], at=now())).values()
    assert balance.pending == 300
