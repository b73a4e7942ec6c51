"""Welcomes of new contacts, on a path of their own: the platform takes one for twenty seconds.

The process that hears of a contact writes to her as soon as it has answered the platform, beside
the queue of events. What it took and did not end, because it died or WeCom hung, the worker takes,
also beside its queue, while there is time.
"""

import asyncio
from collections.abc import Coroutine
from contextvars import Context as Variables
from datetime import timedelta

from loyalty import welcomes
from loyalty.policies.welcome import Welcome
from loyalty.welcomes import NewContact, Taken, Words
from models import WelcomeState
from web import wecom
from web.context import Context, Corp, now
from web.logs import log
from wechat.errors import CallFailed, Rejected, UnknownOutcome
from wechat.wecom_events import ContactChanged

# So long we look who she is and fetch the picture; then she is greeted without.
LOOK_SECONDS = 4.0
SEND_SECONDS = 5.0
PAUSE_SECONDS = 1.0
# One try, with what is looked up and sent, ends before the lease on it does.
TRY_SECONDS = 11.0
LEFT_AT_ONCE = 20
CODE_IS_OVER, HAS_CHATTED, ANOTHER_APP = 41050, 41051, 41096


class Welcomes:
    """The welcomes that one process writes."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, corp: Corp, told: ContactChanged) -> None:
        """Welcome a new contact behind the caller's back."""
        if told.welcome_code:
            self._behind(self.greet(corp, told))

    async def finish(self) -> None:
        """Wait for those that are under way."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=TRY_SECONDS)

    async def greet(self, corp: Corp, told: ContactChanged) -> None:
        """Welcome a new contact, once by whoever comes first; none of it is raised."""
        await self._safely(self._greet(corp, told))

    async def go_on(self) -> None:
        """Begin again behind the caller's back what somebody took and did not end."""
        corps = {corp.connection.scope: corp for corp in self._context.corps.values()}
        for taken, new, welcome in await welcomes.take_left(
            list(corps), moment=now(), limit=LEFT_AT_ONCE
        ):
            self._behind(self._safely(self._write(corps[new.corp_id], taken, new, welcome)))

    def _behind(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work, context=Variables())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _safely(self, work: Coroutine[None, None, None]) -> None:
        """Do it within its lease; what is not ended is taken again once that has run out."""
        try:
            async with asyncio.timeout(TRY_SECONDS):
                await work
        except Exception as failure:
            log.warning("welcome_left", error=type(failure).__name__)

    async def _greet(self, corp: Corp, told: ContactChanged) -> None:
        rule = await welcomes.rule_of(told.state, at=self._context.clock())
        if rule is None or not told.welcome_code:
            return
        new = NewContact(
            corp.connection.scope,
            told.external_user_id,
            told.user_id,
            told.state,
            told.welcome_code,
            told.at,
        )
        taken = await welcomes.take(new, rule, moment=now())
        if taken is not None:
            await self._write(corp, taken, new, rule.body)

    async def _write(self, corp: Corp, taken: Taken, new: NewContact, welcome: Welcome) -> None:
        if now() - new.added_at > welcomes.GOOD_FOR:
            await welcomes.end(taken.id, WelcomeState.LATE, moment=now())
            return
        words, picture = await self._words(corp, new, welcome)
        state, error = await self._send(
            corp, new, words.text, picture=picture, may_be_sent=taken.is_again
        )
        await welcomes.end(taken.id, state, moment=now(), error=error)
        seconds = round((now() - new.added_at) / timedelta(seconds=1), 1)
        log.info("welcomed", welcome_id=taken.id, state=state.value, seconds=seconds)

    async def _words(self, corp: Corp, new: NewContact, welcome: Welcome) -> tuple[Words, str]:
        """Return what she is to read; where nobody tells in time who she is, a guest's words."""
        at = self._context.clock()
        words, picture = Words(welcome.to_guest("zh")), ""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await wecom.look_at_contact(corp, new.external_user_id, at=at)
                words = await welcomes.words_for(new, welcome, at=at)
                picture = await wecom.picture_of(self._context, corp, words.group)
        except Exception as failure:  # whatever it was: in time without it is better than late
            log.warning("welcome_without_all", error=type(failure).__name__)
        return words, picture

    async def _send(
        self, corp: Corp, new: NewContact, text: str, *, picture: str, may_be_sent: bool
    ) -> tuple[WelcomeState, str | None]:
        """Write to her until the platform has said what became of it, or the code is over."""
        while True:
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await corp.client.contacts.welcome(new.welcome_code, text, picture=picture)
            except Rejected as refused:
                if refused.errcode == HAS_CHATTED and may_be_sent:
                    return WelcomeState.SENT, None
                if refused.errcode == HAS_CHATTED:
                    return WelcomeState.TAKEN, f"{refused.errcode}"
                if refused.errcode == CODE_IS_OVER:
                    return WelcomeState.LATE, f"{refused.errcode}"
                if refused.errcode != ANOTHER_APP and not picture:
                    return WelcomeState.REFUSED, f"{refused.errcode} {refused.errmsg}"[:200]
                picture = picture if refused.errcode == ANOTHER_APP else ""
            except (UnknownOutcome, TimeoutError):
                may_be_sent = True
            except CallFailed as failed:
                log.warning("welcome_not_sent", error=failed.code)
            else:
                return WelcomeState.SENT, None
            if now() - new.added_at > welcomes.GOOD_FOR:
                return WelcomeState.LATE, None
            await asyncio.sleep(PAUSE_SECONDS)
