"""Contact ways: made once, following the duties, and who came by each."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from bot.corp_events import CorpEvents
from jobs.serve_contact_ways import serve_contact_ways
from loyalty import contact_ways, programme
from loyalty.policies import POLICIES
from loyalty.policies.contact_way import ContactWayPolicy, Duty
from models import Acquaintance, ContactWay
from simulator.assumed import Assumed
from tests.bot.conftest import Begin, Town
from tests.bot.test_wecom import silver
from web.context import now

# a Monday, 10:00 in Shanghai
MONDAY = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
DAYTIME = ContactWayPolicy(
    ("chen",), "静安店", duties=(Duty(("li",), ("mon",), "09:00", "18:00"),), backup=("li",)
)


@pytest.fixture
async def town(begin: Begin) -> Town:
    found = await begin(assumed=Assumed(group_lag_seconds=0))
    await programme.end("contact_way:jingan", by="t", at=now())
    return found


async def lay(policy: ContactWayPolicy = DAYTIME, slot: str = "contact_way:shop") -> None:
    await programme.publish(slot, policy, starts_at=programme.BEGINNING, by="t", at=now())


async def ways(town: Town) -> list[dict[str, object]]:
    return list((await town.phones.get("groups"))["contact_ways"])


async def test_a_contact_way_is_made_once_and_follows_the_duties(town: Town) -> None:
    await lay()
    await asyncio.gather(*(serve_contact_ways(town.context, MONDAY) for _ in range(3)))
    (way,) = await ways(town)
    assert (way["user"], way["state"], way["remark"]) == (["li"], "shop", "静安店")
    kept = await ContactWay.get()
    assert kept.qr_image
    assert bytes(kept.qr_image).startswith(b"\x89PNG")
    assert await serve_contact_ways(town.context, MONDAY) == 0
    assert await serve_contact_ways(town.context, MONDAY + timedelta(hours=9)) == 1
    (after,) = await ways(town)
    assert (after["user"], after["config_id"]) == (["chen"], way["config_id"])


async def test_whoever_scans_is_added_with_its_state_and_counted(town: Town) -> None:
    await lay()
    await serve_contact_ways(town.context, MONDAY)
    consumer, _ = await silver(town, "林小满")
    qr_code = (await ContactWay.get()).qr_code
    await town.phones.act(consumer, "contacts/scan", qr_code=qr_code)
    await CorpEvents(town.context).work(now())
    acquaintance = await Acquaintance.get()
    assert (acquaintance.user_id, acquaintance.state) == ("li", "shop")
    (full,) = await contact_ways.all_of_them(at=now())
    assert (full.added, full.known, full.gone) == (1, 1, 0)
    await town.phones.act(consumer, "contacts/delete", user_id="li")
    await CorpEvents(town.context).work(now())
    (full,) = await contact_ways.all_of_them(at=now())
    assert (full.added, full.gone) == (1, 1)


async def test_who_had_enough_today_or_left_is_replaced(town: Town) -> None:
    await lay(ContactWayPolicy(("li",), backup=("chen",), most_a_day=1))
    await serve_contact_ways(town.context, MONDAY)
    consumer, _ = await silver(town, "林小满")
    await town.phones.act(consumer, "contacts", user_id="li")
    await CorpEvents(town.context).work(now())
    await serve_contact_ways(town.context, MONDAY)
    assert [one["user"] for one in await ways(town)] == [["chen"]]
    await lay(ContactWayPolicy(("gone", "li")))
    await serve_contact_ways(town.context, MONDAY)
    assert [one["user"] for one in await ways(town)] == [["li"]]
    await lay(ContactWayPolicy(("gone",)))
    await serve_contact_ways(town.context, MONDAY)
    assert [one["user"] for one in await ways(town)] == [["li"]], "it leads to somebody"


async def test_one_that_is_lost_is_made_again_and_one_that_ended_is_taken_away(town: Town) -> None:
    await lay()
    await serve_contact_ways(town.context, MONDAY)
    first = await ContactWay.get()
    await town.context.corps[first.corp_id].client.contact_ways.remove(first.config_id)
    for hours in (9, 9):
        await serve_contact_ways(town.context, MONDAY + timedelta(hours=hours))
    (way,) = await ways(town)
    assert way["config_id"] != first.config_id
    await programme.end("contact_way:shop", by="t", at=MONDAY)
    await serve_contact_ways(town.context, MONDAY + timedelta(days=1))
    assert await ways(town) == []
    assert not await ContactWay.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"users": []}, "users"),
        ({"duties": [{"users": ["a"], "weekdays": ["Mon"]}]}, "weekdays"),
        ({"duties": [{"users": ["a"], "weekdays": ["xyz"]}]}, "weekdays"),
        ({"duties": [{"users": []}]}, "users"),
        ({"duties": [{"users": ["a"], "from_time": "18:00", "until_time": "09:00"}]}, "until_time"),
        ({"duties": [{"users": ["a"], "until_time": "24:30"}]}, "until_time"),
        ({"most_a_day": 0}, "most_a_day"),
    ],
)
def test_what_is_wrong_names_its_field(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=field):
        POLICIES.decode("contact_way", {"users": ["chen"], **wrong})
