"""A goal of so many friends: counted when they count, and taken back with them."""

from datetime import datetime

import pytest

from loyalty import ledger, programme, progress
from loyalty.challenges.invitations import InvitedFriends
from loyalty.errors import Refused
from models import ChallengeClaim
from tests.cast import DAY, JUNE_1, LIN, WANG, ZHAO
from tests.loyalty.referrals.conftest import buys, invited, met, until

SETTLED = JUNE_1 + 9 * DAY
MONTH = "2026-06"

pytestmark = pytest.mark.usefixtures("inviting_brand")


@pytest.fixture(autouse=True)
async def goal(inviting_brand: None) -> None:
    rule = InvitedFriends("邀请两位好友", "Two friends", "monthly", 2, reward_points=70)
    await programme.publish(
        "challenge:friends", rule, starts_at=programme.BEGINNING, by="test", at=JUNE_1
    )


async def done(member_id: int, *, at: datetime) -> int:
    (one,) = await progress.progress(member_id, at=at)
    return one.done


async def points(member_id: int, *, at: datetime) -> int:
    (balance,) = (await ledger.balances([member_id], at=at)).values()
    return balance.available


async def test_friends_count_when_they_can_give_back_no_more_and_no_sooner() -> None:
    wang = await met(WANG)
    for who in (LIN, ZHAO):
        await invited(who)
    assert await done(wang, at=JUNE_1 + DAY) == 0, "nobody counts for opening a link"
    for who in (LIN, ZHAO):
        await buys(who, f"of-{who.value}")
    assert await done(wang, at=JUNE_1 + DAY) == 0
    await until(SETTLED)
    assert await done(wang, at=SETTLED) == 2
    claimed = await progress.claim(wang, "friends", MONTH, at=SETTLED)
    assert claimed.points == 70
    before = await points(wang, at=SETTLED)
    later = SETTLED + DAY
    await buys(LIN, "of-lin", refunded_yuan=100, told_at=later)
    await until(later)
    assert await done(wang, at=later) == 1
    lost = before - await points(wang, at=later)
    assert lost == 70 + 100, "the goal's points, and those for the friend"
    (claim,) = await ChallengeClaim.all()
    assert claim.undone_at is not None
    with pytest.raises(Refused, match="challenge_not_reached"):
        await progress.claim(wang, "friends", MONTH, at=later)
    assert await done(wang, at=JUNE_1 + 40 * DAY) == 0, "the next month begins anew"
