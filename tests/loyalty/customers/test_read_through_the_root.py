"""Whatever hangs on a customer who was merged is read through whom she became."""

from uuid import uuid4

import pytest

from loyalty import (
    coupons,
    leaderboards,
    ledger,
    programme,
    progress,
    redemptions,
    standing,
    timelines,
)
from loyalty.communities import memberships
from loyalty.coupons import Issue, Reason
from loyalty.discounts.fen_off import FenOff
from loyalty.errors import LoyaltyError
from loyalty.policies.community import CommunityPolicy
from loyalty.programme import BEGINNING
from loyalty.rewards.gift import Gift
from models import ChallengeClaim, Entry, EntryKind, RedemptionState, db
from tests.cast import DAY, JUNE_1, LIN
from tests.loyalty.customers.scene import AT, earn, kept, merged, parted
from tests.loyalty.play_scene import buys, derived


async def publish(slot: str, body: object) -> None:
    await programme.publish(slot, body, starts_at=BEGINNING, by="test", at=JUNE_1)


@pytest.fixture
async def mug(people: None) -> str:
    await publish("reward:mug", Gift(name_zh="杯子", name_en="Mug", points=100, per_member=1))
    return "reward:mug"


async def test_figures_and_scores_are_the_roots_and_part_again(lin: int, wang: int) -> None:
    await buys("1", 100, paid_at=AT)
    await buys("2", 50, paid_at=AT, buyer=LIN)
    merge_id = await merged(lin, wang)
    await derived(at=AT)
    rules = await programme.load()
    facts = await standing.facts_of(lin, at=AT, rules=rules)
    assert (facts.orders, facts.spent_fen) == (2, 150_00)
    played = leaderboards.season_of("week", rules, at=AT)
    board, season = played.rule.slot, played.season
    top = await leaderboards.top(board, season.name, limit=9)
    assert [(one.member_id, one.score) for one in top] == [(lin, 150)]
    await parted(merge_id)
    await derived(at=AT)
    top = await leaderboards.top(board, season.name, limit=9)
    assert [(one.member_id, one.score) for one in top] == [(wang, 100), (lin, 50)]
    assert (await standing.facts_of(lin, at=AT, rules=rules)).spent_fen == 50_00


async def test_a_coupon_of_the_other_is_hers_to_use(lin: int, wang: int) -> None:
    await publish("coupon:ten", FenOff(name_zh="减", name_en="Off", fen=1000))
    issue = Issue("k", wang, "coupon:ten", Reason(zh="谢", en="Thanks"))
    (issued,) = await coupons.issue([issue], at=AT)
    await merged(lin, wang)
    (held,) = await coupons.of(lin, at=AT)
    assert held.id == issued.unwrap()
    assert await coupons.lock(held.uuid, member_id=lin, order_id=7, at=AT) == held.id
    assert await coupons.of(wang, at=AT) == []


async def test_a_redemption_of_the_other_counts_and_gives_points_back_as_they_were(
    lin: int, wang: int, mug: str
) -> None:
    await earn(wang, 100, "e", expires_at=AT + 3 * DAY)
    await earn(lin, 200, "f")
    uuid = uuid4()
    await redemptions.redeem(wang, uuid, slot=mug, at=AT)
    merge_id = await merged(lin, wang)
    assert [one.uuid for one in await redemptions.of(lin, at=AT)] == [uuid]
    assert (await redemptions.redeem(lin, uuid, slot=mug, at=AT)).member_id == lin
    with pytest.raises(LoyaltyError, match="reward_limit_reached"):
        await redemptions.redeem(lin, uuid4(), slot=mug, at=AT)
    cancelled = await redemptions.cancel(lin, uuid, at=AT)
    assert cancelled.state is RedemptionState.CANCELLED
    assert await kept(lin, wang) == [(300, 0, 0), (0, 0, 0)]
    balance = (await ledger.balances([lin], at=AT))[lin]
    assert (balance.expiring, balance.expires_first_at) == (100, AT + 3 * DAY)
    await parted(merge_id)
    assert await kept(lin, wang) == [(200, 0, 0), (100, 0, 0)]


async def test_what_the_other_did_not_fetch_comes_back_to_the_root(
    lin: int, wang: int, mug: str
) -> None:
    await earn(wang, 100, "e")
    await redemptions.redeem(wang, uuid4(), slot=mug, at=AT)
    await merged(lin, wang)
    assert await redemptions.expire(at=AT + 99 * DAY, limit=9) == 1
    assert await kept(lin, wang) == [(100, 0, 0), (0, 0, 0)]


async def test_check_ins_of_both_are_one_streak_and_one_a_day(lin: int, wang: int) -> None:
    await progress.check_in(wang, progress.today(AT), at=AT)
    await progress.check_in(lin, progress.today(AT + DAY), at=AT + DAY)
    await merged(lin, wang)
    assert (await progress.days(lin, at=AT + DAY))[1] == 2
    later = AT + 2 * DAY
    assert (await progress.check_in(lin, progress.today(later), at=later))[0]
    three_days = next(
        one for one in await progress.progress(lin, at=later) if one.code == "three_days"
    )
    assert (three_days.done, three_days.state) == (3, "ready")


async def test_a_day_that_the_other_checked_in_is_taken(lin: int, wang: int) -> None:
    await progress.check_in(wang, progress.today(AT), at=AT)
    await merged(lin, wang)
    assert await progress.check_in(lin, progress.today(AT), at=AT) == (False, 0)


async def test_a_challenge_that_the_other_claimed_is_not_given_twice(lin: int, wang: int) -> None:
    for number in ("1", "2"):
        await buys(number, 10, paid_at=AT)
    (before,) = [one for one in await progress.progress(wang, at=AT) if one.code == "two_orders"]
    claimed = await progress.claim(wang, "two_orders", before.round.name, at=AT)
    await merged(lin, wang)
    again = await progress.claim(lin, "two_orders", before.round.name, at=AT)
    assert (again, await ChallengeClaim.all().count()) == (claimed, 1)
    assert await kept(lin) == [(100, 20, 0)]


async def test_a_timeline_tells_what_happened_to_both(lin: int, wang: int, mug: str) -> None:
    await buys("1", 10, paid_at=AT)
    await earn(wang, 100, "e")
    await redemptions.redeem(wang, uuid4(), slot=mug, at=AT)
    await progress.check_in(wang, progress.today(AT), at=AT)
    await merged(lin, wang)
    kinds = {one.kind for one in await timelines.of(lin)}
    assert {"points", "purchase", "redemption", "check_in", "claim"} <= kinds


async def test_a_merge_that_moved_no_points_is_no_line_of_hers(lin: int, wang: int) -> None:
    await earn(lin, 20, "e")
    await parted(await merged(lin, wang))
    assert await Entry.filter(kind=EntryKind.MOVE, available=0, pending=0, debt=0).exists()
    assert [line.available for line in await ledger.history(lin, limit=9)] == [20]
    moved = [one.told for one in await timelines.of(lin) if one.kind == "points"]
    assert [told["available"] for told in moved] == [20]


async def test_an_invitation_and_a_place_in_a_group_are_the_roots(lin: int, wang: int) -> None:
    await publish("community:vip", CommunityPolicy(name_zh="群", name_en="Group"))
    (group,) = await db.fetch(
        "INSERT INTO community (slot, corp_id, chat_id, name, owner, capacity, qr_code, state)"
        " VALUES ('community:vip', 'c', 'g', 'n', 'o', 9, 'https://q', 's') RETURNING id"
    )
    await db.fetch(
        "INSERT INTO invitation (community_id, member_id, state, invited_at)"
        " VALUES ($1, $2, 'open', $3)",
        group["id"],
        wang,
        AT,
    )
    await merged(lin, wang)
    assert [one.state for one in await memberships(lin, at=AT)] == ["invited"]
    await db.fetch(
        "INSERT INTO community_member (community_id, external_user_id, customer_id, name,"
        " joined_at) VALUES ($1, 'x', $2, 'n', $3)",
        group["id"],
        wang,
        AT,
    )
    assert [one.state for one in await memberships(lin, at=AT)] == ["joined"]


async def test_segments_of_the_other_are_the_roots(lin: int, wang: int) -> None:
    rules = await programme.load()
    (version,) = await db.fetch("SELECT min(id) AS id FROM rule_version")
    (taken,) = await db.fetch(
        "INSERT INTO snapshot (slot, on_day, rule_version_id, members, cut_points, taken_at)"
        " VALUES ('segment:vip', '2026-06-01', $1, 1, '{}', $2) RETURNING id",
        version["id"],
        AT,
    )
    await db.fetch("INSERT INTO snapshot_member VALUES ($1, $2, '5-5-5')", taken["id"], wang)
    await merged(lin, wang)
    assert "segment:vip" in (await standing.facts_of(lin, at=AT, rules=rules)).segments
