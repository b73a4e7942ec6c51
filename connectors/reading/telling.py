"""Platforms are told of members whose points or tier they show otherwise than they stand."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from loyalty import member_pass
from loyalty.member_pass import EndToTell, ToTell
from web.logs import log
from wechat.errors import CallFailed, Rejected

AT_ONCE = 200
CALLS_AT_ONCE = 5

# The next members to be told of; and one call that tells of some.
Changed = Callable[[], Awaitable[list[ToTell]]]
Call = Callable[[Sequence[ToTell]], Awaitable[None]]
End = Callable[[EndToTell], Awaitable[None]]


async def tell(changed: Changed, call: Call, *, in_one_call: int, at: datetime) -> int:
    """Tell of whoever changed, some members at a time; return how many were told.

    One whom the platform refuses is told again when she changes again, and spoils no other's
    telling.

    Raises:
        CallFailed: the platform does not answer; who was told is not told again.
    """
    count = 0
    while members := await changed():
        count += await _tell(members, call, in_one_call=in_one_call, at=at)
    return count


async def _tell(members: list[ToTell], call: Call, *, in_one_call: int, at: datetime) -> int:
    calls = asyncio.Semaphore(CALLS_AT_ONCE)

    async def told(some: Sequence[ToTell]) -> CallFailed | None:
        async with calls:
            return await _told(some, call)

    starts = range(0, len(members), in_one_call)
    groups = [members[start : start + in_one_call] for start in starts]
    ends = await asyncio.gather(*map(told, groups))
    done = [one for some, end in zip(groups, ends, strict=True) if end is None for one in some]
    await member_pass.told(done, at=at)
    if failed := next((end for end in ends if end is not None), None):
        raise failed
    return len(done)


async def _told(members: Sequence[ToTell], call: Call) -> CallFailed | None:
    """Tell of some; where the platform refuses them together, of each by herself."""
    try:
        await call(members)
    except Rejected as refused:
        if len(members) == 1:
            binding_id = members[0].binding_id
            log.warning("member_not_shown", binding_id=binding_id, code=refused.errcode)
            return None
        for one in members:
            if failed := await _told([one], call):
                return failed
    except CallFailed as failed:
        return failed
    return None


async def tell_ends(connection_id: int, call: End) -> None:
    """Tell of whoever left by our side; whom the platform shows no more already is told of, too.

    Raises:
        CallFailed: the platform does not answer; who was told of is not told of again.
    """
    while ends := await member_pass.ends_to_tell(connection_id, limit=AT_ONCE):
        for one in ends:
            try:
                await call(one)
            except Rejected as refused:
                log.info("member_not_shown", binding_id=one.binding_id, code=refused.errcode)
            await member_pass.ends_told([one])
