"""What staff publish holds from now on, in every process, or says what it lacks."""

import asyncio
from datetime import date, datetime, timedelta

import pytest
from msgspec import Struct

from loyalty import coupons, leaderboards, programme, publishing, standing
from loyalty.calendar import start_of
from loyalty.challenges import CHALLENGES
from loyalty.challenges.orders import Orders
from loyalty.conditions import Conditions
from loyalty.conditions.in_segment import InSegment
from loyalty.coupons import Issue, Reason
from loyalty.discounts.exchange import Exchange
from loyalty.discounts.fen_off import FenOff
from loyalty.earning.cap import Cap
from loyalty.earning.multiplier import Multiplier
from loyalty.errors import NotFound, Refused
from loyalty.ledger import Earn, record_one
from loyalty.policies.board import Board
from loyalty.policies.tiers import Tier, Tiers
from loyalty.rewards.coupon import CouponReward
from loyalty.rewards.friend_gift import FriendGift
from loyalty.rewards.gift import Gift
from loyalty.segments.rfm import Rfm
from models import ChangedMember, RuleEnd, RuleVersion
from tests.cast import JUNE_1
from tests.loyalty.play_scene import buys, derived, member, publish

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def brand(database: None) -> None:
    programme.load_kinds()
    await publish()


async def test_a_challenge_for_points_names_no_coupon_and_is_published() -> None:
    rule = publishing.read("challenge:new", {"kind": "orders", "reward_points": 5})
    version_id = await publishing.publish("challenge:new", rule, by="chen", at=JUNE_1)
    found = (await programme.load()).find("challenge:new", CHALLENGES, JUNE_1)
    assert found
    assert (found.version_id, found.body) == (version_id, rule)
    assert await publishing.publish("challenge:new", rule, by="chen", at=JUNE_1 + HOUR) is None


async def test_a_rule_that_names_an_empty_slot_is_refused() -> None:
    rule = Orders("两单", "Two", "weekly", 2, reward_coupon_slot="coupon:none")
    with pytest.raises(NotFound, match="slot_is_empty"):
        await publishing.publish("challenge:two_orders", rule, by="chen", at=JUNE_1)
    assert await RuleVersion.filter(slot="challenge:two_orders").count() == 1


async def test_staff_who_publish_one_slot_at_once_add_a_version_each() -> None:
    rules = [Orders("两单", "Two", "weekly", 2, reward_points=one) for one in range(1, 9)]
    made = await asyncio.gather(
        *(publishing.publish("challenge:new", rule, by="chen", at=JUNE_1) for rule in rules)
    )
    versions = await RuleVersion.filter(slot="challenge:new").order_by("version")
    assert [one.version for one in versions] == list(range(1, 9))
    assert {one.id for one in versions} == set(made)


async def test_tiers_and_boards_reach_the_members_as_soon_as_they_are_derived() -> None:
    await buys("1", 300, paid_at=JUNE_1)
    wang, at = await member(), JUNE_1 + HOUR
    lower = Tiers((Tier("member", "会员", "Member", 0), Tier("vip", "贵宾", "VIP", 100_00)))
    await publishing.publish("tiers", lower, by="chen", at=at)
    await publishing.publish("board:month", Board(season="monthly"), by="chen", at=at)
    await derived(at=at)
    assert (await standing.facts_of(wang, at=at, rules=await programme.load())).tier_rank == 1
    (place,) = await leaderboards.top("board:month", "2026-06", limit=5)
    assert (place.member_id, place.score) == (wang, 300)


async def test_a_wider_window_reaches_who_has_no_orders_in_the_old_one() -> None:
    await buys("1", 2500, paid_at=JUNE_1 - 400 * DAY, at=JUNE_1)
    wang = await member()
    assert (await standing.facts_of(wang, at=JUNE_1, rules=await programme.load())).orders == 0
    tiers = (await programme.load()).tiers(JUNE_1)
    wider = Tiers(tiers.tiers, window_months=24)
    await publishing.publish("tiers", wider, by="chen", at=JUNE_1)
    await derived(at=JUNE_1)
    facts = await standing.facts_of(wang, at=JUNE_1, rules=await programme.load())
    assert (facts.tier_rank, facts.orders) == (2, 1)


async def test_a_new_board_has_who_earned_without_an_order() -> None:
    wang = await member()
    earned = Earn(member_id=wang, key="e", at=JUNE_1, points=100, settles_at=JUNE_1)
    await record_one(earned)
    await standing.changed([wang])
    await derived(at=JUNE_1)
    await publishing.publish("board:new", Board(season="weekly"), by="chen", at=JUNE_1)
    await derived(at=JUNE_1)
    (place,) = await leaderboards.top("board:new", "2026-W23", limit=5)
    assert (place.member_id, place.score) == (wang, 100)


async def test_who_is_just_derived_by_the_rules_of_before_waits_on() -> None:
    wang = await member()
    await standing.changed([wang])
    taken = await standing.waiting(limit=5)
    await publishing.publish("board:new", Board(season="weekly"), by="chen", at=JUNE_1)
    await standing.forget(taken)
    assert [one.member_id for one in await standing.waiting(limit=5)] == [wang]


async def test_an_earning_rule_names_tiers_and_rules_that_there_are() -> None:
    platinum = Multiplier(only_tiers=("gold", "platinum"))
    with pytest.raises(NotFound, match="no_such_tier") as refused:
        await publishing.publish("earning:platinum", platinum, by="chen", at=JUNE_1)
    assert refused.value.figures == {"tier": "platinum", "tiers": "basic, silver, gold"}
    cap = Cap(limited_slots=("earning:base", "earning:double"))
    with pytest.raises(NotFound, match="slot_is_empty") as refused:
        await publishing.publish("earning:cap", cap, by="chen", at=JUNE_1)
    assert refused.value.figures == {"slot": "earning:double"}
    await publishing.publish("earning:double", Multiplier(), by="chen", at=JUNE_1)
    assert await publishing.publish("earning:cap", cap, by="chen", at=JUNE_1)


async def test_an_earning_rule_is_written_as_json_with_its_window() -> None:
    written = {"kind": "multiplier", "starts_at": "2026-06-18T00:00:00+08:00", "shops": ["tmall"]}
    rule = publishing.read("earning:double", written)
    assert rule == Multiplier(starts_at=start_of(date(2026, 6, 18)), shops=("tmall",))
    await publishing.publish("earning:double", rule, by="chen", at=JUNE_1)
    assert await publishing.publish("earning:double", rule, by="chen", at=JUNE_1 + HOUR) is None


@pytest.mark.parametrize(
    ("fields", "ends_at", "code"),
    [
        ({"kind": "orders"}, None, "challenge_gives_nothing"),
        ({"kind": "orders", "reward_points": 5}, JUNE_1, "challenge_never_runs"),
        (
            {"kind": "spend", "reward_points": 5, "rounds": "cny"},
            JUNE_1 + 100 * HOUR,
            "challenge_never_runs",
        ),
        (
            {"kind": "visits", "reward_points": 5, "rounds": "double12", "target": 4},
            None,
            "challenge_longer_than_season",
        ),
    ],
)
async def test_a_challenge_that_nobody_can_reach_is_not_published(
    fields: dict[str, object], ends_at: datetime | None, code: str
) -> None:
    rule = publishing.read("challenge:new", fields)
    with pytest.raises(Refused, match=code):
        await publishing.publish("challenge:new", rule, by="chen", at=JUNE_1, ends_at=ends_at)


async def test_what_a_further_step_names_must_be_there() -> None:
    step = {"target": 3, "reward_coupon_slot": "coupon:none"}
    fields = {"kind": "orders", "reward_points": 5, "more_steps": [step]}
    rule = publishing.read("challenge:new", fields)
    with pytest.raises(NotFound, match="slot_is_empty"):
        await publishing.publish("challenge:new", rule, by="chen", at=JUNE_1)


async def test_a_rule_that_is_ended_holds_no_more_and_what_it_covered_neither() -> None:
    for points in (5, 6):
        rule = Orders("两单", "Two", "weekly", 2, reward_points=points)
        await publishing.publish("challenge:new", rule, by="chen", at=JUNE_1)
    await publishing.end("challenge:new", by="chen", at=JUNE_1 + HOUR)
    rules = await programme.load()
    assert rules.find("challenge:new", CHALLENGES, JUNE_1)
    assert rules.find("challenge:new", CHALLENGES, JUNE_1 + HOUR) is None
    assert "challenge:new" not in [one.slot for one in rules.of(CHALLENGES, JUNE_1 + HOUR)]
    with pytest.raises(Refused, match="rule_is_over"):
        await publishing.end("challenge:new", by="chen", at=JUNE_1 + HOUR)
    await publishing.restore("challenge:new", 1, by="chen", at=JUNE_1 + HOUR)
    found = (await programme.load()).find("challenge:new", CHALLENGES, JUNE_1 + 2 * HOUR)
    assert found
    assert found.body.reward_points == 5
    assert await RuleVersion.filter(slot="challenge:new").count() == 3


async def test_what_was_ended_is_published_anew_in_the_same_moment() -> None:
    rule = Orders("两单", "Two", "weekly", 2, reward_points=5)
    await publishing.publish("challenge:new", rule, by="chen", at=JUNE_1)
    await asyncio.gather(*(programme.end("challenge:new", by="chen", at=JUNE_1) for _ in range(4)))
    assert await RuleEnd.all().count() == 1
    assert (await programme.load()).find("challenge:new", CHALLENGES, JUNE_1) is None
    await publishing.publish("challenge:new", rule, by="chen", at=JUNE_1)
    assert (await programme.load()).find("challenge:new", CHALLENGES, JUNE_1)


async def test_what_others_name_or_the_brand_needs_is_not_ended() -> None:
    batch = FenOff(
        name_zh="五元", name_en="Five", conditions=Conditions([InSegment(slot="segment:loyal")])
    )
    await publishing.publish("segment:loyal", Rfm(), by="chen", at=JUNE_1)
    await publishing.publish("coupon:five", batch, by="chen", at=JUNE_1)
    two = Orders("两单", "Two", "weekly", 2, reward_coupon_slot="coupon:five")
    await publishing.publish("challenge:new", two, by="chen", at=JUNE_1)
    for slot, code, by in (
        ("coupon:five", "rule_is_named", "challenge:new"),
        ("segment:loyal", "rule_is_named", "coupon:five"),
        ("tiers", "rule_always_holds", None),
    ):
        if slot == "tiers":
            await publishing.publish("tiers", Tiers(), by="chen", at=JUNE_1)
        with pytest.raises(Refused, match=code) as refused:
            await publishing.end(slot, by="chen", at=JUNE_1)
        assert refused.value.figures.get("by") == by
    for slot in ("challenge:new", "coupon:five", "segment:loyal"):
        await publishing.end(slot, by="chen", at=JUNE_1)
    with pytest.raises(NotFound, match="slot_is_empty"):
        await publishing.end("coupon:none", by="chen", at=JUNE_1)
    with pytest.raises(NotFound, match="slot_is_empty"):
        await publishing.restore("challenge:new", 1, by="chen", at=JUNE_1)
    with pytest.raises(NotFound, match="no_such_rule"):
        await publishing.restore("coupon:five", 2, by="chen", at=JUNE_1)


async def test_what_is_restored_begins_anew_and_keeps_an_end_that_is_to_come() -> None:
    later = JUNE_1 + 30 * DAY
    for hours, points in ((0, 5), (1, 6)):
        rule = Orders("两单", "Two", "once", 2, reward_points=points)
        at = JUNE_1 + hours * HOUR
        await publishing.publish("challenge:new", rule, by="chen", at=at, ends_at=later)
    await publishing.restore("challenge:new", 1, by="chen", at=JUNE_1 + 2 * HOUR)
    found = (await programme.load()).find("challenge:new", CHALLENGES, JUNE_1 + DAY)
    assert found
    assert (found.ends_at, found.body.reward_points) == (later, 5)
    assert (await programme.load()).begins_at("challenge:new", CHALLENGES) == JUNE_1
    await publishing.end("challenge:new", by="chen", at=JUNE_1 + DAY)
    await publishing.restore("challenge:new", 2, by="chen", at=JUNE_1 + 5 * DAY)
    rules = await programme.load()
    assert rules.begins_at("challenge:new", CHALLENGES) == JUNE_1 + 5 * DAY
    found = rules.find("challenge:new", CHALLENGES, JUNE_1 + 6 * DAY)
    assert found
    assert found.ends_at is None


async def test_a_rule_that_asks_for_an_ended_segment_is_not_restored() -> None:
    await publishing.publish("segment:loyal", Rfm(), by="chen", at=JUNE_1)
    batch = FenOff(
        name_zh="五元", name_en="Five", conditions=Conditions([InSegment(slot="segment:loyal")])
    )
    await publishing.publish("coupon:five", batch, by="chen", at=JUNE_1)
    for slot in ("coupon:five", "segment:loyal"):
        await publishing.end(slot, by="chen", at=JUNE_1)
    with pytest.raises(NotFound, match="slot_is_empty"):
        await publishing.restore("coupon:five", 1, by="chen", at=JUNE_1)


async def test_a_reward_is_no_coupon_that_is_exchanged_for_a_reward() -> None:
    async def laid(slot: str, rule: Struct) -> None:
        await publishing.publish(slot, rule, by="chen", at=JUNE_1)

    await laid("reward:cup", Gift())
    await laid("coupon:cup", Exchange(reward_slot="reward:cup"))
    await laid("coupon:ten", FenOff())
    for kind in (CouponReward, FriendGift):
        with pytest.raises(Refused, match="reward_is_exchange"):
            await laid("reward:more", kind(coupon_slot="coupon:cup"))
    await laid("reward:more", CouponReward(coupon_slot="coupon:ten"))
    with pytest.raises(Refused, match="reward_is_exchange"):
        await laid("coupon:ten", Exchange(reward_slot="reward:cup"))
    with pytest.raises(Refused, match="reward_is_exchange"):
        await laid("reward:cup", CouponReward(coupon_slot="coupon:cup"))
    await laid("coupon:other", Exchange(reward_slot="reward:more"))


async def test_a_reward_for_which_members_hold_coupons_is_not_ended() -> None:
    await buys("1", 300, paid_at=JUNE_1)
    await publishing.publish("reward:cup", Gift(), by="chen", at=JUNE_1)
    free = Exchange(reward_slot="reward:cup")
    await publishing.publish("coupon:cup", free, by="chen", at=JUNE_1)
    wanted = Issue("won", await member(), "coupon:cup", Reason(zh="赢", en="Won"))
    await coupons.issue([wanted], at=JUNE_1)
    await publishing.end("coupon:cup", by="chen", at=JUNE_1)
    with pytest.raises(Refused, match="reward_has_coupons"):
        await publishing.end("reward:cup", by="chen", at=JUNE_1)
    await coupons.expire(at=JUNE_1 + 60 * DAY, limit=9)
    await publishing.end("reward:cup", by="chen", at=JUNE_1 + 60 * DAY)


async def test_members_are_derived_anew_when_a_board_is_ended() -> None:
    await buys("1", 300, paid_at=JUNE_1)
    wang = await member()
    await publishing.publish("board:week", Board(), by="chen", at=JUNE_1)
    await derived(at=JUNE_1)
    assert not await ChangedMember.exists()
    await publishing.end("board:week", by="chen", at=JUNE_1 + HOUR)
    assert await ChangedMember.exists(member_id=wang)
