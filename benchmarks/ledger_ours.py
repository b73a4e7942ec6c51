"""Our ledger as its callers use it: single credits through the coalescer, and whole batches."""

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from uuid import uuid4

from benchmarks.measuring import BenchmarkFailed
from loyalty import ledger
from loyalty.coalescer import Coalescer
from loyalty.outcomes import Fate
from models import db
from web.context import now

REPLAYED = 20_000
VERIFIED_MEMBERS = 2000
GOOD_FOR = timedelta(days=365)


class OurLedger:
    """Writes credits to members 1 to ``members``, and remembers what was acknowledged."""

    def __init__(self, members: int) -> None:
        self._members = members
        self._dice = random.Random(5)
        self._record = Coalescer(ledger.record, lanes=4)
        self._written: list[ledger.Earn] = []
        self._acknowledged = 0

    async def earn(self) -> int:
        """Write one credit, together with those of whoever else calls now."""
        movement = self._movement()
        outcome = await self._record(movement)
        if outcome.fate is not Fate.DONE:
            raise BenchmarkFailed(f"a first credit was {outcome.fate}")
        self._acknowledged += 1
        self._written.append(movement)
        return 1

    def replay(self) -> Callable[[], Awaitable[int]]:
        """Return what asks again for a credit that was written lately."""
        known = self._written[-REPLAYED:]
        places = count()

        async def act() -> int:
            outcome = await self._record(known[next(places) % len(known)])
            if outcome.fate is not Fate.ALREADY_DONE:
                raise BenchmarkFailed(f"a known key was {outcome.fate}")
            return 1

        return act

    async def earn_many(self, rows: int) -> int:
        """Write a whole batch."""
        outcomes = await ledger.record([self._movement() for _ in range(rows)])
        for outcome in outcomes:
            outcome.unwrap()
        self._acknowledged += rows
        return rows

    def _movement(self) -> ledger.Earn:
        at = now()
        return ledger.Earn(
            member_id=self._dice.randint(1, self._members),
            key=f"benchmark:{uuid4()}",
            at=at,
            points=10,
            expires_at=at + GOOD_FOR,
        )

    async def verify(self) -> None:
        """Count what stands, and check the sums and chains of those who were credited last.

        Raises:
            BenchmarkFailed: a credit was lost or doubled, or a sum does not add up.
        """
        (row,) = await db.fetch("SELECT count(*) FROM entry WHERE key LIKE 'benchmark:%'")
        if row["count"] != self._acknowledged:
            raise BenchmarkFailed(f"{self._acknowledged} acknowledged, {row['count']} stand")
        touched = {movement.member_id for movement in self._written[-VERIFIED_MEMBERS:]}
        findings = await ledger.verify(member_ids=sorted(touched))
        if findings:
            raise BenchmarkFailed(f"the ledger does not add up: {findings[0]}")
