"""Douyin is told of bound members whose points or level are others by now, and of who left."""

from collections.abc import Sequence
from datetime import datetime

from connectors.douyin.wire import MemberUpdate
from connectors.douyin_pass.shops import Pass, client_of
from connectors.reading.telling import AT_ONCE, tell, tell_ends
from loyalty import member_pass, programme
from loyalty.member_pass import EndToTell, ToTell
from web.context import Context

IN_ONE_CALL = 5


async def tell_changes(context: Context, known: Pass, *, at: datetime) -> int:
    """Tell who left and what changed; return how many members were told of.

    Raises:
        CallFailed: Douyin does not answer; who was told is not told again.
    """
    tiers = (await programme.load()).tiers(at)
    client, _ = client_of(context, known)
    app_id, is_in_cents = known.settings.app_id, known.settings.points_in == "pointCent"

    async def changed() -> list[ToTell]:
        return await member_pass.changed(known.id, tiers=tiers, limit=AT_ONCE)

    async def call(members: Sequence[ToTell]) -> None:
        updates = [
            MemberUpdate(
                one.name,
                level=tiers.grade_of(one.tier, "douyin_grade"),
                pointCent=one.points * 100 if is_in_cents else None,
                integral=None if is_in_cents else one.points,
            )
            for one in members
        ]
        await client.update_members(app_id, updates)

    async def end(one: EndToTell) -> None:
        await client.update_members(app_id, [MemberUpdate(one.name, unbind=True)])

    await tell_ends(known.id, end)
    return await tell(changed, call, in_one_call=IN_ONE_CALL, at=at)
