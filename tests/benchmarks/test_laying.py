"""Members by the million are laid as the verbs would have: their ledger adds up, chain and all."""

import asyncio
from pathlib import Path

from benchmarks import laying
from benchmarks.copying import HEAVY_EARNED, HEAVY_SPENT, SHAPES
from benchmarks.servers import Database
from jifen import embedded
from loyalty import coupons, ledger
from loyalty.sealing import new_master_key
from models import Coupon, CouponState, Entry, db
from web.context import now

MEMBERS = SHAPES + 3


def test_what_is_laid_is_accepted_by_verify_and_read_in_the_order_of_its_pages(
    database_url: str, servers: embedded.Addresses, tmp_path: Path
) -> None:
    found = Database(embedded.Addresses(database_url, servers.redis_url), None)
    at = now()
    crowd = asyncio.run(laying.lay(found, new_master_key(), members=MEMBERS, processes=1, at=at))

    async def look() -> None:
        async with db.opened(database_url, pool_size=2):
            assert await ledger.verify() == []
            heavy = crowd.first
            assert await Entry.filter(member_id=heavy).count() == HEAVY_EARNED + HEAVY_SPENT
            told = await _pages(heavy)
            assert told == await _all(heavy)

    async def _pages(member_id: int) -> list[int]:
        held = await coupons.of(member_id, limit=700, at=at)
        found = list(held)
        while held:
            held = await coupons.of(member_id, limit=700, before=held[-1].uuid, at=at)
            found += held
        return [one.id for one in found]

    async def _all(member_id: int) -> list[int]:
        """Return her coupons as a page should have them: usable first, then what is over."""
        usable, over = [], []
        for one in await Coupon.filter(member_id=member_id):
            is_usable = one.state is CouponState.LOCKED or (
                one.state is CouponState.ISSUED and one.expires_at > at
            )
            ends_at = (one.expires_at if is_usable else one.ended_at or one.expires_at).timestamp()
            (usable if is_usable else over).append((ends_at if is_usable else -ends_at, one.id))
        assert len(usable) > 100 < len(over)
        return [coupon_id for _, coupon_id in sorted(usable) + sorted(over)]

    asyncio.run(look())
