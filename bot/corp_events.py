"""Events of WeCom corps, worked after they were answered: look again at the group they speak of.

What an event says decides only when the platform's list shows it; the list is what is believed.
"""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import itemgetter

from bot.help_desks import HelpDesks
from bot.staff_chat import StaffChat
from bot.welcoming import Welcomes
from loyalty import acquaintances, communities, inbox
from loyalty.communities import Roster
from models import Community, EndedBy, db
from web import contact_tags, wecom
from web.context import Context, Corp, now
from web.logs import log
from web.metrics import count_inbound_event
from wechat.errors import CallbackRefused, CallFailed
from wechat.help_desks import Said, is_said, read_said
from wechat.inbound import parse
from wechat.wecom_events import ContactChanged, DeskRang, GroupChanged, StaffSaid, TagsChanged, read

EVENTS_AT_ONCE = 100
# The platform's list lags behind the event by some two seconds.
PAUSES_SECONDS = (0.5, 1.0, 1.5, 2.0)
AGAIN_AFTER = timedelta(seconds=10)
ERROR_LIMIT = 500
LEFT_ALONE = timedelta(minutes=10)
MOST_OTHERS = 10_000
NOTHING = b""
EPOCH = datetime.fromtimestamp(0, UTC)
_ENDED_BY = {"deleted_by_staff": EndedBy.STAFF, "deleted_by_contact": EndedBy.CONTACT}


@dataclass(slots=True)
class _Expected:
    """What events say of one group, the latest last."""

    event_ids: list[int] = field(default_factory=list)
    is_in: dict[str, bool] = field(default_factory=dict)
    version: str = ""
    is_new: bool = False

    def add(self, event_id: int, told: GroupChanged) -> None:
        self.event_ids.append(event_id)
        self.is_new |= told.change == "create"
        self.is_in |= dict.fromkeys(told.joined, True) | dict.fromkeys(told.left, False)
        self.version = told.version

    def is_shown_by(self, roster: Roster | None, community: Community | None) -> bool:
        """Say whether a list is not from before these events, as far as they tell it."""
        if roster is None or (self.version and roster.version == self.version):
            return True
        if self.is_in:
            present = {one.external_user_id for one in roster.contacts}
            return all((who in present) is is_in for who, is_in in self.is_in.items())
        return community is None or roster.version != community.member_version


async def _learn_tags(corp: Corp) -> None:
    await contact_tags.learn(corp)


class CorpEvents:
    """The corps' events that wait in the inbox."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._welcomes = Welcomes(context)
        self._desks = HelpDesks(context)
        self._staff = StaffChat(context)
        self._others: dict[str, datetime] = {}

    async def work(self, at: datetime) -> int:
        """Work what waits, each group once; return how many events there were."""
        corps = {corp.connection.id: corp for corp in self._context.corps.values()}
        if not corps:
            return 0
        await self._welcomes.go_on()
        taken = await inbox.take_left(list(corps), limit=EVENTS_AT_ONCE, at=at)
        groups: dict[tuple[int, str], _Expected] = defaultdict(_Expected)
        contacts: dict[tuple[int, str], list[tuple[int, ContactChanged | None]]] = defaultdict(list)
        desks: dict[int, list[tuple[int, Said]]] = defaultdict(list)
        tagged: dict[int, list[int]] = defaultdict(list)
        works: list[Coroutine[None, None, None]] = []
        for event in sorted(taken, key=lambda one: one.event_id):
            connection_id, event_id = event.connection_id, event.event_id
            try:
                told = read_said(event.body) if is_said(event.body) else read(parse(event.body))
            except CallbackRefused as refused:  # it keeps none of the others from their work
                works.append(self._fail([event_id], refused))
                continue
            if isinstance(told, Said):
                desks[connection_id].append((event_id, told))
            elif isinstance(told, GroupChanged):
                groups[connection_id, told.chat_id].add(event_id, told)
            elif isinstance(told, DeskRang):
                works.append(self._desks.heed(corps[connection_id], told, event_id))
            elif isinstance(told, TagsChanged):
                tagged[connection_id].append(event_id)
            elif isinstance(told, StaffSaid):
                works.append(self._staff.answer(corps[connection_id], told, event_id))
            else:
                name = told.external_user_id if told else ""
                contacts[connection_id, name].append((event_id, told))
        works += [self._know_all(corps[of], hers) for (of, _), hers in contacts.items()]
        works += [self._end(ids, _learn_tags(corps[of])) for of, ids in tagged.items()]
        works += [self._desks.answer(corps[of], said) for of, said in desks.items()]
        for (connection_id, chat_id), expected in groups.items():
            looking = self._look(corps[connection_id], chat_id, expected)
            works.append(self._end(expected.event_ids, looking))
        await asyncio.gather(*works)
        return len(taken)

    async def _know_all(
        self, corp: Corp, hers: Sequence[tuple[int, ContactChanged | None]]
    ) -> None:
        """Work the events of one contact, in the sequence in which things happened."""
        moments = [(told.at if told else EPOCH, event_id, told) for event_id, told in hers]
        for _, event_id, told in sorted(moments, key=itemgetter(0, 1)):
            await inbox.renew([event_id])
            await self._end([event_id], self._know(corp, told))

    async def _know(self, corp: Corp, told: ContactChanged | None) -> None:
        """Keep what became of a contact: who has her now, and who deleted whom."""
        if told is None:
            return
        corp_id, contact = corp.connection.scope, told.external_user_id
        if by := _ENDED_BY.get(told.change):
            if told.user_id:
                await acquaintances.end(corp_id, contact, told.user_id, by=by, moment=told.at)
            return
        self._welcomes.begin(corp, told)  # where the process that heard of her died before it did
        await wecom.look_at_contact(corp, contact, at=self._context.clock())
        if told.change in ("added", "half_added"):
            is_half = told.change == "half_added"
            await acquaintances.halve(corp_id, contact, told.user_id, is_half=is_half)

    async def _look(self, corp: Corp, chat_id: str, expected: _Expected) -> None:
        """Read a group until its list shows what the events say, or long enough; take it over."""
        community = await communities.find(corp.connection.scope, chat_id)
        if community is None:
            await self._look_at_other(corp, chat_id, expected)
            return
        for pause_seconds in (*PAUSES_SECONDS, None):
            read_at = now()
            roster = await wecom.read(corp, chat_id)
            if pause_seconds is None or expected.is_shown_by(roster, community):
                break
            await inbox.renew(expected.event_ids)
            await asyncio.sleep(pause_seconds)
        await wecom.take_over(community, roster, read_at=read_at, at=self._context.clock())

    async def _look_at_other(self, corp: Corp, chat_id: str, expected: _Expected) -> None:
        """Take over a group that the platform made for a join way of ours.

        Whether it did, those say who joined by it; a group of others is left alone for a while.
        """
        joins = any(expected.is_in.values())
        if not (joins or expected.is_new) or self._others.get(chat_id, EPOCH) > now():
            return
        for pause_seconds in (*PAUSES_SECONDS, None):
            read_at = now()
            found, roster = await wecom.adopt(corp, chat_id)
            if found is not None:
                await wecom.take_over(found, roster, read_at=read_at, at=self._context.clock())
                return
            if pause_seconds is None or not joins or expected.is_shown_by(roster, None):
                break
            await inbox.renew(expected.event_ids)
            await asyncio.sleep(pause_seconds)
        if joins:
            if len(self._others) >= MOST_OTHERS:
                self._others.clear()
            self._others[chat_id] = now() + LEFT_ALONE

    async def _end(self, event_ids: Sequence[int], work: Coroutine[None, None, None]) -> None:
        """Work events and write down how that ended; none of it is raised."""
        try:
            await work
            at = self._context.clock()
            await inbox.work_done([(one, NOTHING) for one in event_ids], at=at)
        except db.Unreachable:
            log.warning("events_left", event_ids=event_ids)  # they are taken again after the lease
            return
        except Exception as failure:
            await self._fail(event_ids, failure)
            return
        count_inbound_event("wecom", "worked")

    async def _fail(self, event_ids: Sequence[int], failure: Exception) -> None:
        told = failure.code if isinstance(failure, CallFailed) else type(failure).__name__
        log.error("events_failed", event_ids=event_ids, error=told)
        at = self._context.clock()
        for event_id in event_ids:
            await inbox.work_failed(
                event_id,
                f"{type(failure).__name__}: {failure}"[:ERROR_LIMIT].replace("\x00", ""),
                at=at,
                again_after=AGAIN_AFTER,
            )
