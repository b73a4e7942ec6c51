"""What platforms vouch for merges customers by itself, and never two who are two."""

import asyncio

import pytest

from loyalty import customers
from loyalty.customers import PhoneNumber
from loyalty.errors import LoyaltyError
from loyalty.orders import IdentityRef
from loyalty.sealing import Sealer
from models import Identity, IdentityKind, Merge
from tests.cast import LIN, WANG, ZHAO
from tests.loyalty.customers.scene import AT, earn, kept, merged, parted

SEALER = Sealer("ZXhhbXBsZS1leGFtcGxlLWV4YW1wbGUtZXhhbXBsZS0")
NUMBER, OTHER_NUMBER = PhoneNumber("13800138000", "86"), PhoneNumber("13900139000", "86")


async def named(known: IdentityRef, kind: IdentityKind, value: str, *, scope: str = "") -> None:
    await customers.meet((known, IdentityRef(kind, scope, value)), at=AT, through="test")


async def binds(customer_id: int, phone: PhoneNumber) -> None:
    await customers.bind_phone(customer_id, phone, sealer=SEALER, at=AT)


async def test_two_with_histories_are_linked_by_a_merge_that_can_be_undone(
    lin: int, wang: int
) -> None:
    await earn(lin, 30, "e")
    await earn(wang, 20, "f")
    for _ in range(2):
        assert await customers.link(LIN, WANG, at=AT) == lin
    one = await Merge.get()
    assert (one.evidence, one.merged_by) == ("buyer_name, buyer_name", "link")
    assert await kept(lin, wang) == [(50, 0, 0), (0, 0, 0)]
    await parted(one.id)
    assert await kept(lin, wang) == [(30, 0, 0), (20, 0, 0)]


@pytest.mark.parametrize(
    ("kind", "scope"), [(IdentityKind.OPENID, "wx1"), (IdentityKind.UNIONID, "")]
)
async def test_two_of_one_account_are_never_one(
    lin: int, wang: int, kind: IdentityKind, scope: str
) -> None:
    await named(LIN, kind, "a", scope=scope)
    await named(WANG, kind, "b", scope=scope)
    with pytest.raises(LoyaltyError, match="already_linked"):
        await customers.link(LIN, WANG, at=AT)
    await binds(wang, NUMBER)
    with pytest.raises(LoyaltyError, match="phone_of_another_customer"):
        await binds(lin, NUMBER)
    assert not await Merge.exists()


async def test_a_number_of_another_customer_makes_the_two_one(lin: int, wang: int) -> None:
    await named(LIN, IdentityKind.OPENID, "a", scope="wx1")
    await earn(wang, 20, "f")
    await binds(wang, NUMBER)
    await asyncio.gather(*(binds(lin, NUMBER) for _ in range(4)))
    assert await kept(lin, wang) == [(20, 0, 0), (0, 0, 0)]
    one = await Merge.get()
    assert (one.root_id, one.evidence) == (lin, "mobile")
    assert (await Identity.get(kind=IdentityKind.MOBILE)).customer_id == lin
    await parted(one.id)
    assert (await Identity.get(kind=IdentityKind.MOBILE)).customer_id == wang


async def test_what_staff_parted_no_platform_makes_one_again(lin: int, wang: int) -> None:
    await named(LIN, IdentityKind.OPENID, "a", scope="wx1")
    await binds(wang, NUMBER)
    await binds(lin, NUMBER)
    await parted((await Merge.get()).id)
    await earn(wang, 20, "f")
    with pytest.raises(LoyaltyError, match="phone_of_another_customer"):
        await binds(lin, NUMBER)
    for pair in ((LIN, WANG), (WANG, LIN)):
        with pytest.raises(LoyaltyError, match="already_linked"):
            await customers.link(*pair, at=AT)
    assert await kept(lin, wang) == [(0, 0, 0), (20, 0, 0)]
    await merged(lin, wang)
    assert await kept(lin, wang) == [(20, 0, 0), (0, 0, 0)], "staff may, who say why"


async def test_a_name_that_came_with_hers_while_they_were_one_goes_with_her(
    lin: int, wang: int, zhao: int
) -> None:
    first = await merged(lin, wang)
    second = await merged(zhao, lin)
    unionid = IdentityRef(IdentityKind.UNIONID, "", "u-wang")
    key = IdentityRef(IdentityKind.CUSTOMER_KEY, "till", "C-1")
    assert await customers.meet((WANG, unionid), at=AT, through="test") == zhao
    assert await customers.meet((unionid, key), at=AT, through="test") == zhao
    await parted(first)
    await parted(second)
    assert await customers.find([unionid, key]) == {unionid: wang, key: wang}
    assert await customers.meet((WANG, unionid, key), at=AT, through="test") == wang


async def test_two_who_have_different_numbers_stay_two(lin: int, wang: int) -> None:
    await binds(lin, NUMBER)
    await binds(wang, OTHER_NUMBER)
    with pytest.raises(LoyaltyError, match="phone_of_another_customer"):
        await binds(lin, OTHER_NUMBER)
    assert not await Merge.exists()


async def test_an_identity_that_nobody_knows_links_nobody(zhao: int) -> None:
    nobody = IdentityRef(IdentityKind.CUSTOMER_KEY, "file", "?")
    with pytest.raises(LoyaltyError, match="other_identity_unknown"):
        await customers.link(ZHAO, nobody, at=AT)
    with pytest.raises(LoyaltyError, match="known_identity_unknown"):
        await customers.link(nobody, ZHAO, at=AT)
