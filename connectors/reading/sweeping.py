"""Read from a platform all that changed in a shop since the last time: pushes may be lost."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from connectors.reading.hints import arrival
from loyalty import inbox, sweeps
from web.context import Context
from web.logs import log
from web.metrics import count_inbound_event
from web.shops import ShopAccount
from wechat.errors import CallFailed


async def sweep(context: Context, account: ShopAccount) -> int:
    """Store a hint for each change since the last sweep, and return how many are new.

    Where the platform stops answering, what was read whole before is not read again.

    Raises:
        CallFailed: one of its kinds.
    """
    at, pace = context.clock(), account.client.pace
    connection_id = account.connection.id
    until = at - pace.lag
    mark = await sweeps.swept_until(connection_id)
    if mark is None:
        mark = until - timedelta(days=account.connection.settings.history_days)
        await sweeps.swept(connection_id, until=mark, at=at)
    new = 0
    for begin, end in _windows(mark - pace.overlap, until, longest=pace.window):
        new += await _read(context, account, since=begin, until=end)
        await sweeps.swept(connection_id, until=end, at=context.clock())
    return new


async def sweep_again(context: Context, account: ShopAccount, *, span: timedelta) -> int:
    """Read a longer span once more, for what the platform told late; return how many are new.

    Raises:
        CallFailed: one of its kinds.
    """
    pace = account.client.pace
    until = context.clock() - pace.lag
    new = 0
    for begin, end in _windows(until - span, until, longest=pace.window):
        new += await _read(context, account, since=begin, until=end)
    return new


def _windows(
    since: datetime, until: datetime, *, longest: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    while since < until:
        end = min(since + longest, until)
        yield since, end
        since = end


async def _read(context: Context, account: ShopAccount, *, since: datetime, until: datetime) -> int:
    connection_id, kind = account.connection.id, account.shop.kind.value
    new = seen = 0
    try:
        async for page in account.client.changed(since, until):
            found = [arrival(one, connection_id=connection_id, way="sweep") for one in page]
            seen += len(found)
            new += await inbox.store(found, at=context.clock()) if found else 0
    except CallFailed as failed:
        await sweeps.stopped(connection_id, str(failed), at=context.clock())
        raise
    count_inbound_event(kind, "received", new)
    count_inbound_event(kind, "repeated", seen - new)
    log.info("shop_swept", shop_kind=kind, connection_id=connection_id, new=new, seen=seen)
    return new
