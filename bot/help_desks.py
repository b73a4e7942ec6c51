"""微信客服: what consumers write to a help desk, answered by the same intents as everywhere.

The platform rings, and tells nothing. The process that hears it reads the desk, stores each message
once, and answers beside the queue of events; what it leaves, the worker goes on with. A reply is
stored before it is sent under an id of its own, which the platform takes once. While a person talks
with her we are silent.
"""

import asyncio
import re
from asyncio import Lock
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from contextvars import Context as Variables
from datetime import datetime, timedelta
from functools import partial

import msgspec
from msgspec import Struct

from bot import telling
from bot.holding import held
from bot.turn import HandOver, Language, Reply, Say, Turn
from loyalty import customers, help_desks, inbox
from loyalty.help_desks import Answerer
from loyalty.orders import IdentityRef
from models import DeskState, IdentityKind, db
from web import help_desks as desks
from web.context import Context, Corp, now
from web.logs import log
from web.metrics import count_inbound_event
from wechat.errors import CallFailed, Rejected
from wechat.help_desks import (
    BY_CONSUMER,
    NO_SERVICER,
    NO_SUCH_CHANGE,
    SILENCED,
    MenuLine,
    Outgoing,
    Said,
    ServiceState,
)
from wechat.replies import NOTHING
from wechat.wecom_events import DeskRang

AT_ONCE = 20
WORK_SECONDS = 60.0
FINISH_SECONDS = 4.0
AGAIN_AFTER = timedelta(seconds=10)
ASK_AGAIN = timedelta(minutes=10)
ERROR_LIMIT = 500
THROUGH = "wecom"
TAKEN, PASSED_ON, CLOSED, TAKEN_AGAIN = "1", "2", "3", "4"

_LINK = re.compile(
    r'<a href="[^"]*" data-miniprogram-appid="([^"]*)" data-miniprogram-path="([^"]*)">'
    r"([^<]*)</a>"
)
_MENU: dict[Language, tuple[tuple[str, str], ...]] = {
    "zh": (
        ("我的积分", "points"),
        ("我的优惠券", "coupons"),
        ("我的等级", "tier"),
        ("会员群", "community"),
        ("人工客服", "human"),
    ),
    "en": (
        ("My points", "points"),
        ("My coupons", "coupons"),
        ("My tier", "tier"),
        ("Members' group", "community"),
        ("A person", "human"),
    ),
}
_WELCOME: dict[Language, str] = {
    "zh": "您好！积分、优惠券、等级和订单，都可以直接问我，也可以点下面的：",
    "en": "Hello! Ask me about your points, coupons, tier and orders, or tap:",
}
_WAIT: dict[Language, str] = {
    "zh": "正在为您转接人工客服，请稍候。",
    "en": "A person will be with you in a moment.",
}
_NOBODY: dict[Language, str] = {
    "zh": "现在没有人工客服在线。您可以先发送“帮助”，看看我能做什么。",
    "en": "No one is here right now. Send “help” to see what I can do.",
}
_BACK: dict[Language, str] = {
    "zh": "本次人工服务已结束。需要时直接发消息，我一直在。",
    "en": "The talk with our colleague is over. Write whenever you like, I am here.",
}


class _Answer(Struct, frozen=True):
    """What a message is to be answered, as it is kept before it is sent."""

    language: Language
    says: Outgoing | None = None
    hands_over: bool = False


class HelpDesks:
    """The help desks that one process answers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._under_way: set[asyncio.Task[None]] = set()
        self._reading: dict[tuple[str, str], Lock] = {}
        self._read_since: dict[tuple[str, str], float] = {}
        self._last: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)

    def begin(self, corp: Corp, rang: DeskRang, event_id: int) -> None:
        """Read a desk and answer behind the caller's back; the ring is the caller's claim."""
        task = asyncio.create_task(self.heed(corp, rang, event_id), context=Variables())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def finish(self) -> None:
        """Wait for what is under way."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=FINISH_SECONDS)

    async def heed(self, corp: Corp, rang: DeskRang, event_id: int) -> None:
        """Read the desk that rang, and answer what is new; none of it is raised."""
        answers: list[asyncio.Task[None]] = []
        try:
            async with asyncio.timeout(WORK_SECONDS), held([event_id]):
                answers = await self._read(corp, rang)
                await inbox.work_done([(event_id, b"")], at=self._context.clock())
        except Exception as failure:
            await self._fail(event_id, failure)
        await asyncio.gather(*answers)

    async def _read(self, corp: Corp, rang: DeskRang) -> list[asyncio.Task[None]]:
        """Read a desk, one reading at a time, and begin to answer.

        Who waited while a whole reading was begun and ended has nothing left to read.
        """
        desk, clock = (corp.connection.scope, rang.open_kfid), asyncio.get_running_loop().time
        rang_at = clock()
        async with self._reading.setdefault(desk, Lock()):
            begun_at = clock()
            if self._read_since.get(desk, -1.0) > rang_at:
                return []
            at = self._context.clock()
            found = await desks.read(corp, rang.open_kfid, token=rang.token, at=at)
            self._read_since[desk] = begun_at
            return self._begin_answers(corp, found)

    async def answer(self, corp: Corp, found: Sequence[tuple[int, Said]]) -> None:
        """Answer claimed messages, in the sequence of their seconds; none of it is raised."""
        in_sequence = sorted(found, key=lambda one: (one[1].at, one[0]))
        await asyncio.gather(*self._begin_answers(corp, in_sequence))

    def _begin_answers(
        self, corp: Corp, found: Sequence[tuple[int, Said]]
    ) -> list[asyncio.Task[None]]:
        """Begin to answer claimed messages, each person's in their sequence, after her last."""
        hers: dict[tuple[str, str], list[tuple[int, Said]]] = defaultdict(list)
        for event_id, said in found:
            hers[said.open_kfid, said.external_user_id].append((event_id, said))
        begun = []
        for person, of in hers.items():
            task = asyncio.create_task(self._all_of(corp, of, after=self._last.get(person)))
            self._last[person] = task
            task.add_done_callback(partial(self._forget, person))
            begun.append(task)
        return begun

    def _forget(self, person: tuple[str, str], task: asyncio.Task[None]) -> None:
        if self._last.get(person) is task:
            del self._last[person]

    async def _all_of(
        self,
        corp: Corp,
        hers: Sequence[tuple[int, Said]],
        *,
        after: asyncio.Task[None] | None,
    ) -> None:
        async with held([event_id for event_id, _ in hers]):
            if after is not None:
                await asyncio.wait([after])
            await self._each(corp, hers)

    async def _each(self, corp: Corp, hers: Sequence[tuple[int, Said]]) -> None:
        async with self._room:
            for event_id, said in hers:
                try:
                    async with asyncio.timeout(WORK_SECONDS):
                        reply = await self._work(corp, event_id, said)
                    await inbox.work_done([(event_id, reply)], at=self._context.clock())
                except Exception as failure:
                    await self._fail(event_id, failure)
                else:
                    count_inbound_event("help_desk", "worked")

    async def _work(self, corp: Corp, event_id: int, said: Said) -> bytes:
        if said.kind == "event":
            return await self._happened(corp, event_id, said)
        if said.origin != BY_CONSUMER or not said.external_user_id:
            return NOTHING
        kept = await inbox.reply_of(event_id)
        if kept is None:
            if not await self._is_ours(corp, said):
                return NOTHING
            turn = await self._turn(corp, said)
            answer = _answer(await telling.replied(turn), turn)
            await inbox.keep_reply(event_id, msgspec.json.encode(answer))
        else:
            answer = msgspec.json.decode(kept, type=_Answer)
        await self._send(corp, event_id, said, answer, may_be_sent=kept is not None)
        return msgspec.json.encode(answer)

    async def _is_ours(self, corp: Corp, said: Said) -> bool:
        """Say whether we answer her; unless we heard so just now, the platform is asked.

        A desk may be served by people from the first word on, of which no event tells.
        """
        open_kfid, who = said.open_kfid, said.external_user_id
        heard = await help_desks.answerer_of(corp.connection.scope, open_kfid, who)
        is_fresh = heard.since is not None and now() - heard.since < ASK_AGAIN
        if heard.state is DeskState.BOT and is_fresh:
            return True
        moment = _second()
        state = await corp.client.help_desks.state_of(open_kfid, who)
        if state in (ServiceState.WAITING, ServiceState.PERSON):
            return False
        await _answers(corp, said, Answerer(DeskState.BOT), moment)
        return True

    async def _turn(self, corp: Corp, said: Said) -> Turn:
        """Return her turn; one whom we do not know is met here."""
        at, name = self._context.clock(), (corp.connection.scope, said.external_user_id)
        kind = IdentityKind.WECOM_CONTACT
        (sender,) = await customers.senders([name], at=at, kind=kind)
        is_new = sender is None
        if sender is None:
            known = await corp.client.help_desks.who(said.external_user_id)
            names = [IdentityRef(kind, *name)]
            if known is not None and known.unionid:
                names.append(IdentityRef(IdentityKind.UNIONID, "", known.unionid))
            await customers.meet(tuple(names), at=at, through=THROUGH)
            (sender,) = await customers.senders([name], at=at, kind=kind)
            assert sender is not None, "whoever talks to us is a member"
        turn = msgspec.structs.replace(
            telling.turn_of(name, said.inbound, sender, at=at, is_new=is_new),
            sealer=self._context.sealer,
            miniprogram=telling.miniprogram_of(self._context),
        )
        if turn.language != sender.language:
            await customers.speak(sender.customer_id, turn.language)
        return turn

    async def _send(
        self, corp: Corp, event_id: int, said: Said, answer: _Answer, *, may_be_sent: bool
    ) -> None:
        if answer.hands_over:
            await self._hand_over(corp, event_id, said, answer.language)
        elif answer.says is not None:
            await self._write(corp, event_id, said, answer.says, may_be_sent=may_be_sent)

    async def _write(
        self,
        corp: Corp,
        event_id: int,
        said: Said,
        says: Outgoing,
        *,
        may_be_sent: bool = False,
    ) -> None:
        try:
            await corp.client.help_desks.write(
                said.open_kfid, said.external_user_id, says, msgid=_msgid(event_id)
            )
        except Rejected as refused:
            if refused.errcode in SILENCED:
                log.info("desk_silent", event_id=event_id, errcode=refused.errcode)
            elif not may_be_sent:  # else: the platform has taken this id before
                raise

    async def _hand_over(self, corp: Corp, event_id: int, said: Said, language: Language) -> None:
        moment = _second()
        try:
            code = await corp.client.help_desks.hand_over(said.open_kfid, said.external_user_id)
        except Rejected as refused:
            if refused.errcode == NO_SUCH_CHANGE:  # a person has her already
                return
            if refused.errcode != NO_SERVICER:
                raise
            await self._write(corp, event_id, said, Outgoing(_NOBODY[language]))
            return
        await _answers(corp, said, Answerer(DeskState.WAITING), moment)
        await self._on_event(corp, code, event_id, Outgoing(_WAIT[language]))

    async def _happened(self, corp: Corp, event_id: int, said: Said) -> bytes:
        who = said.external_user_id
        if said.event == "enter_session":
            language = await self._language(corp, who)
            lines = tuple(MenuLine(words, key=key) for words, key in _MENU[language])
            code = said.text("welcome_code")
            await self._on_event(corp, code, event_id, Outgoing(_WELCOME[language], lines))
        elif said.event == "session_status_change":
            change = str(said.node.get("change_type", ""))
            user_id = said.text("new_servicer_userid")
            if change in (TAKEN, PASSED_ON, TAKEN_AGAIN) and user_id:
                taken = Answerer(DeskState.PERSON, user_id)
                await _answers(corp, said, taken, said.at)
            elif change == CLOSED:
                await _answers(corp, said, Answerer(DeskState.BOT), said.at)
                says = Outgoing(_BACK[await self._language(corp, who)])
                await self._on_event(corp, said.text("msg_code"), event_id, says)
        elif said.event == "msg_send_fail":
            log.warning("desk_message_failed", why=str(said.node.get("fail_type", "")))
        return NOTHING

    async def _on_event(self, corp: Corp, code: str, event_id: int, says: Outgoing) -> None:
        """Say the one thing that a code allows; one that is used or over is let be."""
        if not code:
            return
        with suppress(Rejected):
            await corp.client.help_desks.write_on_event(code, says, msgid=_msgid(event_id))

    async def _language(self, corp: Corp, who: str) -> Language:
        names = [(corp.connection.scope, who)]
        at, kind = self._context.clock(), IdentityKind.WECOM_CONTACT
        (sender,) = await customers.senders(names, at=at, kind=kind)
        return "en" if sender is not None and sender.language == "en" else "zh"

    async def _fail(self, event_id: int, failure: Exception) -> None:
        if isinstance(failure, db.Unreachable):
            log.warning("desk_event_left", event_id=event_id)  # taken again after its lease
            return
        told = failure.code if isinstance(failure, CallFailed) else type(failure).__name__
        log.error("desk_event_failed", event_id=event_id, error=told)
        text = f"{type(failure).__name__}: {failure}"[:ERROR_LIMIT].replace("\x00", "")
        with suppress(*db.Unreachable):
            at = self._context.clock()
            await inbox.work_failed(event_id, text, at=at, again_after=AGAIN_AFTER)


def _second() -> datetime:
    """Return the moment as the platform tells one: what it tells of the same second comes after."""
    return now().replace(microsecond=0)


async def _answers(corp: Corp, said: Said, answerer: Answerer, moment: datetime) -> None:
    """Keep who answers her from a moment on."""
    corp_id = corp.connection.scope
    await help_desks.keep_answerer(
        corp_id, said.open_kfid, said.external_user_id, answerer, moment=moment
    )


def _msgid(event_id: int) -> str:
    return f"jifen{event_id}"


def _answer(reply: Reply, turn: Turn) -> _Answer:
    if isinstance(reply, HandOver):
        return _Answer(turn.language, hands_over=True)
    if isinstance(reply, Say):
        return _Answer(turn.language, outgoing(reply.text))
    return _Answer(turn.language)


def outgoing(text: str) -> Outgoing:
    """Return a text as a help desk says it: links into the mini-program stand below as lines."""
    lines = tuple(
        MenuLine(words, app_id=app_id, page=page) for app_id, page, words in _LINK.findall(text)
    )
    told = [one for one in text.split("\n") if not _LINK.fullmatch(one.strip())]
    return Outgoing(_LINK.sub(r"\3", "\n".join(told)) or lines[0].words, lines)
