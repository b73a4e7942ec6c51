"""Events of shops worked in sets, each set a transaction; what breaks one is found by halves."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from loyalty import inbox
from loyalty.again import in_transaction
from loyalty.inbox import Left
from models import db
from web.logs import log, told_failure
from web.metrics import count_inbound_event

# What became of events: None where worked, else why it is parked.
Reasons = dict[int, str | None]


async def work_in_halves(
    events: Sequence[Left],
    work: Callable[[Sequence[Left]], Awaitable[Reasons]],
    *,
    kind: str,
    at: datetime,
) -> None:
    """Work a batch in a transaction; where it breaks, its halves, until what breaks stands alone.

    ``kind`` names the platform in log and metrics.

    Raises:
        db.Unreachable: the database is away.
    """
    try:
        reasons = await in_transaction(lambda: work(events))
    except Exception as failure:
        is_away = isinstance(failure, db.Unreachable) and not isinstance(failure, ValueError)
        if is_away:  # the driver's ValueErrors are a mistake of ours
            raise
        if len(events) == 1:
            await _failed(events[0], failure, at=at)
            return
        half = len(events) // 2
        await work_in_halves(events[:half], work, kind=kind, at=at)
        await work_in_halves(events[half:], work, kind=kind, at=at)
        return
    parked = sum(reason is not None for reason in reasons.values())
    count_inbound_event(kind, "worked", len(reasons) - parked)
    count_inbound_event(kind, "parked", parked)
    log.info("orders_worked", shop_kind=kind, worked=len(reasons) - parked, parked=parked)


async def _failed(event: Left, failure: Exception, *, at: datetime) -> None:
    log.error("event_failed", event_id=event.event_id, **told_failure(failure))
    await inbox.work_failed(event.event_id, type(failure).__name__, at=at)
