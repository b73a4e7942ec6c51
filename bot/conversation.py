"""One event of an official account, once in effect: stored with its reply before it is answered.

What only tells is told from what is known of its sender and stored with its reply in one statement,
many messages at a time. What does something is claimed, worked inside the budget, and its reply
kept. A retry gets the reply that was given, waits for the one that is being made, or takes over
from a process that died. What takes longer than the budget is answered ``success``, finished
behind, and delivered as a customer message.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from contextvars import Context as Variables
from datetime import datetime, timedelta

from msgspec import Struct, structs

from bot.deadlines import Deadlines
from bot.telling import Heard, miniprogram_of, rendered, replied, told, turn_of
from bot.turn import HandOver, Reply, Say, Turn
from loyalty import customers, deliveries, inbox
from loyalty.coalescer import Coalescer
from loyalty.connections import CallbackMode
from loyalty.customers import Sender
from loyalty.orders import IdentityRef
from models import EventState, IdentityKind, db
from web.context import Account, Context
from web.logs import log
from web.metrics import count_inbound_event
from web.wake import wake
from wechat import replies
from wechat.inbound import parse

BUDGET_SECONDS = 4.0
LOOK_AGAIN_SECONDS = 0.2
LINGER_SECONDS = 0.003
LANES = 1
RENEW_SECONDS = 2.0
WORK_SECONDS = 60.0
REWORKED_AT_ONCE = 20
ERROR_LIMIT = 500
LATE_GOOD_FOR = timedelta(minutes=30)


class Replayed(Exception):
    """A signed nonce came again with another event."""


class _Taken(Struct, frozen=True):
    """How storing an event ended: ``event_id`` None where it came before.

    ``reply`` is what it was stored with; None where it is now to be worked.
    """

    event_id: int | None
    sender: Sender | None
    reply: bytes | None


class Conversations:
    """All official accounts of one process: the coalesced statements and the work behind."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._take = Coalescer(self._take_all, lanes=LANES, linger_seconds=LINGER_SECONDS)
        self._keep = Coalescer(self._keep_all, linger_seconds=LINGER_SECONDS)
        self._deadlines = Deadlines()
        self._behind: set[asyncio.Task[bytes]] = set()
        self._holding: set[asyncio.Task[None]] = set()

    async def answer(self, heard: Heard, *, ends: float) -> bytes:
        """Return the passive reply to an event, plain, by ``ends`` on the loop's clock.

        Raises:
            Replayed: the nonce belongs to another event.
            db.Unreachable (a TimeoutError is one), Overloaded: the platform shall try again.
        """
        taken = await self._deadlines.wait(self._take(heard), ends=ends)
        event_id = taken.event_id
        if event_id is None:
            try:
                async with asyncio.timeout_at(ends):
                    settings = heard.account.connection.settings
                    if settings.mode is CallbackMode.PLAIN:
                        await inbox.keep_nonce(heard.arrival(), at=self._context.clock())
                    event_id, reply = await self._wait(heard.arrival())
            except TimeoutError:  # stored it is: who has it, or takes it over, will deliver
                return replies.nothing()
            if event_id is None:
                return reply or replies.nothing()
        elif taken.reply is not None:
            return taken.reply
        return await self._work_until(ends, heard, event_id, taken.sender)

    async def _take_all(self, heard: Sequence[Heard]) -> list[_Taken]:
        """Store events, each with its reply where that is all there is to do."""
        at = self._context.clock()
        senders = await customers.senders([one.name for one in heard], at=at)
        said = [told(one, sender, at=at) for one, sender in zip(heard, senders, strict=True)]
        arrivals = [one.arrival(reply) for one, reply in zip(heard, said, strict=True)]
        ids = await inbox.take(arrivals, at=at)
        return [_Taken(*one) for one in zip(ids, senders, said, strict=True)]

    async def _wait(self, arrival: inbox.Arrival) -> tuple[int | None, bytes | None]:
        """Wait until an event that came before has its reply, or is ours because its worker died.

        Returns its id where it is ours to work, else its reply.

        Raises:
            Replayed: it did not come before, only its nonce did.
        """
        while True:
            stands = await inbox.stands(arrival)
            if stands is None:
                raise Replayed(arrival.event_key)
            state, reply = stands
            if state not in (EventState.RECEIVED, EventState.CLAIMED):
                return None, reply
            event_id = await inbox.take_over(arrival)
            if event_id is not None:
                return event_id, None
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _work_until(
        self, ends: float, heard: Heard, event_id: int, sender: Sender | None
    ) -> bytes:
        loop = asyncio.get_running_loop()
        lateness = _Lateness()
        working = self._work(heard, event_id, lateness, sender=sender)
        work = loop.create_task(working, context=Variables())
        self._behind.add(work)
        work.add_done_callback(self._behind.discard)
        if await _is_done(work, by=ends):
            return work.result()
        lateness.is_late = True
        log.warning("reply_late", event_id=event_id, app_id=heard.account.connection.scope)
        count_inbound_event("official_account", "late")
        work.add_done_callback(_tell_failure)
        self._hold_behind(work, event_id)
        return replies.nothing()

    async def _work(
        self,
        heard: Heard,
        event_id: int,
        lateness: "_Lateness",
        *,
        sender: Sender | None = None,
    ) -> bytes:
        try:
            async with asyncio.timeout(WORK_SECONDS):
                turn = await self._turn(heard, sender)
                reply = await replied(turn)
            return await self._kept(turn, event_id, reply, lateness)
        except Exception as failure:
            await self._failed(event_id, failure)
            raise

    def _hold_behind(self, work: asyncio.Task[bytes], event_id: int) -> None:
        """Keep the claim on an event for as long as it is worked."""
        holding = asyncio.create_task(self._hold(work, event_id), context=Variables())
        self._holding.add(holding)
        holding.add_done_callback(self._holding.discard)

    async def _hold(self, work: asyncio.Task[bytes], event_id: int) -> None:
        while not work.done():
            with suppress(*db.Unreachable):
                await inbox.renew([event_id])
            await asyncio.wait([work], timeout=RENEW_SECONDS)

    async def _turn(self, heard: Heard, sender: Sender | None) -> Turn:
        """Return the turn of a sender; one whom we do not know is met here."""
        at, name = self._context.clock(), heard.name
        is_new = False
        if sender is None:
            (sender,) = await customers.senders([name], at=at)
        if sender is None:
            is_new = True
            met = IdentityRef(IdentityKind.OPENID, *name)
            await customers.meet((met,), at=at, through="official_account")
            (sender,) = await customers.senders([name], at=at)
            assert sender is not None, "whoever talks to us is a member"
        turn = structs.replace(
            turn_of(heard.name, heard.inbound, sender, at=at, is_new=is_new),
            sealer=self._context.sealer,
            miniprogram=miniprogram_of(self._context),
        )
        if turn.language != sender.language:
            await customers.speak(sender.customer_id, turn.language)
        return turn

    async def _kept(self, turn: Turn, event_id: int, reply: Reply, lateness: "_Lateness") -> bytes:
        """Store the reply and return what to answer: another's, where another was faster."""
        if not lateness.is_late:
            plain = rendered(reply, turn.inbound, at=turn.at)
            is_first = await self._keep((event_id, plain))
            if not lateness.is_late:
                stands = plain if is_first else await inbox.reply_of(event_id)
                return stands or replies.nothing()
            async with db.transaction():  # it became late while the reply was stored
                if is_first:
                    await inbox.replace_reply(event_id, replies.nothing())
                    await _deliver_late(turn, event_id, reply)
        else:
            async with db.transaction():
                (is_first,) = await inbox.work_done([(event_id, replies.nothing())], at=turn.at)
                if is_first:
                    await _deliver_late(turn, event_id, reply)
        await wake(self._context.redis)
        return replies.nothing()

    async def _failed(self, event_id: int, failure: Exception) -> None:
        try:
            error = _written(failure)
            await inbox.work_failed(event_id, error, at=self._context.clock())
        except db.Unreachable:
            log.warning("event_left", event_id=event_id)  # its lease runs out and it is taken over
        else:
            log.error("event_failed", event_id=event_id, error=type(failure).__name__)

    async def rework(self, at: datetime) -> int:
        """Begin to work events that a process left behind, as many as there is room for.

        Their replies go as customer messages. A slow one holds up nobody else's.
        """
        by_id = {one.connection.id: one for one in self._context.accounts.values()}
        free = REWORKED_AT_ONCE - len(self._behind)
        if free <= 0:
            await asyncio.wait(self._behind, return_when=asyncio.FIRST_COMPLETED)
            return 1
        left = await inbox.take_left(list(by_id), limit=free, at=at)
        for event in left:
            work = asyncio.create_task(self._rework(by_id[event.connection_id], event))
            self._behind.add(work)
            work.add_done_callback(self._behind.discard)
            work.add_done_callback(_tell_failure)
            self._hold_behind(work, event.event_id)
        return len(left)

    async def _rework(self, account: Account, event: inbox.Left) -> bytes:
        lateness = _Lateness(is_late=True)
        heard = Heard(account, parse(event.body), event.body)
        return await self._work(heard, event.event_id, lateness)

    async def finish(self) -> None:
        """Wait for what is worked behind, when the process stops."""
        if self._behind:
            await asyncio.wait(self._behind, timeout=BUDGET_SECONDS)

    async def _keep_all(self, kept: Sequence[tuple[int, bytes]]) -> list[bool]:
        return await inbox.work_done(kept, at=self._context.clock())


async def _is_done(work: asyncio.Task[bytes], *, by: float) -> bool:
    """Wait for work, at most until a moment of the loop's clock; cheaper than ``asyncio.wait``."""
    waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wake_up(*_: object) -> None:
        if not waiter.done():
            waiter.set_result(None)

    timer = asyncio.get_running_loop().call_at(by, wake_up)
    work.add_done_callback(wake_up)
    try:
        await waiter
    finally:
        timer.cancel()
        work.remove_done_callback(wake_up)
    return work.done()


class _Lateness:
    """Whether the caller has stopped waiting for a reply."""

    def __init__(self, *, is_late: bool = False) -> None:
        self.is_late = is_late


def _tell_failure(work: asyncio.Task[bytes]) -> None:
    """Tell the log how work failed for which no caller waits."""
    failure = None if work.cancelled() else work.exception()
    if failure is not None and not isinstance(failure, db.Unreachable):
        log.error("work_behind_failed", exc_info=failure)


def _written(failure: Exception) -> str:
    """Return a failure as the database can hold it."""
    told = f"{type(failure).__name__}: {failure}"[:ERROR_LIMIT]
    return told.encode("utf-8", "backslashreplace").decode().replace("\x00", "")


async def _deliver_late(turn: Turn, event_id: int, reply: Reply) -> None:
    if isinstance(reply, HandOver):
        reply = turn.say(
            zh="请再发送一次“人工”，为您转接客服。", en="Please send “agent” once more."
        )
    text = replies.shown(reply.text) if isinstance(reply, Say) else ""
    if not text:
        return
    (planned,) = await deliveries.plan(
        [
            deliveries.Planned(
                key=f"reply:{event_id}",
                customer_id=turn.customer_id,
                channel="official_account",
                scope=turn.app_id,
                address=turn.openid,
                message=deliveries.Text(text),
                not_before=turn.at,
                lapses_at=turn.at + LATE_GOOD_FOR,
            )
        ],
        at=turn.at,
    )
    planned.unwrap()
