"""Tmall is told of bound members whose points or level are others by now."""

from collections.abc import Sequence
from datetime import datetime

from connectors.reading.telling import AT_ONCE, tell, tell_ends
from connectors.tmall_pass.shops import Pass, client_of
from loyalty import member_pass, programme
from loyalty.member_pass import EndToTell, ToTell
from web.context import Context


async def tell_changes(context: Context, known: Pass, *, at: datetime) -> int:
    """Tell who left and what changed; return how many members were told of.

    Raises:
        CallFailed: Tmall does not answer; who was told is not told again.
    """
    tiers = (await programme.load()).tiers(at)
    client = client_of(context, known)
    version = str(int(at.timestamp() * 1000))

    async def changed() -> list[ToTell]:
        return await member_pass.changed(known.id, tiers=tiers, limit=AT_ONCE)

    async def call(members: Sequence[ToTell]) -> None:
        (one,) = members
        told = {"ouid": one.name, "point": str(one.points), "version": version}
        await client.show_member(told | {"level": str(tiers.grade_of(one.tier, "tmall_grade"))})

    async def end(one: EndToTell) -> None:
        await client.unbind_member(one.name)

    await tell_ends(known.id, end)
    return await tell(changed, call, in_one_call=1, at=at)
