"""An account is deleted: she is forgotten, the books stay, and nothing revives her."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from loyalty import customers, deletions, ledger, member_pass, purchases, standing
from loyalty.errors import Conflict, NotFound, Refused
from loyalty.ledger import Adjust, Earn, Spend
from loyalty.orders import IdentityRef
from models import (
    Customer,
    Deletion,
    DeletionWay,
    Entry,
    EntryKind,
    Identity,
    IdentityKind,
    Member,
    Profile,
    Purchase,
    PurchaseState,
    db,
)
from tests.cast import DAY, JUNE_1, LIN, WANG, line, order
from tests.loyalty.customers.scene import earn, kept, merged, parted
from tests.loyalty.play_scene import buys, derived, member

LATER = JUNE_1 + 2 * DAY


async def gone(member_id: int, uuid: UUID | None = None, *, at: datetime = LATER) -> Deletion:
    """Let an account be deleted."""
    return await deletions.delete(member_id, uuid or uuid4(), at=at)


async def test_points_are_forfeited_by_one_entry_and_her_names_are_forgotten(wang: int) -> None:
    await earn(wang, 300, "paid")
    await earn(wang, 50, "waits", settles_at=JUNE_1 + 30 * DAY)
    await customers.tell_profile(wang, called="小王", birthday="03-08", at=JUNE_1)
    done = await gone(wang)
    assert (done.points_forfeited, done.way, done.done_at) == (350, DeletionWay.MINIPROGRAM, LATER)
    assert await kept(wang) == [(0, 0, 0)]
    newest = await Entry.filter(member_id=wang).order_by("-number").first()
    assert newest is not None
    assert (newest.kind, newest.available, newest.pending) == (EntryKind.FORFEIT, -300, -50)
    assert await Identity.filter(customer_id=wang).count() == 0
    assert not await Profile.exists(customer_id=wang)
    assert (await Member.get(id=wang)).deleted_at == LATER


async def test_what_she_owed_is_let_off(wang: int) -> None:
    await buys("1", 100, paid_at=JUNE_1)
    await ledger.record([ledger.Settle(member_id=wang, key="s", at=LATER, earn_key=await earned())])
    await ledger.record_one(Spend(member_id=wang, key="all", at=LATER, points=100))
    await buys("1", 100, paid_at=JUNE_1, refunded_yuan=100, at=LATER)
    assert (await kept(wang))[0][2] == 100
    assert (await gone(wang)).points_forfeited == 0
    assert await kept(wang) == [(0, 0, 0)]


async def earned() -> str:
    """Return the key of the one earning there is."""
    return (await Entry.get(kind=EntryKind.EARN)).key


async def test_told_twice_is_once_by_whatever_name(wang: int) -> None:
    await earn(wang, 10, "paid")
    name = uuid4()
    first = await gone(wang, name)
    assert (await gone(wang, name, at=LATER + DAY)).done_at == first.done_at
    assert (await gone(wang, at=LATER + DAY)).uuid == name
    assert await Entry.filter(kind=EntryKind.FORFEIT).count() == 1
    other = await member(LIN)
    with pytest.raises(Conflict, match="key_reused"):
        await gone(other, name)
    assert (await Member.get(id=other)).deleted_at is None


async def test_two_at_once_delete_once(wang: int) -> None:
    await earn(wang, 10, "paid")
    both = await asyncio.gather(gone(wang), gone(wang))
    assert both[0].uuid == both[1].uuid
    assert await Deletion.all().count() == 1


async def test_other_members_stay_as_they_are(wang: int, lin: int) -> None:
    await earn(lin, 70, "hers")
    await gone(wang)
    assert await kept(lin) == [(70, 0, 0)]
    assert await customers.find([LIN, WANG]) == {LIN: lin}


async def test_nothing_moves_behind_her_any_more(wang: int) -> None:
    await gone(wang)
    for movement in (
        Earn(member_id=wang, key="e", at=LATER, points=1),
        Adjust(member_id=wang, key="a", at=LATER, points=1),
    ):
        with pytest.raises(Conflict, match="member_was_deleted"):
            await ledger.record_one(movement)


async def test_a_late_refund_is_booked_on_her_order_and_makes_nobody_new(wang: int) -> None:
    await buys("1", 100, paid_at=JUNE_1)
    await gone(wang)
    await buys("1", 100, paid_at=JUNE_1, refunded_yuan=100, at=LATER + DAY)
    bought = await Purchase.get(number="1")
    assert (bought.customer_id, bought.refunded_fen) == (wang, 100_00)
    assert bought.state is PurchaseState.REFUNDED
    assert await kept(wang) == [(0, 0, 0)]
    assert WANG not in await customers.find([WANG])


async def test_a_part_of_her_old_order_stays_nobodys(wang: int) -> None:
    await buys("1", 100, paid_at=JUNE_1)
    await gone(wang)
    part = order("1a", line(100_00), paid_at=JUNE_1)
    part = replace(part, parent_numbers=("1",))
    (outcome,) = await purchases.record([part], at=LATER + DAY)
    outcome.unwrap()
    assert (await Purchase.get(number="1a")).customer_id == wang
    assert await kept(wang) == [(0, 0, 0)]
    assert WANG not in await customers.find([WANG])


async def test_whoever_comes_again_is_somebody_new(wang: int) -> None:
    await earn(wang, 10, "paid")
    await gone(wang)
    again = await member(WANG)
    assert again != wang
    assert await kept(again) == [(0, 0, 0)]
    await buys("2", 30, paid_at=LATER + DAY)
    assert (await Purchase.get(number="2")).customer_id == again


async def test_all_who_were_merged_into_her_go_with_her(wang: int, lin: int) -> None:
    await earn(lin, 70, "hers")
    merge_id = await merged(wang, lin)
    with pytest.raises(Conflict, match="member_was_merged"):
        await gone(lin)
    assert (await gone(wang)).points_forfeited == 70
    assert await customers.find([LIN, WANG]) == {}
    assert await Member.filter(deleted_at=LATER).count() == 2
    with pytest.raises(Conflict, match="member_was_deleted"):
        await parted(merge_id)
    other = await member(IdentityRef(IdentityKind.BUYER_NAME, "taobao", "new"))
    with pytest.raises(Conflict, match="member_was_deleted"):
        await merged(other, wang)
    assert (await Customer.get(id=lin)).merged_into_id == wang


async def test_her_sessions_end_and_her_referral_code_is_nobodys(wang: int) -> None:
    await db.fetch(
        "INSERT INTO shopper_session (token_hash, customer_id, app_id, openid, sealed_session_key,"
        " created_at, expires_at) VALUES ('x', $1, 'wx', 'o', '', now(), now() + interval '1 day')",
        wang,
    )
    await db.fetch(
        "INSERT INTO referral_code (member_id, code, made_at)"
        " VALUES ($1, 'AAAAAAAAAAAAAAAA', now())",
        wang,
    )
    await gone(wang)
    for table in ("shopper_session", "referral_code"):
        assert await db.fetch(f"SELECT FROM {table}") == []


async def test_what_she_said_is_forgotten_and_what_was_planned_is_not_sent(wang: int) -> None:
    await db.fetch(
        "INSERT INTO identity (customer_id, kind, scope, value, created_at)"
        " VALUES ($1, 'openid', 'wx1', 'o-wang', now())",
        wang,
    )
    (row,) = await db.fetch(
        "INSERT INTO connection (kind, scope, name, sealed_body, created_at)"
        " VALUES ('official_account', 'wx1', 'x', '', now()) RETURNING id"
    )
    for key, sender in (("1", "o-wang"), ("2", "o-lin")):
        await db.fetch(
            "INSERT INTO inbound_event (connection_id, event_key, kind, sender, body, reply, state,"
            " received_at, worked_at) VALUES ($1, $2, 'text', $3, 'hello', 'yes', 'worked', now(),"
            " now())",
            row["id"],
            key,
            sender,
        )
    await db.fetch(
        "INSERT INTO delivery (key, customer_id, channel, scope, address, message, state,"
        " not_before, lapses_at, planned_at) VALUES ('k', $1, 'official_account', 'wx1', 'o-wang',"
        ' \'{"kind": "text", "text": "hi"}\', \'planned\', now(), now(), now())',
        wang,
    )
    await gone(wang)
    told = await db.fetch("SELECT sender, body, reply FROM inbound_event ORDER BY event_key")
    assert [tuple(one) for one in told] == [("", b"", None), ("o-lin", b"hello", b"yes")]
    (sent,) = await db.fetch("SELECT state, address, message ->> 'text' AS text FROM delivery")
    assert tuple(sent) == ("lapsed", "", "")


async def test_she_leaves_every_board_and_is_derived_no_more(wang: int) -> None:
    await buys("1", 100, paid_at=JUNE_1)
    assert await db.fetch("SELECT FROM score WHERE member_id = $1", wang)
    await gone(wang)
    told = await standing.derive(at=LATER)
    assert {(one.member_id, one.score) for one in told.scores} == {(wang, 0)}
    await standing.forget(told.members)
    await standing.changed([wang])
    await derived(at=LATER + DAY)
    for table in ("score", "standing", "held_tier", "bought_day"):
        assert await db.fetch(f"SELECT FROM {table} WHERE member_id = $1", wang) == []


async def test_what_she_is_told_she_loses_is_what_she_loses(wang: int) -> None:
    await earn(wang, 300, "paid")
    told = await deletions.outlook(wang, at=LATER)
    assert (told.points, told.debt, told.coupons, told.hindrances) == (300, 0, 0, ())
    await earn(wang, 1, "more")
    with pytest.raises(Conflict, match="deletion_changed"):
        await deletions.delete(wang, uuid4(), at=LATER, expected=(300, 0))
    await deletions.delete(wang, uuid4(), at=LATER, expected=(301, 0))


async def test_staff_say_why(wang: int) -> None:
    with pytest.raises(Refused, match="reason_missing"):
        await deletions.delete(
            wang, uuid4(), at=LATER, way=DeletionWay.PHONE, reason=" ", staff_member_id=1
        )
    assert await deletions.deleted(wang) is None


async def test_nobody_is_refused(people: None) -> None:
    with pytest.raises(NotFound, match="no_such_member"):
        await gone(12345)


async def test_at_once_with_an_order_either_comes_first(wang: int) -> None:
    one = order("9", line(100_00), paid_at=LATER)
    await asyncio.gather(gone(wang), purchases.record([one], at=LATER + timedelta(seconds=1)))
    bought = await Purchase.get(number="9")
    if bought.customer_id == wang:
        assert await kept(wang) == [(0, 0, 0)]
    else:
        assert (await customers.find([WANG])).get(WANG) == bought.customer_id


async def test_a_platform_hears_that_she_left_and_then_her_name_there_is_forgotten(
    wang: int,
) -> None:
    (row,) = await db.fetch(
        "INSERT INTO connection (kind, scope, name, sealed_body, created_at)"
        " VALUES ('tmall_pass', 'shop', 'x', '', now()) RETURNING id"
    )
    await db.fetch(
        "INSERT INTO pass_binding (connection_id, value, customer_id, bound_at, confirmed_at)"
        " VALUES ($1, 'ouid-wang', $2, $3, $3)",
        row["id"],
        wang,
        JUNE_1,
    )
    await gone(wang)
    ends = await member_pass.ends_to_tell(row["id"], limit=10)
    assert [one.name for one in ends] == ["ouid-wang"]
    await member_pass.ends_told(ends)
    (bound,) = await db.fetch("SELECT value, end_to_tell FROM pass_binding")
    assert (bound["value"], bound["end_to_tell"]) == (f"deleted:{ends[0].binding_id}", False)
