"""Platforms that say nothing when somebody joins are asked about buyers and members."""

from datetime import datetime

from connectors.douyin_pass.joining import ask_buyers
from jobs.registry import every
from web.context import Context
from web.logs import log
from wechat.errors import CallFailed


@every(minutes=15)
async def ask_passes(context: Context, at: datetime) -> int:
    """Ask about each once a day; return how many.

    Raises:
        CallFailed: a platform does not answer; it goes on there the next time.
    """
    count, failure = 0, None
    for known in context.douyin_passes.values():
        try:
            count += await ask_buyers(context, known, at=at)
        except CallFailed as failed:
            log.warning("pass_not_asked", connection_id=known.id, code=failed.code)
            failure = failed
    if failure is not None:
        raise failure
    return count
