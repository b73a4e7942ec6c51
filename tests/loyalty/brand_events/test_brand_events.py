"""Members sign up for an event, wait, move up, and come: never more than places, points once."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from loyalty import brand_events, customers, deletions, ledger, programme
from loyalty.brand_events import Came, Hers, HerState
from loyalty.challenges.events import Events
from loyalty.conditions import Conditions
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.errors import LoyaltyError, NotFound, Refused
from loyalty.policies.event import BrandEvent
from loyalty.sealing import Sealer, new_master_key
from models import Delivery, EventSignup, StaffMember, db
from tests.cast import DAY, JUNE_1, LIN, WANG, ZHAO
from tests.loyalty.referrals.conftest import friend, met

pytestmark = pytest.mark.usefixtures("database")

HOUR = timedelta(hours=1)
STARTS = JUNE_1 + 7 * DAY
EVENT = BrandEvent("手冲品鉴", "Tasting", held_from=STARTS, held_until=STARTS + 2 * HOUR, points=50)
SEALER = Sealer(new_master_key())


async def publish(*, at: Any = JUNE_1, until: Any = None, **more: Any) -> None:
    told = {name: getattr(EVENT, name) for name in EVENT.__struct_fields__} | more
    await programme.publish(
        "event:taste",
        BrandEvent(**told),
        starts_at=programme.BEGINNING if at == JUNE_1 else at,
        ends_at=until,
        by="t",
        at=at,
    )


async def signs_up(member_id: int, *, at: Any = JUNE_1) -> Hers:
    return await brand_events.sign_up(member_id, "taste", at=at)


async def scans(member_id: int, *, at: Any = STARTS, shown: timedelta = timedelta()) -> Came:
    """Let her scan the code that was shown so long before."""
    code = brand_events.code_of("event:taste", await programme.load(), sealer=SEALER, at=at - shown)
    link = f"https://brand.example/e/{code.letters}"
    return await brand_events.come(member_id, link, sealer=SEALER, at=at, wire_at=at)


async def state(member_id: int, *, at: Any = JUNE_1) -> tuple[str, int | None]:
    hers = (await brand_events.seen(member_id, "taste", at=at)).hers
    return hers.state.value, hers.number


async def points(member_id: int) -> int:
    (balance,) = (await ledger.balances([member_id], at=STARTS)).values()
    return balance.available


async def follows(member_id: int, name: str) -> None:
    await db.fetch(
        "INSERT INTO identity (customer_id, kind, scope, value, created_at, following_since)"
        " VALUES ($1, 'openid', 'wx1', $2, $3, $3)",
        member_id,
        name,
        JUNE_1,
    )


async def told() -> list[str]:
    return [one.message["text"] for one in await Delivery.all().order_by("id")]


async def test_she_signs_up_comes_and_has_her_points_once() -> None:
    await publish(places=10)
    lin = await met(LIN)
    assert (await signs_up(lin)).state is HerState.PLACED
    assert (await signs_up(lin)).state is HerState.PLACED
    assert await points(lin) == 0, "nothing is given for signing up"
    with pytest.raises(Refused, match="event_not_yet"):
        await scans(lin, at=STARTS - HOUR)
    first = await scans(lin)
    assert (first.points, first.is_new) == (50, True)
    again = await scans(lin, at=STARTS + HOUR)
    assert (again.points, again.is_new, again.came_at) == (50, False, STARTS)
    assert await points(lin) == 50
    with pytest.raises(Refused, match="event_over"):
        await brand_events.leave(lin, "taste", at=STARTS + HOUR)
    assert await ledger.verify() == []


async def test_one_phone_that_scans_again_and_again_at_once_is_let_in_once() -> None:
    await publish(places=2)
    lin = await met(LIN)
    await signs_up(lin)
    done = await asyncio.gather(*(scans(lin) for _ in range(5)))
    assert sorted(one.is_new for one in done) == [False] * 4 + [True]
    assert {one.points for one in done} == {50}
    assert await points(lin) == 50
    assert await ledger.verify() == []


async def test_workers_who_follow_at_once_move_up_as_many_as_one_and_say_it_once() -> None:
    await publish(places=1)
    people = [await met(friend(f"f{number}")) for number in range(4)]
    for number, one in enumerate(people):
        await follows(one, f"o-{number}")
        await signs_up(one, at=JUNE_1 + number * HOUR)
    await publish(at=JUNE_1 + DAY, places=3)
    done = await asyncio.gather(*(brand_events.follow(at=JUNE_1 + DAY) for _ in range(4)))
    assert sum(done) == 2
    assert [await state(one) for one in people] == [("placed", None)] * 3 + [("waiting", 1)]
    assert len(await told()) == 2


async def test_no_more_than_the_places_however_many_at_once_and_the_line_keeps_its_sequence() -> (
    None
):
    await publish(places=3)
    people = [await met(friend(f"f{number}")) for number in range(8)]
    await asyncio.gather(*(signs_up(one) for one in people for _ in range(2)))
    states = [await state(one) for one in people]
    assert sorted(states, key=str).count(("placed", None)) == 3
    assert sum(one == "waiting" for one, _ in states) == 5
    figures = await brand_events.figures("taste", at=JUNE_1)
    assert (figures.placed, figures.waiting) == (3, 5)
    late = await met(friend("late"))
    assert await signs_up(late, at=JUNE_1 + HOUR) == Hers(HerState.WAITING, 6)


async def test_whoever_waits_first_moves_up_and_is_told() -> None:
    await publish(places=1, place_zh="静安店")
    lin, wang, zhao = [await met(one) for one in (LIN, WANG, ZHAO)]
    await follows(wang, "o-wang")
    for hours, one in enumerate((lin, wang, zhao)):
        await signs_up(one, at=JUNE_1 + hours * HOUR)
    assert [await state(one) for one in (wang, zhao)] == [("waiting", 1), ("waiting", 2)]
    await asyncio.gather(*(brand_events.leave(lin, "taste", at=JUNE_1 + DAY) for _ in range(3)))
    assert [await state(one) for one in (lin, wang, zhao)] == [
        ("none", None),
        ("placed", None),
        ("waiting", 1),
    ]
    (words,) = await told()
    assert words.startswith("好消息！您候补的「手冲品鉴」有名额了：6 月 8 日")
    assert "静安店" in words
    assert await signs_up(lin, at=JUNE_1 + DAY) == Hers(HerState.WAITING, 2), "at the end"
    await publish(at=JUNE_1 + 2 * DAY, places=3)
    for _ in "ab":
        await brand_events.follow(at=JUNE_1 + 2 * DAY)
    assert [await state(one) for one in (zhao, lin)] == [("placed", None)] * 2


async def test_who_is_let_in_without_a_place() -> None:
    await publish(places=1)
    lin, wang = await met(LIN), await met(WANG)
    await signs_up(lin)
    await signs_up(wang)
    with pytest.raises(Refused, match="event_full"):
        await scans(wang)
    staff = await StaffMember.create(
        account="chen", name="陈", role="guide", language="zh", created_at=JUNE_1
    )
    by = {"staff_member_id": staff.id, "at": STARTS + HOUR}
    assert (await brand_events.let_in(wang, "taste", **by)).points == 50
    assert (await brand_events.let_in(wang, "taste", **by)).is_new is False
    await publish(at=JUNE_1 + DAY, places=5, takes_walk_ins=False)
    zhao = await met(ZHAO)
    with pytest.raises(Refused, match="event_needs_place"):
        await scans(zhao)
    await publish(at=JUNE_1 + 2 * DAY, places=5, conditions=Conditions((TierAtLeast(2),)))
    with pytest.raises(Refused, match="tier"):
        await scans(zhao)
    await publish(at=JUNE_1 + 3 * DAY, places=5)
    assert (await scans(zhao)).is_new
    (one, two, three) = await brand_events.guests("taste", limit=9)
    assert [(guest.state.value, guest.by) for guest in (one, two, three)] == [
        ("placed", None),
        ("came", "陈"),
        ("came", None),
    ]
    figures = await brand_events.figures("taste", at=STARTS)
    assert (figures.came, figures.walked_in, figures.points) == (2, 1, 100)


async def test_a_code_that_is_forged_old_worn_or_of_another_purpose_lets_nobody_in() -> None:
    await publish(most_members_a_code=2)
    people = [await met(friend(f"f{number}")) for number in range(4)]
    for told in ("x", "A" * 26, "https://brand.example/e/" + "B" * 26, "A" * 16):
        with pytest.raises(NotFound, match="no_such_event_code"):
            await brand_events.come(people[0], told, sealer=SEALER, at=STARTS, wire_at=STARTS)
    other = Sealer(new_master_key())
    code = brand_events.code_of("event:taste", await programme.load(), sealer=other, at=STARTS)
    with pytest.raises(NotFound, match="no_such_event_code"):
        await brand_events.come(people[0], code.letters, sealer=SEALER, at=STARTS, wire_at=STARTS)
    with pytest.raises(Refused, match="event_code_over"):
        await scans(people[0], shown=timedelta(seconds=61))
    done = await asyncio.gather(*(scans(one) for one in people), return_exceptions=True)
    assert sum(isinstance(one, Came) for one in done) == 2
    assert {one.code for one in done if isinstance(one, LoyaltyError)} == {"event_code_worn"}
    with pytest.raises(Refused, match="event_over"):
        await scans(await met(friend("late")), at=STARTS + 2 * HOUR)
    assert sum([await points(one) for one in people]) == 100


@pytest.mark.parametrize(
    ("more", "at", "code"),
    [
        ({"sign_up_from": JUNE_1 + HOUR}, JUNE_1, "event_sign_up_not_yet"),
        ({"sign_up_until": JUNE_1}, JUNE_1, "event_sign_up_over"),
        ({}, STARTS, "event_sign_up_over"),
        ({"conditions": Conditions((TierAtLeast(2),))}, JUNE_1, "tier"),
        ({"places": 1, "has_waiting_list": False}, JUNE_1, "event_full"),
    ],
)
async def test_why_she_cannot_sign_up_is_said(more: dict[str, Any], at: Any, code: str) -> None:
    await publish(**more)
    if "has_waiting_list" in more:
        await signs_up(await met(WANG))
    lin = await met(LIN)
    with pytest.raises(Refused, match=code):
        await signs_up(lin, at=at)
    assert await EventSignup.filter(member_id=lin).count() == 0
    with pytest.raises(NotFound, match="no_such_brand_event"):
        await brand_events.sign_up(lin, "other", at=at)


async def test_who_signed_up_is_told_that_it_moved_or_is_cancelled() -> None:
    await publish()
    lin = await met(LIN)
    await follows(lin, "o-lin")
    await signs_up(lin)
    assert await brand_events.follow(at=JUNE_1) == 0
    later = STARTS + DAY
    await publish(at=JUNE_1 + DAY, held_from=later, held_until=later + HOUR)
    assert [await brand_events.follow(at=JUNE_1 + DAY) for _ in "ab"] == [1, 0]
    await db.fetch("UPDATE rule_version SET ends_at = $1", JUNE_1 + 2 * DAY)
    assert [await brand_events.follow(at=JUNE_1 + 2 * DAY) for _ in "ab"] == [1, 0]
    moved, cancelled = await told()
    assert moved.startswith("您报名的「手冲品鉴」时间改为 6 月 9 日")
    assert cancelled.endswith("「手冲品鉴」取消了。")
    with pytest.raises(NotFound, match="no_such_brand_event"):
        await scans(lin, at=STARTS)


async def test_a_cancelled_event_is_told_of_and_takes_nobody() -> None:
    await publish(places=1)
    lin, wang = await met(LIN), await met(WANG)
    await follows(lin, "o-lin")
    for one in (lin, wang):
        await signs_up(one)
    await publish(at=JUNE_1 + DAY, places=1, is_cancelled=True)
    assert await brand_events.upcoming(lin, at=JUNE_1 + DAY) == []
    assert [await brand_events.follow(at=JUNE_1 + DAY) for _ in "ab"] == [2, 0]
    assert [one.endswith("取消了。") for one in await told()] == [True], "and nobody moved up"
    for act in (signs_up(lin, at=JUNE_1 + DAY), scans(wang)):
        with pytest.raises(NotFound, match="no_such_brand_event"):
            await act
    await publish(at=JUNE_1 + 2 * DAY, places=1)
    assert (await signs_up(wang, at=JUNE_1 + 2 * DAY)).state is HerState.PLACED, "after all"


async def test_each_move_is_told_also_back_to_where_it_was() -> None:
    await publish()
    lin = await met(LIN)
    await follows(lin, "o-lin")
    await signs_up(lin)
    for day, shift in enumerate((1, 0, 1), 1):
        start = STARTS + shift * DAY
        await publish(at=JUNE_1 + day * HOUR, held_from=start, held_until=start + HOUR)
        assert await brand_events.follow(at=JUNE_1 + day * HOUR) == 1
    assert len(await told()) == 3
    assert {one.lapses_at for one in await Delivery.all()} == {
        JUNE_1 + day * HOUR + 2 * DAY for day in (1, 2, 3)
    }


async def test_a_place_is_told_of_no_later_than_the_start() -> None:
    await publish(places=1)
    lin, wang = await met(LIN), await met(WANG)
    await follows(wang, "o-wang")
    for one in (lin, wang):
        await signs_up(one)
    await brand_events.leave(lin, "taste", at=STARTS - HOUR)
    assert (await Delivery.get()).lapses_at == STARTS


async def test_after_the_start_nobody_passes_the_line_and_nobody_joins_it() -> None:
    await publish(places=1, sign_up_until=STARTS + HOUR)
    lin, wang, zhao = [await met(one) for one in (LIN, WANG, ZHAO)]
    for one in (lin, wang):
        await signs_up(one)
    at = STARTS + HOUR / 2
    for _ in "ab":
        with pytest.raises(Refused, match="event_full"):
            await signs_up(zhao, at=at)
        await brand_events.leave(lin, "taste", at=at)
    await brand_events.leave(wang, "taste", at=at)
    assert (await signs_up(zhao, at=at)).state is HerState.PLACED


async def test_who_left_and_comes_all_the_same_walked_in() -> None:
    await publish()
    lin = await met(LIN)
    await signs_up(lin)
    await brand_events.leave(lin, "taste", at=JUNE_1 + HOUR)
    await scans(lin)
    assert (await brand_events.figures("taste", at=STARTS)).walked_in == 1


async def test_two_of_hers_who_wait_take_one_place(database: None) -> None:
    await publish(places=1)
    lin, wang, zhao, first = [await met(one) for one in (LIN, WANG, ZHAO, friend("first"))]
    for number, one in enumerate((first, lin, wang, zhao)):
        await signs_up(one, at=JUNE_1 + number * HOUR)
    await customers.merge(lin, wang, evidence="t", by="t", at=JUNE_1 + DAY)
    await publish(at=JUNE_1 + DAY, places=2)
    await brand_events.leave(first, "taste", at=JUNE_1 + DAY)
    assert [await state(one) for one in (lin, zhao)] == [("placed", None)] * 2


async def test_two_who_are_one_have_one_place_and_its_points_once() -> None:
    await publish(places=2)
    lin, wang, zhao = [await met(one) for one in (LIN, WANG, ZHAO)]
    for hours, one in enumerate((wang, lin, zhao)):
        await signs_up(one, at=JUNE_1 + hours * HOUR)
    await customers.merge(lin, wang, evidence="t", by="t", at=JUNE_1 + DAY)
    assert await state(lin) == ("placed", None)
    await brand_events.follow(at=JUNE_1 + DAY)
    assert await state(zhao) == ("placed", None), "the second place is free"
    assert (await scans(lin)).is_new
    assert (await scans(lin)).is_new is False
    assert await points(lin) == 50
    assert await EventSignup.filter(came_at__isnull=False).count() == 1


async def test_who_deletes_her_account_leaves_her_place_to_the_next() -> None:
    await publish(places=1)
    lin, wang = await met(LIN), await met(WANG)
    await signs_up(lin)
    await signs_up(wang)
    await deletions.delete(lin, uuid4(), at=JUNE_1)
    assert await EventSignup.filter(member_id=lin).count() == 0
    await brand_events.follow(at=JUNE_1)
    assert await state(wang) == ("placed", None)
    with pytest.raises(NotFound, match="no_such_member"):
        await signs_up(lin)


async def test_coming_to_events_counts_for_a_challenge() -> None:
    await publish()
    goal = Events(
        "活动达人", "Guest", rounds="monthly", target=1, reward_points=7, comes_by_itself=True
    )
    await programme.publish("challenge:g", goal, starts_at=programme.BEGINNING, by="t", at=JUNE_1)
    lin = await met(LIN)
    assert (await scans(lin)).goal_points == 7
    assert await points(lin) == 57


async def test_all_guests_are_read_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brand_events.reading, "A_PAGE", 2)
    await publish()
    people = [await met(friend(f"f{number}")) for number in range(5)]
    for one in people:
        await signs_up(one)
    found = [guest.member_id async for page in brand_events.pages("taste") for guest in page]
    assert found == people


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"held_until": STARTS}, "held_until"),
        ({"sign_up_until": STARTS + DAY}, "sign_up_until"),
        ({"sign_up_from": STARTS}, "sign_up_from"),
        ({"sign_up_from": JUNE_1 + DAY, "sign_up_until": JUNE_1}, "sign_up_from"),
        ({"held_from": STARTS.replace(year=1)}, "held_from"),
        ({"held_until": STARTS.replace(year=9998)}, "held_until"),
    ],
)
def test_an_event_in_no_order_is_no_event(fields: dict[str, Any], place: str) -> None:
    told = {name: getattr(EVENT, name) for name in EVENT.__struct_fields__}
    with pytest.raises(ValueError, match=place):
        BrandEvent(**told | fields)
