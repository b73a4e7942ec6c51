"""Contacts of WeCom: who of the staff has whom, whatever becomes of the events."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.corp_events import CorpEvents
from jobs.reconcile_contacts import reconcile_contacts
from loyalty import acquaintances
from loyalty.acquaintances import Acquainted, Seen
from models import EndedBy, db
from simulator.assumed import Assumed
from tests.bot.conftest import Begin, Town
from tests.bot.corp import CORP_ID, event
from tests.bot.test_wecom import silver
from web.context import now
from wechat.errors import CallFailed

Json = dict[str, Any]
AT_ONCE = Assumed(group_lag_seconds=0)
CHEN = "chen"


async def worked(town: Town) -> None:
    while await CorpEvents(town.context).work(now()):
        pass


async def of(member_id: int) -> list[Acquainted]:
    return await acquaintances.of(member_id)


async def does(town: Town, consumer: Json, what: str = "contacts", **told: Any) -> None:
    await town.phones.act(consumer, what, user_id=CHEN, **told)
    await worked(town)


async def test_who_adds_a_staff_member_is_her_contact_until_one_deletes_the_other(
    begin: Begin,
) -> None:
    town = await begin(assumed=AT_ONCE)
    consumer, lin = await silver(town, "林小满")
    await does(town, consumer, state="nanjing_road")
    (one,) = await of(lin)
    assert (one.user_id, one.state, one.is_half, one.ended_at) == (
        (CHEN, "nanjing_road", False, None)
    )
    await does(town, consumer, "contacts/delete", event="doubled")
    (one,) = await of(lin)
    assert one.ended_by is EndedBy.CONTACT
    await asyncio.sleep(1.1)  # the platform counts in seconds
    await does(town, consumer, is_half=True)
    (one,) = await of(lin)
    assert (one.is_half, one.ended_at, one.state) == (True, None, "")


async def test_lost_events_are_made_up_for_at_night(begin: Begin) -> None:
    town = await begin(assumed=AT_ONCE)
    consumer, lin = await silver(town, "林小满")
    await does(town, consumer, event="lost")
    assert await of(lin) == []
    assert await reconcile_contacts(town.context, now()) == 1
    (one,) = await of(lin)
    assert one.ended_at is None
    assert await reconcile_contacts(town.context, now()) == 0
    await does(town, consumer, "contacts/delete", is_by_staff=True, event="lost")
    assert await reconcile_contacts(town.context, now()) == 1
    (one,) = await of(lin)
    assert one.ended_by is EndedBy.UNSEEN
    assert await reconcile_contacts(town.context, now()) == 0


async def test_a_staff_member_who_left_has_no_contacts_until_he_is_back(begin: Begin) -> None:
    town = await begin(assumed=AT_ONCE)
    _, lin = await silver(town, "林小满")
    await does(town, await town.phones.consumer("林小满"))
    await db.fetch("UPDATE acquaintance SET user_id = 'gone'")
    assert await reconcile_contacts(town.context, now()) == 2
    chen, gone = await of(lin)
    assert (chen.user_id, chen.ended_at) == (CHEN, None)
    assert (gone.user_id, gone.ended_by) == ("gone", EndedBy.UNSEEN)
    assert await reconcile_contacts(town.context, now()) == 0


async def test_nobody_is_told_of_who_is_no_member(begin: Begin) -> None:
    town = await begin(assumed=AT_ONCE)
    consumer = await town.phones.consumer("林小满")
    await does(town, consumer)
    assert await town.count("acquaintance") == 1
    assert await town.count("identity WHERE kind = 'wecom_contact'") == 0


SECOND = timedelta(seconds=1)
NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)


def seen(at: datetime, user_id: str = CHEN) -> Seen:
    return Seen("wm1", user_id, at)


async def see(*found: Seen, read_at: datetime, staff: str = "") -> int:
    contact = "" if staff else "wm1"
    return await acquaintances.see(
        CORP_ID, found, contact=contact, staff=staff, read_at=read_at, at=NOON
    )


async def stands() -> list[tuple[str, str]]:
    rows = await db.fetch("SELECT user_id, ended_by FROM acquaintance")
    return sorted([(row["user_id"], row["ended_by"] or "") for row in rows])


@pytest.mark.usefixtures("database")
async def test_an_older_event_and_an_older_list_change_nothing() -> None:
    await see(seen(NOON), read_at=NOON)
    await acquaintances.end(CORP_ID, "wm1", CHEN, by=EndedBy.CONTACT, moment=NOON - SECOND)
    assert await stands() == [(CHEN, "")], "she was added after that"
    assert await see(read_at=NOON - SECOND) == 0
    await acquaintances.end(CORP_ID, "wm1", CHEN, by=EndedBy.CONTACT, moment=NOON + SECOND)
    assert await see(seen(NOON), read_at=NOON + 2 * SECOND) == 0
    assert await stands() == [(CHEN, "contact")], "who deleted him is still listed"
    assert await see(seen(NOON + 3 * SECOND), read_at=NOON + 3 * SECOND) == 1
    assert await stands() == [(CHEN, "")]


@pytest.mark.usefixtures("database")
async def test_a_deletion_that_is_told_before_her_being_added_is_kept() -> None:
    await acquaintances.end(CORP_ID, "wm1", CHEN, by=EndedBy.CONTACT, moment=NOON + SECOND)
    assert await see(seen(NOON), read_at=NOON + 2 * SECOND) == 0
    assert await stands() == [(CHEN, "contact")]
    assert await see(seen(NOON + 5 * SECOND), read_at=NOON + 6 * SECOND) == 1
    assert await stands() == [(CHEN, "")]


async def test_one_whom_the_platform_refuses_keeps_nobody_else_from_being_read(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = await begin(assumed=AT_ONCE)
    consumer, lin = await silver(town, "林小满")
    await does(town, consumer, event="lost")
    (corp,) = town.context.corps.values()

    async def staff() -> list[str]:
        return ["nobody", CHEN]

    monkeypatch.setattr(corp.client.contacts, "staff", staff)
    assert await reconcile_contacts(town.context, now()) == 1
    assert len(await of(lin)) == 1
    with pytest.raises(CallFailed):
        await reconcile_contacts(town.context, now())


@pytest.mark.usefixtures("database")
async def test_one_list_says_nothing_of_others() -> None:
    await see(seen(NOON), seen(NOON, "zhou"), read_at=NOON)
    await acquaintances.see(
        CORP_ID, [Seen("wm2", CHEN, NOON)], contact="wm2", read_at=NOON, at=NOON
    )
    assert await see(Seen("wm2", CHEN, NOON), read_at=NOON + SECOND, staff=CHEN) == 1
    assert await stands() == [(CHEN, ""), (CHEN, "unseen"), ("zhou", "")]
    await acquaintances.end(CORP_ID, "wm1", CHEN, by=EndedBy.STAFF, moment=NOON + SECOND)
    assert (CHEN, "staff") in await stands(), "the event came later and knows who"


async def test_an_event_of_a_contact_that_is_broken_stops_nothing(begin: Begin) -> None:
    town = await begin(assumed=AT_ONCE)
    for nodes in (
        {"ChangeType": "add_external_contact"},
        {"ChangeType": "add_external_contact", "ExternalUserID": "wm-nobody", "UserID": CHEN},
        {"ChangeType": "del_follow_user", "ExternalUserID": "wm-nobody"},
        {"ChangeType": "transfer_fail", "ExternalUserID": "wm-nobody", "UserID": CHEN},
    ):
        told = event("change_external_contact", **nodes)
        assert await town.corp.send(told) == (200, "")
    await worked(town)
    assert await town.count("inbound_event WHERE state = 'worked'") == 4
    assert await town.count("acquaintance") == 0
