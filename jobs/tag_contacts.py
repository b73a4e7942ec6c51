"""Contacts in WeCom get the tags of the tiers, segments and groups that they are in."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from datetime import datetime

from jobs.registry import every
from loyalty import contact_tags
from loyalty.contact_tags import Mark, Wish
from models import ContactTag
from web import contact_tags as tags
from web import wecom
from web.context import Context, Corp, now
from web.logs import log
from wechat.contact_tags import NAME_TAKEN, NO_SUCH_TAG, NOT_A_CONTACT, NOT_OURS
from wechat.errors import CallFailed, QuotaSpent, Rejected, TryAgain

BATCH = 200
AT_ONCE = 8


@every(minutes=1)
async def tag_contacts(context: Context, at: datetime) -> int:
    """Tell WeCom what differs, as fast as it lets us; return how many contacts changed."""
    count = 0
    for corp in context.corps.values():
        if not (await contact_tags.due(corp.connection.scope, at=at)).is_any:
            continue
        if not await contact_tags.lease(corp.connection.scope, moment=now()):
            continue
        is_done = False
        try:
            changed, is_done = await _of_corp(corp, at=at)
            count += changed
        except CallFailed as failed:
            log.warning("contacts_not_tagged", corp_id=corp.connection.scope, code=failed.code)
        finally:
            await contact_tags.release(corp.connection.scope, moment=now(), is_done=is_done)
    return count


async def _of_corp(corp: Corp, *, at: datetime) -> tuple[int, bool]:
    corp_id = corp.connection.scope
    await _make(corp, at=at)
    wishes = (await contact_tags.due(corp_id, at=at)).wishes
    marks = await contact_tags.differences(corp_id, wishes, at=at)
    count = 0
    for first in range(0, len(marks), BATCH):
        batch = marks[first : first + BATCH]
        allowed = await contact_tags.reserve(corp_id, len(batch), moment=now())
        done, goes_on = await _mark_all(corp, batch[:allowed], at=at)
        count += done
        if not goes_on or allowed < len(batch):
            return count, False  # the next minute goes on
    return count, True


async def _make(corp: Corp, *, at: datetime) -> None:
    """Let the corp have the tags that rules want, under their names, and none whose rule is over.

    One that the platform does not take keeps none of the others from it.
    """
    due = await contact_tags.due(corp.connection.scope, at=at)
    for wish in due.wishes:
        await _safely(wish.slot, _serve(corp, wish))
    for tag in due.over:
        await _safely(tag.slot or "", _take_away(corp, tag))


async def _safely(slot: str, work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except CallFailed as failed:
        log.warning("contact_tag_not_served", slot=slot, code=failed.code, errcode=failed.errcode)


async def _serve(corp: Corp, wish: Wish) -> None:
    corp_id, tag = corp.connection.scope, wish.tag
    if tag is not None and (tag.group_name, tag.name) == (wish.group, wish.name):
        return
    if tag is not None and tag.group_name == wish.group:
        try:
            is_there = await corp.client.contact_tags.rename(tag.tag_id, wish.name)
        except Rejected as refused:
            if refused.errcode != NOT_OURS:
                raise
        else:
            if is_there:
                await contact_tags.keep(corp_id, wish, tag.tag_id)
            else:
                await contact_tags.forget(corp_id, tag.tag_id)
            return
    if tag is not None:  # a tag stays in its group, and the staff's keep their names
        await _take_away(corp, tag)
    tag_id = await _new(corp, wish)
    if tag_id is not None:
        await contact_tags.keep(corp_id, wish, tag_id)


async def _take_away(corp: Corp, tag: ContactTag) -> None:
    """Take a tag of ours away; one that staff made is theirs again."""
    corp_id = corp.connection.scope
    try:
        await corp.client.contact_tags.remove(tag.tag_id)
    except Rejected as refused:
        if refused.errcode != NOT_OURS:
            raise
        await contact_tags.let_go(corp_id, tag.tag_id)
        return
    await contact_tags.forget(corp_id, tag.tag_id)


async def _new(corp: Corp, wish: Wish) -> str | None:
    """Make a tag; one that is there under this name is taken over, unless it is another rule's."""
    try:
        return await corp.client.contact_tags.add(wish.group, wish.name)
    except Rejected as refused:
        if refused.errcode != NAME_TAKEN:
            raise
    ours = await contact_tags.ours(corp.connection.scope)
    for one in await corp.client.contact_tags.listed():
        if (one.group, one.name) == (wish.group, wish.name) and one.tag_id not in ours:
            return one.tag_id
    log.warning("contact_tag_of_another_rule", slot=wish.slot)
    return None


async def _mark_all(corp: Corp, marks: Sequence[Mark], *, at: datetime) -> tuple[int, bool]:
    """Mark these contacts, several at once and each by itself; False where it is enough for now."""
    hers: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        hers[mark.external_user_id].append(mark)
    room = asyncio.Semaphore(AT_ONCE)
    stop = asyncio.Event()

    async def one_contact(of: Sequence[Mark]) -> list[Mark]:
        done = []
        async with room:
            for mark in of:
                if not stop.is_set() and await _mark(corp, mark, stop, at=at):
                    done.append(mark)
        return done

    found = await asyncio.gather(*(one_contact(of) for of in hers.values()))
    done = [mark for of in found for mark in of]
    await contact_tags.marked(corp.connection.scope, done)
    return len({mark.external_user_id for mark in done}), not stop.is_set()


async def _mark(corp: Corp, mark: Mark, stop: asyncio.Event, *, at: datetime) -> bool:
    try:
        await corp.client.contact_tags.mark(
            mark.user_id, mark.external_user_id, add=mark.add, remove=mark.remove
        )
    except QuotaSpent as spent:
        log.warning("tagging_quota_spent", code=spent.errcode)
        stop.set()
        return False
    except TryAgain as again:
        log.info("tagging_again", code=again.errcode)
        return False
    except Rejected as refused:
        log.warning("contact_not_tagged", errcode=refused.errcode)
        if refused.errcode == NO_SUCH_TAG:  # somebody took it away: it is made anew
            await tags.learn(corp)
            stop.set()
        elif refused.errcode == NOT_A_CONTACT:
            await wecom.look_at_contact(corp, mark.external_user_id, at=at)
        return False
    return True
