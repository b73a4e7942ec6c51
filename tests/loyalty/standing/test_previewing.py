"""A preview of other tiers says what publishing them then does, and writes nothing."""

from collections import Counter
from datetime import timedelta

import pytest

from loyalty import customers, programme, publishing, standing
from loyalty.orders import IdentityRef
from loyalty.policies.tiers import GOLD, SILVER, Measure, Tier, Tiers
from models import IdentityKind, db
from tests.cast import JUNE_1
from tests.loyalty.play_scene import buys, derived, member, publish

DAY = timedelta(days=1)
PLATINUM = Tier("platinum", "白金会员", "Platinum", 400_000)
BASIC = Tiers().tiers[0]
YUAN = (0, 100, 499, 500, 700, 1999, 2000, 2500, 3999, 5000)

DRAFTS = {
    "higher": Tiers((BASIC, Tier("silver", "银", "S", 100_000), Tier("gold", "金", "G", 300_000))),
    "another one above": Tiers((BASIC, SILVER, GOLD, PLATINUM)),
    "silver is no more": Tiers((BASIC, GOLD)),
    "a shorter window": Tiers(window_months=1),
    "longer grace": Tiers(window_months=1, grace_days=366),
    "by orders": Tiers(
        (BASIC, Tier("silver", "银", "S", 1), Tier("gold", "金", "G", 2)), measure=Measure.ORDERS
    ),
}


def buyer(number: int) -> IdentityRef:
    return IdentityRef(IdentityKind.BUYER_NAME, "taobao", f"buyer{number}")


@pytest.fixture(autouse=True)
async def crowd(database: None) -> None:
    """Ten members from nothing to gold; the last two turn out to be one."""
    await publish()
    for number, yuan in enumerate(YUAN):
        await member(buyer(number))
        if yuan:
            paid_at = JUNE_1 - (40 if number % 2 else 0) * DAY
            await buys(f"o{number}", yuan, paid_at=paid_at, buyer=buyer(number), at=JUNE_1)
    ids = [await member(buyer(number)) for number in (8, 9)]
    await customers.merge(ids[0], ids[1], evidence="e", by="test", at=JUNE_1)
    await derived(at=JUNE_1)


async def tiers_now() -> dict[int, str]:
    rows = await db.fetch(
        "SELECT member.id, coalesce(tier, 'basic') AS tier FROM member"
        " LEFT JOIN standing ON member_id = member.id WHERE merged_into_id IS NULL"
    )
    return {row["id"]: row["tier"] for row in rows}


@pytest.mark.parametrize("draft", DRAFTS.values(), ids=DRAFTS.keys())
async def test_who_moves_is_who_moves_then(draft: Tiers) -> None:
    before = await tiers_now()
    moves = (await standing.preview(draft, at=JUNE_1)).moves
    assert await tiers_now() == before, "nothing is written"
    assert await db.fetch("SELECT FROM changed_member") == []
    await publishing.publish("tiers", draft, by="test", at=JUNE_1)
    await derived(at=JUNE_1)
    after = await tiers_now()
    done = Counter((before[one], after[one]) for one in before)
    assert {(one.was, one.becomes): one.members for one in moves} == done
    for one in moves:
        assert all(before[her] == one.was and after[her] == one.becomes for her in one.sample)


async def test_a_move_is_up_or_down_by_the_tiers_that_know_both() -> None:
    ways = {
        (one.was, one.becomes): one.way
        for one in (await standing.preview(DRAFTS["another one above"], at=JUNE_1)).moves
    }
    assert ways["gold", "platinum"] == "up"
    assert ways["silver", "silver"] == "stay"
    ways = {
        (one.was, one.becomes): one.way
        for one in (await standing.preview(DRAFTS["silver is no more"], at=JUNE_1)).moves
    }
    assert ways["silver", "basic"] == "down"


async def test_who_has_no_standing_yet_counts_as_in_the_lowest_tier() -> None:
    await db.fetch("DELETE FROM standing")
    moves = (await standing.preview(Tiers(), at=JUNE_1)).moves
    assert {one.was for one in moves} == {"basic"}
    assert sum(one.members for one in moves) == len(YUAN) - 1
    assert (await programme.load()).tiers(JUNE_1) == Tiers()


async def test_of_very_many_members_some_are_looked_at_and_the_rest_estimated() -> None:
    found = await standing.preview(Tiers(), at=JUNE_1, most=3)
    assert found.every == 3
    ids = sorted(await tiers_now())
    looked_at = [one for one in ids if one % 3 == 0]
    assert sum(one.members for one in found.moves) == 3 * len(looked_at)
    assert {her for one in found.moves for her in one.sample} <= set(looked_at)
