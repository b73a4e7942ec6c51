"""What staff write to the corp's app (会员 138..., 任务, 今日), answered by their role.

The process that hears it answers beside the queue of events; what it leaves, the worker takes.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from contextvars import Context as Variables
from datetime import datetime, timedelta

from msgspec import Struct

from bot import hearing
from bot.holding import held
from bot.turn import Language
from bot.wording import day
from loyalty import (
    communities,
    coupons,
    customers,
    help_desks,
    inbox,
    ledger,
    mass_sends,
    parking,
    programme,
    redemptions,
    scorecards,
    staff,
    standing,
)
from loyalty.customers import FoundMember
from loyalty.errors import Refused
from loyalty.policies.tiers import Tier
from loyalty.wording import yuan
from models import RedemptionState, Role, StaffMember, db
from web.context import Context, Corp
from web.coupons import described
from web.logs import log
from web.masks import number_of
from web.metrics import count_inbound_event
from wechat.errors import CallFailed, Rejected
from wechat.replies import cut
from wechat.wecom_events import StaffSaid

WORK_SECONDS = 30.0
TEXT_BYTES = 2048
FINISH_SECONDS = 4.0
AGAIN_AFTER = timedelta(seconds=10)
ERROR_LIMIT = 500
MOST_NAMED = 5
SHOWN_OF_A_NUMBER = 4
MOST_COUPONS = 3
DEED = "wecom/member"
# What is nothing but a number, of whatever kind, asks for whose it is.
_NUMBER = re.compile(r"\+?[A-Za-z]{0,4}[0-9][0-9A-Za-z -]{2,39}", re.ASCII)
LEADERS = frozenset({Role.OWNER, Role.MANAGER})


class Asked(Struct, frozen=True):
    """What a staff member asks: by whom, of whom, in her language, at a moment."""

    context: Context
    by: StaffMember
    more: str
    at: datetime

    @property
    def language(self) -> Language:
        return "en" if self.by.language == "en" else "zh"

    def say(self, *, zh: str, en: str) -> str:
        """Return the words of her language."""
        return zh if self.language == "zh" else en

    def tier(self, tier: Tier) -> str:
        """Return the name of a tier in her language."""
        return self.say(zh=tier.name_zh, en=tier.name_en)


Answering = Callable[[Asked], Awaitable[str]]


class StaffChat:
    """The staff who write to the corps' apps, as one process answers them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, corp: Corp, told: StaffSaid, event_id: int) -> None:
        """Answer behind the caller's back, whose claim the event is."""
        task = asyncio.create_task(self.answer(corp, told, event_id), context=Variables())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def finish(self) -> None:
        """Wait for what is under way."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=FINISH_SECONDS)

    async def answer(self, corp: Corp, told: StaffSaid, event_id: int) -> None:
        """Answer what a staff member wrote; none of it is raised."""
        try:
            async with asyncio.timeout(WORK_SECONDS), held([event_id]):
                kept = await inbox.reply_of(event_id)
                text = kept.decode() if kept else await self._answered(corp, told)
                await inbox.keep_reply(event_id, text.encode())
                agent_id = corp.connection.settings.agent_id
                await corp.client.say(agent_id, told.user_id, text, may_be_said=kept is not None)
            await self._forget(event_id)
        except Rejected as refused:  # whoever is not reached may ask again
            log.warning("staff_not_answered", event_id=event_id, errcode=refused.errcode)
            await self._forget(event_id)
        except db.Unreachable:
            log.warning("staff_event_left", event_id=event_id)
        except Exception as failure:
            await self._fail(event_id, failure)
        else:
            count_inbound_event("staff", "worked")

    async def _forget(self, event_id: int) -> None:
        """Let it be over, and keep nothing of it: it may name a customer by her phone."""
        with suppress(*db.Unreachable):
            async with db.transaction():
                await inbox.rewrite(event_id, b"")
                await inbox.work_done([(event_id, b"")], at=self._context.clock())

    async def _answered(self, corp: Corp, told: StaffSaid) -> str:
        """Return the answer; staff are those of the corp by which they sign in, the first."""
        try:
            if corp is not next(iter(self._context.corps.values())):
                raise Refused("no_such_staff_member")
            by = await staff.of_wecom(told.user_id)
        except Refused:
            return (
                "您还没有后台账号，请联系管理员开通，并绑定您的企业微信。\n"
                "You have no account here yet: ask an owner."
            )
        word, more = _understood(told.text)
        asked = Asked(self._context, by, more, self._context.clock())
        return cut(await _WORDS.get(word, _help)(asked), TEXT_BYTES)

    async def _fail(self, event_id: int, failure: Exception) -> None:
        told = failure.code if isinstance(failure, CallFailed) else type(failure).__name__
        log.error("staff_event_failed", event_id=event_id, error=told)
        text = f"{type(failure).__name__}: {failure}"[:ERROR_LIMIT].replace("\x00", "")
        with suppress(*db.Unreachable):
            at = self._context.clock()
            await inbox.work_failed(event_id, text, at=at, again_after=AGAIN_AFTER)
            await inbox.drop_if_parked(event_id)  # who asked may ask again


def _understood(text: str) -> tuple[str, str]:
    """Return the first word, plain, and what followed it; a number alone asks for a member."""
    first, _, more = text.strip().partition(" ")
    word = hearing.plain(first)
    if word in _WORDS:
        return word, more.strip()
    for known in sorted(_WORDS, key=len, reverse=True):
        if not known.isascii() and word.startswith(known):
            return known, text.strip()[len(known) :].strip(" ：:")
    if _NUMBER.fullmatch(text.strip()):
        return "会员", text.strip()
    return word, more


async def _help(asked: Asked) -> str:
    return asked.say(
        zh="可以发送：\n会员 手机号（或会员号、订单号）- 查会员\n任务 - 等您处理的事\n"
        "今日 - 今天的数据\n帮助 - 显示本说明",
        en="You can send:\nmember and a phone, member or order number\n"
        "tasks - what waits for you\ntoday - the figures of the day\nhelp - this list",
    )


async def _member(asked: Asked) -> str:
    if not asked.more:
        return asked.say(
            zh="请写上手机号、会员号或订单号，例如：会员 13800138000",
            en="Add a phone, member or order number, as in: member 13800138000",
        )
    found = await customers.search(asked.more, sealer=asked.context.sealer)
    await staff.record(
        asked.by.id,
        DEED,
        path="",
        told={"member": _hidden(asked.more), "found": str(len(found))},
        http_status=200,
        address="WeCom",
        at=asked.at,
    )
    if not found:
        return asked.say(zh="没有找到这位会员。", en="There is no such member.")
    if len(found) > 1:
        return await _several(asked, found)
    return await _card(asked, found[0])


def _hidden(words: str) -> str:
    """Return what was searched for as the audit log may keep it: of a number its last four."""
    return words if len(words) <= SHOWN_OF_A_NUMBER else f"…{words[-SHOWN_OF_A_NUMBER:]}"


async def _several(asked: Asked, found: Sequence[FoundMember]) -> str:
    rules = await programme.recent()
    tiers = rules.tiers(asked.at)
    lines = [
        f"{number_of(one.uuid)} · {asked.tier(tiers.tiers[tiers.rank_of(one.tier)])}"
        for one in found[:MOST_NAMED]
    ]
    return asked.say(
        zh=f"有 {len(found)} 位，请发送其中的会员号：\n", en=f"{len(found)} members; send one:\n"
    ) + "\n".join(lines)


async def _card(asked: Asked, found: FoundMember) -> str:
    """Return what a guide needs to know of her now; whatever names her stays where it is."""
    rules = await programme.recent()
    known = await standing.known(found.member_id, at=asked.at, rules=rules)
    tier = rules.tiers(asked.at).tiers[known.facts.tier_rank]
    balance = (await ledger.balances([found.member_id], at=asked.at))[found.member_id]
    held = [one for one in await coupons.of(found.member_id, at=asked.at) if one.refusal() is None]
    waiting = [
        one
        for one in await redemptions.of(found.member_id, at=asked.at)
        if one.state is RedemptionState.ISSUED and one.code
    ]
    language, facts = asked.language, known.facts
    lines = [
        f"{number_of(found.uuid)} · {asked.tier(tier)}",
        asked.say(
            zh=f"可用 {balance.available:,} 积分，待到账 {balance.pending:,}",
            en=f"{balance.available:,} points, {balance.pending:,} pending",
        ),
        asked.say(
            zh=f"共 {facts.orders} 单，{yuan(facts.spent_fen)} 元",
            en=f"{facts.orders} orders, ¥{yuan(facts.spent_fen)}",
        ),
    ]
    if facts.last_paid_at is not None:
        last = day(facts.last_paid_at, language, at=asked.at)
        lines.append(asked.say(zh=f"最近购买 {last}", en=f"last bought {last}"))
    for one in held[:MOST_COUPONS]:
        word = described(one, rules, at=asked.at, language=language)
        lines.append(asked.say(zh=f"券：{word.name} {word.worth}", en=f"{word.name} {word.worth}"))
    if len(held) > MOST_COUPONS:
        more = len(held) - MOST_COUPONS
        lines.append(asked.say(zh=f"还有 {more} 张券", en=f"{more} more coupons"))
    lines += [
        asked.say(
            zh=f"待领取：{one.name.spoken(language)}",
            en=f"to hand over: {one.name.spoken(language)}",
        )
        for one in waiting
    ]
    return "\n".join(lines)


async def _tasks(asked: Asked) -> str:
    """Return what waits for her; who leads is told what waits for somebody, too."""
    user_id = asked.by.wecom_user_id or ""
    counted = [
        (
            await mass_sends.waiting_for(user_id),
            "条群发等您在企业微信确认",
            "mass sends to confirm in WeCom",
        ),
        (
            await communities.tasks_of(user_id),
            "位群成员待处理（后台“客户群”）",
            "members of your groups to look at",
        ),
    ]
    if asked.by.role in LEADERS:
        counted += [
            (await help_desks.waiting(), "位顾客在等人工客服", "customers wait for a person"),
            (await parking.count(), "条搁置的消息（后台“搁置”）", "parked messages"),
        ]
    lines = [
        asked.say(zh=f"{count} {zh}", en=f"{count} {en}") for count, zh, en in counted if count
    ]
    if not lines:
        return asked.say(zh="没有等您处理的事。", en="Nothing waits for you.")
    return "\n".join(lines)


async def _today(asked: Asked) -> str:
    told = await scorecards.today(at=asked.at)
    figures: list[tuple[str, str, tuple[int, int], Callable[[int], str]]] = [
        ("新增会员", "new members", told.joined, str),
        ("订单", "orders", told.orders, str),
        ("净销售额（元）", "net sales (¥)", told.sales_fen, yuan),
        ("发放积分", "points given", told.points_earned, "{:,}".format),
        ("消耗积分", "points spent", told.points_spent, "{:,}".format),
        ("兑换", "redemptions", told.redemptions, str),
        ("签到", "check-ins", told.check_ins, str),
    ]
    lines = [
        asked.say(
            zh=f"{zh} {shown(now)}（昨天 {shown(then)}）",
            en=f"{en} {shown(now)} (yesterday {shown(then)})",
        )
        for zh, en, (now, then), shown in figures
    ]
    return "\n".join([day(asked.at, asked.language, at=asked.at), *lines])


_WORDS: dict[str, Answering] = {
    "会员": _member,
    "查会员": _member,
    "member": _member,
    "任务": _tasks,
    "待办": _tasks,
    "tasks": _tasks,
    "今日": _today,
    "今天": _today,
    "today": _today,
    "帮助": _help,
    "help": _help,
}
