"""What the platform says of a group, doubled, late, out of order, becomes what we know of it."""

import asyncio
from datetime import timedelta

from loyalty import communities, customers
from loyalty.orders import IdentityRef
from models import Community, CommunityMember, Identity, IdentityKind
from tests.cast import JUNE_1
from tests.loyalty.communities.conftest import (
    AT,
    CORP,
    Tell,
    contact,
    invitation,
    member,
    present,
    roster,
)

Counts = tuple[int, int]


def counted(told: communities.Told) -> Counts:
    return told.joined, told.left


async def test_who_joined_has_accepted_and_is_known_by_her_external_user_id(
    vip: int, tell: Tell
) -> None:
    wang = await member("u-wang", tier="silver")
    await communities.invite(wang, "vip", at=AT)
    assert counted(await tell(roster("u-wang", "u-stranger", version="v7"))) == (2, 0)
    assert await invitation(wang) == "accepted"
    hers = await CommunityMember.get(external_user_id="wm-wang")
    assert (hers.customer_id, hers.join_scene) == (wang, 3)
    named = await Identity.get(kind=IdentityKind.WECOM_CONTACT)
    assert (named.customer_id, named.scope, named.value) == (wang, CORP, "wm-wang")
    stranger = await CommunityMember.get(external_user_id="wm-stranger")
    assert stranger.customer_id is None, "being in a group makes nobody a customer"
    kept = await Community.get(id=vip)
    assert (kept.name, kept.member_version, kept.staff_count) == ("VIP 会员群", "v7", 1)


async def test_the_same_list_again_changes_nothing(vip: int, tell: Tell) -> None:
    wang = await member("u-wang", tier="silver")
    await communities.invite(wang, "vip", at=AT)
    told = await asyncio.gather(*(tell(roster("u-wang")) for _ in range(4)))
    assert sorted(map(counted, told)) == [(0, 0), (0, 0), (0, 0), (1, 0)]
    assert await CommunityMember.all().count() == 1
    assert await invitation(wang) == "accepted"


async def test_who_left_and_comes_back_has_one_row_and_one_invitation(vip: int, tell: Tell) -> None:
    wang = await member("u-wang", tier="silver")
    await communities.invite(wang, "vip", at=AT)
    await tell(roster("u-wang"), seconds=1)
    assert counted(await tell(roster(), seconds=2)) == (0, 1)
    assert (await invitation(wang), await present()) == ("left", set())
    await communities.invite(wang, "vip", at=AT)
    assert await invitation(wang) == "open"
    assert counted(await tell(roster("u-wang"), seconds=3)) == (1, 0)
    assert (await invitation(wang), await present()) == ("accepted", {"wm-wang"})
    assert await CommunityMember.all().count() == 1


async def test_a_list_that_was_read_earlier_changes_nothing(vip: int, tell: Tell) -> None:
    wang = await member("u-wang", tier="silver")
    await communities.invite(wang, "vip", at=AT)
    await tell(roster("u-wang", version="v2"), seconds=2)
    assert counted(await tell(roster(version="v1"), seconds=1)) == (0, 0)
    assert (await invitation(wang), await present()) == ("accepted", {"wm-wang"})


async def test_who_becomes_a_customer_later_is_found_at_the_next_look(vip: int, tell: Tell) -> None:
    await tell(roster("u-lin"), seconds=1)
    lin = await member("u-lin")
    assert counted(await tell(roster("u-lin"), seconds=2)) == (0, 0)
    assert (await CommunityMember.get(external_user_id="wm-lin")).customer_id == lin


async def test_a_corp_that_is_told_no_unionids_knows_her_by_her_contact(
    vip: int, tell: Tell
) -> None:
    wang = await member("u-wang", tier="silver")
    await tell(roster("u-wang"), seconds=1)
    await tell(roster(), seconds=2)
    await communities.invite(wang, "vip", at=AT)
    nameless = communities.Roster("VIP", "chen", "v", 1, (contact("u-wang", is_told=False),))
    await tell(nameless, seconds=3)
    assert await invitation(wang) == "accepted"
    assert (await CommunityMember.get(external_user_id="wm-wang")).unionid == "u-wang"


async def test_where_two_names_lead_to_two_customers_her_unionid_counts(
    vip: int, tell: Tell
) -> None:
    wang = await member("u-wang", tier="silver")
    ref = IdentityRef(IdentityKind.WECOM_CONTACT, CORP, "wm-wang")
    other = await customers.meet((ref,), at=JUNE_1, through="test")
    await tell(roster("u-wang"))
    assert (await CommunityMember.get(external_user_id="wm-wang")).customer_id == wang
    assert (await Identity.get(kind=IdentityKind.WECOM_CONTACT)).customer_id == other


async def test_a_name_that_stands_twice_in_a_list_is_one_contact(vip: int, tell: Tell) -> None:
    assert counted(await tell(roster("u-lin", "u-lin"))) == (1, 0)


async def test_a_dismissed_group_has_nobody_in_it_and_takes_no_list(vip: int, tell: Tell) -> None:
    wang = await member("u-wang", tier="silver")
    await communities.invite(wang, "vip", at=AT)
    await tell(roster("u-wang"))
    await communities.dismiss(vip, at=AT)
    assert (await invitation(wang), await present()) == ("left", set())
    assert counted(await tell(roster("u-wang"), seconds=9)) == (0, 0)
    assert await present() == set()


async def test_the_groups_that_wait_for_somebody_are_those_with_open_invitations(
    vip: int, tell: Tell
) -> None:
    async def open_ones() -> list[int]:
        return [one.id for one in await communities.open_communities(CORP)]

    wang = await member("u-wang", tier="silver")
    assert await open_ones() == []
    await communities.invite(wang, "vip", at=AT)
    assert await open_ones() == [vip]
    await tell(roster("u-wang"))
    assert await open_ones() == []
    await communities.reconciled(vip, at=AT + timedelta(hours=1))
    assert (await Community.get(id=vip)).reconciled_at == AT + timedelta(hours=1)
