"""What the platform tells of followers: each is the same customer wherever she shows up."""

import pytest

from jobs.learn_followers import learn_followers
from loyalty import customers, ledger
from loyalty.errors import Refused
from loyalty.orders import IdentityRef
from models import Customer, Identity, IdentityKind
from tests.bot.conftest import Town
from tests.bot.platform import APP_ID
from web.context import now


def openid(value: str) -> IdentityRef:
    return IdentityRef(IdentityKind.OPENID, APP_ID, value)


async def test_a_follower_is_known_by_her_unionid_and_her_language(town: Town) -> None:
    emma = await town.phones.follower("Emma")
    assert await learn_followers(town.context, now()) >= 1

    hers = await Identity.get(kind=IdentityKind.OPENID, value=emma["openid"])
    unionid = await Identity.get(kind=IdentityKind.UNIONID, value=emma["unionid"])
    assert unionid.customer_id == hers.customer_id
    assert (await Customer.get(id=hers.customer_id)).language == "en"
    assert await learn_followers(town.context, now()) == 0


async def test_who_signed_in_before_we_learnt_is_the_one_with_the_points_afterwards(
    town: Town,
) -> None:
    wang = await town.phones.follower("王金")
    unionid = IdentityRef(IdentityKind.UNIONID, "", wang["unionid"])
    await customers.meet((unionid,), at=now(), through="miniprogram")
    await learn_followers(town.context, now())

    found = await customers.find([unionid, openid(wang["openid"])])
    assert len(set(found.values())) == 1
    (balance,) = (await ledger.balances(list(found.values()), at=now())).values()
    assert balance.available == 495


async def test_an_openid_that_the_platform_does_not_know_spoils_nobody_else(town: Town) -> None:
    await customers.meet((openid("o" + "x" * 27),), at=now(), through="test")
    lin = await town.phones.follower("林小满")
    await learn_followers(town.context, now())

    assert await Identity.exists(kind=IdentityKind.UNIONID, value=lin["unionid"])
    assert await customers.not_looked_up(APP_ID, limit=10) == []


async def test_two_followers_of_one_account_are_never_one_customer(town: Town) -> None:
    lin, emma = await town.phones.follower("林小满"), await town.phones.follower("Emma")
    buyer = IdentityRef(IdentityKind.BUYER_NAME, "taobao", "小明")
    await customers.meet((buyer,), at=now(), through="test")
    await customers.link(buyer, openid(lin["openid"]), at=now())

    with pytest.raises(Refused) as refused:
        await customers.link(buyer, openid(emma["openid"]), at=now())
    assert refused.value.code == "already_linked"
