"""Groups that somebody may have joined are looked at often: a lost event costs minutes."""

from datetime import datetime

from jobs.registry import every
from loyalty import communities
from web import wecom
from web.context import Context
from web.logs import log
from wechat.errors import CallFailed


@every(minutes=5)
async def refresh_communities(context: Context, at: datetime) -> int:
    """Read the groups that somebody may have joined, and make the join ways that are missing."""
    changes = 0
    for corp in context.corps.values():
        for one in await communities.open_communities(corp.connection.scope):
            try:
                if one.config_id is None:
                    await wecom.open_join_way(context.http, corp, one, at=at)
                elif one.qr_image is None and one.qr_code is not None:
                    await wecom.draw_code(context.http, one.id, one.qr_code)
                changes += await wecom.refresh(corp, one, at=at)
            except CallFailed as failed:  # the next tick asks again
                log.warning("community_not_told", community_id=one.id, code=failed.code)
    return changes
