"""Platforms whose pages show members are told of changed points and tiers."""

from datetime import datetime

from connectors.tmall_pass.telling import tell_changes
from jobs.registry import every
from web.context import Context
from web.logs import log
from wechat.errors import CallFailed


@every(minutes=5)
async def tell_passes(context: Context, at: datetime) -> int:
    """Tell of every bound member who changed; return how many.

    Raises:
        CallFailed: a platform does not answer; it goes on there the next time.
    """
    told, failure = 0, None
    for known in context.passes.values():
        try:
            told += await tell_changes(context, known, at=at)
        except CallFailed as failed:
            log.warning("pass_not_told", connection_id=known.id, code=failed.code)
            failure = failed
    if failure is not None:
        raise failure
    return told
