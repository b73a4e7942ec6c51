"""A friend whom a member invited counts once she bought and kept it, and both have their reward."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from loyalty import boosts, customers, deletions, ledger, programme, referrals, standing
from loyalty.discounts.fen_off import FenOff
from loyalty.errors import NotFound, Refused
from models import Boost, Coupon, Referral, ReferralWay, StaffMember, db
from tests.cast import DAY, JUNE_1, LIN, WANG, ZHAO
from tests.loyalty.ledger.test_cost import statements_counted
from tests.loyalty.referrals.conftest import (
    HOUR,
    POLICY,
    buys,
    friend,
    invited,
    met,
    state_of,
    until,
)

pytestmark = pytest.mark.usefixtures("inviting_brand")

SETTLED = JUNE_1 + 9 * DAY
MU, HE, SUN = friend("mu"), friend("he"), friend("sun")


async def points_for(who: int) -> int:
    """Return what invitations brought a member, less what was taken back."""
    (row,) = await db.fetch(
        "SELECT coalesce(sum(available + pending - debt), 0)::bigint AS points FROM entry"
        " WHERE cause = 'referral' AND member_id = $1",
        who,
    )
    return int(row["points"])


async def test_a_friend_counts_when_her_order_can_be_given_back_no_more() -> None:
    wang, one = await met(WANG), await invited(LIN)
    lin = await met(LIN)
    assert await state_of(one) == ("joined", "")
    await buys(LIN, "1")
    await until(JUNE_1 + 2 * HOUR)
    assert await state_of(one) == ("bought", "")
    await until(JUNE_1 + 8 * DAY - HOUR)
    assert (await state_of(one), await points_for(wang)) == (("bought", ""), 0)
    await until(SETTLED)
    assert await state_of(one) == ("qualified", "")
    assert (await points_for(wang), await points_for(lin)) == (100, 50)
    await until(SETTLED + DAY)
    assert (await points_for(wang), await points_for(lin)) == (100, 50)
    assert await ledger.verify() == []


async def test_two_friends_unlock_double_points_for_seven_days() -> None:
    wang = await met(WANG)
    for who in (LIN, ZHAO):
        await invited(who)
        await buys(who, f"of-{who.value}")
    await until(SETTLED)
    boost = await Boost.get()
    assert (boost.member_id, boost.times_percent, boost.starts_at) == (wang, 200, SETTLED)
    assert boost.ends_at - SETTLED > 7 * DAY
    await buys(WANG, "doubled", 100, paid_at=SETTLED + HOUR)
    (balance,) = (await ledger.balances([wang], at=SETTLED + HOUR)).values()
    assert (balance.available, balance.pending) == (200, 200)


async def test_a_refund_after_all_undoes_both_rewards_and_the_boost() -> None:
    wang, first = await met(WANG), await invited(LIN)
    await invited(ZHAO)
    for who in (LIN, ZHAO):
        await buys(who, f"of-{who.value}")
    await until(SETTLED)
    late = SETTLED + DAY
    await buys(LIN, "of-lin", refunded_yuan=100, told_at=late)
    await until(late)
    assert await state_of(first) == ("reversed", "order_refunded")
    assert (await points_for(wang), await points_for(await met(LIN))) == (100, 0)
    assert (await Boost.get()).ends_at == late
    rules = await programme.load()
    assert await boosts.boosted(wang, at=late, rules=rules) is None
    await buys(LIN, "again", paid_at=late + HOUR)
    await until(late + 9 * DAY)
    assert await state_of(first) == ("qualified", "")
    assert (await points_for(wang), await points_for(await met(LIN))) == (200, 50)
    assert await ledger.verify() == []


async def test_what_was_given_is_undone_while_unused_a_used_coupon_stays() -> None:
    batch = FenOff(name_zh="立减", name_en="Off", fen=1000, valid_days=30)
    rule = type(POLICY)(inviter_coupon_slot="coupon:off", unlock_steps=())
    for slot, body in (("coupon:off", batch), ("referral", rule)):
        await programme.publish(slot, body, starts_at=programme.BEGINNING, by="t", at=JUNE_1)
    for who in (LIN, ZHAO):
        await invited(who)
        await buys(who, f"of-{who.value}")
    await until(SETTLED)
    used = await Coupon.all().order_by("id").first()
    assert used is not None
    await Coupon.filter(id=used.id).update(state="used", locked_by=1, ended_at=SETTLED)
    for who in (LIN, ZHAO):
        await buys(who, f"of-{who.value}", refunded_yuan=100, told_at=SETTLED + DAY)
    await until(SETTLED + DAY)
    assert sorted(one.state.value for one in await Coupon.all()) == ["used", "void"]


@pytest.mark.parametrize(
    ("yuan", "refunded", "reason"),
    [(0, 0, "bought_nothing_in_time"), (19, 0, "order_too_small"), (50, 50, "order_refunded")],
)
async def test_after_the_window_the_reason_is_said(yuan: int, refunded: int, reason: str) -> None:
    one = await invited(LIN)
    if yuan:
        await buys(LIN, "1", yuan, refunded_yuan=refunded)
    await until(JUNE_1 + 31 * DAY)
    assert await state_of(one) == ("not_counted", reason)


async def test_one_who_bought_before_or_joined_long_ago_is_no_new_friend() -> None:
    await met(LIN, at=JUNE_1 - 2 * DAY)
    assert await state_of(await invited(LIN)) == ("not_counted", "already_a_customer")
    await buys(ZHAO, "before", paid_at=JUNE_1 - HOUR)
    assert await state_of(await invited(ZHAO)) == ("not_counted", "already_a_customer")
    one = await invited(MU)
    await buys(MU, "late told", paid_at=JUNE_1 - DAY, told_at=JUNE_1 + DAY)
    await until(JUNE_1 + DAY)
    assert await state_of(one) == ("not_counted", "already_a_customer")


async def test_an_order_of_the_same_second_is_no_earlier_one() -> None:
    one = await invited(LIN, at=JUNE_1 + timedelta(microseconds=700_000))
    await buys(LIN, "1", paid_at=JUNE_1)
    await until(JUNE_1 + HOUR)
    assert await state_of(one) == ("bought", "")


async def test_nobody_invites_herself_nor_after_a_merge() -> None:
    code = await referrals.code_of(await met(WANG), at=JUNE_1)
    with pytest.raises(Refused, match="invites_herself"):
        await referrals.accept(code, await met(WANG), way=ReferralWay.CODE, at=JUNE_1)
    one = await invited(LIN)
    await buys(LIN, "1")
    await until(SETTLED)
    wang, lin = await met(WANG), await met(LIN)
    merge_id = await customers.merge(wang, lin, evidence="phone", by="test", at=SETTLED + HOUR)
    await until(SETTLED + 2 * HOUR)
    assert await state_of(one) == ("reversed", "same_customer_invited")
    assert await points_for(wang) + await points_for(lin) == 0
    await customers.unmerge(merge_id, by="test", at=SETTLED + DAY)
    await until(SETTLED + DAY)
    assert await state_of(one) == ("qualified", "")
    assert await ledger.verify() == []


async def test_no_circle_counts() -> None:
    await met(WANG, at=JUNE_1)
    assert await state_of(await invited(LIN, by=WANG)) == ("joined", "")
    assert await state_of(await invited(ZHAO, by=LIN, at=JUNE_1 + HOUR)) == ("joined", "")
    code = await referrals.code_of(await met(ZHAO), at=JUNE_1)
    uuid = await referrals.accept(code, await met(WANG), way=ReferralWay.LINK, at=JUNE_1 + 2 * HOUR)
    circle = await Referral.get(uuid=uuid)
    assert await state_of(circle) == ("not_counted", "invited_in_a_circle")


async def test_the_first_invitation_is_hers_for_ever() -> None:
    one = await invited(LIN, by=WANG)
    assert (await invited(LIN, by=WANG, at=JUNE_1 + DAY)).id == one.id
    with pytest.raises(Refused, match="invited_already"):
        await invited(LIN, by=ZHAO, at=JUNE_1 + DAY)


async def test_of_two_friends_who_are_one_the_first_counts() -> None:
    first, second = await invited(LIN, by=WANG), await invited(MU, by=ZHAO, at=JUNE_1 + HOUR)
    lin, mu = await met(LIN), await met(MU)
    await customers.merge(mu, lin, evidence="phone", by="test", at=JUNE_1 + 2 * HOUR)
    await buys(MU, "1", paid_at=JUNE_1 + 3 * HOUR)
    await until(SETTLED)
    assert await state_of(first) == ("qualified", "")
    assert await state_of(second) == ("not_counted", "invited_before")


async def test_more_friends_than_allowed_a_day_do_not_count() -> None:
    states = []
    for number in range(5):
        states.append(await state_of(await invited(friend(f"f{number}"))))
    assert states == [*[("joined", "")] * 4, ("not_counted", "too_many_today")]
    next_day = await invited(friend("f9"), at=JUNE_1 + DAY)
    assert await state_of(next_day) == ("joined", "")


async def test_opened_twice_at_once_it_is_one_and_two_orders_at_once_reward_once() -> None:
    code = await referrals.code_of(await met(WANG), at=JUNE_1)
    lin = await met(LIN, at=JUNE_1)
    found = await asyncio.gather(
        *(referrals.accept(code, lin, way=ReferralWay.LINK, at=JUNE_1) for _ in range(4))
    )
    assert len(set(found)) == 1
    await asyncio.gather(buys(LIN, "1"), buys(LIN, "2"))
    await asyncio.gather(*(standing.derive(at=SETTLED) for _ in range(3)))
    await until(SETTLED)
    assert await points_for(await met(WANG)) == 100


async def test_a_wrong_code_and_no_rule_are_said() -> None:
    with pytest.raises(NotFound, match="no_such_referral_code"):
        await referrals.accept("A" * 16, await met(LIN), way=ReferralWay.CODE, at=JUNE_1)
    code = await referrals.code_of(await met(WANG), at=JUNE_1)
    await programme.publish(
        "referral", POLICY, starts_at=JUNE_1, by="t", at=JUNE_1, ends_at=JUNE_1 + DAY
    )
    dressed = f" {code[:4]}-{code[4:].lower()} "
    lin = await met(LIN, at=JUNE_1 + HOUR)
    assert await referrals.accept(dressed, lin, way=ReferralWay.CODE, at=JUNE_1 + HOUR)


async def test_she_reads_her_friends_newest_first_and_how_many_count() -> None:
    wang = await met(WANG)
    for hours, who in enumerate((LIN, ZHAO, MU)):
        await invited(who, at=JUNE_1 + timedelta(hours=hours))
    page = await referrals.friends(wang, limit=2)
    rest = await referrals.friends(wang, before=page[-1].uuid, limit=2)
    assert len(page) == 2
    assert len(rest) == 1
    found = await referrals.inviting(wang, at=JUNE_1)
    assert (found.friends, found.on_the_way, len(found.code)) == (0, 3, 16)


async def test_many_friends_take_as_many_statements_as_few() -> None:
    async def derived(names: list[str], at: datetime) -> int:
        for name in names:
            await invited(friend(name), by=friend(f"by-{name}"), at=at)
            await buys(friend(name), f"of-{name}", paid_at=at + HOUR)
        await until(at + 2 * HOUR)
        await referrals.due(at=at + 9 * DAY)
        async with statements_counted() as sent:
            await standing.derive(at=at + 9 * DAY)
        return len(sent)

    few = await derived(["a", "b"], JUNE_1)
    many = await derived([f"c{number}" for number in range(12)], JUNE_1 + 20 * DAY)
    assert few == many


async def marketer() -> int:
    who = await StaffMember.create(
        account="ma", name="马力", role="marketer", language="zh", created_at=JUNE_1
    )
    return int(who.id)


async def test_what_staff_let_not_count_takes_back_what_it_gave() -> None:
    by = await marketer()
    wang, one = await met(WANG), await invited(LIN)
    await buys(LIN, "1")
    await until(SETTLED)
    for _ in "ab":
        await referrals.bar(one.uuid, reason="fraud", staff_member_id=by, at=SETTLED + HOUR)
    await until(SETTLED + HOUR)
    assert await state_of(one) == ("reversed", "barred_by_staff")
    assert await points_for(wang) == 0
    await referrals.allow(one.uuid, reason="no fraud", staff_member_id=by, at=SETTLED + DAY)
    await until(SETTLED + DAY)
    assert await state_of(one) == ("qualified", "")
    assert await points_for(wang) == 100
    with pytest.raises(Refused, match="reason_missing"):
        await referrals.bar(one.uuid, reason=" ", staff_member_id=by, at=SETTLED)


async def test_a_friend_who_deleted_her_account_waits_for_nothing() -> None:
    by = await marketer()
    one = await invited(LIN)
    await buys(LIN, "1")
    await until(JUNE_1 + DAY)
    lin = await met(LIN)
    await referrals.bar(one.uuid, reason="odd", staff_member_id=by, at=JUNE_1 + 3 * DAY)
    await deletions.delete(lin, uuid4(), at=JUNE_1 + 3 * DAY)
    await referrals.allow(one.uuid, reason="not odd", staff_member_id=by, at=JUNE_1 + 4 * DAY)
    await until(JUNE_1 + 4 * DAY)
    assert await referrals.due(at=SETTLED + 60 * DAY) == 0
