"""Help desks are read without being rung for: a ring may be lost."""

from datetime import datetime

from jobs.registry import every
from web import help_desks
from web.context import Context
from web.logs import log
from web.wake import wake
from wechat.errors import CallFailed, Rejected

NO_RIGHT = 48002


@every(minutes=10)
async def read_help_desks(context: Context, at: datetime) -> int:
    """Learn which help desks there are and read each; return how much was said unheard."""
    unheard = 0
    for corp in context.corps.values():
        try:
            for open_kfid in await help_desks.learn(corp):
                unheard += await help_desks.look(corp, open_kfid, at=at)
        except Rejected as refused:
            if refused.errcode != NO_RIGHT:  # a corp may have none that we may see
                log.warning("help_desks_refused", corp_id=corp.connection.scope, code=refused.code)
        except CallFailed as failed:
            log.warning("help_desks_not_told", corp_id=corp.connection.scope, code=failed.code)
    if unheard:
        await wake(context.redis)
    return unheard
