"""Who may join a VIP group, what she lacks, and her invitation."""

import asyncio

import pytest

from loyalty import communities, programme
from loyalty.communities import MembershipState
from loyalty.errors import NotFound, Refused
from models import Community, Invitation, db
from tests.cast import JUNE_1
from tests.loyalty.communities.conftest import AT, CORP, VIP, Tell, invitation, member, roster
from web.texts import text


async def stands(member_id: int) -> MembershipState:
    return (await communities.membership(member_id, "vip", at=AT)).state


async def test_whoever_is_below_the_tier_reads_what_is_short_of_it(vip: int) -> None:
    lin = await member("u-lin", spent_fen=12_345)
    (found,) = await communities.memberships(lin, at=AT)
    assert (found.code, found.state) == ("vip", MembershipState.NOT_ELIGIBLE)
    (refusal,) = found.refusals
    assert refusal.code == "tier_too_low"
    assert refusal.figures["short"].zh == " 376.55 元消费"
    told = [text(refusal.code, language, refusal.figures) for language in ("zh", "en")]
    assert told == [
        "需要达到银卡会员，还差 376.55 元消费",
        "Silver is needed, ¥376.55 of purchases to go",
    ]
    with pytest.raises(Refused) as refused:
        await communities.invite(lin, "vip", at=AT)
    assert refused.value.code == "tier_too_low"
    assert await invitation(lin) is None


async def test_a_member_without_a_standing_is_of_the_lowest_tier(vip: int) -> None:
    lin = await member("u-lin")
    await db.fetch("DELETE FROM standing")
    assert await stands(lin) is MembershipState.NOT_ELIGIBLE


async def test_an_invitation_is_made_once_however_often_it_is_asked_for(vip: int) -> None:
    wang = await member("u-wang", tier="silver")
    assert await stands(wang) is MembershipState.ELIGIBLE
    asked = [communities.invite(wang, "vip", at=AT) for _ in range(5)]
    found = await asyncio.gather(*asked)
    assert {one.state for one in found} == {MembershipState.INVITED}
    assert {one.qr_code for one in found} == {"https://q/c1"}
    assert await Invitation.filter(member_id=wang).count() == 1


async def test_her_invitation_is_nobody_elses(vip: int) -> None:
    wang, zhao = await member("u-wang", tier="silver"), await member("u-zhao", tier="gold")
    await communities.invite(wang, "vip", at=AT)
    assert await stands(zhao) is MembershipState.ELIGIBLE


async def test_without_a_join_way_nobody_is_invited(vip: int) -> None:
    wang = await member("u-wang", tier="silver")
    await communities.forget_join_way(vip, config_id="c1")
    with pytest.raises(Refused) as refused:
        await communities.invite(wang, "vip", at=AT)
    assert refused.value.code == "join_way_missing"
    assert await invitation(wang) is None


async def test_only_the_first_join_way_is_kept(vip: int) -> None:
    assert not await communities.keep_join_way(vip, config_id="c2", qr_code="https://q/c2")
    assert (await Community.get(id=vip)).config_id == "c1"


async def test_a_full_group_invites_nobody_and_keeps_those_in_it(vip: int, tell: Tell) -> None:
    lin, wang = await member("u-lin", tier="silver"), await member("u-wang", tier="silver")
    await communities.invite(wang, "vip", at=AT)
    await tell(roster("u-lin", "u-stranger", staff_count=1))
    found = await communities.membership(wang, "vip", at=AT)
    assert (found.state, found.members, found.capacity) == (MembershipState.FULL, 3, 3)
    with pytest.raises(Refused) as refused:
        await communities.invite(wang, "vip", at=AT)
    assert (refused.value.code, refused.value.figures) == ("community_full", {"capacity": 3})
    assert await stands(lin) is MembershipState.JOINED


async def test_a_second_group_of_the_rule_takes_whom_the_full_one_does_not(
    vip: int, tell: Tell
) -> None:
    lin, wang = await member("u-lin", tier="silver"), await member("u-wang", tier="silver")
    await tell(roster("u-lin", "u-stranger"))
    other = await communities.connect(
        "community:vip", corp_id=CORP, chat_id="wr2", name="2", owner="chen", capacity=3
    )
    await communities.keep_join_way(other, config_id="c2", qr_code="https://q/c2")
    assert (await communities.invite(wang, "vip", at=AT)).community_id == other
    assert (await communities.membership(lin, "vip", at=AT)).community_id == vip


async def test_who_is_in_it_stays_so_below_the_tier_and_without_invitation(
    vip: int, tell: Tell
) -> None:
    lin = await member("u-lin")
    await tell(roster("u-lin"))
    found = await communities.invite(lin, "vip", at=AT)
    assert (found.state, list(found.refusals)) == (MembershipState.JOINED, [])
    assert await invitation(lin) is None


async def test_there_is_no_group_without_rule_or_group(vip: int) -> None:
    wang = await member("u-wang", tier="silver")
    await programme.publish("community:tea", VIP, starts_at=JUNE_1, by="test", at=JUNE_1)
    for code in ("tea", "nobody"):
        with pytest.raises(NotFound):
            await communities.invite(wang, code, at=AT)
    assert [one.code for one in await communities.memberships(wang, at=AT)] == ["vip"]
    await communities.dismiss(vip, at=AT)
    assert await communities.memberships(wang, at=AT) == []
    with pytest.raises(NotFound):
        await communities.memberships(wang + 1000, at=AT)
