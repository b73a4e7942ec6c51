"""Tmall answers in our place and tells later, shuffled and doubled: it ends as if it had not."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace as with_fields

from connectors.tmall_pass.mixing import mix_phones
from connectors.tmall_pass.point_changes import PointChanges
from loyalty import connections, customers, ledger, member_pass, purchases
from loyalty.connections import Connected, TmallPassSettings, TmallSettings
from loyalty.customers import PhoneNumber
from loyalty.ledger import Adjust
from loyalty.member_pass import Shown, mixed_digest
from loyalty.orders import IdentityRef
from models import Customer, IdentityKind, InboundEvent, PassBinding, db
from simulator.settings import TmallShop
from tests.cast import line, order
from tests.connectors import market as markets
from tests.connectors.market import Market
from tests.connectors.tmall.conftest import NICK, messages_taken, pair, so
from tests.connectors.tmall_pass.conftest import mixed
from tests.jobs.conftest import context, redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context, now

__all__ = ["brand", "context", "redis"]

HOUR = 3600
ROUNDS = 10
# What each shopper did, the oldest first; whose number we know before, and who bought before.
HISTORIES = {
    "joins": (False, "register"),
    "joins_known": (True, "register"),
    "binds": (True, "bind"),
    "leaves": (True, "bind unbind"),
    "leaves_unknown": (False, "register unbind"),
    "comes_back": (False, "register unbind bind"),
    "thrice": (True, "register unbind register unbind bind"),
    "leaves_at_last": (False, "register unbind bind unbind"),
}


def flying_pair(ours: str, theirs: str) -> tuple[TmallShop, TmallSettings]:
    """Return the shop with its member page."""
    shop, settings = pair(ours, theirs)
    return with_fields(shop, members_url=f"{ours}/tmall/members/{NICK}"), settings


@pytest.fixture
async def market(brand: None, context: Context) -> AsyncIterator[Market]:
    settings = TmallPassSettings(
        NICK, NICK, "12345678", "top-secret-0001", "mixkey", max_age_seconds=86_400
    )
    found = await connections.save(settings, name=NICK, sealer=context.sealer, at=now())
    known = replace(context, passes={NICK: Connected(found, NICK, NICK, settings)})
    async with markets.opened(known, [flying_pair]) as opened, messages_taken(opened):
        yield opened


class Cohort:
    """The shoppers of one telling, each with a number and a name of her own."""

    def __init__(self, market: Market, place: int) -> None:
        self.market = market
        self.place = place

    def ouid(self, name: str) -> str:
        return f"ouid-{name}-{self.place}"

    def mobile(self, name: str) -> str:
        return f"138{self.place:04}{list(HISTORIES).index(name):04}"

    def ref(self, name: str) -> IdentityRef:
        return IdentityRef(IdentityKind.TMALL_OUID, NICK, self.ouid(name))

    async def begin(self) -> None:
        """Let each have bought at Tmall, and some be known by their numbers with points."""
        for name, (is_known, _) in HISTORIES.items():
            bought = order(f"{self.ouid(name)}", line(9_900), buyer=(self.ref(name),))
            await purchases.record([bought], at=now())
            if is_known:
                buyer = (IdentityRef(IdentityKind.OPENID, "wx1", f"o-{name}-{self.place}"),)
                member_id = await customers.meet(buyer, at=now(), through="test")
                number = PhoneNumber(self.mobile(name), "86")
                sealer = self.market.context.sealer
                await customers.bind_phone(member_id, number, sealer=sealer, at=now())
                given = Adjust(member_id=member_id, key=self.ouid(name), at=now(), points=20)
                await ledger.record_one(given)
        await mix_phones(self.market.context, now())

    async def act(self) -> None:
        """Let each do what she did, an hour between."""
        for name, (_, told) in HISTORIES.items():
            actions = told.split()
            for place, action in enumerate(actions):
                ago = (len(actions) - place) * HOUR
                await self.do(action, name, ago_seconds=ago)

    async def do(self, action: str, name: str, ago_seconds: int = 0) -> Any:
        who = {"ouid": self.ouid(name), "mobile": self.mobile(name)}
        return await self.market.play(
            f"shops/tmall/{NICK}/members/{action}", **who, ago_seconds=ago_seconds
        )

    async def ends(self) -> dict[str, tuple[bool, int, int]]:
        """Return how it ended for each."""
        return {name: await self.end(name) for name in HISTORIES}

    async def end(self, name: str) -> tuple[bool, int, int]:
        """Return whether one is bound, and what her number's customer has and awaits."""
        (known,) = self.market.context.passes.values()
        digest = mixed_digest(mixed(self.mobile(name)), sealer=self.market.context.sealer)
        found = await member_pass.look(Shown(known.id, self.ref(name), mixed=digest))
        assert found.by_phone is not None, name
        assert found.bound in (None, found.by_phone), name
        (balance,) = (await ledger.balances([found.by_phone], at=now())).values()
        return found.bound is not None, balance.available, balance.pending


async def fly(market: Market, *, is_flying: bool) -> None:
    await market.play(f"shops/tmall/{NICK}/flight", is_flying=is_flying)


async def land(market: Market, seed: int) -> None:
    for again in range(ROUNDS):
        told = await market.play(f"shops/tmall/{NICK}/land", seed=seed + again, copies=2)
        if not told["waiting"]:
            return
    raise AssertionError("the brand did not do all that it was told")


async def test_a_shuffled_and_doubled_back_fill_ends_as_the_calls_would_have(
    market: Market,
) -> None:
    live = Cohort(market, 0)
    await live.begin()
    await live.act()
    expected = await live.ends()
    assert {name: one[0] for name, one in expected.items()} == {
        name: not told.endswith("unbind") for name, (_, told) in HISTORIES.items()
    }
    assert {one[1:] for one in expected.values()} == {(0, 99), (20, 99)}
    for place in range(1, 9):
        cohort = Cohort(market, place)
        await cohort.begin()
        await fly(market, is_flying=True)
        await cohort.act()
        await fly(market, is_flying=False)
        await land(market, seed=place * 100)
        assert await cohort.ends() == expected, place
    assert await Customer.filter(merged_into_id=None).count() == 9 * len(HISTORIES)
    assert await ledger.verify() == []


async def test_live_calls_beside_a_back_fill_change_no_end(market: Market) -> None:
    cohort = Cohort(market, 1)
    await cohort.begin()
    await fly(market, is_flying=True)
    await cohort.act()
    await fly(market, is_flying=False)
    asked = [
        market.play(f"shops/tmall/{NICK}/members/ask/may_bind", ouid=cohort.ouid(name))
        for name in HISTORIES
    ]
    left = [cohort.do("unbind", name) for name in ("joins", "joins_known", "comes_back")]
    back = [cohort.do("bind", "leaves"), cohort.do("bind", "leaves")]
    await asyncio.gather(land(market, seed=7), *asked, *left, *back)
    ends = await cohort.ends()
    bound = {name for name, one in ends.items() if one[0]}
    assert bound == {"binds", "leaves", "thrice"}
    assert {one[1:] for one in ends.values()} == {(0, 99), (20, 99)}
    assert await ledger.verify() == []


async def test_what_is_told_late_of_before_she_left_binds_her_no_more(market: Market) -> None:
    cohort = Cohort(market, 1)
    await cohort.begin()
    await cohort.do("unbind", "joins", ago_seconds=HOUR)
    told = await cohort.do("register", "joins", ago_seconds=2 * HOUR)
    assert told["answer"]["register_code"] == "SUC"
    assert await cohort.end("joins") == (False, 0, 99)
    (row,) = await PassBinding.all()
    assert row.ended_at is not None
    assert row.bound_at < row.ended_at
    await cohort.do("register", "joins", ago_seconds=2 * HOUR)
    assert not await PassBinding.filter(ended_at=None).exists(), "told twice"


async def test_who_leaves_and_is_known_by_a_hash_alone_finds_her_points_again(
    market: Market,
) -> None:
    cohort = Cohort(market, 1)
    await cohort.begin()
    for action in ("register", "unbind"):
        await cohort.do(action, "joins")
    bought = order("later", line(5_000), buyer=(cohort.ref("joins"),))
    await purchases.record([bought], at=now())
    assert (await cohort.do("bind", "joins"))["answer"]["member"]["point"] == 0
    assert await cohort.end("joins") == (True, 0, 149)


async def test_a_join_whose_answer_is_late_is_told_by_a_message_and_filled_in(
    market: Market,
) -> None:
    cohort = Cohort(market, 1)
    await cohort.begin()
    await fly(market, is_flying=True)
    await cohort.do("register", "joins", ago_seconds=60)

    async def is_kept() -> bool:
        return await InboundEvent.filter(kind="member_registered", state="worked").count() == 1

    await so(is_kept)
    await land(market, seed=1)
    assert (await cohort.end("joins"))[0]


async def points(market: Market) -> dict[str, Any]:
    async with market.http.get(f"{market.china}/play/shops/tmall/{NICK}/points") as answer:
        found: dict[str, Any] = msgspec.json.decode(await answer.read())
    return found


async def work(market: Market) -> None:
    await db.fetch("UPDATE inbound_event SET claimed_until = now() WHERE state = 'received'")
    changes = PointChanges(market.context)
    while await changes.work(market.context.clock()):
        pass


async def test_points_for_whom_the_flight_has_not_told_yet_wait_for_her(market: Market) -> None:
    cohort = Cohort(market, 1)
    await cohort.begin()
    for record, name in (("r-1", "joins"), ("r-2", "leaves")):
        told = {"record_id": record, "type": 2, "point": 30, "ouid": cohort.ouid(name)}
        await market.play(f"shops/tmall/{NICK}/points", **told)

    async def are_there() -> bool:
        return await InboundEvent.filter(kind="point_change").count() == 2

    await so(are_there)
    await work(market)
    assert await points(market) == {}, "Tmall is told nothing yet"
    await cohort.do("register", "joins", ago_seconds=HOUR)
    await work(market)
    assert (await points(market))["r-1"][0]["result"] == "0"
    assert await cohort.end("joins") == (True, 30, 99)
    later = now() + timedelta(hours=25)
    market.context = replace(market.context, clock=lambda: later)
    await work(market)
    assert (await points(market))["r-2"][0]["error_code"] == "no-exsit-member"
