"""A visit counts once: codes that turn, posters, caps, and who tries to be where she is not."""

import asyncio
from uuid import uuid4

import pytest

from loyalty import customers, ledger, progress, shop_visits, turning_codes
from loyalty.challenges.visits import Visits
from loyalty.conditions import Conditions
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.errors import LoyaltyError, NotFound, Refused
from loyalty.shop_visits import codes
from models import Entry, ShopPoster, ShopVisit
from tests.cast import DAY, JUNE_1, LIN, WANG, ZHAO
from tests.loyalty.conftest import joined
from tests.loyalty.referrals.conftest import met
from tests.loyalty.shop_visits.conftest import (
    HOUR,
    SEALER,
    SECOND,
    poster,
    publish,
    scans,
    shops,
    shown,
)

__all__ = ["shops"]

pytestmark = pytest.mark.usefixtures("shops")


async def points_of(member_id: int) -> int:
    return (await ledger.balances([member_id], at=JUNE_1 + 300 * DAY))[member_id].available


async def refusal(member_id: int, code: str, **more: object) -> str:
    with pytest.raises(LoyaltyError) as refused:
        await scans(member_id, code, **more)  # type: ignore[arg-type]
    return refused.value.code


async def test_a_visit_earns_by_the_rule_of_its_shop_and_by_goals() -> None:
    lin = await met(LIN)
    one = await scans(lin)
    assert (one.shop.name, one.points, one.goal_points, one.reason) == ("静安店", 10, 7, "")
    assert one.again_at == JUNE_1 + 12 * HOUR
    other = await scans(lin, await shown("sanlitun"))
    assert (other.points, other.goal_points) == (30, 0), "a rule that names the shop goes first"
    assert await points_of(lin) == 47
    assert await ledger.verify() == []


async def test_told_again_it_is_answered_as_before_however_late() -> None:
    lin, uuid, code = await met(LIN), uuid4(), await shown()
    told = await asyncio.gather(*(scans(lin, code, uuid=uuid) for _ in range(6)))
    later = await scans(lin, code, uuid=uuid, at=JUNE_1 + 9 * DAY)
    assert {one.points for one in (*told, later)} == {10}
    assert later.visited_at == JUNE_1
    assert await ShopVisit.all().count() == 1
    assert await points_of(lin) == 17


async def test_a_name_stands_for_one_code() -> None:
    lin, uuid, printed = await met(LIN), uuid4(), await poster()
    await scans(lin, printed, uuid=uuid)
    assert (await scans(lin, f"https://jifen.example/v/{printed}", uuid=uuid)).points == 2
    for other in (await shown(), await poster("sanlitun"), "x", "A" * 26):
        assert await refusal(lin, other, uuid=uuid) == "key_reused", other
    staffs = uuid4()
    await scans(lin, uuid=staffs)
    for other in (await shown("sanlitun"), printed, await shown(at=JUNE_1 + 30 * SECOND)):
        assert await refusal(lin, other, uuid=staffs) == "key_reused", other
    assert await ShopVisit.all().count() == 2


async def test_one_code_counts_once_a_member_however_many_phones_scan_at_once() -> None:
    lin, code = await met(LIN), await shown()
    told = await asyncio.gather(*(scans(lin, code) for _ in range(6)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in told) == ["Refused"] * 5 + ["Visited"]
    assert await points_of(lin) == 17


async def test_a_code_is_taken_until_the_next_one_turns_and_no_second_longer() -> None:
    lin, wang, zhao = await met(LIN), await met(WANG), await met(ZHAO)
    begins = JUNE_1 - (JUNE_1 - turning_codes._BEGINNING) % turning_codes.TURN
    code = await shown(at=begins)
    ends = begins + 2 * turning_codes.TURN
    assert await refusal(lin, code, at=ends) == "shop_code_over"
    assert await refusal(lin, code, at=begins - SECOND) == "shop_code_over"
    assert (await scans(lin, code, at=ends - SECOND)).points == 10
    assert (await scans(wang, code, at=begins)).points == 10
    # business time may run ahead; a code goes by the wire's
    ahead = JUNE_1 + 40 * DAY
    assert (await scans(zhao, code, at=ahead, wire_at=begins)).visited_at == ahead


async def test_a_code_that_nobody_of_ours_made_is_unknown() -> None:
    lin, code = await met(LIN), await shown()
    changed = code[:3] + ("A" if code[3] != "A" else "B") + code[4:]
    last = code[:-1] + {"A": "B", "E": "F"}.get(code[-1], chr(ord(code[-1]) + 1))
    for wrong in (changed, last, "A" * 26, "A" * 16, "", "x", "静安店", "9" * 5000, "\0", "1" * 26):
        assert await refusal(lin, wrong) == "no_such_shop_code", wrong
    other = codes.code_of(10**6, sealer=SEALER, at=JUNE_1)
    assert await refusal(lin, other.letters) == "no_such_shop_code", "a shop that there is not"


async def test_a_code_is_read_from_its_link_in_any_dress() -> None:
    code = await shown()
    for told in (
        code,
        code.lower(),
        f" https://jifen.example/v/{code} ",
        f"http://127.0.0.1:8080/v/{code}?from=scan",
    ):
        assert shop_visits.typed(told) == code, told
    for other in (f"https://jifen.example/w/{code}", f"https://jifen.example/a/v/{code}", "v/"):
        assert shop_visits.typed(other) is None, other


async def test_in_the_same_shop_again_only_after_hours() -> None:
    lin = await met(LIN)
    await scans(lin)
    with pytest.raises(Refused) as refused:
        await scans(lin, at=JUNE_1 + 12 * HOUR - SECOND)
    assert refused.value.code == "visited_lately"
    assert refused.value.figures == {"again_at": JUNE_1 + 12 * HOUR}
    assert (await scans(lin, at=JUNE_1 + 12 * HOUR)).points == 10


async def test_a_poster_gives_less_in_opening_hours_once_in_so_many_days() -> None:
    lin, code = await met(LIN), await poster("sanlitun")
    assert await refusal(lin, code, at=JUNE_1 - 3 * HOUR) == "shop_not_open"
    assert (await scans(lin, code, at=JUNE_1)).points == 2
    assert await refusal(lin, code, at=JUNE_1 + 6 * DAY) == "visited_lately"
    assert (await scans(lin, code, at=JUNE_1 + 7 * DAY - HOUR)).points == 2
    staffs = await shown("sanlitun", at=JUNE_1 + 7 * DAY)
    assert (await scans(lin, staffs, at=JUNE_1 + 7 * DAY)).points == 30, "at the till, too"
    assert await refusal(lin, code, at=JUNE_1 + 8 * DAY) == "visited_lately"


async def test_a_new_poster_ends_the_photographed_one() -> None:
    lin, old = await met(LIN), await poster()
    shop_id = await shop_visits.shop_named("jingan")
    (before,) = await ShopPoster.all()
    for _ in "ab":  # the form was sent twice
        new = await shop_visits.make_poster(
            shop_id, at=JUNE_1, staff_member_id=None, instead_of=before.id
        )
    assert await ShopPoster.all().count() == 2
    assert await refusal(lin, old) == "no_such_shop_code"
    assert (await scans(lin, new.code)).points == 2


async def test_a_picture_of_a_code_in_a_chat_lets_no_more_in_than_the_rule() -> None:
    await publish(most_members_a_code=3)
    members, code = await joined(8), await shown()
    told = await asyncio.gather(*(scans(one, code) for one in members), return_exceptions=True)
    assert sorted(str(one) for one in told if isinstance(one, Refused)) == ["shop_code_worn()"] * 5
    late = members[[isinstance(one, Refused) for one in told].index(True)]
    at = JUNE_1 + 30 * SECOND
    assert (await scans(late, await shown(at=at), at=at)).points == 10, "who waits gets the next"
    (figures, _) = sorted(await shop_visits.figures(at=JUNE_1), key=lambda one: -one.visits)
    assert [one.members for one in figures.worn] == [3]
    assert (figures.visits_today, figures.visits, figures.members) == (4, 4, 4)


async def test_caps_of_a_member_and_of_a_shop_keep_the_visit_and_cut_its_points() -> None:
    await publish(most_points_a_day=15, most_points_a_month=18, hours_apart=1)
    lin = await met(LIN)
    told = [await scans(lin, at=JUNE_1 + number * HOUR) for number in range(3)]
    assert [(one.points, one.reason) for one in told] == [
        (10, ""),
        (5, "visit_points_full"),
        (0, "visit_points_full"),
    ]
    assert (await scans(lin, at=JUNE_1 + DAY)).points == 3
    assert await ShopVisit.all().count() == 4
    await publish(most_visits_a_day_of_shop=5)
    at = JUNE_1 + 2 * DAY
    code, members = await shown(at=at), await joined(7)
    others = await asyncio.gather(*(scans(one, code, at=at) for one in members))
    assert sorted(one.points for one in others) == [0, 0, 10, 10, 10, 10, 10]
    assert {one.reason for one in others if not one.points} == {"shop_visits_full"}


async def test_for_whom_a_rule_is_not_the_visit_counts_without_points() -> None:
    await publish(conditions=Conditions([TierAtLeast(rank=2)]))
    one = await scans(await met(LIN))
    assert (one.points, one.reason, one.goal_points) == (0, "visit_not_for_her", 7)


async def test_where_no_rule_is_in_force_nothing_counts() -> None:
    await publish(shop_codes=("elsewhere",))
    assert await refusal(await met(LIN), await shown()) == "no_visits_now"
    with pytest.raises(NotFound, match="no_such_member"):
        await scans(10**9)
    assert await ShopVisit.all().count() == 0
    with pytest.raises(NotFound, match="no_such_shop"):
        await shop_visits.shop_named("flagship")


async def test_days_in_shops_count_for_goals_apart_from_check_ins() -> None:
    lin = await met(LIN)
    await progress.check_in(lin, JUNE_1.date(), at=JUNE_1)
    await scans(lin, at=JUNE_1 + DAY)
    await scans(lin, at=JUNE_1 + 2 * DAY)
    found = {one.code: one for one in await progress.progress(lin, at=JUNE_1 + 2 * DAY)}
    assert (found["here"].done, found["here"].state.value) == (2, "ready")
    assert (await progress.claim(lin, "here", "2026-06", at=JUNE_1 + 2 * DAY)).points == 50
    anywhere = Visits(rounds="monthly", target=9)
    assert anywhere.where == "anywhere"


async def test_a_member_who_was_merged_has_all_her_visits_and_no_second_one() -> None:
    lin, wang = await met(LIN), await met(WANG)
    code = await shown()
    await scans(lin, code)
    await scans(wang, code)
    await customers.merge(wang, lin, evidence="unionid", by="test", at=JUNE_1 + SECOND)
    assert await refusal(lin, code, at=JUNE_1 + 2 * SECOND) == "visited_lately"
    assert await refusal(wang, await shown(at=JUNE_1 + HOUR), at=JUNE_1 + HOUR) == "visited_lately"
    hers = await shop_visits.of_member(wang, at=JUNE_1 + DAY)
    assert (hers.days_this_month, len(hers.lately)) == (1, 2)
    await scans(lin, at=JUNE_1 + DAY)
    assert await Entry.filter(cause="shop_visit:all").count() == 3
    assert await ledger.verify() == []


async def test_weeks_in_a_row_end_where_one_is_missed() -> None:
    lin = await met(LIN)
    for week in (0, 2, 3):
        await scans(lin, at=JUNE_1 + 7 * week * DAY)
    for days, weeks in ((21, 2), (28, 2), (35, 0)):
        hers = await shop_visits.of_member(lin, at=JUNE_1 + days * DAY)
        assert hers.weeks_in_a_row == weeks
