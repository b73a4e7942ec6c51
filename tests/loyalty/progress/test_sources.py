"""What is read of members for their challenges: categories, reviews, and what a group did."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from loyalty import customers, product_reviews, programme, progress, purchases
from loyalty.challenges import Challenge
from loyalty.challenges.categories_tried import CategoriesTried
from loyalty.challenges.reviews import Reviews
from loyalty.challenges.spend import Spend
from loyalty.challenges.team_total import TeamTotal
from loyalty.errors import Refused
from loyalty.policies.community import CommunityPolicy
from loyalty.product_reviews import ReviewWish
from loyalty.progress import Progress
from models import ChallengeClaim, Community, CommunityMember, Customer, Purchase, PurchaseState
from tests.cast import JUNE_1, LIN, WANG, ZHAO, line, order
from tests.loyalty.play_scene import buys, derived, member, publish

DAY = timedelta(days=1)
MONTH = "2026-06"
TOGETHER = TeamTotal("全群", "Together", "monthly", 100, reward_points=20)


@pytest.fixture(autouse=True)
async def brand(database: None) -> None:
    await publish()
    await lay("community:vip", CommunityPolicy())


async def lay(slot: str, rule: Challenge | CommunityPolicy) -> None:
    await programme.publish(slot, rule, starts_at=programme.BEGINNING, by="t", at=JUNE_1)


async def hers(member_id: int, code: str, *, at: datetime = JUNE_1) -> Progress:
    return next(one for one in await progress.progress(member_id, at=at) if one.code == code)


async def group(*members: tuple[int, datetime]) -> Community:
    vip = await Community.create(
        slot="community:vip",
        corp_id="ww1",
        chat_id="chat",
        name="VIP",
        owner="chen",
        capacity=200,
        state="vip",
        member_version="1",
        staff_count=1,
    )
    for number, (customer_id, joined_at) in enumerate(members):
        await CommunityMember.create(
            community_id=vip.id,
            external_user_id=f"wm{number}",
            customer_id=customer_id,
            name="",
            joined_at=joined_at,
        )
    return vip


async def test_categories_count_once_and_only_of_what_she_kept() -> None:
    await lay("challenge:try", CategoriesTried("尝鲜", "Try", "monthly", 3, reward_points=5))
    lines = [
        line(3_000, key="1", category="咖啡豆"),
        line(5_000, key="2", category="手冲壶"),
        line(2_000, key="3", category=""),
    ]
    await purchases.record([order("1", *lines, buyer=(WANG,), paid_at=JUNE_1)], at=JUNE_1)
    wang = await member()
    assert (await hers(wang, "try")).done == 2
    again = order("2", line(3_000, category="咖啡豆"), buyer=(WANG,), paid_at=JUNE_1)
    await purchases.record([again], at=JUNE_1)
    assert (await hers(wang, "try")).done == 2
    lines[1] = line(5_000, refunded_fen=5_000, key="2", category="手冲壶")
    await purchases.record([order("1", *lines, buyer=(WANG,), paid_at=JUNE_1)], at=JUNE_1)
    assert (await hers(wang, "try")).done == 1


async def test_a_review_counts_until_it_is_taken_back_or_its_goods_are() -> None:
    await lay("challenge:say", Reviews("评价", "Review", "monthly", 1, reward_points=5))
    bought = order(
        "1", line(3_000, sku="A"), buyer=(WANG,), paid_at=JUNE_1, state=PurchaseState.COMPLETED
    )
    await purchases.record([bought], at=JUNE_1)
    wang, uuid = await member(), uuid4()
    purchase = await Purchase.get(number="1")
    await product_reviews.review(wang, uuid, ReviewWish(purchase.uuid, "A", 2), at=JUNE_1)
    assert (await hers(wang, "say")).state == "ready"
    await progress.claim(wang, "say", MONTH, at=JUNE_1)
    await product_reviews.take_back(wang, uuid, at=JUNE_1 + DAY)
    await derived(at=JUNE_1 + DAY)
    assert (await hers(wang, "say", at=JUNE_1 + DAY)).state == "open", "it is undone"


async def test_a_group_reaches_a_goal_together_by_what_its_members_bought_in_it() -> None:
    await lay("challenge:us", TOGETHER)
    wang, lin, zhao = [await member(one) for one in (WANG, LIN, ZHAO)]
    await buys("before", 500, paid_at=JUNE_1, buyer=LIN)
    await group((wang, JUNE_1 - DAY), (lin, JUNE_1 + DAY))
    at = JUNE_1 + 2 * DAY
    await buys("w", 40, paid_at=at)
    assert (await hers(wang, "us", at=at)).done == 40, "what lin bought before does not count"
    await buys("l", 60, paid_at=at, buyer=LIN)
    await buys("z", 900, paid_at=at, buyer=ZHAO)
    one = await hers(wang, "us", at=at)
    assert (one.done, one.state) == (100, "ready")
    assert one.team is not None
    assert one.team.shares == {wang: 4_000, lin: 6_000}
    (refused,) = (await hers(zhao, "us", at=at)).refusals
    assert refused.code == "not_in_team"
    with pytest.raises(Refused, match="not_in_team"):
        await progress.claim(zhao, "us", MONTH, at=at)


async def test_what_one_gives_back_undoes_what_all_of_the_group_claimed() -> None:
    await lay("challenge:us", TOGETHER)
    wang, lin = [await member(one) for one in (WANG, LIN)]
    await group((wang, JUNE_1 - DAY), (lin, JUNE_1 - DAY))
    await buys("w", 40, paid_at=JUNE_1)
    await buys("l", 60, paid_at=JUNE_1, buyer=LIN)
    for one in (wang, lin):
        await progress.claim(one, "us", MONTH, at=JUNE_1)
    await derived(at=JUNE_1)
    assert await progress.recheck_teams(at=JUNE_1) == 0
    await buys("l", 60, paid_at=JUNE_1, buyer=LIN, refunded_yuan=60)
    undone = {one.member_id: one.undone_at for one in await ChallengeClaim.all()}
    assert undone == {lin: JUNE_1, wang: None}
    assert await progress.recheck_teams(at=JUNE_1) == 1
    await derived(at=JUNE_1)
    assert not await ChallengeClaim.filter(undone_at=None).exists()
    assert await progress.recheck_teams(at=JUNE_1) == 0, "a second time finds nothing"


async def test_two_contacts_of_one_customer_bring_her_orders_once() -> None:
    await lay("challenge:us", TOGETHER)
    wang, lin = [await member(one) for one in (WANG, LIN)]
    await group((wang, JUNE_1 - DAY), (lin, JUNE_1 - DAY))
    await buys("w", 40, paid_at=JUNE_1)
    await buys("l", 30, paid_at=JUNE_1, buyer=LIN)
    await customers.merge(wang, lin, evidence="test", by="staff:chen", at=JUNE_1)
    one = await hers(wang, "us")
    assert one.team is not None
    assert (one.done, one.team.shares) == (70, {wang: 7_000})


async def test_what_two_reached_together_is_undone_when_they_part() -> None:
    await lay("challenge:big", Spend("满额", "Spend", "monthly", 70, reward_points=20))
    wang, lin = [await member(one) for one in (WANG, LIN)]
    await buys("w", 40, paid_at=JUNE_1)
    await buys("l", 30, paid_at=JUNE_1, buyer=LIN)
    merge = await customers.merge(wang, lin, evidence="test", by="staff:chen", at=JUNE_1)
    await progress.claim(wang, "big", MONTH, at=JUNE_1)
    await customers.unmerge(merge, by="staff:chen", at=JUNE_1 + DAY)
    await derived(at=JUNE_1 + DAY)
    (claim,) = await ChallengeClaim.all()
    assert (claim.member_id, claim.undone_at) == (wang, JUNE_1 + DAY)
    assert await Customer.filter(merged_into_id=None).count() >= 2
