"""Points that a shopper spends at Tmall are taken once a record, and Tmall is told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from connectors.tmall_pass.point_changes import PointChanges
from jobs.tell_passes import tell_passes
from loyalty import connections, customers, ledger, member_pass
from loyalty.connections import Connected, TmallPassSettings
from loyalty.ledger import Adjust
from loyalty.member_pass import Shown
from loyalty.orders import IdentityRef
from models import Entry, IdentityKind, Member, db
from tests.connectors import market as markets
from tests.connectors.market import Market
from tests.connectors.tmall.conftest import NICK, messages_taken, pair, so
from tests.jobs.conftest import context, redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context, now
from wechat.errors import CallFailed

__all__ = ["brand", "context", "redis"]

SYNC = "/top/router/rest/tmall.mei.crm.member.sync.privy"
METHOD = "/top/router/rest/tmall.mei.crm.callback.point.change"
OUID = IdentityRef(IdentityKind.TMALL_OUID, NICK, "ouid-lin")


@pytest.fixture
async def market(brand: None, context: Context) -> AsyncIterator[Market]:
    """A shop at Tmall with its pass, and its messages taken."""
    async with markets.opened(context, [pair]) as opened:
        code = opened.account.shop.code
        settings = TmallPassSettings("flagship", NICK, "12345678", "top-secret-0001", "mixkey")
        settings = msgspec.structs.replace(settings, shop_code=code)
        found = await connections.save(settings, name=NICK, sealer=context.sealer, at=now())
        known = Connected(found, code, NICK, settings)
        opened.context = replace(opened.context, passes={code: known})
        async with messages_taken(opened):
            yield opened


async def bound(market: Market, points: int = 100) -> int:
    """Let a member with points be bound under her name at Tmall; return her id."""
    (known,) = market.context.passes.values()
    at = now()
    member_id = await customers.meet((OUID,), at=at, through="test")
    given = Adjust(member_id=member_id, key="given", at=at, points=points)
    await ledger.record_one(given)
    await member_pass.register(Shown(known.id, OUID), at=at)
    return member_id


async def spend(market: Market, record: str, point: int, kind: int = 1, **how: str) -> None:
    told = {"record_id": record, "type": kind, "point": point, "ouid": "ouid-lin", **how}
    await market.play(f"{market._shop()}/points", **told)


async def work(market: Market) -> None:
    await db.fetch("UPDATE inbound_event SET claimed_until = now() WHERE state = 'received'")
    changes = PointChanges(market.context)
    while await changes.work(now()):
        pass


async def told(market: Market) -> dict[str, list[dict[str, Any]]]:
    async with market.http.get(f"{market.china}/play/{market._shop()}/points") as answer:
        found: dict[str, list[dict[str, Any]]] = msgspec.json.decode(await answer.read())
    return found


async def events(market: Market, count: int) -> None:
    async def are_there() -> bool:
        return len(await market.events()) >= count

    await so(are_there)


async def available(member_id: int) -> int:
    return (await Member.get(id=member_id)).points_available


async def test_points_are_taken_given_back_and_told(market: Market) -> None:
    member_id = await bound(market)
    await spend(market, "r-1", 70)
    await spend(market, "r-2", 20, kind=2)
    await events(market, 2)
    await work(market)
    assert await available(member_id) == 50
    found = await told(market)
    assert [found[name][0]["result"] for name in ("r-1", "r-2")] == ["0", "0"]
    causes = {entry.cause for entry in await Entry.filter(key__startswith="tmall_pass:")}
    assert causes == {"member_pass"}
    assert {state for state, _ in await market.events()} == {"worked"}
    assert await ledger.verify() == []


async def test_one_record_is_one_change_however_often_it_comes(market: Market) -> None:
    member_id = await bound(market)
    for _ in range(3):
        await spend(market, "r-1", 30)
    await events(market, 1)
    await asyncio.gather(work(market), work(market))
    assert await available(member_id) == 70
    assert {len(one) for one in (await told(market)).values()} == {1}


async def test_what_cannot_be_taken_is_told_with_its_reason(market: Market) -> None:
    member_id = await bound(market)
    await spend(market, "r-1", 101)
    await spend(market, "r-2", 5, ouid="ouid-nobody")
    await events(market, 2)
    await work(market)
    found = await told(market)
    errors = [(found[name][0]["result"], found[name][0]["error_code"]) for name in ("r-1", "r-2")]
    assert errors == [("1", "point-not-enough"), ("1", "no-exsit-member")]
    assert await available(member_id) == 100


async def test_a_verdict_stands_though_tmall_could_not_be_told_at_once(market: Market) -> None:
    member_id = await bound(market)
    await spend(market, "r-1", 30)
    await spend(market, "r-2", 500)
    await events(market, 2)
    await market.faults(endpoints={METHOD: {"status": 503}})
    changes = PointChanges(market.context)
    await changes.work(now())
    assert await available(member_id) == 70
    assert await told(market) == {}
    more = Adjust(member_id=member_id, key="more", at=now(), points=1_000)
    await ledger.record_one(more)
    await market.faults(endpoints={})
    await work(market)
    found = await told(market)
    assert (found["r-1"][0]["result"], found["r-2"][0]["result"]) == ("0", "1")
    assert await available(member_id) == 1_070, "what was refused stays refused"


async def shown(market: Market) -> dict[str, dict[str, str]]:
    async with market.http.get(f"{market.china}/play/{market._shop()}/members") as answer:
        found: dict[str, dict[str, str]] = msgspec.json.decode(await answer.read())
    return found


async def test_tmall_is_told_of_whoever_changed_and_of_nobody_else(market: Market) -> None:
    member_id = await bound(market)
    assert await tell_passes(market.context, now()) == 1
    assert await tell_passes(market.context, now()) == 0
    told_of = (await shown(market))["ouid-lin"]
    assert (told_of["point"], told_of["level"]) == ("100", "1")
    more = Adjust(member_id=member_id, key="more", at=now(), points=11)
    await ledger.record_one(more)
    await market.faults(endpoints={SYNC: {"status": 503}})
    with pytest.raises(CallFailed):
        await tell_passes(market.context, now())
    await market.faults(endpoints={})
    assert await tell_passes(market.context, now() + timedelta(seconds=1)) == 1
    assert (await shown(market))["ouid-lin"]["point"] == "111"
    await db.fetch("UPDATE pass_binding SET ended_at = now()")
    await ledger.record_one(Adjust(member_id=member_id, key="on", at=now(), points=1))
    assert await tell_passes(market.context, now()) == 0, "she left"


async def test_who_leaves_by_our_side_is_shown_no_more(market: Market) -> None:
    member_id = await bound(market)
    await tell_passes(market.context, now())
    assert "ouid-lin" in await shown(market)
    assert await member_pass.leave(member_id, at=now()) == 1
    for _ in "ab":
        await tell_passes(market.context, now())
        assert await shown(market) == {}
    assert await customers.find([OUID]) == {}, "her later orders there are nobody's"
    assert await available(member_id) == 100


async def test_a_message_that_is_no_change_breaks_nothing(market: Market) -> None:
    member_id = await bound(market)
    for point in (0, -5):
        await spend(market, f"r{point}", point)
    await spend(market, "r-9", 10, kind=9)
    for broken in ("r\0", "r" * 5_000, "", "林"):
        await spend(market, broken, 10)
    await spend(market, "r-8", 10, ouid="ouid\0lin")
    await spend(market, "r-1", 10)
    await events(market, 1)
    await work(market)
    assert await available(member_id) == 90
    assert list(await told(market)) == ["r-1"]


async def test_a_hash_of_a_number_is_sealed_while_it_waits(market: Market) -> None:
    await bound(market)
    await spend(market, "r-1", 10, mix_mobile="58972b922afa60a49a2ebd56a4077e05")
    await events(market, 1)
    (row,) = await db.fetch("SELECT body FROM inbound_event")
    assert b"58972b92" not in bytes(row["body"])
