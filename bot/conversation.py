"""One event of an official account, once in effect: claim, work inside the budget, keep the reply.

A retry gets the reply that was given, waits for the one that is being made, or takes over from a
process that died. What takes longer than the budget is answered ``success``, finished behind, and
delivered as a customer message.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from contextvars import Context as Variables
from dataclasses import replace
from datetime import datetime, timedelta

from bot import router
from bot.turn import HandOver, Language, Reply, Say, Silence, Turn
from loyalty import customers, deliveries, inbox, ledger
from loyalty.coalescer import Coalescer
from loyalty.connections import CallbackMode
from loyalty.inbox import Arrival, Claim
from loyalty.ledger import Balance
from loyalty.orders import IdentityRef
from models import EventState, IdentityKind, db
from web.context import Account, Context
from web.logs import log
from web.metrics import count_inbound_event
from web.wake import wake
from wechat import replies
from wechat.inbound import Inbound, parse

BUDGET_SECONDS = 4.0
LOOK_AGAIN_SECONDS = 0.2
LINGER_SECONDS = 0.003
RENEW_SECONDS = 2.0
WORK_SECONDS = 60.0
REWORKED_AT_ONCE = 20
ERROR_LIMIT = 500
NAME_LIMIT = 64
LATE_GOOD_FOR = timedelta(minutes=30)


class Replayed(Exception):
    """A signed nonce came again with another event."""


class Conversations:
    """All official accounts of one process: the coalesced statements and the work behind."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._claim = Coalescer(self._claim_all, linger_seconds=LINGER_SECONDS)
        self._balance = Coalescer(self._balance_all, linger_seconds=LINGER_SECONDS)
        self._keep = Coalescer(self._keep_all, linger_seconds=LINGER_SECONDS)
        self._behind: set[asyncio.Task[bytes]] = set()
        self._holding: set[asyncio.Task[None]] = set()

    async def answer(
        self, account: Account, inbound: Inbound, body: bytes, *, nonce: str, ends: float
    ) -> bytes:
        """Return the passive reply to an event, plain, by ``ends`` on the loop's clock.

        Raises:
            Replayed: the nonce belongs to another event.
            db.Unreachable (a TimeoutError is one), Overloaded: the platform shall try again.
        """
        arrival = _arrival(account, inbound, body, nonce)
        async with asyncio.timeout_at(ends):
            claim = await self._claim(arrival)
        if claim.event_id is None:
            try:
                async with asyncio.timeout_at(ends):
                    if account.connection.settings.mode is CallbackMode.PLAIN:
                        await inbox.keep_nonce(arrival, at=self._context.clock())
                    claim = await self._wait(arrival, claim)
            except TimeoutError:  # stored it is: who has it, or takes it over, will deliver
                return replies.nothing()
        if claim.event_id is None:
            return claim.reply or replies.nothing()
        return await self._work_until(ends, account, inbound, claim)

    async def _wait(self, arrival: Arrival, claim: Claim) -> Claim:
        """Wait until an event that came before has its reply, or is ours because its worker died.

        Raises:
            Replayed: it did not come before, only its nonce did.
        """
        if claim.state is None and await inbox.stands(arrival) is None:
            raise Replayed(arrival.event_key)
        while claim.state not in (EventState.WORKED, EventState.PARKED):
            event_id = await inbox.take_over(arrival, at=self._context.clock())
            if event_id is not None:
                return replace(claim, event_id=event_id)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            stands = await inbox.stands(arrival)
            if stands is not None:
                claim = replace(claim, state=stands[0], reply=stands[1])
        return claim

    async def _work_until(
        self, ends: float, account: Account, inbound: Inbound, claim: Claim
    ) -> bytes:
        loop = asyncio.get_running_loop()
        lateness = _Lateness()
        work = loop.create_task(self._work(account, inbound, claim, lateness), context=Variables())
        self._behind.add(work)
        work.add_done_callback(self._behind.discard)
        if await _is_done(work, by=ends):
            return work.result()
        lateness.is_late = True
        assert claim.event_id is not None
        log.warning("reply_late", event_id=claim.event_id, app_id=account.connection.scope)
        count_inbound_event("official_account", "late")
        work.add_done_callback(_tell_failure)
        self._hold_behind(work, claim.event_id)
        return replies.nothing()

    async def _work(
        self, account: Account, inbound: Inbound, claim: Claim, lateness: "_Lateness"
    ) -> bytes:
        assert claim.event_id is not None
        try:
            async with asyncio.timeout(WORK_SECONDS):
                turn = await self._turn(account, inbound, claim)
                reply = await _reply(turn)
            rendered = _rendered(reply, inbound, at=turn.at)
            return await self._kept(turn, claim.event_id, reply, rendered, lateness)
        except Exception as failure:
            await self._failed(claim.event_id, failure)
            raise

    def _hold_behind(self, work: asyncio.Task[bytes], event_id: int) -> None:
        """Keep the claim on an event for as long as it is worked."""
        holding = asyncio.create_task(self._hold(work, event_id), context=Variables())
        self._holding.add(holding)
        holding.add_done_callback(self._holding.discard)

    async def _hold(self, work: asyncio.Task[bytes], event_id: int) -> None:
        while not work.done():
            with suppress(*db.Unreachable):
                await inbox.renew(event_id, at=self._context.clock())
            await asyncio.wait([work], timeout=RENEW_SECONDS)

    async def _turn(self, account: Account, inbound: Inbound, claim: Claim) -> Turn:
        at = self._context.clock()
        customer_id = claim.customer_id
        if customer_id is None:
            customer_id = await self._meet(account, inbound.from_user, at=at)
        return Turn(
            customer_id=customer_id,
            openid=inbound.from_user,
            app_id=account.connection.scope,
            inbound=inbound,
            language=await _language(inbound, customer_id, claim.language),
            at=at,
            is_new=claim.customer_id is None,
            with_agent=claim.with_agent_until is not None and claim.with_agent_until > at,
            balance_of=self._balance,
        )

    async def _meet(self, account: Account, openid: str, *, at: datetime) -> int:
        name = IdentityRef(IdentityKind.OPENID, account.connection.scope, openid)
        return await customers.meet((name,), at=at, through="official_account")

    async def _kept(
        self, turn: Turn, event_id: int, reply: Reply, rendered: bytes, lateness: "_Lateness"
    ) -> bytes:
        """Store the reply and return what to answer: another's, where another was faster."""
        if not lateness.is_late:
            is_first = await self._keep((event_id, rendered))
            if not lateness.is_late:
                stands = rendered if is_first else await inbox.reply_of(event_id)
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
        """Work events that a process left behind; their replies go as customer messages."""
        by_id = {one.connection.id: one for one in self._context.accounts.values()}
        left = await inbox.take_left(list(by_id), limit=REWORKED_AT_ONCE, at=at)
        works = [
            asyncio.create_task(self._rework(by_id[event.connection_id], event)) for event in left
        ]
        for event, work in zip(left, works, strict=True):
            assert event.claim.event_id is not None
            work.add_done_callback(_tell_failure)
            self._hold_behind(work, event.claim.event_id)
        await asyncio.gather(*works, return_exceptions=True)  # each failure is stored and told
        return len(left)

    async def _rework(self, account: Account, event: inbox.Left) -> bytes:
        lateness = _Lateness(is_late=True)
        return await self._work(account, parse(event.body), event.claim, lateness)

    async def finish(self) -> None:
        """Wait for what is worked behind, when the process stops."""
        if self._behind:
            await asyncio.wait(self._behind, timeout=BUDGET_SECONDS)

    async def _claim_all(self, arrivals: Sequence[Arrival]) -> list[Claim]:
        return await inbox.claim(arrivals, at=self._context.clock())

    async def _balance_all(self, member_ids: Sequence[int]) -> list[Balance | None]:
        found = await ledger.balances(list(set(member_ids)), at=self._context.clock())
        return [found.get(member_id) for member_id in member_ids]

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


def _arrival(account: Account, inbound: Inbound, body: bytes, nonce: str) -> Arrival:
    return Arrival(
        connection_id=account.connection.id,
        scope=account.connection.scope,
        event_key=inbound.dedupe_key,
        kind=f"event:{inbound.event}" if inbound.event else inbound.kind,
        sender=inbound.from_user,
        body=body,
        nonce=nonce,
    )


async def _language(inbound: Inbound, customer_id: int, known: str) -> Language:
    kept: Language = "en" if known == "en" else "zh"
    if inbound.kind == "event":
        return kept
    told = router.language_of(router.said(inbound), otherwise=kept)
    if told != kept:
        await customers.speak(customer_id, told)
    return told


async def _reply(turn: Turn) -> Reply:
    found = router.find(turn.inbound)
    if found is None:
        kind, what = turn.inbound.kind, turn.inbound.event
        log.info("event_unanswered", kind=kind[:NAME_LIMIT], what=what[:NAME_LIMIT])
        return Silence()
    return await found.handler(replace(turn, more=found.more))


def _rendered(reply: Reply, inbound: Inbound, *, at: datetime) -> bytes:
    if isinstance(reply, Say):
        return replies.text(inbound, reply.text, at=at)
    if isinstance(reply, HandOver):
        return replies.transfer_customer_service(inbound, at=at)
    return replies.nothing()


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
