"""WeChat is told of bound members whose tier is another by now; it shows no points."""

from collections.abc import Sequence
from datetime import datetime

from connectors.reading.telling import AT_ONCE, tell, tell_ends
from connectors.wechat_pass.shops import Pass, client_of
from loyalty import member_pass, programme
from loyalty.member_pass import EndToTell, ToTell
from web.context import Context


async def tell_changes(context: Context, known: Pass, *, at: datetime) -> int:
    """Tell who left and what changed; return how many members were told of.

    Raises:
        CallFailed: WeChat does not answer, or the mini-program is not connected.
    """
    tiers = (await programme.load()).tiers(at)
    client = client_of(context, known)

    async def changed() -> list[ToTell]:
        return await member_pass.changed_tier(known.id, tiers=tiers, limit=AT_ONCE)

    async def call(members: Sequence[ToTell]) -> None:
        (one,) = members
        identity = known.settings.identity(tiers.grade_of(one.tier, "wechat_shop_grade"))
        await client.update_vip(one.name, identity=identity, user_id=str(one.uuid))

    async def end(one: EndToTell) -> None:
        await client.delete_vip(one.name)

    await tell_ends(known.id, end)
    return await tell(changed, call, in_one_call=1, at=at)
