"""Our redemptions as their callers make them: together at the desk, and one a transaction."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from uuid import uuid4

from benchmarks.measuring import BenchmarkFailed
from loyalty import ledger, programme, redemptions
from loyalty.errors import Refused
from loyalty.programme import BEGINNING
from loyalty.redemptions import Wish
from loyalty.rewards.gift import Gift
from miniprogram_api.redeeming import Desk
from models import db
from web.context import now

HOT, LAST = "reward:hot", "reward:last"
POINTS = 10**9
A_BATCH = 1_000
GOOD_FOR = timedelta(days=365)
VERIFIED_MEMBERS = 500


async def laid(members: int) -> "OurRewards":
    """Lay members who have points, and a hot reward with a stock and a limit for each member."""
    for statement in (
        "INSERT INTO customer (id, created_at)"
        " SELECT id, now() FROM generate_series(1, $1::bigint) AS all_of (id)",
        "INSERT INTO member (id, joined_at, joined_through)"
        " SELECT id, now(), 'benchmark' FROM generate_series(1, $1::bigint) AS all_of (id)",
    ):
        await db.fetch(statement, members)
    at = now()
    for first in range(1, members + 1, A_BATCH):
        await ledger.record(
            [
                ledger.Earn(
                    member_id=member_id,
                    key=f"first:{member_id}",
                    at=at,
                    points=POINTS,
                    settles_at=at,
                    expires_at=at + GOOD_FOR,
                )
                for member_id in range(first, min(first + A_BATCH, members + 1))
            ]
        )
    hot = Gift(points=10, stock=10**9, per_member=10_000, per="day")
    await programme.publish(HOT, hot, starts_at=BEGINNING, by="benchmark", at=at)
    await db.fetch("VACUUM ANALYZE customer, member, lot, entry")
    await programme.load()
    return OurRewards(members)


class OurRewards:
    """Redeems for members 1 to ``members``, and remembers what was acknowledged."""

    def __init__(self, members: int) -> None:
        self._members = members
        self._dice = random.Random(5)
        self._desk = Desk(now)
        self._acknowledged: Counter[str] = Counter()

    async def redeem(self) -> int:
        """Redeem the hot reward, together with whoever else calls now."""
        await self._desk.redeem(self._wish(HOT))
        self._acknowledged[HOT] += 1
        return 1

    async def redeem_alone(self) -> int:
        """Redeem the hot reward in a transaction of its own."""
        wish = self._wish(HOT)
        await redemptions.redeem(wish.member_id, wish.uuid, slot=HOT, at=now())
        self._acknowledged[HOT] += 1
        return 1

    async def sell_out(self, pieces: int, *, callers: int) -> None:
        """Let so many callers take a reward until each of them is told that none is left.

        Raises:
            BenchmarkFailed: another number than there are was taken, or another refusal came.
        """
        last = Gift(points=10, stock=pieces, per_member=10_000)
        await programme.publish(LAST, last, starts_at=BEGINNING, by="benchmark", at=now())

        async def take() -> None:
            while True:
                try:
                    await self._desk.redeem(self._wish(LAST))
                except Refused as refused:
                    if refused.code == "reward_out_of_stock":
                        return
                    raise BenchmarkFailed(f"refused: {refused}") from None
                self._acknowledged[LAST] += 1

        await asyncio.gather(*(take() for _ in range(callers)))
        if self._acknowledged[LAST] != pieces:
            raise BenchmarkFailed(f"{self._acknowledged[LAST]} of {pieces} pieces were taken")

    def _wish(self, slot: str) -> Wish:
        return Wish(self._dice.randint(1, self._members), uuid4(), slot)

    async def verify(self) -> None:
        """Count what stands, and check the sums and chains of some members.

        Raises:
            BenchmarkFailed: a redemption was lost or doubled, or a sum does not add up.
        """
        rows = await db.fetch(
            "SELECT slot, taken, (SELECT count(*) FROM redemption"
            "  WHERE redemption.slot = reward_stock.slot AND code IS NOT NULL) AS stand,"
            " (SELECT count(*) FROM entry WHERE key LIKE 'redemption:%') AS paid FROM reward_stock"
        )
        for row in rows:
            told = self._acknowledged[row["slot"]]
            if not row["taken"] == row["stand"] == told:
                raise BenchmarkFailed(f"{told} acknowledged, {row['stand']} stand of {row['slot']}")
            if row["paid"] != self._acknowledged.total():
                raise BenchmarkFailed(f"{row['paid']} were paid of {self._acknowledged.total()}")
        members = self._dice.sample(
            range(1, self._members + 1), min(VERIFIED_MEMBERS, self._members)
        )
        findings = await ledger.verify(member_ids=members)
        if findings:
            raise BenchmarkFailed(f"the ledger does not add up: {findings[0]}")
