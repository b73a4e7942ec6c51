"""Invitations opened, bought for and refunded at once: one friend is one, a cap is a cap."""

import asyncio
from datetime import timedelta

import pytest

from loyalty import ledger, referrals, standing
from loyalty.errors import Refused
from models import Member, Referral, ReferralState, ReferralWay
from tests.cast import DAY, JUNE_1, LIN, WANG
from tests.loyalty.referrals.conftest import POLICY, buys, friend, invited, met, until

pytestmark = pytest.mark.usefixtures("inviting_brand")
LATER = JUNE_1 + 30 * DAY


async def points_of(member_id: int) -> int:
    """Return all that a member has, less what she owes."""
    one = await Member.get(id=member_id)
    return one.points_available + one.points_pending - one.points_debt


async def test_many_friends_at_once_are_no_more_than_a_day_allows() -> None:
    friends = [friend(f"friend {number}") for number in range(10)]
    code = await referrals.code_of(await met(WANG), at=JUNE_1)
    ids = [await met(one, at=JUNE_1) for one in friends]
    await asyncio.gather(
        *(referrals.accept(code, one, way=ReferralWay.CODE, at=JUNE_1) for one in ids * 2)
    )
    assert await Referral.all().count() == 10
    assert await Referral.filter(barred="").count() == POLICY.most_friends_a_day


async def test_a_friend_whom_two_invite_at_once_is_one_of_theirs() -> None:
    codes = [await referrals.code_of(await met(one), at=JUNE_1) for one in (WANG, LIN)]
    invitee = await met(friend("wanted by two"), at=JUNE_1)
    told = await asyncio.gather(
        *(referrals.accept(code, invitee, way=ReferralWay.LINK, at=JUNE_1) for code in codes * 4),
        return_exceptions=True,
    )
    refused = [one for one in told if isinstance(one, BaseException)]
    assert len(refused) == 4
    assert all(isinstance(one, Refused) and one.code == "invited_already" for one in refused)
    assert await Referral.all().count() == 1


async def test_two_who_invite_each_other_at_once_do_not_both_count() -> None:
    ids = [await met(one, at=JUNE_1) for one in (WANG, LIN)]
    codes = [await referrals.code_of(one, at=JUNE_1) for one in ids]
    await asyncio.gather(
        *(
            referrals.accept(code, one, way=ReferralWay.LINK, at=JUNE_1)
            for code, one in zip(codes, ids[::-1], strict=True)
        )
    )
    await buys(WANG, "w")
    await buys(LIN, "l")
    await until(LATER)
    assert await Referral.filter(state=ReferralState.QUALIFIED).count() <= 1


async def test_rewards_given_and_taken_back_again_and_again_leave_nothing() -> None:
    """Whoever derives them meanwhile, and however often an order is given back."""
    wang = await met(WANG)
    one = await invited(friend("in and out"))
    for round_ in range(3):
        number = f"round {round_}"
        paid_at = JUNE_1 + round_ * timedelta(hours=1)
        await buys(friend("in and out"), number, paid_at=paid_at)
        at = LATER + round_ * DAY
        await referrals.due(at=at)
        await asyncio.gather(*(standing.derive(at=at) for _ in range(4)))
        await until(at)
        assert (await Referral.get(id=one.id)).state is ReferralState.QUALIFIED
        assert await points_of(wang) == POLICY.inviter_points
        await buys(friend("in and out"), number, paid_at=paid_at, refunded_yuan=100, told_at=at)
        await asyncio.gather(*(standing.derive(at=at) for _ in range(4)))
        await until(at)
        assert await points_of(wang) == 0
        assert await points_of(one.invitee_id) == 0
    assert await ledger.verify() == []
