"""What the owner of a group is to look at, raised once and closed by itself."""

from loyalty import communities, staff
from models import CommunityTask, Role, db
from tests.loyalty.communities.conftest import AT, CORP, Tell, contact, member, roster


async def lower(member_id: int, tier: str = "basic") -> None:
    await db.fetch("UPDATE standing SET tier = $2 WHERE member_id = $1", member_id, tier)


async def looked_over() -> tuple[int, int]:
    changes = await communities.look_over(at=AT)
    return changes.raised, changes.ended


async def states() -> list[str]:
    return [one.state.value for one in await CommunityTask.all().order_by("id")]


async def test_who_may_be_in_it_no_more_is_raised_once_and_settles_itself(
    vip: int, tell: Tell
) -> None:
    lin = await member("u-lin", tier="silver")
    await tell(roster("u-lin", "u-stranger"))
    assert await looked_over() == (0, 0)
    await lower(lin)
    assert [await looked_over() for _ in range(2)] == [(1, 0), (0, 0)]
    (task,) = await communities.tasks(vip, "community:vip", at=AT, limit=9)
    assert (task.member_id, task.kind, task.state) == (lin, "not_eligible", "open")
    assert task.refusal
    assert task.refusal.code == "tier_too_low"
    await lower(lin, "gold")
    assert await looked_over() == (0, 1)
    assert await states() == ["settled"]
    await lower(lin)
    assert await looked_over() == (1, 0)
    await tell(roster("u-stranger"), seconds=9)
    assert await looked_over() == (0, 1)
    assert await states() == ["settled", "left"]


async def test_whom_staff_keep_is_not_raised_again_until_it_had_settled(
    vip: int, tell: Tell
) -> None:
    password = "a long enough password"
    chen = await staff.add("chen", name="陈晨", role=Role.MANAGER, password=password, at=AT)
    lin = await member("u-lin")
    await tell(roster("u-lin"))
    await looked_over()
    task = await CommunityTask.get()
    for _ in "ab":
        await communities.keep(task.uuid, staff_member_id=chen, at=AT)
    assert await looked_over() == (0, 0)
    assert await states() == ["kept"]
    await lower(lin, "silver")
    await looked_over()
    await lower(lin)
    assert await looked_over() == (1, 0)
    assert await states() == ["settled", "open"]


async def test_who_is_in_two_groups_of_one_rule_is_raised_in_the_later_one(
    vip: int, tell: Tell
) -> None:
    await member("u-lin", tier="silver")
    await tell(roster("u-lin"))
    other = await communities.connect(
        "community:vip", corp_id=CORP, chat_id="wr2", name="2", owner="li", capacity=9
    )
    there = roster("u-lin")
    await communities.tell(other, there, read_at=AT, at=AT)
    assert await looked_over() == (1, 0)
    task = await CommunityTask.get()
    assert (task.community_id, task.kind) == (other, "in_two")


async def test_owners_hear_once_of_what_is_new(vip: int, tell: Tell) -> None:
    await member("u-lin")
    await tell(roster("u-lin"))
    assert await communities.untold() == []
    await looked_over()
    (one,) = await communities.untold()
    assert (one.community_id, one.owner, one.count) == (vip, "chen", 1)
    await communities.told(vip, at=AT)
    assert await communities.untold() == []


async def test_a_contact_nobody_knows_is_looked_at_by_nobody(vip: int, tell: Tell) -> None:
    unknown = contact("u-x", is_told=False)
    await tell(communities.Roster("VIP", "chen", "v", 1, (unknown,)))
    assert await looked_over() == (0, 0)
