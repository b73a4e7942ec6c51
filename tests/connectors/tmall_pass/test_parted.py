"""Who is two people, hurries, or writes what is no text: nobody shows the points of another."""

import asyncio

from loyalty import customers, ledger, member_pass
from loyalty.again import in_transaction
from loyalty.ledger import Adjust
from loyalty.member_pass import Shown
from loyalty.orders import IdentityRef
from models import IdentityKind, Merge, PassBinding, db
from tests.connectors.tmall.conftest import so
from tests.connectors.tmall_pass.conftest import SHOP, Tmall, mixed
from web.context import now

OUID = IdentityRef(IdentityKind.TMALL_OUID, SHOP, "ouid-lin")
WANG = IdentityRef(IdentityKind.OPENID, "wx2", "oWang")


async def is_waiting() -> bool:
    rows = await db.fetch("SELECT FROM pg_locks WHERE NOT granted")
    return bool(rows)


async def test_of_two_names_that_bind_one_number_at_once_one_is_bound(tmall: Tmall) -> None:
    await tmall.follower("oLin")
    await tmall.mix()
    asked = [tmall.bind(mix_mobile=mixed(), ouid=f"ouid-{n}") for n in range(8)]
    answers = await asyncio.gather(*asked)
    assert sorted(one["bind_code"] for one in answers) == ["E02"] * 7 + ["SUC"]
    assert await PassBinding.all().count() == 1


async def test_of_two_names_that_register_with_one_hash_at_once_one_joins(tmall: Tmall) -> None:
    asked = [tmall.register(mix_mobile=mixed(), ouid=f"ouid-{n}") for n in range(8)]
    answers = await asyncio.gather(*asked)
    assert sorted(one["register_code"] for one in answers) == ["E01"] * 7 + ["SUC"]
    assert await PassBinding.all().count() == 1


async def test_who_is_parted_shows_her_own_points_and_not_the_others(tmall: Tmall) -> None:
    lin = await tmall.follower("oLin")
    wang = await customers.meet((WANG,), at=now(), through="test")
    await ledger.record_one(Adjust(member_id=wang, key="hers", at=now(), points=500))
    await tmall.mix()
    await customers.merge(wang, lin, evidence="test", by="chen", at=now())
    assert (await tmall.bind(mix_mobile=mixed()))["member"]["point"] == 500
    await customers.unmerge((await Merge.get()).id, by="chen", at=now())
    assert (await tmall.query())["member"]["point"] == 0, "the number is Lin's"
    assert await customers.find([OUID]) == {OUID: lin}


async def test_who_is_parted_while_she_spends_pays_with_her_own_points(tmall: Tmall) -> None:
    lin = await tmall.follower("oLin")
    await tmall.mix()
    await tmall.bind(mix_mobile=mixed())
    wang = await customers.meet((WANG,), at=now(), through="test")
    await ledger.record_one(Adjust(member_id=wang, key="hers", at=now(), points=500))
    merge_id = await customers.merge(wang, lin, evidence="test", by="chen", at=now())
    (known,) = tmall.context.passes.values()
    shown, undone, parted = Shown(known.id, OUID), asyncio.Event(), asyncio.Event()

    async def part() -> None:
        async with db.transaction():
            await customers.unmerge(merge_id, by="chen", at=now())
            undone.set()
            await parted.wait()

    async def take() -> str:
        return await in_transaction(
            lambda: member_pass.change_points(shown, -100, key="take", at=now())
        )

    parting = asyncio.create_task(part())
    await undone.wait()
    taking = asyncio.create_task(take())
    await so(is_waiting)
    parted.set()
    await parting
    assert await taking == "not_enough_points"
    (balance,) = (await ledger.balances([wang], at=now())).values()
    assert balance.available == 500


async def test_a_name_that_is_no_text_is_told_and_breaks_nothing(tmall: Tmall) -> None:
    for method in ("member.bind.query", "bind", "member.register", "query"):
        for told in ({"ouid": "a\0b"}, {"omid": "\0"}, {"mobile": "abc\0"}, {"mobile": "abc"}):
            status, answer = await tmall.ask(f"tmall.mei.crm.{method}", **told)
            assert (status, answer.get("sub_code")) == (400, "parameter-invalid"), (method, told)
