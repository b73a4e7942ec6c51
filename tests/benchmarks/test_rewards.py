"""Scarce rewards are measured by what counts what it did."""

import asyncio
from pathlib import Path

import pytest

from benchmarks import rewards, rewards_ours
from benchmarks.ledger_peers import Pgbench
from benchmarks.measuring import BenchmarkFailed
from models import db

MEMBERS = 40


async def test_ours_and_the_peers_add_up_in_the_end(database_url: str, tmp_path: Path) -> None:
    await rewards.lay_peers(database_url, members=MEMBERS)
    async with db.opened(database_url, pool_size=8):
        ours = await rewards_ours.laid(MEMBERS)
        await asyncio.gather(*(ours.redeem() for _ in range(100)))
        await asyncio.gather(*(ours.redeem_alone() for _ in range(8)))
        await ours.sell_out(30, callers=20)
        await ours.verify()
        rows = 0
        for statements in (rewards.STOCK_FIRST, rewards.STOCK_LAST):
            peer = Pgbench(
                database_url, tmp_path, members=MEMBERS, postmaster=None, statements=statements
            )
            peer.program = None  # pgbench may do nothing at all in a second of a busy machine
            rows += (await peer.run(1, clients=4, seconds=0.1)).rows
        assert rows >= 8
        await rewards.verify_peers(at_least=rows)


async def test_a_redemption_too_many_is_no_pace(database_url: str) -> None:
    async with db.opened(database_url, pool_size=4):
        ours = await rewards_ours.laid(3)
        await ours.redeem()
        await db.fetch("UPDATE reward_stock SET taken = taken + 1")
        with pytest.raises(BenchmarkFailed, match="stand of reward:hot"):
            await ours.verify()
