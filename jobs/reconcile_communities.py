"""Every group is compared with the platform's list at night: events may have been lost."""

from collections.abc import Sequence
from datetime import datetime

from jobs.registry import daily
from loyalty import communities
from models import Community
from web import wecom
from web.context import Context, Corp, now
from web.logs import log
from wechat.errors import CallFailed
from wechat.group_chats import OWNERS_A_CALL

# Of a corp with more groups of others than this, those that sort behind are not read at night.
LOOKED_AT = 500


@daily(at="03:40")
async def reconcile_communities(context: Context, at: datetime) -> int:
    """Read every group and correct what we have of it; return how many joined and left.

    Raises:
        CallFailed: groups are left that the platform does not tell; it runs again.
    """
    changes = 0
    failure: CallFailed | None = None
    for corp in context.corps.values():
        found = await communities.of_corp(corp.connection.scope)
        for one in found:
            try:
                await wecom.check_join_way(corp, one, at=at)
                changes += await wecom.refresh(corp, one, at=at)
            except CallFailed as failed:
                log.warning("community_not_told", community_id=one.id, code=failed.code)
                failure = failed
            else:
                await communities.reconciled(one.id, at=at)
        if found:
            await _adopt_others(corp, found, at=at)
    if failure is not None:
        raise failure
    return changes


async def _adopt_others(corp: Corp, ours: Sequence[Community], *, at: datetime) -> None:
    """Take over the groups that the platform made for our join ways, and log those of others."""
    owners = sorted({one.owner for one in ours})
    known = {one.chat_id for one in ours}
    others: set[str] = set()
    for place in range(0, len(owners), OWNERS_A_CALL):
        some = owners[place : place + OWNERS_A_CALL]
        others |= {one async for one in corp.client.group_chats.chat_ids(some)} - known
    for chat_id in sorted(others)[:LOOKED_AT]:
        found, roster = await wecom.adopt(corp, chat_id)
        if found is not None:
            await wecom.take_over(found, roster, read_at=now(), at=at)
            others.discard(chat_id)
    if others:
        log.info("groups_not_connected", corp_id=corp.connection.scope, count=len(others))
