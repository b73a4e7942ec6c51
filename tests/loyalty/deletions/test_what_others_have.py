"""What others were given stands when one of them deletes her account, whatever she does then."""

import asyncio
from uuid import uuid4

import pytest

from loyalty import deletions, ledger, progress
from loyalty.errors import NotFound
from models import ChallengeClaim, ShopVisit
from tests.cast import DAY, JUNE_1, LIN, WANG
from tests.loyalty.play_scene import buys, derived, member
from tests.loyalty.progress.test_sources import MONTH, TOGETHER, group, lay
from tests.loyalty.referrals.conftest import met
from tests.loyalty.shop_visits.conftest import scans, shops

__all__ = ["shops"]

pytestmark = pytest.mark.usefixtures("database")


async def test_a_group_keeps_what_it_reached_with_her() -> None:
    await lay("challenge:us", TOGETHER)
    wang, lin = [await member(one) for one in (WANG, LIN)]
    await group((wang, JUNE_1 - DAY), (lin, JUNE_1 - DAY))
    await buys("w", 40, paid_at=JUNE_1)
    await buys("l", 60, paid_at=JUNE_1, buyer=LIN)
    await progress.claim(wang, "us", MONTH, at=JUNE_1)
    await progress.claim(lin, "us", MONTH, at=JUNE_1)
    await deletions.delete(lin, uuid4(), at=JUNE_1)
    await derived(at=JUNE_1)
    assert await progress.recheck_teams(at=JUNE_1) == 0
    await buys("w2", 1, paid_at=JUNE_1)
    await derived(at=JUNE_1)
    assert (await ChallengeClaim.get(member_id=wang)).undone_at is None
    assert await progress.recheck_teams(at=JUNE_1) == 0


@pytest.mark.usefixtures("shops")
@pytest.mark.parametrize("she_first", [True, False])
async def test_at_once_with_a_visit_nothing_is_left_of_it(she_first: bool) -> None:
    lin = await met(LIN)
    both = [scans(lin), deletions.delete(lin, uuid4(), at=JUNE_1)]
    told = await asyncio.gather(*(both if she_first else both[::-1]), return_exceptions=True)
    refused = [one for one in told if isinstance(one, Exception)]
    assert all(isinstance(one, NotFound) for one in refused), refused
    balance = (await ledger.balances([lin], at=JUNE_1 + DAY))[lin]
    assert (balance.available, balance.pending, balance.debt) == (0, 0, 0)
    assert await ShopVisit.all().count() == (0 if refused else 1)
    with pytest.raises(NotFound):
        await scans(lin, at=JUNE_1 + DAY)
    assert await ledger.verify() == []
