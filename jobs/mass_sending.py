"""Mass sends that are due: the staff are asked through the platform, and its answers are read."""

from datetime import datetime, timedelta

import structlog

from loyalty import mass_sends
from loyalty.communities import roomy
from loyalty.mass_sends import Asked, Part, Result
from models import MassSendKind, MassSendTargetState
from web import wecom
from web.context import Context, Corp, now
from wechat import mass_sends as platform
from wechat.errors import CallFailed, Rejected, UnknownOutcome

log = structlog.get_logger(__name__)

AT_ONCE = 20
TRIED_FOR = timedelta(days=1)
# How far the platform's clock may stand apart from ours.
APART = timedelta(minutes=5)
STATES = {
    platform.NOT_SENT: MassSendTargetState.WAITING,
    platform.SENT: MassSendTargetState.SENT,
    platform.NO_CONTACT: MassSendTargetState.NO_CONTACT,
    platform.HAD_ANOTHER: MassSendTargetState.OVER_QUOTA,
}


class MassSender:
    """What is to be done about mass sends, a bounded part at a time."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def work(self, at: datetime) -> int:
        """Do what is due at a moment; return how many things these were."""
        corps = list(self._context.corps)
        if not corps:
            return 0
        begun = await mass_sends.begin_due(at=at)
        parts = await mass_sends.take(corps, moment=now(), limit=AT_ONCE)
        for part in parts:
            await self._ask(part, at=at)
        gone = await mass_sends.to_take_back(corps, limit=AT_ONCE)
        done = [await self._take_back(one, at=at) for one in gone]
        asked = await mass_sends.to_look_at(corps, at=at, limit=AT_ONCE)
        for one in asked:
            await self._look(one, at=at)
        return len(begun) + len(parts) + sum(done) + len(asked)

    async def _ask(self, part: Part, *, at: datetime) -> None:
        """Ask one of the staff; what is not answered is looked up by whoever takes it next."""
        corp = self._context.corps[part.corp_id]
        try:
            made = await self._found(corp, part)
            if made is None and part.is_cancelled:
                await mass_sends.never_asked(part.id)
                return
            made = made or await self._add(corp, part)
        except CallFailed as failed:
            await self._not_asked(part, failed, at=at)
        else:
            await mass_sends.made(part.id, made.msgid, made.failed, at=at)
            log.info("mass_send_asked", part_id=part.id, targets=len(part.addresses))

    async def _not_asked(self, part: Part, failed: CallFailed, *, at: datetime) -> None:
        """Keep what the platform refuses for good; the rest is tried again, for a day."""
        is_refused = isinstance(failed, Rejected) and failed.errcode != platform.BEING_DISPATCHED
        is_old = part.asked_at is not None and now() - part.asked_at > TRIED_FOR
        log.warning("mass_send_not_asked", part_id=part.id, code=failed.code, is_over=is_refused)
        if is_refused or is_old:
            is_over_quota = failed.errcode == platform.NOBODY_TO_SEND
            error = str(failed.errcode or failed.code)
            await mass_sends.refused(part.id, error, at=at, is_over_quota=is_over_quota)

    async def _found(self, corp: Corp, part: Part) -> platform.Made | None:
        """Return the task that an earlier try made, whose answer nobody heard."""
        if part.asked_at is None:
            return None
        client = corp.client.mass_sends
        listed = await client.recent(
            of_groups=part.kind is MassSendKind.GROUPS,
            since=self._context.moment_of(part.asked_at) - APART,
            until=self._context.moment_of(now()) + APART,
        )
        alike = [one.msgid for one in listed if one.text == part.text]
        known = await mass_sends.known(alike)
        for msgid in alike:
            if msgid not in known and part.user_id in await client.senders(msgid):
                sent = await client.results(msgid, part.user_id)
                reached = {one.address for one in sent}
                if reached and reached <= set(part.addresses):
                    failed = tuple(one for one in part.addresses if one not in reached)
                    return platform.Made(msgid, failed)
        return None

    async def _add(self, corp: Corp, part: Part) -> platform.Made:
        picture = part.picture or ""
        if part.community_slot:
            group = await roomy(part.community_slot, corp_id=part.corp_id)
            picture = await wecom.picture_of(self._context, corp, group) or picture
        is_groups = part.kind is MassSendKind.GROUPS
        return await corp.client.mass_sends.add(
            part.user_id,
            text=part.text,
            contacts=() if is_groups else part.addresses,
            groups=part.addresses if is_groups else (),
            picture=picture,
        )

    async def _look(self, one: Asked, *, at: datetime) -> None:
        client = self._context.corps[one.corp_id].client.mass_sends
        try:
            confirmed_at = (await client.senders(one.msgid)).get(one.user_id)
            told = await client.results(one.msgid, one.user_id) if confirmed_at else []
        except CallFailed as failed:
            if failed.errcode != platform.BEING_DISPATCHED:
                log.warning("mass_send_not_told", part_id=one.part_id, code=failed.code)
            return
        results = [
            Result(row.address, state, row.sent_at if state == "sent" else None)
            for row in told
            if (state := STATES.get(row.status)) and (row.sent_at or state != "sent")
        ]
        await mass_sends.tell(one.part_id, confirmed_at, results, at=at)

    async def _take_back(self, one: Asked, *, at: datetime) -> bool:
        try:
            await self._context.corps[one.corp_id].client.mass_sends.cancel(one.msgid)
        except UnknownOutcome:
            return False
        except Rejected as refused:
            log.warning("mass_send_not_taken_back", part_id=one.part_id, errcode=refused.errcode)
        except CallFailed as failed:
            log.warning("mass_send_not_taken_back", part_id=one.part_id, code=failed.code)
            return False
        await self._look(one, at=at)  # who sent it a moment ago has sent it
        await mass_sends.taken_back(one.part_id)
        return True
