"""Platforms whose pages show members are told of changed points and tiers."""

from collections.abc import Coroutine, Iterator
from datetime import datetime
from typing import Any

from connectors.douyin_pass import telling as douyin
from connectors.tmall_pass import telling as tmall
from connectors.wechat_pass import telling as wechat
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
    for connection_id, telling in _tellings(context, at):
        try:
            told += await telling
        except CallFailed as failed:
            log.warning("pass_not_told", connection_id=connection_id, code=failed.code)
            failure = failed
    if failure is not None:
        raise failure
    return told


def _tellings(context: Context, at: datetime) -> Iterator[tuple[int, Coroutine[Any, Any, int]]]:
    for shop in context.passes.values():
        yield shop.id, tmall.tell_changes(context, shop, at=at)
    for one in context.douyin_passes.values():
        yield one.id, douyin.tell_changes(context, one, at=at)
    for known in context.wechat_passes.values():
        yield known.id, wechat.tell_changes(context, known, at=at)
