"""Owners of groups hear in the morning, in WeCom, of what is new to look at."""

from datetime import datetime

from jobs.registry import daily
from loyalty import communities
from web.context import Context
from web.logs import log
from wechat.errors import CallFailed

WORDS = "群“{name}”有 {count} 位成员需要处理（不再符合入群条件或重复入群），请到后台“客户群”查看。"


@daily(at="10:00")
async def tell_owners(context: Context, at: datetime) -> int:
    """Tell each of them once, and return how many."""
    count = 0
    for one in await communities.untold():
        corp = context.corps.get(one.corp_id)
        if corp is None:
            continue
        words = WORDS.format(name=one.name, count=one.count)
        try:
            await corp.client.say(corp.connection.settings.agent_id, one.owner, words)
        except CallFailed as failed:  # the next morning tells it
            log.warning("owner_not_told", community_id=one.community_id, code=failed.code)
            continue
        await communities.told(one.community_id, at=at)
        count += 1
    return count
