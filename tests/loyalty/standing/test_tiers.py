"""Tiers by measure and window: up at once, down at the review, the same however it was told."""

import random
from collections import defaultdict
from datetime import date, datetime, timedelta

import pytest

from loyalty import customers, programme, progress, purchases, standing
from loyalty.calendar import start_of
from loyalty.facts import Facts, Review
from loyalty.orders import Order
from loyalty.policies.tiers import Measure, Tier, Tiers, Window
from models import PurchaseState
from tests.cast import LIN, WANG, line, noon, order
from tests.loyalty.play_scene import buys, derived, member, publish
from tests.loyalty.standing.plain_tiers import Stands, stands

DAY = timedelta(days=1)
NOON = timedelta(hours=12)
BASIC, SILVER, GOLD = range(3)
TIERS = (
    Tier("basic", "普通会员", "Member", 0),
    Tier("silver", "银卡会员", "Silver", 500),
    Tier("gold", "金卡会员", "Gold", 2000),
)


@pytest.fixture(autouse=True)
async def brand(database: None) -> None:
    await publish()


async def let_hold(tiers: Tiers) -> None:
    await programme.publish(
        "tiers", tiers, starts_at=programme.BEGINNING, by="test", at=noon(2025, 1, 1)
    )


def yuan_tiers(**more: object) -> Tiers:
    """Return tiers from 500 and 2,000 yuan on."""
    tiers = tuple(Tier(one.code, one.name_zh, one.name_en, one.threshold * 100) for one in TIERS)
    return Tiers(tiers, **more)  # type: ignore[arg-type]


async def facts_at(at: datetime) -> Facts:
    """Let the day come, and return where Wang stands."""
    wang = await member()
    await standing.changed([wang])
    await derived(at=at)
    return await standing.facts_of(wang, at=at, rules=await programme.load())


async def rank_at(at: datetime) -> int:
    return (await facts_at(at)).tier_rank


async def test_she_goes_up_at_once_and_down_when_the_grace_is_over() -> None:
    await let_hold(yuan_tiers(window=Window.ROLLING_DAYS, window_days=90, grace_days=30))
    await buys("1", 2500, paid_at=noon(2026, 1, 1))
    facts = await facts_at(noon(2026, 1, 1))
    assert facts.tier_rank == GOLD, "at once"
    # The order counts to 1 April and no more from 2 April on; then 30 days of grace.
    assert facts.review == Review(date(2026, 5, 2), date(2026, 5, 2), 0, BASIC)
    assert await rank_at(noon(2026, 5, 1)) == GOLD
    assert await rank_at(noon(2026, 5, 2)) == BASIC


async def test_she_goes_down_one_tier_at_a_time() -> None:
    await let_hold(
        yuan_tiers(window=Window.ROLLING_DAYS, window_days=90, grace_days=30, step_days=60)
    )
    await buys("1", 2500, paid_at=noon(2026, 1, 1))
    assert await rank_at(noon(2026, 5, 1)) == GOLD
    facts = await facts_at(noon(2026, 5, 2))
    assert facts.tier_rank == SILVER
    assert facts.review == Review(date(2026, 7, 1), date(2026, 7, 1), 0, BASIC)
    assert await rank_at(noon(2026, 6, 30)) == SILVER
    assert await rank_at(noon(2026, 7, 1)) == BASIC


async def test_a_purchase_within_the_grace_keeps_the_tier() -> None:
    await let_hold(yuan_tiers(window=Window.ROLLING_DAYS, window_days=90, grace_days=30))
    await buys("1", 2500, paid_at=noon(2026, 1, 1))
    await buys("2", 2000, paid_at=noon(2026, 4, 20))
    facts = await facts_at(noon(2026, 5, 10))
    assert (facts.tier_rank, facts.reached) == (GOLD, 2000_00)
    assert facts.review
    assert facts.review.review_on == date(2026, 8, 19)


async def test_a_tier_of_a_calendar_year_lasts_through_the_next() -> None:
    await let_hold(yuan_tiers(window=Window.CALENDAR_YEAR, grace_days=60, step_days=365))
    await buys("1", 2500, paid_at=noon(2025, 3, 1))
    facts = await facts_at(noon(2026, 2, 1))
    assert (facts.tier_rank, facts.reached) == (GOLD, 0), "a new year counts anew"
    assert facts.review == Review(date(2027, 3, 2), date(2027, 1, 1), 0, SILVER)
    await buys("2", 600, paid_at=noon(2026, 5, 1))
    facts = await facts_at(noon(2026, 6, 1))
    assert (facts.tier_rank, facts.reached) == (GOLD, 600_00)
    assert facts.review
    assert facts.review.still_counts == 600_00, "1,400 more keep it"
    assert await rank_at(noon(2027, 3, 1)) == GOLD
    assert await rank_at(noon(2027, 3, 2)) == SILVER


async def test_whoever_spends_a_window_at_its_last_minute_counts_in_shanghai() -> None:
    await let_hold(yuan_tiers(window=Window.CALENDAR_QUARTER, held_windows=0))
    await buys("1", 600, paid_at=start_of(date(2026, 4, 1)) - timedelta(seconds=1))
    assert await rank_at(noon(2026, 3, 31)) == SILVER
    assert await rank_at(noon(2026, 4, 1)) == BASIC


async def test_tiers_for_ever_are_never_reviewed() -> None:
    await let_hold(yuan_tiers(window=Window.EVER))
    await buys("1", 600, paid_at=noon(2016, 4, 1))
    facts = await facts_at(noon(2026, 3, 31))
    assert (facts.tier_rank, facts.review, facts.reached) == (SILVER, None, 600_00)


async def test_what_was_given_back_counts_as_never_bought() -> None:
    await let_hold(yuan_tiers(grace_days=90, step_days=90))
    await buys("1", 600, paid_at=noon(2026, 1, 1))
    await buys("2", 2500, paid_at=noon(2026, 2, 1))
    assert await rank_at(noon(2026, 2, 2)) == GOLD
    await buys("2", 2500, paid_at=noon(2026, 2, 1), refunded_yuan=2500, at=noon(2026, 2, 3))
    facts = await facts_at(noon(2026, 2, 3))
    assert (facts.tier_rank, facts.reached) == (SILVER, 600_00), "no grace for what is given back"


async def test_orders_visits_and_growth_are_measures_too() -> None:
    three = (Tier("basic", "普", "Basic", 0), Tier("silver", "银", "Silver", 3))
    wang = await member()
    await buys("1", 10, paid_at=noon(2026, 1, 1))
    await buys("2", 10, paid_at=noon(2026, 1, 1))
    await progress.check_in(wang, date(2026, 1, 1), at=noon(2026, 1, 1))
    await progress.check_in(wang, date(2026, 1, 3), at=noon(2026, 1, 3))
    await let_hold(Tiers(three, measure=Measure.ORDERS))
    assert (await facts_at(noon(2026, 1, 3))).reached == 2
    await let_hold(Tiers(three, measure=Measure.VISITS))
    assert (await facts_at(noon(2026, 1, 3))).reached == 2, "two days, whatever she did on them"
    await let_hold(
        Tiers(
            three,
            measure=Measure.GROWTH,
            growth_per_yuan=2,
            growth_per_order=5,
            growth_per_visit=1,
        )
    )
    facts = await facts_at(noon(2026, 1, 3))
    assert (facts.tier_rank, facts.reached) == (SILVER, 2 * 20 + 2 * 5 + 2)


async def test_a_merge_counts_both_and_parting_counts_each_again() -> None:
    await let_hold(yuan_tiers(grace_days=30))
    await buys("1", 300, paid_at=noon(2026, 1, 1))
    await buys("2", 300, paid_at=noon(2026, 1, 2), buyer=LIN)
    wang, lin = await member(), await member(LIN)
    merge = await customers.merge(wang, lin, evidence="e", by="test", at=noon(2026, 1, 3))
    assert await rank_at(noon(2026, 1, 3)) == SILVER
    await customers.unmerge(merge, by="test", at=noon(2026, 1, 4))
    assert await rank_at(noon(2026, 1, 4)) == BASIC
    facts = await standing.facts_of(lin, at=noon(2026, 1, 4), rules=await programme.load())
    assert facts.reached == 300_00


async def test_the_nightly_run_may_come_twice_and_finds_only_those_whose_time_has_come() -> None:
    await let_hold(yuan_tiers(window=Window.ROLLING_DAYS, window_days=90, grace_days=30))
    await buys("1", 600, paid_at=noon(2026, 1, 1))
    assert await standing.changed_since(at=noon(2026, 4, 1)) == 0
    assert await standing.changed_since(at=noon(2026, 4, 2)) == 1, "it leaves the window"
    assert await standing.changed_since(at=noon(2026, 4, 2)) == 1
    await derived(at=noon(2026, 4, 2))
    assert await standing.changed_since(at=noon(2026, 5, 1)) == 0
    assert await standing.changed_since(at=noon(2026, 5, 2)) == 1, "the grace is over"
    await derived(at=noon(2026, 5, 2))
    assert await standing.changed_since(at=noon(2027, 5, 2)) == 0, "nothing is left to change"


async def test_tiers_that_begin_later_are_worked_out_by_the_night_run() -> None:
    await let_hold(yuan_tiers())
    await buys("1", 600, paid_at=noon(2026, 1, 1))
    later = noon(2026, 2, 1)
    await programme.publish(
        "tiers", yuan_tiers(grace_days=5), starts_at=later, by="test", at=noon(2026, 1, 2)
    )
    assert await standing.changed_since(at=later - DAY) == 0
    assert await standing.changed_since(at=later + DAY) == 1


WINDOWS = [
    yuan_tiers(window=Window.ROLLING_DAYS, window_days=45),
    yuan_tiers(window=Window.ROLLING_DAYS, window_days=45, grace_days=20, step_days=25),
    yuan_tiers(window_months=1, grace_days=3),
    yuan_tiers(window_months=3, step_days=40),
    yuan_tiers(window=Window.CALENDAR_MONTH, grace_days=10, step_days=31),
    yuan_tiers(window=Window.CALENDAR_QUARTER, held_windows=0, step_days=20),
    yuan_tiers(window=Window.CALENDAR_QUARTER, held_windows=2),
    yuan_tiers(window=Window.CALENDAR_YEAR, grace_days=59),
    yuan_tiers(window=Window.EVER),
]


@pytest.mark.parametrize("tiers", WINDOWS, ids=lambda one: f"{one.window}")
async def test_random_years_stand_as_worked_out_by_hand(tiers: Tiers) -> None:
    chance = random.Random(2874)
    await let_hold(tiers)
    brought: dict[date, int] = defaultdict(int)
    told: list[Order] = []
    for number in range(14):
        on_day = date(2025, 12, 1) + chance.randrange(330) * DAY
        fen, back = chance.randrange(100, 1500) * 100, chance.choice((0, 0, 0, 50_00, None))
        refunded_fen = fen if back is None else back
        brought[on_day] += fen - refunded_fen
        told.append(
            order(
                str(number),
                line(fen, refunded_fen=refunded_fen),
                paid_at=start_of(on_day) + chance.randrange(24 * 60) * timedelta(minutes=1),
                state=PurchaseState.REFUNDED if back is None else PurchaseState.PAID,
            )
        )
    await purchases.record(told, at=noon(2026, 11, 1))
    kept = {on_day: fen for on_day, fen in brought.items() if fen}
    for _ in range(12):
        today = date(2026, 11, 1) + chance.randrange(200) * DAY
        facts = await facts_at(start_of(today) + NOON)
        found = Stands(
            facts.tier_rank,
            facts.reached,
            facts.review and facts.review.review_on,
            facts.review and facts.review.projected_rank,
        )
        assert found == stands(tiers, kept, today), today


async def test_ten_sequences_of_the_same_orders_end_in_the_same_standing() -> None:
    await let_hold(yuan_tiers(window_months=3, grace_days=20, step_days=30))
    ends = set()
    for seed in range(10):
        chance = random.Random(seed)
        buyer = (type(WANG)(WANG.kind, WANG.scope, f"buyer{seed}"),)
        stories = []
        for number in range(6):
            bought = order(
                f"{seed}-{number}",
                line(400_00 + 100_00 * number),
                buyer=buyer,
                paid_at=noon(2026, 1 + number, 3),
            )
            given_back = order(
                f"{seed}-{number}",
                line(400_00 + 100_00 * number, refunded_fen=300_00 * (number % 3 == 0)),
                buyer=buyer,
                paid_at=noon(2026, 1 + number, 3),
                updated_at=noon(2026, 7, 1),
            )
            stories.append([bought, given_back])
        while any(stories):
            story = chance.choice([one for one in stories if one])
            (outcome,) = await purchases.record([story.pop(0)], at=noon(2026, 7, 2))
            outcome.unwrap()
            if chance.random() < 0.5:
                await derived(at=noon(2026, 7, 2))
        await derived(at=noon(2026, 7, 2))
        facts = await standing.facts_of(
            await member(buyer[0]), at=noon(2026, 7, 2), rules=await programme.load()
        )
        ends.add((facts.tier_rank, facts.reached, facts.review))
    assert len(ends) == 1
