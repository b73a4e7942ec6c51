"""Send the deliveries that are due, each at most once."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from channels import Address, NotSent, OutcomeLost, Postponed, Send
from jobs import metrics
from jobs.patience import insist
from loyalty import deliveries
from loyalty.deliveries import Claimed, Ending, Postponement
from models import DeliveryState
from web.context import Context

log = structlog.get_logger(__name__)

AT_ONCE = 20
# The lease is longer than a send may take: it runs out only where the worker has died.
SEND_PART_OF_LEASE = 2 / 3
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)


class Sender:
    """Sends over these channels. What it claims is its own for ``lease``."""

    def __init__(self, context: Context, channels: Mapping[str, Send], *, lease: timedelta) -> None:
        self._context = context
        self._channels = channels
        self._lease = lease

    async def send_due(self, at: datetime) -> int:
        """Claim a batch, send it, and end each delivery as soon as its outcome is known."""
        batch = await deliveries.claim(
            list(self._channels), limit=AT_ONCE, lease=self._lease, at=at
        )
        if batch.unknown or batch.lapsed:
            log.warning("deliveries_ended", unknown=batch.unknown, lapsed=batch.lapsed)
        sending = {asyncio.create_task(self._send(one)) for one in batch.claimed}
        try:
            while sending:
                done, sending = await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
                await self._settle([task.result() for task in done])
        finally:
            await _cut_off(sending)
        return len(batch.claimed) + batch.lapsed + batch.unknown + batch.refused

    async def _send(self, delivery: Claimed) -> Ending | Postponement:
        send = self._channels[delivery.channel]
        address = Address(delivery.scope, delivery.address, delivery.id)
        try:
            async with asyncio.timeout(self._lease.total_seconds() * SEND_PART_OF_LEASE):
                await send(self._context, address, delivery.message)
        except Postponed as postponed:
            return self._postponed(delivery, postponed)
        except NotSent as refused:
            return Ending(delivery, DeliveryState.REFUSED, refused.code)
        except OutcomeLost as lost:
            return Ending(delivery, DeliveryState.UNKNOWN, lost.code)
        except Exception as error:
            log.error("delivery_broke", delivery_id=delivery.id, exc_info=error)
            return Ending(delivery, DeliveryState.UNKNOWN, type(error).__name__)
        return Ending(delivery, DeliveryState.DELIVERED)

    def _postponed(self, delivery: Claimed, postponed: Postponed) -> Postponement:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * (1 << (delivery.attempt - 1)))
        asked = timedelta(seconds=postponed.after_seconds)
        return Postponement(delivery, postponed.code, self._context.clock() + max(asked, pause))

    async def _settle(self, known: Sequence[Ending | Postponement]) -> None:
        at = self._context.clock()
        endings = [one for one in known if isinstance(one, Ending)]
        postponements = [one for one in known if isinstance(one, Postponement)]
        if endings:
            await insist(partial(deliveries.end, endings, at=at), within=self._lease)
        if postponements:
            await insist(partial(deliveries.postpone, postponements, at=at), within=self._lease)
        for one in known:
            _tell(one)


async def _cut_off(sending: set[asyncio.Task[Ending | Postponement]]) -> None:
    """Stop sending: out or not, nobody knows, and the end of the lease will say so."""
    for task in sending:
        task.cancel()
    if sending:
        await asyncio.wait(sending)


def _tell(one: Ending | Postponement) -> None:
    outcome = one.state.value if isinstance(one, Ending) else "postponed"
    metrics.DELIVERIES.labels(one.delivery.channel, outcome).inc()
    log.info(
        "delivery_tried",
        delivery_id=one.delivery.id,
        attempt=one.delivery.attempt,
        outcome=outcome,
        code=one.error,
    )
