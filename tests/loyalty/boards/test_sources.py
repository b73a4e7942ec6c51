"""What boards count: money kept, orders, check-ins and friends; and who is on a group's board."""

import pytest

from loyalty import communities, leaderboards, programme, progress, referrals
from loyalty.errors import NotFound
from loyalty.leaderboards import scoring
from loyalty.orders import IdentityRef
from loyalty.policies.board import Board
from loyalty.seasons import season
from models import IdentityKind, db
from tests.cast import JUNE_1, LIN, WANG
from tests.loyalty.boards.scene import DAY, HOUR, WEEK, held, publish
from tests.loyalty.communities.conftest import AT, Tell, roster, tell, vip
from tests.loyalty.communities.conftest import member as contact_member
from tests.loyalty.play_scene import buys, derived, member
from tests.loyalty.referrals import conftest as inviting

__all__ = ["tell", "vip"]

pytestmark = pytest.mark.usefixtures("database")


async def scores(season: str = WEEK.name) -> list[int]:
    return [one.score for one in await leaderboards.top("board:other", season, limit=9)]


async def test_money_counts_in_fen_less_what_was_given_back() -> None:
    await publish()
    await held(Board(source="spend"), slot="board:other")
    await buys("1", 30, paid_at=JUNE_1)
    await buys("2", 50, paid_at=JUNE_1 + HOUR, buyer=LIN)
    assert await scores() == [50_00, 30_00]
    await buys("2", 50, paid_at=JUNE_1 + HOUR, buyer=LIN, refunded_yuan=30, at=JUNE_1 + DAY)
    assert await scores() == [30_00, 20_00]
    assert Board(source="spend").figure(20_50) == "¥20.50"


async def test_orders_count_while_something_of_them_is_kept() -> None:
    await publish()
    await held(Board(source="orders"), slot="board:other")
    for number in "12":
        await buys(number, 30, paid_at=JUNE_1)
    await buys("3", 900, paid_at=JUNE_1, buyer=LIN)
    await buys("4", 10, paid_at=WEEK.ends_at, buyer=LIN)
    assert await scores() == [2, 1]
    await buys("1", 30, paid_at=JUNE_1, refunded_yuan=30, at=JUNE_1 + DAY)
    assert await scores() == [1, 1]


async def test_check_ins_count_without_any_points() -> None:
    await publish()
    await held(Board(source="check_ins"), slot="board:other")
    wang = await member(WANG)
    await db.fetch("UPDATE rule_version SET ends_at = $1 WHERE slot LIKE 'challenge:%'", JUNE_1)
    for days in range(2):
        at = JUNE_1 + days * DAY
        await progress.check_in(wang, progress.today(at), at=at)
        await derived(at=at)
    assert await scores() == [2]


async def test_friends_count_from_when_they_count() -> None:
    await publish()
    await programme.publish(
        "referral", inviting.POLICY, starts_at=programme.BEGINNING, by="t", at=JUNE_1
    )
    await held(Board(season="monthly", source="invitations"), slot="board:other")
    await inviting.met(WANG)
    one = await inviting.invited(LIN)
    await inviting.buys(LIN, "1")
    await inviting.until(JUNE_1 + 9 * DAY)
    assert await inviting.state_of(one) == ("qualified", "")
    assert await scores(season="2026-06") == [1]
    await inviting.buys(LIN, "1", refunded_yuan=100, told_at=JUNE_1 + 10 * DAY)
    await inviting.until(JUNE_1 + 10 * DAY)
    await referrals.due(at=JUNE_1 + 10 * DAY)
    assert await scores(season="2026-06") == []


async def test_a_board_of_a_group_has_its_members_alone_and_they_alone_see_it(
    vip: int, tell: Tell
) -> None:
    await publish()
    await held(Board(community_slot="community:vip"), slot="board:other")
    lin, wang = await contact_member("u-lin"), await contact_member("u-wang")
    week = season("weekly", AT).name
    for number, unionid in (("1", "u-lin"), ("2", "u-wang")):
        who = IdentityRef(IdentityKind.UNIONID, "", unionid)
        await buys(number, 10, paid_at=AT, buyer=who)
    assert await scores(season=week) == []
    await tell(roster("u-lin"))
    await derived(at=AT)
    assert await scores(season=week) == [10], "joining brings her onto it"
    rules = await programme.load()
    assert [one.rule.slot for one in await leaderboards.hers(lin, rules, at=AT)] == [
        "board:other",
        "board:week",
    ]
    with pytest.raises(NotFound, match="no_such_board"):
        await leaderboards.hers_of("other", wang, rules, at=AT)
    await tell(roster("u-wang"), seconds=1)
    await derived(at=AT)
    top = await leaderboards.top("board:other", week, limit=9)
    assert [one.member_id for one in top] == [wang], "leaving takes her off"
    one, _ = await leaderboards.hers(wang, rules, at=AT + HOUR)
    assert await scoring.scores_now([lin, wang], one) == {lin: 10, wang: 10}, "both earned it"
    await communities.dismiss(vip, at=AT)
    await derived(at=AT)
    assert await scores(season=week) == []
