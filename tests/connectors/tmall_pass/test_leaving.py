"""A member leaves by our side and on the platform, joins again, and is told of: all at once."""

import asyncio
from datetime import timedelta

from loyalty import ledger, member_pass
from loyalty.member_pass import Shown
from loyalty.orders import IdentityRef
from models import IdentityKind, PassBinding
from tests.connectors.tmall_pass.conftest import SHOP, Tmall, mixed
from web.context import now

OUID = IdentityRef(IdentityKind.TMALL_OUID, SHOP, "ouid-lin")


async def test_whatever_comes_at_once_she_is_bound_once_or_not_at_all(tmall: Tmall) -> None:
    member_id = await tmall.follower("oLin")
    await tmall.mix()
    await tmall.bind(mix_mobile=mixed())
    for _ in range(5):
        await asyncio.gather(
            *(member_pass.leave(member_id, at=now()) for _ in range(3)),
            *(tmall.bind(type="2") for _ in range(3)),
            *(tmall.bind(mix_mobile=mixed()) for _ in range(3)),
        )
        assert await PassBinding.filter(ended_at=None).count() <= 1
    assert (await tmall.bind(mix_mobile=mixed()))["bind_code"] == "SUC"
    assert await ledger.verify() == []


async def test_whoever_is_bound_again_is_not_told_of_as_gone(tmall: Tmall) -> None:
    member_id = await tmall.follower("oLin")
    await tmall.mix()
    await tmall.bind(mix_mobile=mixed())
    (known,) = tmall.context.passes.values()
    await member_pass.leave(member_id, at=now())
    assert len(await member_pass.ends_to_tell(known.id, limit=10)) == 1
    later = now() + timedelta(seconds=2)
    again = Shown(known.id, OUID, mixed="", phone="", told_at=later)
    await member_pass.register(again, at=later)
    assert await member_pass.ends_to_tell(known.id, limit=10) == []
    assert await member_pass.leave(member_id, at=now()) == 0, "she joined as somebody new"
