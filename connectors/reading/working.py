"""What changed in a shop: each order read from its platform as it stands, and recorded in sets.

An order is read before the transaction begins, and its platform's own moment of change keeps an
older reading from taking the place of a newer one.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import msgspec
from msgspec import UNSET, Raw
from msgspec.structs import replace as with_fields

from connectors.batches import Reasons, work_in_halves
from connectors.reading.buyers import merge_buyers
from connectors.reading.hints import ATTRIBUTION, Hint, decode
from loyalty import inbox, parking, purchases
from loyalty.errors import LoyaltyError, NotFound
from loyalty.inbox import Left
from loyalty.orders import Attribution, Order
from models import db
from web.context import Context
from web.logs import log
from web.shops import ShopAccount
from wechat.errors import CallFailed, Rejected

AT_ONCE = 200
READ_AT_ONCE = 10
RENEW_SECONDS = 2.0
AGAIN_AFTER = timedelta(seconds=30)

# What a platform answered of an order: None where it has none, or why it did not answer.
Read = bytes | CallFailed | None


class ShopOrders:
    """The orders of one shop that changed and wait in the inbox."""

    def __init__(self, context: Context, account: ShopAccount) -> None:
        self._context = context
        self._account = account
        self._reading = asyncio.Semaphore(READ_AT_ONCE)

    async def work(self, at: datetime) -> int:
        """Work what waits, each order read once; return how many events there were."""
        account = self._account
        taken = await inbox.take_left([account.connection.id], limit=AT_ONCE, at=at)
        if not taken:
            return 0
        hints = {event.event_id: decode(event.body) for event in taken}
        async with _held(list(hints)):
            read = await self._read({hint.number for hint in hints.values() if not hint.told})
            answered = await self._put_back(taken, hints, read, at=at)
            if answered:
                kind = account.shop.kind.value
                told = _Told(account, hints, read, at=at)
                await merge_buyers(told.orders(answered), by=kind, at=at)
                await work_in_halves(
                    answered, lambda some: _Batch(told, hints, at=at).work(some), kind=kind, at=at
                )
        return len(taken)

    async def _read(self, numbers: Collection[str]) -> dict[str, Read]:
        ends = await asyncio.gather(*map(self._read_one, numbers))
        return dict(zip(numbers, ends, strict=True))

    async def _read_one(self, number: str) -> Read:
        async with self._reading:
            try:
                return await self._account.client.read(number)
            except CallFailed as failed:
                return failed

    async def _put_back(
        self,
        events: Sequence[Left],
        hints: Mapping[int, Hint],
        read: Mapping[str, Read],
        *,
        at: datetime,
    ) -> list[Left]:
        """Return the events whose orders were told; the others wait, or fail where it is theirs."""
        waiting, answered = [], []
        for event in events:
            failed = read.get(hints[event.event_id].number)
            if isinstance(failed, Rejected):
                await inbox.work_failed(
                    event.event_id, _kept(failed), at=at, again_after=AGAIN_AFTER
                )
            elif isinstance(failed, CallFailed):
                waiting.append((event.event_id, failed))
            else:
                answered.append(event)
        if waiting:
            await inbox.give_back([one for one, _ in waiting], again_after=AGAIN_AFTER)
            told = {str(failed) for _, failed in waiting}
            log.warning("orders_not_told", count=len(waiting), errors=sorted(told)[:3])
        return answered


@asynccontextmanager
async def _held(event_ids: Collection[int]) -> AsyncIterator[None]:
    """Keep the claim on events for as long as they are worked."""

    async def hold() -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(*db.Unreachable):
                await inbox.renew(event_ids)

    holding = asyncio.create_task(hold())
    try:
        yield
    finally:
        holding.cancel()


def _kept(failed: CallFailed) -> str:
    return parking.reason(LoyaltyError("order_refused", error=f"{failed.errcode} {failed.errmsg}"))


class _Told:
    """What the platform told of the order of each event, and each parsed once."""

    def __init__(
        self,
        account: ShopAccount,
        hints: Mapping[int, Hint],
        read: Mapping[str, Read],
        *,
        at: datetime,
    ) -> None:
        self._account = account
        self._hints = hints
        self._read = read
        self._at = at
        self._parsed: dict[int, Order | LoyaltyError | None] = {}

    def orders(self, events: Sequence[Left]) -> Iterator[Order]:
        """Yield the orders of events that have one; what breaks one is told when it is worked."""
        for event in events:
            order = None
            with suppress(Exception):
                order = self.parsed(event.event_id)
            if isinstance(order, Order):
                yield order

    def parsed(self, event_id: int) -> Order | LoyaltyError | None:
        """Return the order of an event, or why there is none; None where it is not paid."""
        if event_id not in self._parsed:
            self._parsed[event_id] = self._parse(event_id)
        return self._parsed[event_id]

    def _parse(self, event_id: int) -> Order | LoyaltyError | None:
        told = self.body(event_id)
        try:
            if told is None:
                raise NotFound("order_not_there", number=self._hints[event_id].number)
            return self._account.client.parse(told, shop=self._account.shop, at=self._at)
        except LoyaltyError as refusal:
            return refusal

    def body(self, event_id: int) -> bytes | None:
        """Return the order of an event as the platform told it."""
        hint = self._hints[event_id]
        if hint.told is not UNSET:
            return bytes(hint.told)
        told = self._read[hint.number]
        assert not isinstance(told, CallFailed), "those were put back"
        return told


class _Batch:
    """The orders of a batch of events, recorded in the open transaction."""

    def __init__(self, told: _Told, hints: Mapping[int, Hint], *, at: datetime) -> None:
        self._told = told
        self._hints = hints
        self._at = at
        self._reasons: Reasons = {}

    async def work(self, events: Sequence[Left]) -> Reasons:
        """Record the orders and end the events; return what became of each."""
        senders = {(event.connection_id, self._hints[event.event_id].number) for event in events}
        held = await inbox.hold(events, senders)
        sold_by = await self._told_apart(senders, held)
        orders = []
        for event in held:
            self._reasons[event.event_id] = None
            order = self._told.parsed(event.event_id)
            if isinstance(order, LoyaltyError):
                self._park(event.event_id, order)
            elif order is not None:
                told_apart = sold_by.get(order.number, ())
                orders.append((event.event_id, _brought_about(order, told_apart)))
        outcomes = await purchases.record([order for _, order in orders], at=self._at)
        for (event_id, _), outcome in zip(orders, outcomes, strict=True):
            if outcome.refusal is not None:
                self._park(event_id, outcome.refusal)
        await inbox.end(self._reasons, at=self._at, bodies=self._bodies())
        return self._reasons

    async def _told_apart(
        self, senders: Collection[inbox.Sender], held: Sequence[Left]
    ) -> dict[str, tuple[Attribution, ...]]:
        """Return who brought orders about, as messages told it apart from them, now or before."""
        earlier, _ = await inbox.worked_or_waiting(senders, kind=ATTRIBUTION, waiting_for="")
        found: dict[str, tuple[Attribution, ...]] = {}
        for hint in (decode(event.body) for event in (*earlier, *held)):
            if hint.attributed_to:
                known = found.get(hint.number, ())
                found[hint.number] = tuple(dict.fromkeys((*known, *hint.attributed_to)))
        return found

    def _park(self, event_id: int, refusal: LoyaltyError) -> None:
        self._reasons[event_id] = parking.reason(refusal)

    def _bodies(self) -> dict[int, bytes]:
        """Return what is kept of parked events: with the order as it was read, for staff to see."""
        bodies = {}
        for event_id, reason in self._reasons.items():
            told = None if reason is None else self._told.body(event_id)
            if told is not None:
                hint = self._hints[event_id]
                kept = with_fields(hint, read=UNSET if hint.told else Raw(told))
                bodies[event_id] = msgspec.json.encode(kept)
        return bodies


def _brought_about(order: Order, told_apart: tuple[Attribution, ...]) -> Order:
    """Return an order each of whose lines says, too, what was told of the whole of it."""
    if not told_apart:
        return order
    return with_fields(
        order,
        lines=tuple(
            with_fields(
                line, attributed_to=tuple(dict.fromkeys((*line.attributed_to, *told_apart)))
            )
            for line in order.lines
        ),
    )
