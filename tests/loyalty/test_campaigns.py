"""Segments are scored by cut-points, and a campaign gives and says once, whatever happens."""

import asyncio
from datetime import timedelta

import pytest

from jifen.seeds import campaigns as seeds
from jifen.seeds import rewards
from loyalty import campaigns, customers, snapshots, subscriptions
from loyalty.campaigns import Route
from loyalty.errors import NotFound
from loyalty.orders import IdentityRef
from models import Coupon, Delivery, IdentityKind, Snapshot, SnapshotMember, db
from tests.cast import JUNE_1, switches_personal_offers
from tests.loyalty.play_scene import buys, publish

DAY = timedelta(days=1)
MINI, ACCOUNT, TEMPLATE = "wx-mini", "wx-account", "tmpl"
ROUTE = Route(MINI, TEMPLATE, ACCOUNT)


@pytest.fixture(autouse=True)
async def brand(database: None) -> None:
    await publish()
    await rewards.lay(at=JUNE_1)
    await seeds.lay(at=JUNE_1)


def shopper(number: int, app_id: str = MINI) -> IdentityRef:
    return IdentityRef(IdentityKind.OPENID, app_id, f"o{number}")


async def buyers(orders: list[int]) -> list[int]:
    """Let someone buy so many times each, lately, and return their ids."""
    ids = []
    for who, count in enumerate(orders):
        ids.append(await customers.meet((shopper(who),), at=JUNE_1, through="test"))
        for one in range(count):
            await buys(
                f"{who}-{one}", 50, paid_at=JUNE_1 - one * DAY, buyer=shopper(who), at=JUNE_1
            )
    return ids


async def follows(member_id: int) -> None:
    await db.fetch(
        "INSERT INTO identity (customer_id, kind, scope, value, following_since, created_at)"
        " VALUES ($1, 'openid', $2, 'oFollows', $3, $3)",
        member_id,
        ACCOUNT,
        JUNE_1,
    )


async def held(slot: str = "segment:loyal") -> dict[int, str]:
    taken = await snapshots.take(slot, at=JUNE_1)
    rows = await SnapshotMember.filter(snapshot_id=taken.id)
    assert len(rows) == taken.members
    return {row.member_id: row.cell for row in rows}


async def test_equal_customers_score_equally_and_more_never_scores_less() -> None:
    ids = await buyers([1, 1, 1, 1, 1, 1, 2, 2, 4, 9])
    await db.fetch(
        'UPDATE rule_version SET body = body || \'{"orders_from": 1, "recency_from": 1,'
        " \"frequency_from\": 1}' WHERE slot = 'segment:loyal'"
    )
    cells = await held()
    assert set(cells) == set(ids)
    assert len({cells[one] for one in ids[:6]}) == 1
    assert len({cells[one] for one in ids[6:8]}) == 1
    frequency = [int(cells[one].split("-")[1]) for one in ids]
    assert frequency == sorted(frequency)
    assert frequency[0] == 1
    assert frequency[-1] == 5


async def test_a_snapshot_is_taken_once_a_day_and_net_of_refunds() -> None:
    ids = await buyers([1, 1, 1, 1, 4])
    told = await asyncio.gather(*(snapshots.take("segment:loyal", at=JUNE_1) for _ in range(4)))
    assert len({one.id for one in told}) == 1
    assert set(await held()) == {ids[4]}
    for one in range(4):
        await buys(
            f"4-{one}",
            50,
            paid_at=JUNE_1 - one * DAY,
            buyer=shopper(4),
            refunded_yuan=50,
            at=JUNE_1,
        )
    assert set(await held()) == {ids[4]}, "the day's snapshot stands"
    assert (await snapshots.take("segment:loyal", at=JUNE_1 + DAY)).members == 0
    assert await Snapshot.all().count() == 2
    with pytest.raises(NotFound, match="no_such_segment"):
        await snapshots.take("segment:none", at=JUNE_1)


async def test_a_campaign_gives_its_coupon_and_says_so_once_however_often_it_runs() -> None:
    ids = await buyers([1, 1, 1, 1, 4])
    await subscriptions.accept(MINI, "o4", [TEMPLATE])
    told = await asyncio.gather(*(campaigns.run("vip_20", ROUTE, at=JUNE_1) for _ in range(3)))
    assert sum(one.coupons for one in told) == 1
    assert sum(one.deliveries for one in told) == 1
    coupon = await Coupon.get()
    assert (coupon.member_id, coupon.slot) == (ids[4], "coupon:vip_20")
    delivery = await Delivery.get()
    assert (delivery.channel, delivery.address) == ("miniprogram", "o4")
    assert delivery.message == {
        "kind": "subscribe",
        "template_id": TEMPLATE,
        "page": "pages/coupons/coupons",
        "values": {"thing1": "VIP 8 折", "thing2": "近一年您多次购买", "date3": "2026-07-01"},
    }
    await campaigns.run("vip_20", ROUTE, at=JUNE_1 + DAY)
    assert await Coupon.all().count() == 1, "she is left alone for a while"
    await buys("again", 50, paid_at=JUNE_1 + 95 * DAY, buyer=shopper(4))
    await campaigns.run("vip_20", ROUTE, at=JUNE_1 + 100 * DAY)
    assert await Coupon.all().count() == 2


async def test_who_wants_no_personal_offers_is_given_none_also_as_another() -> None:
    ids = await buyers([1, 1, 1, 1, 4])
    other = await customers.meet((shopper(9),), at=JUNE_1, through="test")
    await switches_personal_offers(other, on=False)
    merge_id = await customers.merge(ids[4], other, evidence="test", by="t", at=JUNE_1)
    assert (await campaigns.run("vip_20", ROUTE, at=JUNE_1)).coupons == 0
    await customers.unmerge(merge_id, by="t", at=JUNE_1)
    assert (await campaigns.run("vip_20", ROUTE, at=JUNE_1)).coupons == 1


async def test_who_allows_no_subscribe_message_is_written_to_as_a_follower() -> None:
    ids = await buyers([1, 1, 1, 1, 4])
    await follows(ids[4])
    await campaigns.run("vip_20", ROUTE, at=JUNE_1)
    delivery = await Delivery.get()
    assert (delivery.channel, delivery.address) == ("official_account", "oFollows")
    said = delivery.message["text"]  # type: ignore[index, call-overload]
    assert "VIP 8 折" in said
    assert "，7月1日前（含当日）有效。" in said


async def test_a_refused_subscribe_message_falls_back_once() -> None:
    ids = await buyers([1, 1, 1, 1, 4])
    await subscriptions.accept(MINI, "o4", [TEMPLATE])
    await campaigns.run("vip_20", ROUTE, at=JUNE_1)
    await follows(ids[4])
    assert await campaigns.fall_back(ROUTE, at=JUNE_1) == 0, "nothing was refused yet"
    await db.fetch("UPDATE delivery SET state = 'refused', error = '43101', ended_at = $1", JUNE_1)
    told = await asyncio.gather(*(campaigns.fall_back(ROUTE, at=JUNE_1) for _ in range(3)))
    assert sum(told) == 1
    assert sorted([one.channel for one in await Delivery.all()]) == [
        "miniprogram",
        "official_account",
    ]


async def test_who_cannot_be_reached_has_her_coupon_all_the_same() -> None:
    await buyers([1, 1, 1, 1, 4])
    told = await campaigns.run("vip_20", ROUTE, at=JUNE_1)
    assert (told.coupons, told.deliveries) == (1, 0)


async def test_a_run_again_after_her_message_arrived_says_nothing_another_way() -> None:
    ids = await buyers([1, 1, 1, 1, 4])
    await subscriptions.accept(MINI, "o4", [TEMPLATE])
    await follows(ids[4])
    await campaigns.run("vip_20", ROUTE, at=JUNE_1)
    await db.fetch("UPDATE delivery SET state = 'delivered', ended_at = $1", JUNE_1)
    await subscriptions.use(MINI, "o4", TEMPLATE)
    assert (await campaigns.run("vip_20", ROUTE, at=JUNE_1)).deliveries == 0
    assert (await Delivery.get()).channel == "miniprogram"


@pytest.mark.parametrize("slot", ["coupon:vip_20", "campaign:vip_20"])
async def test_of_a_coupon_that_is_no_longer_given_nothing_more_is_said(slot: str) -> None:
    ids = await buyers([1, 1, 1, 1, 4])
    await subscriptions.accept(MINI, "o4", [TEMPLATE])
    await campaigns.run("vip_20", ROUTE, at=JUNE_1)
    await follows(ids[4])
    await db.fetch("UPDATE delivery SET state = 'refused', error = '43101', ended_at = $1", JUNE_1)
    await db.fetch(
        "UPDATE rule_version SET ends_at = $1 WHERE slot = $2", JUNE_1 + timedelta(minutes=1), slot
    )
    assert await campaigns.fall_back(ROUTE, at=JUNE_1 + timedelta(hours=1)) == 0
    assert await Delivery.all().count() == 1
