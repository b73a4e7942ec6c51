"""Tags in WeCom follow tiers, segments and groups, and what staff tag is known to us."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.corp_events import CorpEvents
from jobs.reconcile_contacts import reconcile_contacts
from jobs.tag_contacts import tag_contacts
from loyalty import contact_tags, programme, publishing, snapshots, standing
from loyalty.conditions.has_tag import HasTag
from loyalty.errors import NotFound, Refused
from loyalty.policies.contact_tag import ContactTagPolicy
from loyalty.segments.tagged import Tagged
from models import ContactTag, db
from simulator.assumed import Assumed
from tests.bot.conftest import Begin, Town
from tests.bot.corp import CORP_ID
from tests.bot.test_wecom import silver
from web.context import now
from wechat.contact_tags import ContactTags
from wechat.errors import Rejected, TryAgain

Json = dict[str, Any]
AT_ONCE = Assumed(group_lag_seconds=0)
SILVER = "contact_tag:silver"


async def town_with(begin: Begin, follows: str = "tier:silver", **assumed: Any) -> Town:
    town = await begin(assumed=Assumed(group_lag_seconds=0, **assumed))
    await programme.end("contact_tag:gold", by="t", at=now())
    await publish(follows)
    return town


async def publish(follows: str = "tier:silver", name: str = "银卡", group: str = "会员") -> None:
    rule = ContactTagPolicy(name, group, follows)
    await publishing.publish(SILVER, rule, by="t", at=now())


async def contact(town: Town, nickname: str = "林小满") -> tuple[Json, int]:
    consumer, member_id = await silver(town, nickname)
    await town.phones.act(consumer, "contacts", user_id="chen")
    await worked(town)
    return consumer, member_id


async def worked(town: Town) -> None:
    while await CorpEvents(town.context).work(now()):
        pass


async def shown(town: Town) -> dict[str, list[str]]:
    """Which tags WeCom itself shows, by the contact's unionid."""
    corp = town.context.corps[CORP_ID].client
    names = {one.tag_id: one.name for one in await corp.contact_tags.listed()}
    found = await corp.contacts.of_staff("chen")
    return {one.unionid: [names[tag] for tag in one.tags] for one in found}


async def tags_of(member_id: int) -> frozenset[str]:
    """What rules know of her where one asks for it."""
    rules = await programme.load()
    known = await standing.known(member_id, at=now(), rules=rules, wanted=HasTag().wanted())
    return known.facts.tags


async def minute(town: Town) -> int:
    return await tag_contacts(town.context, now())


async def test_a_tag_comes_and_goes_with_the_tier(begin: Begin) -> None:
    town = await town_with(begin)
    consumer, lin = await contact(town)
    assert await minute(town) == 1
    assert await shown(town) == {consumer["unionid"]: ["银卡"]}
    assert await minute(town) == 0
    (row,) = await contact_tags.shown()
    assert (row.name, row.slot, row.contacts) == ("银卡", SILVER, 1)
    assert await contact_tags.done_at() is not None
    await db.fetch("UPDATE standing SET tier = 'gold' WHERE member_id = $1", lin)
    assert await minute(town) == 1
    assert await shown(town) == {consumer["unionid"]: []}


async def test_a_tag_is_renamed_moved_and_taken_away_with_its_rule(begin: Begin) -> None:
    town = await town_with(begin)
    consumer, _ = await contact(town)
    await minute(town)
    tag_id = (await ContactTag.get()).tag_id
    await publish(name="银卡会员")
    await minute(town)
    assert await shown(town) == {consumer["unionid"]: ["银卡会员"]}
    assert (await ContactTag.get()).tag_id == tag_id
    await publish(name="银卡会员", group="等级")
    await minute(town)
    assert await shown(town) == {consumer["unionid"]: ["银卡会员"]}
    assert (await ContactTag.get()).tag_id != tag_id
    await programme.end(SILVER, by="t", at=now())
    await minute(town)
    assert (await shown(town), await ContactTag.all().count()) == ({consumer["unionid"]: []}, 0)


async def test_a_tag_that_staff_took_away_is_made_anew(begin: Begin) -> None:
    town = await town_with(begin)
    consumer, _ = await contact(town)
    await minute(town)
    client = town.context.corps[CORP_ID].client.contact_tags
    await client.remove((await ContactTag.get()).tag_id)
    await reconcile_contacts(town.context, now())
    assert await ContactTag.all().count() == 0
    await minute(town)
    assert await shown(town) == {consumer["unionid"]: ["银卡"]}


async def test_a_name_that_is_there_already_is_used(begin: Begin) -> None:
    town = await town_with(begin)
    await town.phones.post("tags?wait=1", {"group_name": "会员", "name": "银卡"})
    consumer, _ = await contact(town)
    await minute(town)
    assert await shown(town) == {consumer["unionid"]: ["银卡"]}


async def test_a_tag_of_the_staff_is_let_go_and_holds_up_no_other(begin: Begin) -> None:
    town = await town_with(begin)
    await town.phones.post("tags?wait=1", {"group_name": "会员", "name": "银卡"})
    consumer, _ = await contact(town)
    await minute(town)
    theirs = (await ContactTag.get()).tag_id
    await publish(name="银卡会员")
    await publishing.publish(
        "contact_tag:second", ContactTagPolicy("第二", "会员", "tier:silver"), by="t", at=now()
    )
    assert await minute(town) == 1
    assert (await ContactTag.get(tag_id=theirs)).slot is None
    assert set((await shown(town))[consumer["unionid"]]) == {"银卡", "银卡会员", "第二"}
    await publish(name="银卡")  # and taken over again
    await minute(town)
    await programme.end(SILVER, by="t", at=now())
    assert await minute(town) == 0
    assert (await ContactTag.get(tag_id=theirs)).slot is None
    assert not (await contact_tags.due(CORP_ID, at=now())).over


async def test_a_tag_the_platform_refuses_holds_up_no_other(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = await town_with(begin)
    consumer, _ = await contact(town)
    second = ContactTagPolicy("第二", "会员", "tier:silver")
    await publishing.publish("contact_tag:second", second, by="t", at=now())
    add = ContactTags.add

    async def refuses(self: ContactTags, group: str, name: str) -> str:
        if name == "银卡":
            raise Rejected("too many tags", endpoint="add_corp_tag", errcode=41099)
        return await add(self, group, name)

    monkeypatch.setattr(ContactTags, "add", refuses)
    assert await minute(town) == 1
    assert await shown(town) == {consumer["unionid"]: ["第二"]}


async def test_two_rules_have_not_one_tag(begin: Begin) -> None:
    await town_with(begin)
    same = ContactTagPolicy("银卡", "会员", "tier:gold")
    with pytest.raises(Refused, match="tag_name_taken"):
        await publishing.publish("contact_tag:second", same, by="t", at=now())
    await publish(follows="tier:gold")  # its own name it keeps


async def test_what_staff_tag_is_a_segment_and_a_fact(begin: Begin) -> None:
    town = await town_with(begin)
    consumer, lin = await contact(town)
    await town.phones.post("tags?wait=1", {"group_name": "印象", "name": "老友"})
    await worked(town)
    await town.phones.act(consumer, "contacts/tag", user_id="chen", tag="老友")
    await worked(town)
    assert await tags_of(lin) == {"老友"}
    await publishing.publish("segment:friends", Tagged(tag_name="老友"), by="t", at=now())
    assert (await snapshots.take("segment:friends", at=now())).members == 1
    await publish("segment:friends", name="朋友圈")
    await minute(town)
    assert set((await shown(town))[consumer["unionid"]]) == {"老友", "朋友圈"}
    await asyncio.sleep(1.1)  # the platform counts in seconds
    await town.phones.act(consumer, "contacts/tag", user_id="chen", tag="老友", is_off=True)
    await worked(town)
    assert await tags_of(lin) == {"朋友圈"}


async def test_a_lost_event_of_a_tag_is_made_up_for_at_night(begin: Begin) -> None:
    town = await town_with(begin)
    consumer, lin = await contact(town)
    lost = {"group_name": "印象", "name": "老友", "event": "lost"}
    await town.phones.post("tags?wait=1", lost)
    await town.phones.act(consumer, "contacts/tag", user_id="chen", tag="老友", event="lost")
    await reconcile_contacts(town.context, now())
    assert await tags_of(lin) == {"老友"}


async def test_no_contact_is_marked_twice_at_once(begin: Begin) -> None:
    town = await town_with(begin, tag_mark_seconds=0.05)
    await contact(town)
    await contact(town, "王金")
    done = await asyncio.gather(*(minute(town) for _ in range(3)))
    assert sum(done) == 2
    assert all(tags == ["银卡"] for tags in (await shown(town)).values())


async def test_a_contact_that_is_none_any_more_is_looked_at(begin: Begin) -> None:
    town = await town_with(begin)
    consumer, _ = await contact(town)
    told = {"user_id": "chen", "is_by_staff": True, "event": "lost"}
    await town.phones.act(consumer, "contacts/delete", **told)
    assert await minute(town) == 0
    rows = await db.fetch("SELECT ended_at FROM acquaintance")
    assert rows[0]["ended_at"] is not None


async def test_a_mark_the_platform_refuses_for_now_comes_the_next_minute(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = await town_with(begin)
    await contact(town)
    mark = ContactTags.mark

    async def busy(self: ContactTags, *args: Any, **more: Any) -> None:
        raise TryAgain("conflict", endpoint="mark_tag", errcode=45035)

    monkeypatch.setattr(ContactTags, "mark", busy)
    assert await minute(town) == 0
    monkeypatch.setattr(ContactTags, "mark", mark)
    assert await minute(town) == 1


async def test_no_more_calls_are_made_than_a_minute_and_an_hour_hold(begin: Begin) -> None:
    await begin(assumed=AT_ONCE)
    at = now().replace(minute=10, second=0, microsecond=0)
    assert await contact_tags.lease("c", moment=at)
    assert not await contact_tags.lease("c", moment=at + timedelta(seconds=30))
    assert await contact_tags.reserve("c", 5000, moment=at) == contact_tags.A_MINUTE
    assert await contact_tags.reserve("c", 1, moment=at + timedelta(seconds=59)) == 0
    taken = [
        await contact_tags.reserve("c", 9000, moment=at + timedelta(minutes=one))
        for one in range(1, 20)
    ]
    assert sum(taken) + contact_tags.A_MINUTE == contact_tags.AN_HOUR
    assert await contact_tags.reserve("c", 10, moment=at + timedelta(minutes=50)) == 10


async def test_a_tag_follows_what_there_is(begin: Begin) -> None:
    await begin(assumed=AT_ONCE)
    for follows, code in (("tier:nobody", "no_such_tier"), ("segment:none", "slot_is_empty")):
        with pytest.raises(NotFound, match=code):
            await publish(follows)
