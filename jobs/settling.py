"""What awaits a payment longer than it may: asked about, then taken or closed."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog

from jobs.pages import PAGE
from loyalty.errors import LoyaltyError
from models import db
from web.context import Context
from web.payments import Payable, settle
from web.refusals import Unavailable
from wechat.errors import CallFailed

log = structlog.get_logger(__name__)


async def settle_lapsed(
    context: Context,
    lapsed: Callable[[int], Awaitable[Sequence[Payable]]],
    *,
    waits: str,
    at: datetime,
) -> int:
    """Settle all that ``lapsed(limit)`` lists, and return how many.

    What cannot be settled now waits for the next time, and the log is told so as ``waits``.
    """
    things = 0
    aside: set[str] = set()
    while page := await lapsed(PAGE + len(aside)):
        waiting = [one for one in page if one.number not in aside]
        if not waiting:
            break
        for one in waiting:
            aside.add(one.number)
            try:
                await settle(context, one, at=at)
                things += 1
            except (CallFailed, Unavailable, LoyaltyError) as failed:
                log.warning(waits, number=one.number, code=failed.code)
            except db.Collision as failed:  # it keeps nobody else's from being settled
                log.error(waits, number=one.number, code=type(failed).__name__)
    return things
