"""Welcomes of new contacts, on a path of their own: the platform takes one for twenty seconds.

The process that hears of a contact writes to her as soon as it has answered the platform, beside
the queue of events. Where it dies before that, the worker does it, if there is still time.
"""

import asyncio
from contextvars import Context as Variables
from datetime import timedelta

from loyalty import welcomes
from loyalty.errors import LoyaltyError
from loyalty.policies.welcome import Welcome
from loyalty.welcomes import NewContact, Words
from models import WelcomeState, db
from web import wecom
from web.context import Context, Corp, now
from web.logs import log
from wechat.errors import CallFailed, Rejected, UnknownOutcome
from wechat.wecom_events import ContactChanged

# So long we look who she is and fetch the picture; then she is greeted without.
LOOK_SECONDS = 4.0
SEND_SECONDS = 5.0
PAUSE_SECONDS = 1.0
CODE_IS_OVER, HAS_CHATTED, ANOTHER_APP = 41050, 41051, 41096


class Welcomes:
    """The welcomes that one process writes."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, corp: Corp, told: ContactChanged) -> None:
        """Welcome a new contact behind the caller's back."""
        if told.welcome_code:
            task = asyncio.create_task(self.greet(corp, told), context=Variables())
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def finish(self) -> None:
        """Wait for those that are under way."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=LOOK_SECONDS + SEND_SECONDS)

    async def greet(self, corp: Corp, told: ContactChanged) -> None:
        """Welcome a new contact, once by whoever comes first; none of it is raised."""
        try:
            await self._greet(corp, told)
        except (*db.Unreachable, LoyaltyError) as failure:
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
        welcome_id = await welcomes.take(new, rule, moment=now())
        if welcome_id is None:
            return
        if now() - told.at > welcomes.GOOD_FOR:
            await welcomes.end(welcome_id, WelcomeState.LATE, moment=now())
            return
        words, picture = await self._words(corp, new, rule.body)
        state, error = await self._send(corp, new, words.text, picture=picture)
        await welcomes.end(welcome_id, state, moment=now(), error=error)
        seconds = round((now() - told.at) / timedelta(seconds=1), 1)
        log.info("welcomed", welcome_id=welcome_id, state=state.value, seconds=seconds)

    async def _words(self, corp: Corp, new: NewContact, welcome: Welcome) -> tuple[Words, str]:
        """Return what she is to read; where nobody tells in time who she is, a guest's words."""
        at = self._context.clock()
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await wecom.look_at_contact(corp, new.external_user_id, at=at)
                words = await welcomes.words_for(new, welcome, at=at)
                picture = await wecom.picture_of(self._context, corp, words.group)
        except (CallFailed, TimeoutError) as failure:
            log.warning("welcome_without_her", error=type(failure).__name__)
            return await welcomes.words_for(new, welcome, at=at), ""
        return words, picture

    async def _send(
        self, corp: Corp, new: NewContact, text: str, *, picture: str
    ) -> tuple[WelcomeState, str | None]:
        """Write to her until the platform has said what became of it, or the code is over."""
        was_lost = False
        while True:
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await corp.client.contacts.welcome(new.welcome_code, text, picture=picture)
            except Rejected as refused:
                if refused.errcode == HAS_CHATTED:
                    state = WelcomeState.SENT if was_lost else WelcomeState.TAKEN
                    return state, None if was_lost else f"{refused.errcode}"
                if refused.errcode == CODE_IS_OVER:
                    return WelcomeState.LATE, f"{refused.errcode}"
                if refused.errcode != ANOTHER_APP and not picture:
                    return WelcomeState.REFUSED, f"{refused.errcode} {refused.errmsg}"[:200]
                picture = picture if refused.errcode == ANOTHER_APP else ""
            except (UnknownOutcome, TimeoutError):
                was_lost = True
            except CallFailed as failed:
                log.warning("welcome_not_sent", error=failed.code)
            else:
                return WelcomeState.SENT, None
            if now() - new.added_at > welcomes.GOOD_FOR:
                return WelcomeState.LATE, None
            await asyncio.sleep(PAUSE_SECONDS)
