"""A year on six platforms, told in any sequence, ends in one way, whoever was merged meanwhile."""

import os
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from connectors.reading.hints import arrival
from connectors.reading.working import ShopOrders
from jifen import clients
from jobs.settle_points import settle_points
from loyalty import connections, customers, inbox, ledger, programme, standing
from loyalty.connections import Connected
from loyalty.errors import Refused
from loyalty.ledger import Spend
from loyalty.policies.tiers import Tiers
from models import db
from tests.connectors.douyin import conftest as douyin
from tests.connectors.jd import conftest as jd
from tests.connectors.market import Pair
from tests.connectors.own_store.conftest import shop_context as till_context
from tests.connectors.own_store.conftest import till
from tests.connectors.own_store.till import Till, reasons
from tests.connectors.platform_year import OWN, PLATFORMS, Account, Telling, Year, ref, year
from tests.connectors.shopify import conftest as shopify
from tests.connectors.tmall import conftest as tmall
from tests.connectors.wechat_shop import conftest as wechat_shop
from tests.jobs.conftest import context, redis
from tests.loyalty.play_scene import derived
from tests.loyalty.purchases.conftest import BEGAN_AT, brand
from web.context import Context, now
from web.shops import Changed, ShopAccount
from web.tokens import SharedTokens

__all__ = ["brand", "context", "redis", "till", "till_context"]

# More years than the one that everybody's tests replay: see CONTRIBUTING.
YEARS = int(os.environ.get("YEARS", "1"))
SEQUENCES, ORDERS, PEOPLE = 10, 100, 9
BEGIN = now() - timedelta(days=345)  # nothing of it has lapsed yet
ONE, TWO = range(3), range(3, 6)  # who is one in the end, and who is several; the rest never was
SPEND, SPENDINGS = 60, 4
SHOPS = (tmall.pair, jd.pair, douyin.pair, wechat_shop.pair, shopify.pair)
TIERS = Tiers()


@pytest.fixture
async def shop_context(till_context: Context) -> Context:
    """A process that a till and a shop on each platform are connected to."""
    await programme.publish("tiers", TIERS, starts_at=BEGAN_AT, by="test", at=now())
    return replace(till_context, shops=[await _account(till_context, pair) for pair in SHOPS])


async def _account(context: Context, pair: Pair) -> ShopAccount:
    _, settings = pair("http://127.0.0.1:1", "http://127.0.0.1:1")
    connection_id = await connections.save(settings, name="旗舰店", sealer=context.sealer, at=now())
    connected = Connected(connection_id, settings.scope, "旗舰店", settings)
    tokens = SharedTokens(context.sealer)
    return ShopAccount(connected, clients.of_shop(settings, http=context.http, tokens=tokens))


@dataclass
class Replay:
    """One sequence in which a year is told, with people who are merged, parted, and spend."""

    till: Till
    told: Year
    dice: random.Random
    merges: list[int] = field(default_factory=list)
    copies: int = 0

    async def run(self) -> None:
        calls = [*self.told.tellings]
        calls += self.dice.sample(calls, len(calls) // 5)
        self.dice.shuffle(calls)
        spendings = self._spendings()
        while calls:
            size = self.dice.choice((1, 7, 60, 250))
            batch, calls = calls[:size], calls[size:]
            await self._tell(batch)
            await settle_points(self.till.context, now())
            self.dice.shuffle(spendings)
            spendings = [*spendings[3:], *[x for x in spendings[:3] if not await _spent(x)]]
            await self.dice.choice((self._merge_two, self._merge_two, self._part_two))()
        await self._end_as_they_are(spendings)

    def _spendings(self) -> list[tuple[Account, str]]:
        """Return who spends, and by which key: those who have enough in the end."""
        earned = in_the_end(self.told)
        return [
            (min(who), f"spend:{min(who)}:{i}")
            for who, (points, _) in sorted(earned.items())
            for i in range(SPENDINGS)
            if points >= SPEND * SPENDINGS and min(who)[1] not in TWO
        ]

    async def _tell(self, batch: Sequence[Telling]) -> None:
        own = [one for one in batch if one.shop == OWN]
        await self.till.tell(
            [one.order for one in own if isinstance(one.order, dict) and not one.is_refund],
            [one.order for one in own if isinstance(one.order, dict) and one.is_refund],
        )
        accounts = list(self.till.context.shops)
        self.dice.shuffle(accounts)
        for account in accounts:
            await self._pull(account, batch)

    async def _pull(self, account: ShopAccount, batch: Sequence[Telling]) -> None:
        hints = []
        for one in batch:
            if one.shop == account.shop.kind and isinstance(one.order, bytes):
                self.copies += 1  # else a second telling would not even be looked at
                changed = Changed(one.number, f"{one.mark}:{self.copies}", one.order)
                hints.append(arrival(changed, connection_id=account.connection.id, way="sweep"))
        await inbox.store(hints, at=now())
        orders = ShopOrders(self.till.context, account)
        while await orders.work(now()):
            pass

    async def _merge_two(self) -> None:
        """Let staff merge two accounts of somebody."""
        person = self.dice.choice([*ONE, *TWO])
        one, other = self.dice.sample(list(PLATFORMS), 2)
        await self._merge((one, person), (other, person))

    async def _merge(self, one: Account, other: Account) -> None:
        found = await customers.find([ref(one), ref(other)])
        if len(set(found.values())) == 2:
            root, merged = found[ref(one)], found[ref(other)]
            self.merges.append(
                await customers.merge(root, merged, evidence="staff", by="chen", at=now())
            )

    async def _part_two(self) -> None:
        """Let staff undo a merge, not always the newest."""
        if self.merges:
            merge_id = self.merges.pop(self.dice.randrange(len(self.merges)))
            await customers.unmerge(merge_id, by="chen", at=now())

    async def _end_as_they_are(self, spendings: Sequence[tuple[Account, str]]) -> None:
        while self.merges:
            await self._part_two()
        for person in ONE:
            mine = [account for account in accounts_of(self.told) if account[1] == person]
            self.dice.shuffle(mine)
            for other in mine[1:]:
                await self._merge(mine[0], other)
        for spending in spendings:
            assert await _spent(spending), spending


async def _spent(spending: tuple[Account, str]) -> bool:
    """Let somebody spend some points, if she has as many."""
    account, key = spending
    member_id = (await customers.find([ref(account)])).get(ref(account))
    if member_id is None:
        return False
    with suppress(Refused):
        await ledger.record_one(Spend(member_id=member_id, key=key, at=now(), points=SPEND))
        return True
    return False


def accounts_of(told: Year) -> list[Account]:
    return sorted({one.account for one in told.bought.values()})


def in_the_end(told: Year) -> dict[frozenset[Account], tuple[int, int]]:
    """Return points and money kept, of each human by her accounts, as a plain sum."""
    points: Counter[Account] = Counter()
    kept: Counter[Account] = Counter()
    for one in told.bought.values():
        points[one.account] += one.points
        kept[one.account] += one.kept_fen
    humans: dict[object, set[Account]] = defaultdict(set)
    for account in accounts_of(told):
        humans[account[1] if account[1] in ONE else account].add(account)
    return {
        frozenset(who): (sum(points[x] for x in who), sum(kept[x] for x in who))
        for who in humans.values()
    }


async def purchases() -> dict[tuple[str, str], tuple[str, int, int]]:
    """Return state, money kept for goods, and points of all that is recorded."""
    rows = await db.fetch(
        "SELECT shop.kind, number, state, points_earned,"
        " greatest(paid_fen - freight_fen - refunded_fen, 0) AS kept"
        " FROM purchase JOIN shop ON shop.id = shop_id"
    )
    return {
        (row["kind"], row["number"]): (row["state"], row["kept"], row["points_earned"])
        for row in rows
    }


def tier_of(kept_fen: int) -> str:
    return [one.code for one in TIERS.tiers if one.threshold <= kept_fen][-1]


@pytest.mark.parametrize("sequence", range(SEQUENCES))
@pytest.mark.parametrize("seed", range(YEARS))
async def test_a_year_on_six_platforms_ends_in_one_way(
    till: Till, seed: int, sequence: int
) -> None:
    told = year(random.Random(2026 + seed), begin=BEGIN, orders=ORDERS, people=PEOPLE)
    assert {one.state for one in told.bought.values()} == {"completed", "refunded", "replaced"}
    replay = Replay(till, told, random.Random(f"{seed}:{sequence}"))
    await replay.run()
    assert await reasons() == []
    assert await ledger.verify() == []
    assert await purchases() == {
        name: (one.state, one.kept_fen, one.points) for name, one in told.bought.items()
    }
    await derived(at=now())
    spent = Counter(account for account, _ in replay._spendings())
    rules = await programme.load()
    for who, (points, kept_fen) in in_the_end(told).items():
        (member_id,) = set((await customers.find(map(ref, who))).values())
        held = (await ledger.balances([member_id], at=now()))[member_id]
        expected = points - SPEND * spent[min(who)]
        assert (held.available, held.pending, held.debt) == (expected, 0, 0), who
        facts = await standing.facts_of(member_id, at=now(), rules=rules)
        assert TIERS.tiers[facts.tier_rank].code == tier_of(kept_fen), who
