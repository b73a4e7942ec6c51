"""What the owners of groups are to look at: after the groups were compared with the platform."""

from datetime import datetime

from jobs.registry import daily
from loyalty import communities
from web.context import Context
from web.logs import log


@daily(at="04:10")
async def look_over_communities(context: Context, at: datetime) -> int:
    """Raise who may be in a group no more, or is in two; return how many tasks changed."""
    changes = await communities.look_over(at=at)
    log.info("communities_looked_over", raised=changes.raised, ended=changes.ended)
    return changes.raised + changes.ended
