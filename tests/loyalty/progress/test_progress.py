"""How far a member is, what she claims, and that she claims it once."""

import asyncio
from datetime import date, timedelta

import pytest

from loyalty import ledger, programme, progress
from loyalty.challenges.check_in_streak import CheckInStreak
from loyalty.challenges.orders import Orders
from loyalty.discounts.fen_off import FenOff
from loyalty.errors import NotFound, Refused
from loyalty.progress import Progress, ProgressState
from models import ChallengeClaim, CheckIn
from tests.cast import JUNE_1
from tests.loyalty.play_scene import buys, member, publish

DAY = timedelta(days=1)
TWO = "two_orders"
WEEK = "2026-W23"


@pytest.fixture(autouse=True)
async def brand(database: None) -> None:
    await publish()


async def hers(member_id: int, code: str, *, at: object = JUNE_1) -> Progress:
    return next(one for one in await progress.progress(member_id, at=at) if one.code == code)  # type: ignore[arg-type]


async def available(member_id: int, *, at: object = JUNE_1) -> int:
    return (await ledger.balances([member_id], at=at))[member_id].available  # type: ignore[arg-type]


async def test_orders_of_the_week_count_and_refunds_do_not() -> None:
    await buys("1", 30, paid_at=JUNE_1)
    wang = await member()
    one = await hers(wang, TWO)
    assert (one.done, one.challenge.target, one.state) == (1, 2, ProgressState.OPEN)
    await buys("2", 30, paid_at=JUNE_1 + DAY)
    assert (await hers(wang, TWO, at=JUNE_1 + DAY)).state is ProgressState.READY
    await buys("2", 30, paid_at=JUNE_1 + DAY, refunded_yuan=30)
    assert (await hers(wang, TWO, at=JUNE_1 + DAY)).done == 1
    assert (await hers(wang, TWO, at=JUNE_1 + 7 * DAY)).done == 0, "a new week begins anew"


async def test_a_reward_is_claimed_once_however_often_and_at_once_she_asks() -> None:
    await buys("1", 30, paid_at=JUNE_1)
    await buys("2", 30, paid_at=JUNE_1)
    wang = await member()
    before = await available(wang)
    told = await asyncio.gather(*(progress.claim(wang, TWO, WEEK, at=JUNE_1) for _ in range(8)))
    assert {one.points for one in told} == {100}
    assert await available(wang) == before + 100
    assert await ChallengeClaim.all().count() == 1
    assert (await hers(wang, TWO)).state is ProgressState.CLAIMED
    later = await progress.claim(wang, TWO, WEEK, at=JUNE_1 + 9 * DAY)
    assert later.points == 100, "an old retry gets its answer"
    assert await ledger.verify() == []


async def test_what_is_not_reached_or_over_or_unknown_is_refused() -> None:
    wang = await member()
    with pytest.raises(Refused) as refused:
        await progress.claim(wang, TWO, WEEK, at=JUNE_1)
    assert (refused.value.code, refused.value.figures) == (
        "challenge_not_reached",
        {"done": 0, "target": 2},
    )
    with pytest.raises(Refused, match="round_is_over"):
        await progress.claim(wang, TWO, "2026-W22", at=JUNE_1)
    with pytest.raises(NotFound, match="no_such_challenge"):
        await progress.claim(wang, "none", WEEK, at=JUNE_1)
    assert await ChallengeClaim.all().count() == 0


async def test_a_day_is_checked_in_once_and_pays_at_once() -> None:
    wang = await member()
    told = await asyncio.gather(
        *(progress.check_in(wang, date(2026, 6, 1), at=JUNE_1) for _ in range(6))
    )
    assert sorted(told) == [(False, 0)] * 5 + [(True, 5)]
    assert await available(wang) == 5
    assert await CheckIn.all().count() == 1


async def test_only_todays_shanghai_day_can_be_checked_in() -> None:
    wang = await member()
    late = JUNE_1.replace(hour=16)  # midnight in Shanghai
    with pytest.raises(Refused, match="not_today"):
        await progress.check_in(wang, date(2026, 6, 1), at=late)
    assert await progress.check_in(wang, date(2026, 6, 2), at=late) == (True, 5)


async def test_a_streak_needs_days_without_a_gap() -> None:
    wang = await member()
    for number in (0, 1, 3, 4):
        await progress.check_in(wang, date(2026, 6, 1) + number * DAY, at=JUNE_1 + number * DAY)
    one = await hers(wang, "three_days", at=JUNE_1 + 4 * DAY)
    assert (one.done, one.state) == (2, ProgressState.OPEN)
    assert (await progress.days(wang, at=JUNE_1 + 4 * DAY))[1] == 2
    assert (await progress.days(wang, at=JUNE_1 + 5 * DAY))[1] == 2, "today is still to come"
    assert (await progress.days(wang, at=JUNE_1 + 6 * DAY))[1] == 0
    await progress.check_in(wang, date(2026, 6, 6), at=JUNE_1 + 5 * DAY)
    assert (await hers(wang, "three_days", at=JUNE_1 + 5 * DAY)).state is ProgressState.READY


async def test_what_she_did_counts_on_when_the_words_of_a_challenge_change() -> None:
    for at, name in ((programme.BEGINNING, "一次"), (JUNE_1 + DAY, "只一次")):
        rule = Orders(name, "Once", "once", 2, reward_points=10)
        await programme.publish("challenge:once", rule, starts_at=at, by="test", at=at)
        wang = await member()
        if name == "一次":
            await buys("1", 50, paid_at=JUNE_1)
    found = await hers(wang, "once", at=JUNE_1 + DAY)
    assert (found.challenge.name_zh, found.done) == ("只一次", 1)


async def test_a_promised_coupon_that_is_gone_loses_neither_check_in_nor_claim() -> None:
    batch = FenOff(name_zh="券", name_en="Coupon")
    rule = CheckInStreak(
        "券", "Coupon", "daily", reward_coupon_slot="coupon:daily", comes_by_itself=True
    )
    ends_at = JUNE_1 + timedelta(minutes=1)
    await programme.publish(
        "coupon:daily", batch, starts_at=programme.BEGINNING, ends_at=ends_at, by="t", at=JUNE_1
    )
    await programme.publish("challenge:c", rule, starts_at=programme.BEGINNING, by="t", at=JUNE_1)
    wang = await member()
    assert await progress.check_in(wang, progress.today(ends_at), at=ends_at) == (True, 5)
    found = await hers(wang, "c", at=ends_at)
    assert found.state is ProgressState.READY
    with pytest.raises(NotFound, match="no_such_coupon_batch"):
        await progress.claim(wang, "c", found.round.name, at=ends_at)
    again = ends_at + timedelta(minutes=1)
    await programme.publish("coupon:daily", batch, starts_at=again, by="t", at=again)
    claimed = await progress.claim(wang, "c", found.round.name, at=again)
    assert claimed.coupon_id is not None
    assert await progress.claim(wang, "c", found.round.name, at=again) == claimed
