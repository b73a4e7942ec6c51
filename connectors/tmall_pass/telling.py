"""Tmall is told of bound members whose points or level are others by now."""

import asyncio
from datetime import datetime

from connectors.tmall_pass.shops import Pass, client_of, level_of
from loyalty import member_pass, programme
from loyalty.member_pass import ToTell
from loyalty.policies.tiers import Tiers
from web.context import Context
from web.logs import log
from wechat.errors import CallFailed, Rejected

AT_ONCE = 200
CALLS_AT_ONCE = 5


async def tell_changes(context: Context, known: Pass, *, at: datetime) -> int:
    """Tell what changed, some members at a time; return how many were told.

    One whom Tmall refuses is told again when she changes again.

    Raises:
        CallFailed: Tmall does not answer; who was told is not told again.
    """
    tiers = (await programme.load()).tiers(at)
    count = 0
    while members := await member_pass.changed(known.id, tiers=tiers, limit=AT_ONCE):
        count += await _tell(context, known, members, tiers=tiers, at=at)
    return count


async def _tell(
    context: Context, known: Pass, members: list[ToTell], *, tiers: Tiers, at: datetime
) -> int:
    client, calls = client_of(context, known), asyncio.Semaphore(CALLS_AT_ONCE)
    version = str(int(at.timestamp() * 1000))

    async def tell(one: ToTell) -> CallFailed | None:
        async with calls:
            try:
                await client.show_member(
                    {
                        "ouid": one.name,
                        "point": str(one.points),
                        "level": str(level_of(one.tier, tiers)),
                        "version": version,
                    }
                )
            except Rejected as refused:
                log.warning("member_not_shown", binding_id=one.binding_id, code=refused.errcode)
            except CallFailed as failed:
                return failed
        return None

    ends = await asyncio.gather(*map(tell, members))
    done = [one for one, failed in zip(members, ends, strict=True) if failed is None]
    await member_pass.told(done, at=at)
    if failed := next((one for one in ends if one is not None), None):
        raise failed
    return len(done)
