"""Steps are claimed one by one, once a round, and undone while unused where orders come back."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from loyalty import ledger, programme, progress
from loyalty.calendar import start_of
from loyalty.challenges import Challenge, ChallengeStep
from loyalty.challenges.orders import Orders
from loyalty.challenges.spend import Spend
from loyalty.discounts.fen_off import FenOff
from loyalty.errors import NotFound, Refused
from loyalty.progress import Progress
from models import Boost, ChallengeClaim, Coupon, CouponState, db
from tests.cast import JUNE_1, LIN, WANG, ZHAO
from tests.loyalty.play_scene import buys, member, publish

DAY = timedelta(days=1)
MONTH = "2026-06"
LADDER = Orders(
    "三级跳",
    "One, three",
    "monthly",
    1,
    reward_points=10,
    more_steps=(ChallengeStep(3, reward_coupon_slot="coupon:ten"), ChallengeStep(5, 50)),
)


@pytest.fixture(autouse=True)
async def brand(database: None) -> None:
    await publish()
    await lay("coupon:ten", FenOff(name_zh="券", name_en="Coupon"))
    await lay("challenge:ladder", LADDER)


async def lay(slot: str, rule: Challenge | FenOff, *, at: datetime = JUNE_1) -> None:
    await programme.publish(slot, rule, starts_at=programme.BEGINNING, by="t", at=at)


async def hers(member_id: int, code: str = "ladder", *, at: datetime = JUNE_1) -> Progress:
    return next(one for one in await progress.progress(member_id, at=at) if one.code == code)


async def bought(orders: int, *, at: datetime = JUNE_1, first: int = 1) -> int:
    for number in range(first, first + orders):
        await buys(str(number), 30, paid_at=at)
    return await member()


async def gives_back(*numbers: int, at: datetime = JUNE_1) -> None:
    for number in numbers:
        await buys(str(number), 30, paid_at=JUNE_1, refunded_yuan=30, at=at)


def states(one: Progress) -> Sequence[str]:
    return [step.state.value for step in one.steps]


async def available(member_id: int) -> int:
    return (await ledger.balances([member_id], at=JUNE_1))[member_id].available


async def test_each_step_is_claimed_once_in_any_order_and_at_once() -> None:
    wang = await bought(3)
    assert states(await hers(wang)) == ["ready", "ready", "open"]
    told = await asyncio.gather(
        *(progress.claim(wang, "ladder", MONTH, step=step, at=JUNE_1) for step in (2, 1, 2, 1, 2))
    )
    assert {one.points for one in told[1::2]} == {10}
    assert len({one.coupon_id for one in told[::2]}) == 1
    assert await Coupon.all().count() == 1
    assert await ChallengeClaim.all().count() == 2
    assert states(await hers(wang)) == ["claimed", "claimed", "open"]
    with pytest.raises(Refused) as refused:
        await progress.claim(wang, "ladder", MONTH, step=3, at=JUNE_1)
    assert refused.value.figures == {"done": 3, "target": 5}
    with pytest.raises(NotFound, match="no_such_step"):
        await progress.claim(wang, "ladder", MONTH, step=4, at=JUNE_1)
    assert await ledger.verify() == []


async def test_a_refund_undoes_what_is_unused_and_reached_no_more() -> None:
    wang = await bought(3)
    for step in (1, 2):
        await progress.claim(wang, "ladder", MONTH, step=step, at=JUNE_1)
    await gives_back(3)
    one = await hers(wang)
    assert (one.done, list(states(one))) == (2, ["claimed", "open", "open"])
    assert [one.state for one in await Coupon.all()] == [CouponState.VOID]
    before = await available(wang)
    await gives_back(1, 2)
    assert states(await hers(wang)) == ["open", "open", "open"]
    assert await available(wang) == before - 10
    await bought(3, first=4)
    again = await progress.claim(wang, "ladder", MONTH, step=2, at=JUNE_1)
    assert (await Coupon.get(id=again.coupon_id)).state is CouponState.ISSUED
    assert (await progress.claim(wang, "ladder", MONTH, step=1, at=JUNE_1)).points == 10
    assert await available(wang) == before, "bought, given back and bought again it pays once"
    assert await ledger.verify() == []


async def test_a_coupon_that_lapsed_stays_and_no_second_one_comes() -> None:
    wang = await bought(3)
    given = await progress.claim(wang, "ladder", MONTH, step=2, at=JUNE_1)
    await Coupon.filter(id=given.coupon_id).update(state=CouponState.EXPIRED, ended_at=JUNE_1)
    await gives_back(3)
    assert states(await hers(wang))[1] == "open"
    await bought(1, first=4)
    again = await progress.claim(wang, "ladder", MONTH, step=2, at=JUNE_1)
    assert again == given
    assert await Coupon.all().count() == 1


async def test_spent_points_are_owed_or_written_off_as_the_policy_says() -> None:
    wang = await bought(1)
    await progress.claim(wang, "ladder", MONTH, at=JUNE_1)
    held = await available(wang)
    await ledger.record_one(
        ledger.Spend(member_id=wang, key="all", at=JUNE_1, cause="t", points=held)
    )
    await gives_back(1)
    balance = (await ledger.balances([wang], at=JUNE_1))[wang]
    assert (balance.available, balance.debt) == (0, held), "the order's points and the reward's"
    (claim,) = await ChallengeClaim.all()
    assert (claim.points, claim.undone_at) == (0, JUNE_1)


async def test_a_refund_after_the_round_undoes_it_too_and_keep_undoes_nothing() -> None:
    keeping = Orders("留", "Keep", "monthly", 1, reward_points=7, on_refund="keep")
    await lay("challenge:kept", keeping)
    wang = await bought(1)
    for code in ("ladder", "kept"):
        await progress.claim(wang, code, MONTH, at=JUNE_1)
    later = JUNE_1 + 40 * DAY
    await gives_back(1, at=later)
    found = {one.slot: one.undone_at for one in await ChallengeClaim.all()}
    assert found == {"challenge:ladder": later, "challenge:kept": None}
    with pytest.raises(Refused, match="round_is_over"):
        await progress.claim(wang, "ladder", MONTH, at=later)


async def test_double_points_for_some_days_begin_with_the_claim_and_end_with_a_refund() -> None:
    rule = Orders("双倍", "Double", "monthly", 1, boost_percent=200, boost_days=7)
    await lay("challenge:double", rule)
    wang = await bought(1)
    given = await progress.claim(wang, "double", MONTH, at=JUNE_1)
    assert (given.points, given.boost_percent, given.boost_days) == (0, 200, 7)
    assert await progress.claim(wang, "double", MONTH, at=JUNE_1) == given
    (boost,) = await Boost.all()
    assert (boost.starts_at, boost.ends_at) == (JUNE_1, start_of(date(2026, 6, 9)))
    await gives_back(1, at=JUNE_1 + DAY)
    (boost,) = await Boost.all()
    assert boost.ends_at == JUNE_1 + DAY
    await bought(1, first=2, at=JUNE_1 + 2 * DAY)
    await progress.claim(wang, "double", MONTH, at=JUNE_1 + 2 * DAY)
    assert await Boost.all().count() == 2, "reached again it begins again"


async def test_a_season_is_told_before_it_begins_and_claimed_while_it_runs() -> None:
    rule = Spend("春节", "New Year", "cny", 50, reward_points=88)
    await lay("challenge:cny", rule)
    wang = await member()
    soon, begins = (start_of(date(2027, 1, day)) for day in (2, 30))
    told = await hers(wang, "cny", at=soon)
    assert (told.state, told.round.name, told.round.starts_at) == ("coming", "2027-cny", begins)
    with pytest.raises(Refused, match="round_is_coming"):
        await progress.claim(wang, "cny", "2027-cny", at=soon)
    await buys("early", 60, paid_at=begins - timedelta(seconds=1))
    assert (await hers(wang, "cny", at=begins)).done == 0
    await buys("in", 60, paid_at=begins)
    assert (await hers(wang, "cny", at=begins)).state == "ready"
    assert (await progress.claim(wang, "cny", "2027-cny", at=begins)).points == 88
    over = start_of(date(2027, 2, 21))
    codes = [one.code for one in await progress.progress(wang, at=over)]
    assert "cny" not in codes, "the next one is a year away"
    retried = await progress.claim(wang, "cny", "2027-cny", at=over)
    assert retried.points == 88, "an old retry gets its answer"


async def test_progress_of_many_takes_as_many_statements_as_of_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await bought(2)
    ids = [await member(one) for one in (WANG, LIN, ZHAO)]
    rules = await programme.load()
    asked: list[str] = []
    fetch = db.fetch

    async def counted(sql: str, *arguments: object) -> object:
        asked.append(sql)
        return await fetch(sql, *arguments)

    monkeypatch.setattr(db, "fetch", counted)
    counts = []
    for some in (ids[:1], ids):
        asked.clear()
        found = await progress.progress_of(some, at=JUNE_1, rules=rules)
        counts.append(len(asked))
        assert set(found) == set(some)
    assert counts == [4, 4], "facts, orders, check-ins, claims"
    assert [one.done for one in found[ids[0]] if one.code == "ladder"] == [2]


async def test_a_draft_is_counted_on_the_round_before_and_on_this_one() -> None:
    await buys("may", 80, paid_at=JUNE_1 - 5 * DAY, buyer=LIN)
    await bought(3)
    await buys("z", 45, paid_at=JUNE_1, buyer=ZHAO)
    draft = Spend(
        rounds="monthly",
        target=60,
        reward_points=10,
        more_steps=(ChallengeStep(90, reward_coupon_slot="coupon:ten"),),
    )
    found = await progress.preview(draft, "challenge:new", at=JUNE_1)
    told = [
        (one.span.name, one.is_over, [(s.reached, s.near, s.points, s.coupons) for s in one.steps])
        for one in found.rounds
    ]
    assert told == [
        ("2026-05", True, [(1, 0, 10, 0), (0, 1, 0, 0)]),
        ("2026-06", False, [(1, 1, 10, 0), (1, 0, 0, 1)]),
    ]
    assert await ChallengeClaim.all().count() == 0
    halved = await progress.preview(draft, "challenge:new", at=JUNE_1, most=2)
    assert halved.every == 2


async def test_what_others_give_back_is_not_looked_at_for_her(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wang = await bought(1)
    await progress.claim(wang, "ladder", MONTH, at=JUNE_1)
    await buys("l", 30, paid_at=JUNE_1, buyer=LIN)
    await buys("l", 30, paid_at=JUNE_1, buyer=LIN, refunded_yuan=30)
    rules = await programme.load()
    asked: list[str] = []
    fetch = db.fetch

    async def counted(sql: str, *arguments: object) -> object:
        asked.append(sql)
        return await fetch(sql, *arguments)

    monkeypatch.setattr(db, "fetch", counted)
    await progress.follow([wang], rules, at=JUNE_1)
    assert len(asked) == 1, "no order of hers came back, so nothing is counted again"
