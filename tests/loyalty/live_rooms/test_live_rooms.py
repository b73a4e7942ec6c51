"""A word counts in its room's window, once a room; early, late, wrong and guessed it does not."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from loyalty import customers, ledger, live_rooms, programme, progress
from loyalty.challenges.live_rooms import LiveRooms
from loyalty.conditions import Conditions
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.errors import LoyaltyError, Refused
from loyalty.live_rooms import RoomWish, WasThere
from loyalty.policies.live_visit import LiveVisitPolicy
from models import LiveRoom, LiveVisit, StaffMember, db
from tests.cast import DAY, JUNE_1, LIN, WANG
from tests.loyalty.conftest import joined
from tests.loyalty.referrals.conftest import met

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
RULES = {
    "live_visit": LiveVisitPolicy(most_rooms_a_day=2),
    "challenge:rooms": LiveRooms(
        "看两场直播", "Two live rooms", "monthly", 2, reward_points=20, comes_by_itself=True
    ),
}


@pytest.fixture(autouse=True)
async def brand(database: None) -> None:
    await publish(RULES)


async def publish(rules: dict[str, LiveVisitPolicy | LiveRooms]) -> None:
    for slot, rule in rules.items():
        await programme.publish(slot, rule, starts_at=programme.BEGINNING, by="test", at=JUNE_1)


async def room(
    word: str = "咖啡88",
    *,
    starts_at: datetime = JUNE_1,
    hours: float = 2,
    uuid: UUID | None = None,
    **more: str,
) -> LiveRoom:
    wish = RoomWish(
        uuid or uuid4(),
        more.pop("name_zh", "周一直播"),
        more.pop("name_en", "Monday live"),
        word,
        starts_at,
        starts_at + hours * HOUR,
        **more,
    )
    return await live_rooms.open_room(wish, staff_member_id=None, at=min(JUNE_1, starts_at))


async def says(member_id: int, word: str = "咖啡88", *, at: datetime = JUNE_1) -> WasThere:
    return await live_rooms.say_word(member_id, word, at=at)


async def refusal(member_id: int, word: str = "咖啡88", *, at: datetime = JUNE_1) -> LoyaltyError:
    with pytest.raises(LoyaltyError) as refused:
        await says(member_id, word, at=at)
    return refused.value


async def test_the_word_counts_once_a_room_however_often_and_at_once_she_says_it() -> None:
    await room()
    lin = await met(LIN)
    told = await asyncio.gather(
        *(says(lin, word) for word in ("咖啡88", "咖啡 ８８", "「咖啡88」！"))
    )
    assert {one.points for one in told} == {5}
    assert [one.is_new for one in told].count(True) == 1
    assert (await ledger.balances([lin], at=JUNE_1))[lin].available == 5
    assert await LiveVisit.all().count() == 1
    assert await ledger.verify() == []


async def test_early_and_late_by_a_second_are_told_apart_from_wrong() -> None:
    await room(starts_at=JUNE_1 + HOUR)
    lin = await met(LIN)
    early = await refusal(lin, at=JUNE_1 + HOUR - SECOND)
    assert (early.code, early.figures) == ("live_room_coming", {"starts_at": JUNE_1 + HOUR})
    assert (await refusal(lin, at=JUNE_1 + 3 * HOUR)).code == "live_room_over"
    assert (await refusal(lin, at=JUNE_1 + 8 * DAY)).code == "no_such_live_word"
    for wrong in ("咖啡89", "", "\0", "x" * 5000, "！！", "' OR 1=1"):
        assert (await refusal(lin, wrong, at=JUNE_1 + 2 * HOUR)).code == "no_such_live_word"
    assert (await says(lin, at=JUNE_1 + HOUR)).points == 5
    wang = await met(WANG)
    assert (await says(wang, at=JUNE_1 + 3 * HOUR - SECOND)).points == 5


async def test_guessing_is_throttled_and_a_right_word_is_not_lost_by_it() -> None:
    await room(starts_at=JUNE_1 + HOUR)
    lin = await met(LIN)
    for _ in range(15):
        assert (await refusal(lin)).code == "live_room_coming", "the right word is no guess"
    told = [(await refusal(lin, f"word{n}", at=JUNE_1 + HOUR)).code for n in range(12)]
    assert told == ["no_such_live_word"] * 10 + ["too_many_code_tries"] * 2
    assert (await refusal(lin, at=JUNE_1 + HOUR)).code == "too_many_code_tries"
    assert (await says(lin, at=JUNE_1 + HOUR + 11 * 60 * SECOND)).points == 5


async def test_more_rooms_than_a_day_earns_are_kept_and_count_for_goals() -> None:
    lin = await met(LIN)
    told = []
    for number in range(3):
        await room(f"word{number}")
        told.append(await says(lin, f"word{number}"))
    assert [(one.points, one.goal_points, one.reason) for one in told] == [
        (5, 0, ""),
        (5, 20, ""),
        (0, 0, "visit_points_full"),
    ]
    (goal,) = await progress.progress(lin, at=JUNE_1)
    assert (goal.done, goal.state.value) == (2, "claimed")


async def test_who_was_merged_was_in_a_room_once() -> None:
    await room()
    lin, wang = await met(LIN), await met(WANG)
    await says(lin)
    await says(wang)
    await customers.merge(wang, lin, evidence="unionid", by="test", at=JUNE_1 + SECOND)
    for who in (lin, wang):
        assert not (await says(who, at=JUNE_1 + HOUR)).is_new
    (goal,) = await progress.progress(wang, at=JUNE_1 + HOUR)
    assert goal.done == 1, "one room, though two of her were there"
    assert await LiveVisit.all().count() == 2


async def test_no_rule_or_not_for_her() -> None:
    await room()
    lin = await met(LIN)
    gold = LiveVisitPolicy(conditions=Conditions([TierAtLeast(rank=2)]))
    await publish({"live_visit": gold})
    one = await says(lin)
    assert (one.points, one.reason) == (0, "visit_not_for_her")
    await db.fetch("UPDATE rule_version SET ends_at = $1 WHERE slot = 'live_visit'", JUNE_1)
    (other,) = await joined(1)
    assert (await refusal(other)).code == "no_live_visits_now"
    assert (await refusal(10**9)).code == "no_such_member"


async def test_a_form_sent_twice_opens_one_room_and_a_word_is_of_one_room_at_a_time() -> None:
    uuid = uuid4()
    made = await asyncio.gather(*(room(uuid=uuid) for _ in range(4)))
    assert len({one.id for one in made}) == 1
    for taken in (JUNE_1 + HOUR, JUNE_1 + 2.5 * HOUR, JUNE_1 - 2.5 * HOUR):
        with pytest.raises(Refused) as refused:
            await room("咖啡 88", starts_at=taken)
        assert (refused.value.code, refused.value.figures) == (
            "live_word_taken",
            {"name": "周一直播"},
        )
    await room(starts_at=JUNE_1 + 4 * HOUR)
    assert await LiveRoom.all().count() == 2


async def test_what_is_wrong_with_a_room_is_named() -> None:
    for code, wrong in (
        ("live_word_wrong", {"word": "咖"}),
        ("live_word_wrong", {"word": "x" * 21}),
        ("live_word_wrong", {"word": "！？"}),
        ("live_name_missing", {"name_zh": " "}),
        ("live_name_missing", {"name_en": "a\0"}),
        ("live_times_wrong", {"hours": 0}),
        ("live_times_wrong", {"hours": 25}),
        ("live_times_wrong", {"hours": -1}),
        ("live_room_code_wrong", {"room_code": "7" * 41}),
    ):
        with pytest.raises(Refused, match=code):
            await room(**wrong)  # type: ignore[arg-type]
    wish = RoomWish(uuid4(), "a", "a", "word", JUNE_1 - 2 * HOUR, JUNE_1 - HOUR)
    with pytest.raises(Refused, match="live_times_wrong"):
        await live_rooms.open_room(wish, staff_member_id=None, at=JUNE_1)
    assert await LiveRoom.all().count() == 0


async def test_a_room_that_is_closed_is_over_and_one_that_never_began_frees_its_word() -> None:
    chen = await StaffMember.create(
        account="c", name="c", role="manager", language="zh", created_at=JUNE_1
    )
    one, lin = await room(), await met(LIN)
    await live_rooms.close_room(one.uuid, staff_member_id=chen.id, at=JUNE_1 + HOUR)
    await live_rooms.close_room(one.uuid, staff_member_id=chen.id, at=JUNE_1 + 1.5 * HOUR)
    over = await refusal(lin, at=JUNE_1 + HOUR)
    assert (over.code, over.figures) == ("live_room_over", {"ends_at": JUNE_1 + HOUR})
    assert await live_rooms.on_now(at=JUNE_1 + HOUR) is None
    later = await room("later", starts_at=JUNE_1 + 5 * HOUR)
    await live_rooms.close_room(later.uuid, staff_member_id=chen.id, at=JUNE_1)
    assert (await refusal(lin, "later", at=JUNE_1 + 5 * HOUR)).code == "live_room_over"
    await room("later", starts_at=JUNE_1 + 5 * HOUR)
    assert (await says(lin, "later", at=JUNE_1 + 5 * HOUR)).points == 5
    with pytest.raises(LoyaltyError, match="no_such_live_room"):
        await live_rooms.close_room(uuid4(), staff_member_id=chen.id, at=JUNE_1)
