"""Coupon codes: 100,000 made and read for a file, and claimed by 50 members at once."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from time import perf_counter
from uuid import uuid4

from benchmarks import servers
from benchmarks.measuring import BenchmarkFailed
from benchmarks.reporting import Comparison, Goal, Row, alone
from benchmarks.servers import Database
from benchmarks.setting import Setting
from loyalty import coupon_codes, programme
from loyalty.coupon_codes.making import CodeWish
from loyalty.discounts.fen_off import FenOff
from loyalty.programme import BEGINNING
from loyalty.sealing import Sealer, new_master_key
from models import db
from web.context import now

SLOT = "coupon:benchmark"
ROUNDS = 3
MEMBERS = 50
MADE = Goal("at_most", 10, "s")


def compare(setting: Setting) -> Comparison:
    """Make, read and claim codes, as a worker, a download and shoppers do.

    Raises:
        BenchmarkFailed: codes are missing or were claimed twice.
    """
    count = 2_000 if setting.is_short else coupon_codes.MOST
    setting.tell(f"codes: {ROUNDS} runs of {count:,} coupon codes")
    with servers.database(setting.reached, cores=setting.cores.all) as found:
        took = asyncio.run(_rounds(found, count))
    return Comparison("codes", _rows(took, count), {}, [f"{count:,} codes a run"])


async def _rounds(found: Database, count: int) -> list[tuple[float, float, float]]:
    sealer = Sealer(new_master_key())
    async with db.opened(found.url, pool_size=8):
        rule = FenOff(stock=10**6)
        await programme.publish(SLOT, rule, starts_at=BEGINNING, by="bench", at=now())
        member_ids = await _members()
        return [await _round(sealer, member_ids, count) for _ in range(ROUNDS)]


async def _members() -> list[int]:
    rows = await db.fetch(
        "WITH new AS (INSERT INTO customer (created_at) SELECT $1::timestamptz"
        " FROM generate_series(1, $2) RETURNING id)"
        " INSERT INTO member (id, joined_at, joined_through) SELECT id, $1, 'bench' FROM new"
        " RETURNING id",
        now(),
        MEMBERS,
    )
    return [row["id"] for row in rows]


async def _round(
    sealer: Sealer, member_ids: Sequence[int], count: int
) -> tuple[float, float, float]:
    """Return the seconds of making and of reading, and how many claims a second there were."""
    wish = CodeWish(uuid4(), SLOT, now() + timedelta(days=9), "benchmark", 0)
    await coupon_codes.make(wish, count, at=now())
    begun = perf_counter()
    while await coupon_codes.fill(sealer):
        pass
    made = perf_counter()
    sheets = await coupon_codes.download(
        wish.uuid, sealer=sealer, reason="benchmark", staff_member_id=0, at=now()
    )
    codes = [one.code async for sheet in sheets for one in sheet]
    read = perf_counter()
    if len(set(codes)) != count:
        raise BenchmarkFailed(f"{len(set(codes))} different codes of {count}")
    claims = codes[: MEMBERS * 20]
    share = len(claims) // MEMBERS
    await asyncio.gather(
        *(
            _claim(sealer, one, claims[place * share : (place + 1) * share])
            for place, one in enumerate(member_ids)
        )
    )
    claimed = perf_counter()
    (row,) = await db.fetch(
        "SELECT count(*) AS coupons, (SELECT taken FROM coupon_stock) AS taken FROM coupon"
    )
    if row["coupons"] != row["taken"] or row["coupons"] % len(claims):
        raise BenchmarkFailed(f"{row['coupons']} coupons, {row['taken']} counted")
    return made - begun, read - made, len(claims) / (claimed - read)


async def _claim(sealer: Sealer, member_id: int, codes: Sequence[str]) -> None:
    for code in codes:
        await coupon_codes.claim(member_id, code, sealer=sealer, at=now(), address=f"{member_id}")


def _rows(took: Sequence[tuple[float, float, float]], count: int) -> list[Row]:
    makes, reads, claims = (list(figures) for figures in zip(*took, strict=True))
    return [
        alone(f"{count:,} codes made and committed", "s", makes, goal=MADE),
        alone(f"{count:,} codes unsealed for a file", "s", reads),
        alone(f"claims of codes of one batch with a stock, {MEMBERS} members", "1/s", claims),
    ]
