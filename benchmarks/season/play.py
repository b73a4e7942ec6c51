"""The season as it happens: all call the verbs, tellers are cut off, and workers are killed."""

import asyncio
import contextlib
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID, uuid4, uuid5

from benchmarks.measuring import BenchmarkFailed
from benchmarks.season import script
from benchmarks.season.count import FRIEND_POINTS, INVITER_POINTS, STEP_POINTS, VISIT_POINTS
from benchmarks.season.script import LAST_DAY, LATE, TARGETS, Buy, Person, at
from benchmarks.servers import Database
from jifen import running
from loyalty import customers, deletions, programme, progress, purchases, referrals, shop_visits
from loyalty.again import in_transaction
from loyalty.challenges import ChallengeStep
from loyalty.challenges.spend import Spend
from loyalty.earning.per_yuan import PerYuan
from loyalty.errors import LoyaltyError, Refused
from loyalty.expiry.rolling import Rolling
from loyalty.orders import IdentityRef, Order, OrderLine, ShopRef
from loyalty.policies.board import Board, Prize
from loyalty.policies.points import PointsPolicy
from loyalty.policies.referral import ReferralPolicy
from loyalty.policies.shop_visit import ShopVisitPolicy
from loyalty.policies.tiers import Tiers
from loyalty.programme import BEGINNING
from loyalty.sealing import Sealer, new_master_key
from models import IdentityKind, PurchaseState, ReferralWay, ShopKind, db

T = TypeVar("T")

SPENT, CHECKED = "board:spent", "board:checked"
PRIZES = (Prize(1, 1, 1000), Prize(2, 10, 200), Prize(11, 1000, 20))
SHOP = ShopRef(ShopKind.POS, "own", "门店")
NAMES = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
A_BATCH = 500
AT_ONCE = 8
CUT_OFF = 0.05  # of all batches: what was being told is told again
KILLED_AFTER = (0.4, 2.0)  # seconds
KILLED_ON = (script.FROZEN, script.APPROVED)  # besides, however fast it all goes
LOOK_SECONDS = 0.1


class Season:
    """People and what they were told; ``ids`` is by their number."""

    def __init__(self, people: Sequence[Person], found: Database, *, seed: int) -> None:
        self.people = people
        self.ids: list[int] = [0] * len(people)
        self.visited: Counter[int] = Counter()
        self.kills = 0
        self.orders = 0
        self._found = found
        self._master_key = new_master_key()
        self._dice = random.Random(seed)
        self._codes: dict[int, str] = {}
        self._now = at(0)
        self._workers: list[Process] = []
        self._killing = asyncio.Lock()

    async def begin(self) -> None:
        """Publish the brand's rules, and let those be customers who were before."""
        running.load_kinds()
        spend = Spend(
            "年中挑战",
            "Mid-year",
            "618",
            TARGETS[0],
            STEP_POINTS[0],
            more_steps=(ChallengeStep(TARGETS[1], STEP_POINTS[1]),),
        )
        invite = ReferralPolicy(
            least_order_fen=script.LEAST_YUAN * 100,
            inviter_points=INVITER_POINTS,
            friend_points=FRIEND_POINTS,
            most_friends_a_day=1000,
            most_friends_a_month=10_000,
            unlock_steps=(),
        )
        for slot, rule in (
            ("earning:base", PerYuan()),
            ("expiry", Rolling(months=12)),
            ("points", PointsPolicy(return_window_days=7)),
            ("tiers", Tiers()),
            (SPENT, Board("榜", "Spent", "618", "spend", prizes=PRIZES)),
            (CHECKED, Board("签到榜", "Checked", "618", "check_ins")),
            ("challenge:spend", spend),
            ("referral", invite),
            ("shop_visit:all", ShopVisitPolicy(points=VISIT_POINTS)),
        ):
            await programme.publish(slot, rule, starts_at=BEGINNING, by="b", at=at(-30))
        await purchases.open_shops([SHOP])
        await self._meet([one for one in self.people if one.joins_day is None], at(-20))

    async def _meet(self, people: Iterable[Person], moment: datetime) -> None:
        for some in in_batches(list(people), A_BATCH):
            async with db.transaction():
                ids = await customers.identify(
                    [(named(one.name),) for one in some], at=moment, through="benchmark"
                )
            for one, found in zip(some, ids, strict=True):
                if not isinstance(found, int):
                    raise BenchmarkFailed(f"{one.name} is nobody: {found}")
                self.ids[one.number] = found

    async def day(self, day: int) -> None:
        """Let a day pass."""
        self.look_at(day)
        friends = [one for one in self.people if one.joins_day == day]
        await self._meet(friends, at(day, -3))
        await self._all(self._open, friends, at(day, -2))
        back = [one for one in friends if one.opens_back is not None]
        await self._all(self._open_back, back, at(day, -1))
        bought = [(one, buy) for one in self.people for buy in one.buys if buy.day == day]
        await self._tell(bought, day)
        again = [
            (one, buy)
            for one in self.people
            for buy in one.buys
            if buy.back_yuan and buy.back_day == day
        ]
        await self._tell(again, day)
        if day == 10:
            await self._all(
                self._merge, [one for one in self.people if one.merges_day == day], at(day, 4)
            )
        await self._scan([one for one in self.people if one.scans_day == day], day)
        await self._all(
            self._claim, [one for one in self.people if one.claims_day == day], at(day, 8)
        )
        await self._all(
            self._check_in, [one for one in self.people if day in one.check_ins], at(day, 9)
        )
        if day == LAST_DAY + 2:
            await self._all(self._delete, [one for one in self.people if one.deletes], at(day))

    def look_at(self, day: int) -> None:
        """Let the workers see the evening of a day."""
        self._now = at(day, 10)
        self._tell_workers()

    async def _all(
        self,
        act: Callable[[Person, datetime], Awaitable[None]],
        people: Sequence[Person],
        moment: datetime,
    ) -> None:
        """Let people do something, some at once, and each as often as she calls."""
        calls = iter([one for one in people for _ in range(one.calls)])

        async def go() -> None:
            for one in calls:
                await act(one, moment)

        await asyncio.gather(*(go() for _ in range(AT_ONCE)))

    async def _tell(self, told: Sequence[tuple[Person, Buy]], day: int) -> None:
        """Tell orders as they are at the end of the day, cheats' echoes of yesterday last."""
        now = [_order(buy, day) for _, buy in told]
        echoes = [_order(buy, min(day, buy.day)) for one, buy in told for _ in range(one.told - 1)]
        self.orders += len(now)
        for some in in_batches([*now, *echoes], A_BATCH):
            moment = at(day, 1.5)
            if self._dice.random() < CUT_OFF:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(purchases.record(some, at=moment), 0.01)
            for outcome in await purchases.record(some, at=moment):
                outcome.unwrap()

    async def _open(self, one: Person, moment: datetime) -> None:
        if one.inviter is None:
            return
        await self._accept(self.ids[one.inviter], one, moment)

    async def _open_back(self, one: Person, moment: datetime) -> None:
        if one.opens_back is not None and one.opens_back < len(self.people):
            await self._accept(self.ids[one.opens_back], one, moment)

    async def _accept(self, inviter_id: int, one: Person, moment: datetime) -> None:
        code = self._codes.get(inviter_id)
        if code is None:
            code = self._codes[inviter_id] = await referrals.code_of(inviter_id, at=moment)
        await referrals.accept(code, self.ids[one.number], way=ReferralWay.LINK, at=moment)

    async def _merge(self, one: Person, moment: datetime) -> None:
        (other,) = (await customers.find([named(one.other)])).values() or (None,)
        if other is not None:
            await customers.merge(
                self.ids[one.number], other, evidence="staff", by="benchmark", at=moment
            )

    async def _claim(self, one: Person, moment: datetime) -> None:
        for step in range(1, len(TARGETS) + 1):
            claim = partial(
                progress.claim, self.ids[one.number], "spend", "2026-618", at=moment, step=step
            )
            with contextlib.suppress(Refused):
                await in_transaction(claim)

    async def _check_in(self, one: Person, moment: datetime) -> None:
        on_day = progress.today(moment)
        await in_transaction(partial(progress.check_in, self.ids[one.number], on_day, at=moment))
        if one.invites_herself:
            code = await referrals.code_of(self.ids[one.number], at=moment)
            try:
                await referrals.accept(code, self.ids[one.number], way=ReferralWay.LINK, at=moment)
            except Refused:
                return
            raise BenchmarkFailed(f"{one.name} invited herself")

    async def _scan(self, people: Sequence[Person], day: int) -> None:
        """Let many scan one code at once, each twice by one name and once by another."""
        shop_id = await shop_visits.shop_named(SHOP.code)
        sealer = Sealer(self._master_key)
        for number, some in enumerate(in_batches(people, script.A_CODE)):
            wire_at = at(day, 3) + number * timedelta(minutes=1)
            code = shop_visits.code_of(shop_id, sealer=sealer, at=wire_at).letters
            scan = partial(shop_visits.visit, sealer=sealer, at=at(day, 3), wire_at=wire_at)
            taken = await asyncio.gather(*(self._scans(one, code, scan) for one in some))
            self.visited.update(one.number for one, was in zip(some, taken, strict=True) if was)

    async def _scans(self, one: Person, code: str, scan: Callable[..., Awaitable[object]]) -> bool:
        uuid, taken = uuid4(), 0
        for name in (uuid, uuid, uuid4()):
            with contextlib.suppress(LoyaltyError):
                await scan(self.ids[one.number], name, code)
                taken += 1
        return taken > 0

    async def _delete(self, one: Person, moment: datetime) -> None:
        uuid = uuid5(NAMES, f"gone:{one.number}")
        await deletions.delete(self.ids[one.number], uuid, at=moment)

    async def work(self, workers: int) -> None:
        """Keep so many workers running, and kill one of them again and again."""
        self._workers = [await self._worker() for _ in range(workers)]
        try:
            while True:
                await asyncio.sleep(self._dice.uniform(*KILLED_AFTER))
                await self.kill_one()
        finally:
            for one in self._workers:
                await _killed(one)

    async def kill_one(self) -> None:
        """Kill a worker at whatever it is doing, and start another for it."""
        async with self._killing:
            place = self._dice.randrange(len(self._workers))
            await _killed(self._workers[place])
            self.kills += 1
            self._workers[place] = await self._worker()

    async def _worker(self) -> Process:
        addresses = self._found.addresses
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.season.worker",
            stdin=PIPE,
            env={
                **os.environ,
                "DATABASE_URL": addresses.database_url,
                "REDIS_URL": addresses.redis_url,
                "JIFEN_MASTER_KEY": self._master_key,
            },
        )
        _say(process, self._now)
        return process

    def _tell_workers(self) -> None:
        for one in self._workers:
            _say(one, self._now)


def in_batches(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Go through things, so many at a time."""
    for first in range(0, len(things), size):
        yield things[first : first + size]


def _say(process: Process, moment: datetime) -> None:
    if process.stdin is not None and process.returncode is None:
        process.stdin.write(f"{moment.isoformat()}\n".encode())


async def _killed(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    await process.wait()


def named(value: str) -> IdentityRef:
    """Return how a shop names somebody."""
    return IdentityRef(IdentityKind.BUYER_NAME, "taobao", value)


def _order(buy: Buy, day: int) -> Order:
    """Return an order as it stood at the end of a day."""
    fen, back_fen = buy.yuan * 100, (buy.yuan - buy.kept_yuan(day)) * 100
    line = OrderLine(
        key="1",
        sku="C-100",
        title="冷萃咖啡液",
        quantity=1,
        goods_fen=fen,
        paid_fen=fen,
        refunded_fen=back_fen,
    )
    return Order(
        shop=ShopRef(ShopKind.TMALL, "benchmark"),
        number=buy.number,
        state=PurchaseState.REFUNDED if back_fen == fen else PurchaseState.COMPLETED,
        ordered_at=buy.paid_at,
        paid_at=buy.paid_at,
        completed_at=buy.paid_at,
        platform_updated_at=at(day, 1.2),
        goods_fen=fen,
        paid_fen=fen,
        refunded_fen=back_fen,
        lines=(line,),
        source="benchmark",
        buyer=(named(buy.buyer),),
    )


DAYS = range(LATE + 1)
